"""The states of a notice, on both databases: each one is written from what really happened."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.ports import Outgoing
from activities.steps import (
    BeginJourney,
    EndJourney,
    EnterStage,
    IntendNotice,
    RecordAward,
    VerifyPerson,
)
from adapters.records.database import Database
from adapters.records.notice_book import DELAYED_AFTER_ATTEMPTS
from adapters.records.tables import AttentionRow, EnrollmentRow, NoticeRow
from domain.enrollment import AttentionKind, ClockKind, Ending, Party, Stage
from domain.notice_rules import UnknownNotice
from domain.notices import NoticeKind, NoticeState, Recipient
from tests.traps.books import NOW, Books, clock

LATER = NOW + timedelta(minutes=1)
REPLY = "250 2.0.0 queued as 1"


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """Books with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return books


async def verification_mail(books: Books, number: int = 1) -> tuple[str, str]:
    """Return an enrollment whose practitioner is to get a link, and the notice of it."""
    enrollment_id = await books.enrolled(number)
    begin = BeginJourney(
        verification=clock(ClockKind.VERIFICATION, 10), access=clock(ClockKind.ACCESS)
    )
    written = await books.enter(enrollment_id, begin)
    return enrollment_id, written.notices[0].notice_id


async def sending(books: Books, notice_id: str) -> Outgoing:
    """Prepare and claim a notice, as a sender does before the letter's bytes go out."""
    outgoing = await books.notices.prepare(notice_id, LATER)
    assert isinstance(outgoing, Outgoing)
    assert await books.notices.claim(notice_id, "token")
    return outgoing


async def state(books: Books, notice_id: str) -> NoticeState:
    """Return the state of a notice."""
    return NoticeState((await books.row(NoticeRow, notice_id)).state)


async def attention(books: Books) -> list[str]:
    """Return what is open for ops."""
    rows = await books.rows(AttentionRow, AttentionRow.closed_at.is_(None))
    return sorted(row.kind for row in rows)


async def test_ten_senders_at_once_and_one_claim(books: Books) -> None:
    """Proves: of ten senders with the same notice in hand exactly one may send it."""
    _, notice_id = await verification_mail(books)
    for _ in range(2):
        assert isinstance(await books.notices.prepare(notice_id, LATER), Outgoing)

    claims = await asyncio.gather(
        *(books.notices.claim(notice_id, f"token {n}") for n in range(10))
    )

    assert claims.count(True) == 1
    assert await state(books, notice_id) is NoticeState.SENDING


async def test_accepted_is_written_from_the_reply_and_stays(books: Books) -> None:
    """Proves: the server's own reply is kept, and no later word changes it."""
    enrollment_id, notice_id = await verification_mail(books)
    outgoing = await sending(books, notice_id)
    assert outgoing.enrollment_id == enrollment_id
    assert outgoing.to_address == "learner1@example.org"

    await books.notices.accepted(notice_id, REPLY, LATER)
    await books.notices.accepted(notice_id, "250 another", LATER)
    await books.notices.refused(notice_id, "550 no", LATER)
    await books.notices.deferred(notice_id, "450 later", LATER, attempt=99, claim=None)
    await books.notices.unconfirmed(notice_id, "gone", LATER)

    row = await books.row(NoticeRow, notice_id)
    assert (row.state, row.reply, row.settled_at) == (NoticeState.ACCEPTED, REPLY, LATER)
    assert await books.notices.prepare(notice_id, LATER) is NoticeState.ACCEPTED
    assert not await books.notices.claim(notice_id, "another")
    assert await attention(books) == []


async def test_an_acceptance_without_a_claim_is_not_believed(books: Books) -> None:
    """Proves: a notice that nobody sent cannot become accepted."""
    _, notice_id = await verification_mail(books)
    await books.notices.accepted(notice_id, REPLY, LATER)
    assert await state(books, notice_id) is NoticeState.INTENDED


async def test_a_deferred_notice_can_be_claimed_again(books: Books) -> None:
    """Proves: after a temporary no the claim is given back; ops hear of it after some attempts,
    and no more once it is accepted.
    """
    enrollment_id, notice_id = await verification_mail(books)
    for attempt in range(1, DELAYED_AFTER_ATTEMPTS + 1):
        await sending(books, notice_id)
        await books.notices.deferred(notice_id, "450 later", LATER, attempt=attempt, claim="token")
        is_late = attempt == DELAYED_AFTER_ATTEMPTS
        assert await attention(books) == [AttentionKind.MAIL_DELAYED] * is_late
    assert (await books.row(NoticeRow, notice_id)).attempts == DELAYED_AFTER_ATTEMPTS
    assert (await books.row(EnrollmentRow, enrollment_id)).open_attention == 1

    await sending(books, notice_id)
    await books.notices.accepted(notice_id, REPLY, LATER)
    assert await attention(books) == []
    assert (await books.row(EnrollmentRow, enrollment_id)).open_attention == 0


async def test_a_sender_without_the_claim_does_not_give_it_back(books: Books) -> None:
    """Proves: a second sender whose connection failed does not free the first one's claim."""
    _, notice_id = await verification_mail(books)
    await sending(books, notice_id)
    for claim in (None, "of another sender"):
        await books.notices.deferred(notice_id, "no connection", LATER, attempt=1, claim=claim)
    assert not await books.notices.claim(notice_id, "second")
    assert await state(books, notice_id) is NoticeState.SENDING


async def test_a_refused_notice_is_for_ops(books: Books) -> None:
    """Proves: a permanent no ends the sending and opens attention."""
    _, notice_id = await verification_mail(books)
    await sending(books, notice_id)
    await books.notices.refused(notice_id, "550 5.1.1 nobody here", LATER)
    row = await books.row(NoticeRow, notice_id)
    assert (row.state, row.reply) == (NoticeState.REFUSED, "550 5.1.1 nobody here")
    assert await attention(books) == [AttentionKind.MAIL_REFUSED]
    assert await books.notices.prepare(notice_id, LATER) is NoticeState.REFUSED


async def test_an_unconfirmed_notice_is_repeated_once_at_most(books: Books) -> None:
    """Proves: without an answer to the last byte a notice is ``unknown`` with an owner; it is
    repeated once with the same Message-ID, and then waits for ops.
    """
    _, notice_id = await verification_mail(books)
    first = await sending(books, notice_id)
    assert await books.notices.unconfirmed(notice_id, "", LATER)
    assert await state(books, notice_id) is NoticeState.UNKNOWN
    assert await attention(books) == [AttentionKind.MAIL_UNCONFIRMED]

    again = await sending(books, notice_id)
    assert again.message_id == first.message_id
    assert not await books.notices.unconfirmed(notice_id, "", LATER)
    assert await books.notices.prepare(notice_id, LATER) is NoticeState.UNKNOWN
    assert not await books.notices.claim(notice_id, "third")
    assert await attention(books) == [AttentionKind.MAIL_UNCONFIRMED]


async def test_a_sender_that_died_leaves_an_unknown_notice(books: Books) -> None:
    """Proves: a notice found in ``sending`` is flagged before anything else is done with it."""
    _, notice_id = await verification_mail(books)
    await sending(books, notice_id)
    assert isinstance(await books.notices.prepare(notice_id, LATER), Outgoing)
    assert await state(books, notice_id) is NoticeState.UNKNOWN
    assert await attention(books) == [AttentionKind.MAIL_UNCONFIRMED]
    await books.notices.accepted(notice_id, REPLY, LATER)
    assert await attention(books) == [], "the reply was heard after all"


async def test_an_award_is_never_repeated_by_itself(books: Books) -> None:
    """Proves: an award mail that may have arrived waits for ops."""
    enrollment_id = await books.enrolled(1)
    awarded = IntendNotice(kind=NoticeKind.AWARDED, to=Recipient.PRACTITIONER, ordinal=1)
    ending = (RecordAward(round=1), EndJourney(ending=Ending.AWARDED), awarded)
    written = await books.enter(enrollment_id, *ending)
    notice_id = written.notices[0].notice_id
    await sending(books, notice_id)
    assert not await books.notices.unconfirmed(notice_id, "", LATER)
    assert await books.notices.prepare(notice_id, LATER) is NoticeState.UNKNOWN


async def test_a_change_of_state_cancels_what_was_not_sent(books: Books) -> None:
    """Proves: an intended link to verify is cancelled in the transaction that verifies, and an
    unknown one as soon as somebody would repeat it, with its attention.
    """
    enrollment_id, first = await verification_mail(books, 1)
    other_enrollment, second = await verification_mail(books, 2)
    await sending(books, second)
    await books.notices.unconfirmed(second, "", LATER)
    granting = EnterStage(
        stage=Stage.GRANTING_ACCESS, waiting_on=Party.ENGINE, clock=clock(ClockKind.ACCESS)
    )
    for each in (enrollment_id, other_enrollment):
        await books.enter(each, VerifyPerson(), granting)

    assert await state(books, first) is NoticeState.CANCELLED
    assert not await books.notices.claim(first, "token")
    assert await books.notices.prepare(second, LATER) is NoticeState.CANCELLED
    assert await attention(books) == []


async def test_the_order_of_instants_holds_for_a_journey_that_is_ahead(books: Books) -> None:
    """Proves: a notice of a fast-forwarded journey is never settled before it was intended."""
    enrollment_id = await books.enrolled(1)
    ahead = NOW + timedelta(days=400)
    begin = BeginJourney(
        verification=clock(ClockKind.VERIFICATION, 10, ahead), access=clock(ClockKind.ACCESS)
    )
    written = await books.enter(enrollment_id, begin, at=ahead)
    notice_id = written.notices[0].notice_id
    await sending(books, notice_id)
    await books.notices.accepted(notice_id, REPLY, NOW)
    row = await books.row(NoticeRow, notice_id)
    assert row.settled_at == row.intended_at == ahead


async def test_an_unknown_notice_is_refused(books: Books) -> None:
    """Proves: a number that no notice has sends nothing."""
    with pytest.raises(UnknownNotice):
        await books.notices.prepare("n-unknown", NOW)
    assert not await books.notices.claim("n-unknown", "token")
