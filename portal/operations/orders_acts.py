"""Acts on one order: settle it, release a held line, send its mail again, close attention.

Each shows first what it would do. What the act concerns stands in the address and in the form, and
is looked for in this very order, so that a mistyped address touches nothing else (trap 10).
"""

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import Response

from adapters.records.order_views import OrderFacts, OrderLineFacts, OrderViews
from domain.enrollment import AttentionKind, Party
from domain.grounds import REASON_LIMIT, Grounds, grounds
from domain.notice_rules import UnknownNotice
from domain.orders import LineState, UnknownLine
from domain.refusals import NotFound, Refusal
from domain.values import Value
from portal.answers import after, page
from portal.faces import OpenSite, Operations
from portal.failures import status_of
from portal.forms import OURS
from portal.operations.orders_page import OrderId
from portal.operations.wording import ATTENTION
from portal.site import Site, now

router = APIRouter(prefix="/ops/orders", dependencies=[OURS])


class OrderAct(StrEnum):
    """What can be done with an order beside refunding it."""

    SETTLE = "settle"
    RELEASE = "release"
    RESEND = "resend"
    CLOSE_ATTENTION = "close_attention"


class Aim(Value):
    """What an act is about: a line by its number, a notice, attention on the order or a line."""

    line: int = 0
    notice: str = ""
    attention: str = ""
    subject: str = ""


class AttentionNotOpen(NotFound):
    """There is nothing to close."""

    code = "attention_not_open"
    sentence = "No such attention is open on this order any more. Nothing needs to be done."


class Foreseen(Value):
    """What an act would do, in sentences; ``why_not`` where it would do nothing."""

    title: str
    button: str
    facts: tuple[str, ...] = ()
    final: tuple[str, ...] = ()
    why_not: str = ""
    line: OrderLineFacts | None = None


_HELD_FOR: Final = (
    "The line starts as a journey of its own, and the access promise begins.",
    "While the learner's first enrollment in the same is open, this is refused.",
)


async def asked_aim(
    line: Annotated[int, Query(ge=0, le=100_000)] = 0,
    notice: Annotated[str, Query(max_length=40)] = "",
    attention: Annotated[str, Query(max_length=40)] = "",
    subject: Annotated[str, Query(max_length=60)] = "",
) -> Aim:
    """Return what an address asks about."""
    return Aim(line=line, notice=notice, attention=attention, subject=subject)


async def posted_aim(
    line: Annotated[int, Form(ge=0, le=100_000)] = 0,
    notice: Annotated[str, Form(max_length=40)] = "",
    attention: Annotated[str, Form(max_length=40)] = "",
    subject: Annotated[str, Form(max_length=60)] = "",
) -> Aim:
    """Return what a form is about."""
    return Aim(line=line, notice=notice, attention=attention, subject=subject)


Kind = Annotated[OrderAct, Path()]
AskedAim = Annotated[Aim, Depends(asked_aim)]
PostedAim = Annotated[Aim, Depends(posted_aim)]


@router.get("/{order_id}/acts/{kind}")
async def ask(
    request: Request, site: OpenSite, _: Operations, order_id: OrderId, kind: Kind, aim: AskedAim
) -> Response:
    """Show what an act would do; nothing is changed."""
    return await _act_page(request, site, order_id, kind, aim)


@router.post("/{order_id}/acts/{kind}")
async def do(
    request: Request,
    site: OpenSite,
    visitor: Operations,
    order_id: OrderId,
    kind: Kind,
    aim: PostedAim,
    reason: Annotated[str, Form()] = "",
    press: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Do it; the order's page says what came of it."""
    order = await OrderViews(site.database).order(order_id)
    try:
        await _foreseen(site, order, kind, aim)
        said = await _do(site, order, kind, aim, grounds(reason, visitor.name, now()), press)
    except Refusal as refusal:
        return await _act_page(request, site, order_id, kind, aim, refusal, reason)
    return after(request, f"/ops/orders/{order_id}", said)


async def _do(
    site: Site, order: OrderFacts, kind: OrderAct, aim: Aim, because: Grounds, press: str
) -> str:
    match kind:
        case OrderAct.SETTLE:
            await (await site.desks.orders()).settle(order.order_id, because)
            return "The order is settled; its lines are being started."
        case OrderAct.RELEASE:
            desk = await site.desks.orders()
            enrollment_id = await desk.release(f"{order.order_id}-{aim.line}", because)
            return f"Line {aim.line} is started as enrollment {enrollment_id}."
        case OrderAct.RESEND:
            await (await site.desks.ops()).resend(aim.notice, because, press)
            return "The mail goes out once more."
        case OrderAct.CLOSE_ATTENTION:
            attention = AttentionKind(aim.attention)
            desk_of_ops = await site.desks.ops()
            is_closed = await desk_of_ops.close_attention(aim.subject, attention, because)
            return "It is closed." if is_closed else "It was closed already."


async def _foreseen(site: Site, order: OrderFacts, kind: OrderAct, aim: Aim) -> Foreseen:
    """Return what an act would do. Raises where it names something that is not of this order."""
    match kind:
        case OrderAct.SETTLE:
            return _settling(order)
        case OrderAct.RELEASE:
            if not aim.line:
                raise UnknownLine(line=f"{order.order_id}-{aim.line}")
            views = OrderViews(site.database)
            (line,) = await views.chosen_lines(order.order_id, (aim.line,))
            is_held = line.state is LineState.HELD
            return Foreseen(
                title=f"Release line {line.number}",
                button="Release it",
                facts=_HELD_FOR if is_held else (),
                why_not="" if is_held else f"The line is not held; it is {line.state}.",
                line=line,
            )
        case OrderAct.RESEND:
            return _resending(order, aim)
        case OrderAct.CLOSE_ATTENTION:
            return _closing(order, aim)


def _settling(order: OrderFacts) -> Foreseen:
    title, button = "Record that the order was paid", "Settle it"
    waiting = order.counts.get(LineState.WAITING, 0)
    if order.settled_at is not None:
        return Foreseen(title=title, button=button, why_not="The order is settled already.")
    if waiting == 0:
        return Foreseen(title=title, button=button, why_not="No line is left that could start.")
    lines = "1 line starts" if waiting == 1 else f"{waiting:,} lines start"
    return Foreseen(
        title=title,
        button=button,
        facts=(
            f"{lines}. Learners whose account is verified get their access mail at once, others "
            "the mail with which they verify it.",
            "The clock of the access promise begins now.",
            "A line whose learner has the same micro-credential open already is held for you.",
        ),
        final=("A settlement cannot be taken back; lines are refunded instead.",),
    )


def _resending(order: OrderFacts, aim: Aim) -> Foreseen:
    notice = next((each for each in order.notices if each.notice_id == aim.notice), None)
    if notice is None:
        raise UnknownNotice(notice=aim.notice)
    is_out = notice.state in {"intended", "sending"}
    return Foreseen(
        title=f"Send the mail “{notice.kind.replace('_', ' ')}” again",
        button="Send it again",
        facts=(f"It goes to {order.payer_name}, {order.payer_address}, with the facts of now.",),
        final=("A mail that was sent cannot be called back.",),
        why_not="The mail is on its way; nothing need be done." if is_out else "",
    )


def _closing(order: OrderFacts, aim: Aim) -> Foreseen:
    is_open = any(
        (each.subject, each.kind) == (aim.subject, aim.attention) for each in order.attention
    )
    if not is_open:
        raise AttentionNotOpen
    return Foreseen(
        title=f"Close the attention “{aim.attention.replace('_', ' ')}”",
        button="Close it",
        facts=(
            ATTENTION[AttentionKind(aim.attention)],
            "Closing it changes nothing else; it opens again if it happens anew.",
        ),
    )


async def _act_page(
    request: Request,
    site: Site,
    order_id: str,
    kind: OrderAct,
    aim: Aim,
    refusal: Refusal | None = None,
    reason: str = "",
) -> Response:
    order = await OrderViews(site.database).order(order_id)
    return await page(
        request,
        "operations/orders/act.html",
        face=Party.OPS,
        status=status_of(refusal) if refusal else HTTPStatus.OK,
        order=order,
        kind=kind,
        aim=aim,
        foreseen=await _foreseen(site, order, kind, aim),
        refusal=refusal,
        reason=reason,
        reason_limit=REASON_LIMIT,
        press=uuid4().hex,
    )
