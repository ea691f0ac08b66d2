"""Where the shop tells of paid and refunded orders: for programs, and the signature is the key."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from adapters.records.shop_book import ShopBook
from adapters.telemetry import logger_named
from domain.shop_webhook import LARGEST_BODY, ShopAnswer
from office.shop import ShopDesk
from portal.faces import OpenSite

router = APIRouter(prefix="/webhooks")

RETRY_AFTER_SECONDS: Final = 30
"""When to try again what could not be finished just now."""

_LOG = logger_named(__name__)


def shop_desk(site: OpenSite) -> ShopDesk:
    """Return where the shop's messages are taken."""
    return ShopDesk(site.desks.orders, ShopBook(site.database), site.settings.shop_secrets)


@router.post("/shop")
async def receive(request: Request, desk: Annotated[ShopDesk, Depends(shop_desk)]) -> JSONResponse:
    """Take one message of the shop. Anything but 2xx asks it to send the same again later."""
    answer = await desk.receive(request.headers, await _bounded_body(request))
    _LOG.info("shop_message", code=answer.code, order=answer.order_id)
    headers = {"retry-after": str(RETRY_AFTER_SECONDS)} if answer.status == 503 else {}
    return JSONResponse(_content(answer), status_code=answer.status, headers=headers)


async def _bounded_body(request: Request) -> bytes:
    """Read a body, and one byte more than is allowed at most: the desk refuses that by its size."""
    taken = bytearray()
    async for chunk in request.stream():
        taken += chunk[: LARGEST_BODY + 1 - len(taken)]
        if len(taken) > LARGEST_BODY:
            break
    return bytes(taken)


def _content(answer: ShopAnswer) -> dict[str, object]:
    content: dict[str, object] = {"code": answer.code, "sentence": answer.sentence}
    if answer.status >= 400:
        return {**content, "points": []}
    return {**content, "order": answer.order_id}
