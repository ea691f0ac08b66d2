"""Keys with which programs work for operations: made, shown once, revoked."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response
from pydantic import BeforeValidator

from adapters.records.access_log import AccessLog
from domain.api_keys import KeyEndNotValid, KeyNameMissing, KeyWithoutScopes, Scope
from domain.enrollment import Party
from domain.grounds import OpsActionKind, ReasonMissing, ReasonNotPlain
from domain.refusals import Refusal
from domain.values import Value
from portal.answers import after, page
from portal.faces import OpenSite, Operations
from portal.failures import status_of
from portal.forms import OURS
from portal.operations.access import WORDS
from portal.operations.webhooks import because
from portal.site import Site, now

router = APIRouter(prefix="/ops/keys", dependencies=[OURS])

SCOPE_WORDS: Final = {
    Scope.JOURNEYS_READ: "See journeys, attention and mail, with names and addresses",
    Scope.JOURNEYS_ACT: "Act on journeys: extend, reassign, withdraw and the like",
    Scope.ORDERS_READ: "See orders",
    Scope.ORDERS_ACT: "Record order forms, settle, refund, release",
    Scope.ROSTER_READ: "See the roster",
    Scope.ROSTER_ACT: "Change the roster: capacity, leave, libraries",
    Scope.CATALOG_READ: "See the catalogue with its drafts",
    Scope.CATALOG_ACT: "Import pages, enter details, publish",
    Scope.CREDENTIALS_READ: "See credentials with their holders, and verify them",
    Scope.CALENDAR_READ: "See holidays and closures",
    Scope.CALENDAR_ACT: "Close days",
    Scope.REPORTS_READ: "See reports and checks",
    Scope.WEBHOOKS_READ: "See webhook endpoints and deliveries",
    Scope.WEBHOOKS_ACT: "Add and switch webhook endpoints, send again",
}
"""What each scope opens; a test holds it complete."""

KEY_ACTS: Final = (OpsActionKind.KEY_MADE, OpsActionKind.KEY_REVOKED)

Reason = Annotated[str, Form()]
LastDay = Annotated[date | None, BeforeValidator(lambda given: given or None), Form()]


class Typed(Value):
    """What somebody wrote into the form for a key."""

    name: str = ""
    scopes: frozenset[Scope] = frozenset()
    last_day: date | None = None
    reason: str = ""


@router.get("")
async def keys(request: Request, site: OpenSite, _: Operations) -> Response:
    """List the keys, with the form for another one."""
    return await _keys_page(request, site)


@router.post("")
async def make(
    request: Request,
    site: OpenSite,
    visitor: Operations,
    name: Annotated[str, Form(max_length=500)] = "",
    scopes: Annotated[list[Scope] | None, Form()] = None,
    last_day: LastDay = None,
    reason: Reason = "",
    press: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Make a key and show its secret this once; a refusal keeps what was typed."""
    typed = Typed(name=name, scopes=frozenset(scopes or ()), last_day=last_day, reason=reason)
    try:
        made = await site.access_desk.make_key(
            name,
            typed.scopes,
            last_day,
            because(visitor, reason),
            f"{visitor.subject_id}/{press or uuid4().hex}",
        )
    except (
        KeyNameMissing,
        KeyWithoutScopes,
        KeyEndNotValid,
        ReasonMissing,
        ReasonNotPlain,
    ) as refusal:
        return await _keys_page(request, site, refusal, typed)
    return await page(
        request,
        "operations/access/secret.html",
        face=Party.OPS,
        key=made.key,
        secret=made.secret.get_secret_value(),
        public_url=site.settings.public_url,
    )


@router.post("/{key_id}/revoke")
async def revoke(
    request: Request,
    site: OpenSite,
    visitor: Operations,
    key_id: Annotated[str, Path(max_length=40)],
    reason: Reason = "",
) -> Response:
    """End a key at once."""
    is_changed = await site.access_desk.revoke_key(key_id, because(visitor, reason))
    said = "The key is revoked: from now on it opens nothing."
    return after(request, "/ops/keys", said if is_changed else "It was revoked already.")


async def _keys_page(
    request: Request, site: Site, refusal: Refusal | None = None, typed: Typed | None = None
) -> Response:
    return await page(
        request,
        "operations/access/keys.html",
        face=Party.OPS,
        status=status_of(refusal) if refusal else HTTPStatus.OK,
        keys=await site.api_keys.everything(),
        at=now(),
        today=now().astimezone(site.zone).date(),
        scope_words=SCOPE_WORDS,
        acts=await AccessLog(site.database).latest(KEY_ACTS),
        words=WORDS,
        typed=typed or Typed(),
        wrong=str(refusal) if refusal else "",
        code=refusal.code if refusal else "",
        press=uuid4().hex,
    )
