"""Trap 1: mail that is recorded as sent and was never sent."""

from dataclasses import dataclass

import pytest
from sqlalchemy import text
from temporalio.client import ActivityFailureError
from temporalio.testing import WorkflowEnvironment

from activities.steps import EndJourney, IntendNotice, RecordAward
from adapters.records.tables import AttentionRow, NoticeRow
from domain.enrollment import AttentionKind, Ending
from domain.notices import NoticeKind, NoticeState, Recipient
from tests.smtp_servers import At, Deed, Script, ScriptedServer
from tests.traps.books import Books
from tests.traps.sending import message_ids, sender, verification_mail
from tests.waiting import eventually

UNKNOWN, ACCEPTED, REFUSED = NoticeState.UNKNOWN, NoticeState.ACCEPTED, NoticeState.REFUSED


@dataclass(frozen=True)
class Case:
    """A server that misbehaves, and what the records must say in the end."""

    script: Script
    state: NoticeState
    letters: int
    attention: AttentionKind | None = None


CASES = {
    "hangs up twice at once": Case({At.CONNECT: [Deed.DROP] * 2}, ACCEPTED, 1),
    "greets with a temporary no": Case({At.CONNECT: ["421 4.3.2 later"]}, ACCEPTED, 1),
    "recipient: not now": Case({At.RECIPIENT: ["450 4.2.1 later"]}, ACCEPTED, 1),
    "recipient: never": Case(
        {At.RECIPIENT: ["550 5.1.1 nobody"]}, REFUSED, 0, AttentionKind.MAIL_REFUSED
    ),
    "hangs up in the middle": Case({At.LETTER: [Deed.DROP]}, ACCEPTED, 1),
    "letter: not now": Case({At.END: ["451 4.3.0 later"]}, ACCEPTED, 2),
    "letter: never": Case({At.END: ["554 5.6.0 no"]}, REFUSED, 1, AttentionKind.MAIL_REFUSED),
    "hangs up after the final dot": Case({At.END: [Deed.DROP]}, ACCEPTED, 2),
    "hangs up after the final dot twice": Case(
        {At.END: [Deed.DROP] * 2}, UNKNOWN, 2, AttentionKind.MAIL_UNCONFIRMED
    ),
}


async def open_attention(books: Books) -> list[str]:
    """Return what is open for ops."""
    return [row.kind for row in await books.rows(AttentionRow, AttentionRow.closed_at.is_(None))]


def target(temporal: WorkflowEnvironment) -> str:
    """Return where the engine is."""
    return temporal.client.service_client.config.target_host


@pytest.mark.parametrize("name", CASES)
async def test_accepted_is_written_from_the_servers_reply_alone(
    temporal: WorkflowEnvironment, sqlite_books: Books, name: str
) -> None:
    """Proves: whatever the server does, the record says ``accepted`` only after its 250, with its
    own words; every other end is a visible state with an owner, and a letter that is repeated
    carries the Message-ID of the first.
    """
    books, case = sqlite_books, CASES[name]
    _, notice_id = await verification_mail(books)
    async with (
        ScriptedServer(case.script) as server,
        sender(target(temporal), server.port, books.notices) as post,
    ):
        assert await post.send(notice_id) is case.state
        assert len(server.received) == case.letters
        assert len(set(message_ids(server))) <= 1
    row = await books.row(NoticeRow, notice_id)
    assert row.state == case.state
    assert (row.reply == f"250 2.0.0 queued as {case.letters}") is (case.state is ACCEPTED)
    assert await open_attention(books) == ([case.attention] if case.attention else [])


async def test_a_server_that_is_down_leaves_the_notice_waiting(
    temporal: WorkflowEnvironment, sqlite_books: Books
) -> None:
    """Proves: with no server there the notice stays intended, however often it was tried."""
    books = sqlite_books
    _, notice_id = await verification_mail(books)
    async with ScriptedServer() as gone:
        port = gone.port
    async with sender(target(temporal), port, books.notices) as post:
        handle = await post.start(notice_id, attempts=2)
        with pytest.raises(ActivityFailureError):
            await handle.result()
    row = await books.row(NoticeRow, notice_id)
    assert (row.state, row.attempts) == (NoticeState.INTENDED, 2)


async def test_an_award_mail_that_may_have_arrived_waits_for_ops(
    temporal: WorkflowEnvironment, sqlite_books: Books
) -> None:
    """Proves: an award is not announced a second time by itself, and ops own the doubt."""
    books = sqlite_books
    enrollment_id = await books.enrolled(1)
    awarded = IntendNotice(kind=NoticeKind.AWARDED, to=Recipient.PRACTITIONER, ordinal=1)
    ending = (RecordAward(round=1), EndJourney(ending=Ending.AWARDED), awarded)
    notice_id = (await books.enter(enrollment_id, *ending)).notices[0].notice_id
    async with (
        ScriptedServer({At.END: [Deed.DROP]}) as server,
        sender(target(temporal), server.port, books.notices) as post,
    ):
        assert await post.send(notice_id) is UNKNOWN
        assert await post.send(notice_id) is UNKNOWN
        assert len(server.received) == 1
    assert await open_attention(books) == [AttentionKind.MAIL_UNCONFIRMED]


FAILING = {
    "sqlite": (
        """CREATE TRIGGER full_disk BEFORE UPDATE ON notices WHEN NEW.state = 'accepted'
        BEGIN SELECT RAISE(ABORT, 'the disk is full'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$""",
        """CREATE TRIGGER full_disk BEFORE UPDATE ON notices FOR EACH ROW
        WHEN (NEW.state = 'accepted') EXECUTE FUNCTION fail()""",
    ),
}
MENDED = {"sqlite": "DROP TRIGGER full_disk", "postgresql": "DROP TRIGGER full_disk ON notices"}


async def test_records_that_fail_right_after_the_reply_lose_nothing(
    temporal: WorkflowEnvironment, books: Books
) -> None:
    """Proves: when the database fails between the server's 250 and our record of it, the next
    attempt still knows the code of the reply and writes it, and no second letter goes out. What
    the engine keeps of it names nobody.
    """
    _, notice_id = await verification_mail(books)
    kind = books.database.engine.dialect.name
    async with books.database.transaction() as session:
        for statement in FAILING[kind]:
            await session.execute(text(statement))
    async with (
        ScriptedServer() as server,
        sender(target(temporal), server.port, books.notices) as post,
    ):
        handle = await post.start(notice_id, pause=0.3)

        async def is_tried_again() -> bool:
            return (await handle.describe()).attempt > 1

        await eventually(is_tried_again)
        assert "queued as" not in str((await handle.describe()).raw_info.last_failure)
        async with books.database.transaction() as session:
            await session.execute(text(MENDED[kind]))
        assert NoticeState((await handle.result()).state) is ACCEPTED
        assert len(server.received) == 1
    assert (await books.row(NoticeRow, notice_id)).reply == "250 as the sender remembers it"
