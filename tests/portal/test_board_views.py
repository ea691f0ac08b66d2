"""The board of operations: right numbers, each the length of the list that it leads to."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.board_values import Board
from adapters.records.board_views import RECENT
from adapters.records.database import Database
from adapters.records.list_values import (
    AttentionFilter,
    JourneyFilter,
    MailTrouble,
    NoticeFilter,
    PromiseState,
)
from adapters.records.round_tables import RoundRow
from domain.enrollment import AttentionKind, Ending, Stage
from domain.notices import NoticeState
from tests.portal.standings import DAY, HOUR, Standings
from tests.traps.books import NOW, Books


@pytest.fixture
async def standings(database: AsyncEngine) -> Standings:
    """Books on either database, with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return Standings(books)


async def waiting(standings: Standings, number: int, days: int) -> str:
    """Return a journey whose round waits in the queue for so many days."""
    journey = await standings.journey(number, Stage.QUEUED, NOW + DAY)
    round_row = RoundRow(
        enrollment_id=journey,
        number=1,
        library="general",
        is_resubmission=False,
        open_items={},
        opened_at=NOW - days * DAY,
        waiting_since=NOW - days * DAY,
    )
    await standings.add(round_row)
    return journey


async def busy(standings: Standings) -> dict[str, str]:
    """Put a little of everything into the records; returns some of it by name."""
    promise = {"access_due_at": NOW - DAY, "access_met_at": NOW - 2 * DAY}
    late = await standings.journey(1, Stage.WORKING, NOW - HOUR, **promise)
    broken = promise | {"access_breached_at": NOW - DAY, "access_met_at": NOW}
    await standings.journey(2, Stage.WORKING, **broken)
    long_ago = {key: at - RECENT for key, at in promise.items()}
    await standings.journey(3, Stage.REVISING, **long_ago)
    next_due = NOW + 3 * HOUR
    await standings.journey(4, Stage.GRANTING_ACCESS, next_due, access_due_at=next_due)
    await standings.journey(5, Stage.GRANTING_ACCESS, NOW - DAY, access_due_at=NOW - RECENT - DAY)
    oldest = await waiting(standings, 6, days=9)
    await waiting(standings, 7, days=2)
    await standings.ended(8, Ending.AWARDED, NOW - DAY)
    await standings.ended(9, Ending.LAPSED, NOW - RECENT - DAY)
    first, second = await standings.books.hire(1), await standings.books.hire(2)
    await standings.assessing(10, first, NOW + DAY)
    called = await standings.assessing(11, first, NOW + DAY, called_at=NOW - 2 * DAY)
    await standings.assessing(12, second, NOW - HOUR)
    await standings.attention(oldest, AttentionKind.NO_ASSESSOR, NOW - 9 * DAY)
    await standings.attention(called, AttentionKind.NO_ASSESSOR, NOW)
    await standings.attention(late, AttentionKind.MAIL_BOUNCED, NOW)
    await standings.attention("o-1", AttentionKind.SETTLEMENT_OVERDUE, NOW, closed=NOW)
    await standings.notice("n1", late, NoticeState.BOUNCED)
    await standings.notice("n2", late, NoticeState.REFUSED)
    await standings.notice("n3", called, NoticeState.BOUNCED)
    await standings.notice("n4", late, NoticeState.BOUNCED, superseded_by="n5")
    await standings.notice("n5", late, NoticeState.INTENDED, attempts=1)
    await standings.notice("n6", late, NoticeState.SENDING, attempts=8)
    await standings.notice("n7", late, NoticeState.ACCEPTED, attempts=9)
    return {"oldest": oldest, "late": late}


async def test_the_board_counts_a_small_known_set(standings: Standings) -> None:
    """Proves: each tile says what was put there, and nothing of what is over, seen to or old."""
    known = await busy(standings)
    board = await standings.views.board(NOW)
    stages = {each.stage: (each.journeys, each.late) for each in board.stages if each.journeys}
    assert stages == {
        Stage.WORKING: (2, 1),
        Stage.REVISING: (1, 0),
        Stage.GRANTING_ACCESS: (2, 1),
        Stage.QUEUED: (2, 0),
        Stage.ASSESSING: (3, 1),
    }
    promise = board.promise
    assert (promise.met, promise.breached, promise.running) == (1, 1, 2)
    assert promise.next_due_at == NOW - RECENT - DAY
    assert promise.share_met == 0.5
    attention = [(each.kind, each.open, each.oldest_at) for each in board.attention]
    assert attention == [
        (AttentionKind.NO_ASSESSOR, 2, NOW - 9 * DAY),
        (AttentionKind.MAIL_BOUNCED, 1, NOW),
    ]
    assert board.queue.waiting == 2
    assert board.queue.oldest_enrollment_id == known["oldest"]
    assert board.queue.oldest_since == NOW - 9 * DAY
    mail = {each.trouble: each.notices for each in board.mail}
    assert mail == {
        MailTrouble.REFUSED: 0,
        MailTrouble.BOUNCED: 1,
        MailTrouble.UNKNOWN: 0,
        MailTrouble.DELAYED: 1,
    }
    assert (board.overdue.assessments, board.overdue.assessors) == (2, 2)
    assert board.overdue.oldest_since == NOW - 2 * DAY
    endings = {each.ending: each.journeys for each in board.endings if each.journeys}
    assert endings == {Ending.AWARDED: 1}


async def length(standings: Standings, wanted: JourneyFilter) -> int:
    """Return how many journeys a filter lists."""
    page = await standings.views.journeys(wanted)
    assert page.after is None
    return len(page.lines)


async def test_every_number_is_the_length_of_the_list_behind_it(standings: Standings) -> None:
    """Proves: whoever follows a number finds that many lines: board and lists share their words
    for late, met, breached, running, ended, in trouble and overdue.
    """
    await busy(standings)
    board = await standings.views.board(NOW)
    for stage in board.stages:
        wanted = JourneyFilter(stage=stage.stage)
        assert await length(standings, wanted) == stage.journeys
        is_late = wanted.model_copy(update={"is_late_at": NOW})
        assert await length(standings, is_late) == stage.late
    for state, count in (
        (PromiseState.MET, board.promise.met),
        (PromiseState.BREACHED, board.promise.breached),
    ):
        since = JourneyFilter(promise=state, promise_since=board.promise.since)
        assert await length(standings, since) == count
    running = JourneyFilter(promise=PromiseState.RUNNING)
    assert await length(standings, running) == board.promise.running
    for ending in board.endings:
        wanted = JourneyFilter(ending=ending.ending, ended_since=board.since)
        assert await length(standings, wanted) == ending.journeys
    for attention in board.attention:
        page = await standings.views.attention(AttentionFilter(kind=attention.kind))
        assert len(page.lines) == attention.open
    for trouble in board.mail:
        notices = await standings.views.notices(NoticeFilter(trouble=trouble.trouble))
        assert len(notices.lines) == trouble.notices
    overdue = await standings.views.assessors(NOW, is_overdue_only=True)
    assert len(overdue.lines) == board.overdue.assessors
    assert sum(each.overdue for each in overdue.lines) == board.overdue.assessments


async def test_an_empty_programme_has_an_empty_board(standings: Standings) -> None:
    """Proves: nothing is counted where nothing is, and no share is made up."""
    board = await standings.views.board(NOW)
    assert isinstance(board, Board)
    assert {each.journeys for each in board.stages} == {0}
    assert board.promise.share_met is None
    assert board.promise.next_due_at is None
    assert board.attention == ()
    assert (board.queue.waiting, board.queue.oldest_enrollment_id) == (0, None)
    assert {each.notices for each in board.mail} == {0}
    assert (board.overdue.assessments, board.overdue.oldest_since) == (0, None)
    assert {each.journeys for each in board.endings} == {0}
