"""Trap 3: mail that was true when it was intended and is not when it is sent."""

from temporalio.testing import WorkflowEnvironment

from activities.steps import EndJourney, EnterStage, IntendNotice, VerifyPerson
from adapters.records.notice_book import NoticeBook
from adapters.records.tables import NoticeRow
from domain.enrollment import ClockKind, Ending, Party, Stage
from domain.kept_letters import KeptLetter
from domain.notices import NoticeKind, NoticeState, Recipient
from tests.house import OPS, House
from tests.smtp_servers import At, ScriptedServer
from tests.traps.books import NOW, Books, clock
from tests.traps.sending import letters_to, sender, verification_mail
from tests.waiting import eventually
from tests.workflows import stages

GRANTING = EnterStage(
    stage=Stage.GRANTING_ACCESS, waiting_on=Party.ENGINE, clock=clock(ClockKind.ACCESS)
)


def withdrawn_before_the_claim(books: Books, enrollment_id: str) -> NoticeBook:
    """Let the practitioner withdraw between a sender's look at the notice and its claim."""
    claim = books.notices.claim

    async def too_late(notice_id: str, token: str, letter: KeptLetter | None = None) -> bool:
        await books.enter(enrollment_id, EndJourney(ending=Ending.WITHDRAWN))
        return await claim(notice_id, token, letter)

    books.notices.claim = too_late  # type: ignore[method-assign]
    return books.notices


async def test_a_change_while_the_mail_waits_cancels_it(
    temporal: WorkflowEnvironment, books: Books
) -> None:
    """Proves: a link to verify that could not be sent at first is not sent once the account is
    verified.
    """
    enrollment_id, notice_id = await verification_mail(books)
    address = temporal.client.service_client.config.target_host
    async with (
        ScriptedServer({At.RECIPIENT: ["450 4.2.1 later"]}) as server,
        sender(address, server.port, books.notices) as post,
    ):
        handle = await post.start(notice_id, pause=0.5)

        async def was_deferred() -> bool:
            return (await books.row(NoticeRow, notice_id)).reply.startswith("450")

        await eventually(was_deferred)
        await books.enter(enrollment_id, VerifyPerson(), GRANTING)
        assert (await handle.result()).state == NoticeState.CANCELLED
        assert server.received == []
    assert (await books.row(NoticeRow, notice_id)).state == NoticeState.CANCELLED


async def test_a_change_at_the_last_moment_stops_the_letter(
    temporal: WorkflowEnvironment, books: Books
) -> None:
    """Proves: even a change after the letter was written, while the server already knows its
    recipient, is seen by the claim: no byte of the letter goes out.
    """
    enrollment_id, notice_id = await verification_mail(books)
    notices = withdrawn_before_the_claim(books, enrollment_id)
    address = temporal.client.service_client.config.target_host
    async with (
        ScriptedServer() as server,
        sender(address, server.port, notices) as post,
    ):
        assert await post.send(notice_id) is NoticeState.CANCELLED
        assert "RCPT" in server.commands
        assert "DATA" not in server.commands


async def test_only_the_ending_that_is_recorded_is_told(books: Books) -> None:
    """Proves: an award that was intended for a journey that ended otherwise is never sent."""
    enrollment_id = await books.enrolled(1)
    awarded = IntendNotice(kind=NoticeKind.AWARDED, to=Recipient.PRACTITIONER, ordinal=1)
    written = await books.enter(enrollment_id, EndJourney(ending=Ending.LAPSED), awarded)
    notice_id = written.notices[0].notice_id
    outcome = await books.notices.prepare(notice_id, NOW)
    assert outcome is NoticeState.CANCELLED


async def test_a_withdrawal_silences_the_assessor_who_was_asked(house: House, library: str) -> None:
    """Proves: after a withdrawal nobody hears of the offer again: its reminder is never sent, and
    the practitioner gets the farewell alone.
    """
    placed = await stages.offered(house, library)
    before = letters_to(house.smtp, placed.assessor.address)
    await house.practitioner.withdraw(placed.enrollment_id, OPS)
    await house.until_stage(placed.enrollment_id, Stage.ENDED)
    await house.engine.journey(placed.enrollment_id).result()  # closed: no timer is left to fire
    notices = await house.all_settled(placed.enrollment_id)
    assert letters_to(house.smtp, placed.assessor.address) == before
    assert notices[-1].kind == NoticeKind.WITHDRAWN
    assert NoticeKind.OFFER_REMINDER not in {notice.kind for notice in notices}
