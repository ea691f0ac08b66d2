"""What operations do with one journey: each act takes a reason, and may be repeated."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from cli.desks import assessor_desk, ops_desk, order_desk, practitioner_desk, views_of
from cli.journeys import Enrollment
from cli.office import Office, grounds_now, in_office, reaching_engine
from cli.output import BY_DEFAULT, ByName, Reason, say
from domain.enrollment import AttentionKind, Party
from domain.grounds import Grounds

Again = Annotated[str, typer.Option(help="A word that tells a second, equal act from a repeat.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands at the top level."""
    for act in (
        extend,
        reassign,
        resend,
        correct_address,
        verify,
        withdraw,
        refund,
        grant_round,
        approve,
        pass_back,
        bounce,
        close_attention,
    ):
        app.command()(act)


def _do(act: Callable[[Office], Awaitable[str]]) -> None:
    async def reaching(office: Office) -> str:
        async with reaching_engine():
            return await act(office)

    say(in_office(reaching))


def extend(
    enrollment: Enrollment,
    days: Annotated[int, typer.Option(help="Days of the running clock's own kind.")],
    reason: Reason,
    again: Again = "",
    by: ByName = BY_DEFAULT,
) -> None:
    """Move the running due time later, with its reminders."""
    grounds = grounds_now(reason, by)

    async def act(office: Office) -> str:
        await (await ops_desk(office)).extend(enrollment, days, grounds, again)
        return await _standing(office, enrollment)

    _do(act)


def reassign(
    enrollment: Enrollment,
    reason: Reason,
    to: Annotated[str, typer.Option(help="Assessor's id; the best one without it.")] = "",
    again: Again = "",
    by: ByName = BY_DEFAULT,
) -> None:
    """Take the open round from its assessor and offer it anew."""
    grounds = grounds_now(reason, by)

    async def act(office: Office) -> str:
        view = await views_of(office).journey(enrollment)
        desk = await ops_desk(office)
        await desk.reassign(enrollment, view.round, grounds, to or None, again)
        return await _standing(office, enrollment)

    _do(act)


def resend(
    notice: Annotated[str, typer.Argument(metavar="NOTICE", help="Number of a notice.")],
    reason: Reason,
    again: Again = "",
    by: ByName = BY_DEFAULT,
) -> None:
    """Send a notice once more, to the address that is recorded now."""
    grounds = grounds_now(reason, by)

    async def act(office: Office) -> str:
        notice_id = await (await ops_desk(office)).resend(notice, grounds, again)
        return f"It goes out again as notice {notice_id}."

    _do(act)


def correct_address(
    enrollment: Enrollment,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The right address.")],
    reason: Reason,
    by: ByName = BY_DEFAULT,
) -> None:
    """Correct the practitioner's address; what they need goes out again."""
    grounds = grounds_now(reason, by)

    async def act(office: Office) -> str:
        sent = await (await ops_desk(office)).correct_address(enrollment, email, grounds)
        return f"The address is corrected; notices that go out again: {sent}."

    _do(act)


def verify(enrollment: Enrollment, reason: Reason, by: ByName = BY_DEFAULT) -> None:
    """Verify the practitioner's account by hand."""
    grounds = grounds_now(reason, by)

    async def act(office: Office) -> str:
        await (await practitioner_desk(office)).verify(enrollment, grounds)
        return await _standing(office, enrollment)

    _do(act)


def withdraw(enrollment: Enrollment, reason: Reason, by: ByName = BY_DEFAULT) -> None:
    """End a journey because its practitioner asked for it."""
    grounds = grounds_now(reason, by)

    async def act(office: Office) -> str:
        await (await practitioner_desk(office)).withdraw(enrollment, grounds)
        return await _standing(office, enrollment)

    _do(act)


def refund(enrollment: Enrollment, reason: Reason, by: ByName = BY_DEFAULT) -> None:
    """Refund the order line under which an enrollment runs."""
    grounds = grounds_now(reason, by)

    async def act(office: Office) -> str:
        line_id = (await views_of(office).journey(enrollment)).line_id
        order_id, _, number = line_id.rpartition("-")
        await (await order_desk(office)).refund(order_id, (int(number),), grounds)
        return await _standing(office, enrollment)

    _do(act)


def grant_round(
    enrollment: Enrollment, reason: Reason, again: Again = "", by: ByName = BY_DEFAULT
) -> None:
    """Grant one more round."""
    grounds = grounds_now(reason, by)

    async def act(office: Office) -> str:
        await (await ops_desk(office)).grant_round(enrollment, grounds, again)
        return await _standing(office, enrollment)

    _do(act)


def approve(enrollment: Enrollment, reason: Reason, by: ByName = BY_DEFAULT) -> None:
    """Confirm the judgement of the open round, as its approver."""
    _decide(enrollment, _approvers(reason, by), is_confirmed=True)


def pass_back(enrollment: Enrollment, reason: Reason, by: ByName = BY_DEFAULT) -> None:
    """Return the judgement of the open round to its assessor, with a note."""
    _decide(enrollment, _approvers(reason, by), is_confirmed=False)


def _approvers(reason: str, by: str) -> Grounds:
    return grounds_now(reason, by).model_copy(update={"party": Party.APPROVER})


def _decide(enrollment: str, grounds: Grounds, *, is_confirmed: bool) -> None:
    async def act(office: Office) -> str:
        view = await views_of(office).journey(enrollment)
        desk = await assessor_desk(office)
        await desk.decide_approval(
            enrollment,
            view.round,
            sum(line.what == "judged" for line in view.timeline),
            grounds,
            is_confirmed=is_confirmed,
        )
        return await _standing(office, enrollment)

    _do(act)


def bounce(
    notice: Annotated[str, typer.Argument(metavar="NOTICE", help="Number of a notice.")],
    reply: Annotated[str, typer.Option(help="What the bounce said.")],
) -> None:
    """Record that a mail came back after it was accepted."""

    async def act(office: Office) -> str:
        await (await ops_desk(office)).bounced(notice, reply)
        return "The bounce is recorded; attention is open on it."

    _do(act)


def close_attention(
    subject: Annotated[str, typer.Argument(help="Enrollment, order or line of `attention`.")],
    kind: Annotated[AttentionKind, typer.Argument(help="Which attention.")],
    reason: Reason,
    by: ByName = BY_DEFAULT,
) -> None:
    """Close attention that was seen to, saying how."""
    grounds = grounds_now(reason, by)

    async def act(office: Office) -> str:
        is_closed = await (await ops_desk(office)).close_attention(subject, kind, grounds)
        return "It is closed." if is_closed else "Nothing of that kind was open there."

    _do(act)


async def _standing(office: Office, enrollment: str) -> str:
    view = await views_of(office).journey(enrollment)
    if view.ending:
        return f"{enrollment} has ended: {view.ending}."
    return f"{enrollment} is at the stage {view.stage} and waits on {view.waiting_on}."
