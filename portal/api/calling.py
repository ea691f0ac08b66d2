"""Who calls: a program with a key that is good for what it asks."""

import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from domain.api_keys import (
    LONGEST_REQUEST_KEY,
    PREFIX,
    ApiKey,
    KeyNotGood,
    Scope,
    ScopeMissing,
)
from domain.enrollment import Party
from domain.grounds import Grounds, grounds
from portal.site import now, site_of
from portal.throttling import Limit, refuse_too_often

_REQUEST_KEY: Final = re.compile(rf"[!-~]{{1,{LONGEST_REQUEST_KEY}}}")

BEARER = HTTPBearer(auto_error=False, description="A key of this installation: `laurel_…`.")


async def caller_of(request: Request) -> ApiKey:
    """Return the key of a request; looked up once. Raises ``KeyNotGood``, ``TooOften``."""
    known: ApiKey | None = request.scope.get("laurel.key")
    if known is not None:
        return known
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.casefold() != "bearer" or not secret.startswith(PREFIX):
        raise KeyNotGood
    key = await site_of(request).api_keys.good(secret.strip(), now())
    if key is None:
        await refuse_too_often(request, Limit.BAD_KEY_BY_CALLER)
        raise KeyNotGood
    await refuse_too_often(request, Limit.REQUESTS_OF_KEY, key.id)
    request.scope["laurel.key"] = key
    return key


def scoped(scope: Scope) -> Callable[[Request], Coroutine[None, None, ApiKey]]:
    """Return the dependency of a route that needs ``scope``; it raises ``ScopeMissing`` too."""

    async def caller(request: Request) -> ApiKey:
        key = await caller_of(request)
        if scope not in key.scopes:
            raise ScopeMissing(scope=scope)
        return key

    caller.__name__ = f"caller_with_{scope.name.lower()}"
    return caller


JourneyReader = Annotated[ApiKey, Depends(scoped(Scope.JOURNEYS_READ))]
JourneyActor = Annotated[ApiKey, Depends(scoped(Scope.JOURNEYS_ACT))]
OrderReader = Annotated[ApiKey, Depends(scoped(Scope.ORDERS_READ))]
OrderActor = Annotated[ApiKey, Depends(scoped(Scope.ORDERS_ACT))]
RosterReader = Annotated[ApiKey, Depends(scoped(Scope.ROSTER_READ))]
RosterActor = Annotated[ApiKey, Depends(scoped(Scope.ROSTER_ACT))]
CatalogReader = Annotated[ApiKey, Depends(scoped(Scope.CATALOG_READ))]
CatalogActor = Annotated[ApiKey, Depends(scoped(Scope.CATALOG_ACT))]
CredentialReader = Annotated[ApiKey, Depends(scoped(Scope.CREDENTIALS_READ))]
CalendarReader = Annotated[ApiKey, Depends(scoped(Scope.CALENDAR_READ))]
CalendarActor = Annotated[ApiKey, Depends(scoped(Scope.CALENDAR_ACT))]
ReportReader = Annotated[ApiKey, Depends(scoped(Scope.REPORTS_READ))]
WebhookReader = Annotated[ApiKey, Depends(scoped(Scope.WEBHOOKS_READ))]
WebhookActor = Annotated[ApiKey, Depends(scoped(Scope.WEBHOOKS_ACT))]


def because(key: ApiKey, reason: str) -> Grounds:
    """Return the grounds of what a program does: its reason, in the name of its key."""
    return grounds(reason, f"{key.name} (key {key.id})", now(), Party.OPS)


def request_key_of(request: Request) -> str:
    """Return the key under which a request may be repeated; empty when it has none."""
    return request.headers.get("idempotency-key", "")


def is_request_key(text: str) -> bool:
    """Whether a request may be repeated under this: visible characters of plain ASCII."""
    return _REQUEST_KEY.fullmatch(text) is not None
