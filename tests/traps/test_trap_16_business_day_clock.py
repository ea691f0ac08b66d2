"""Trap 16: a clock that counts holidays and closures, or cannot say how it counted."""

from datetime import UTC, date, datetime, timedelta

from activities.steps import EnterStage
from adapters.records.closure_book import ClosureBook
from adapters.records.tables import DueTimeRow
from domain.enrollment import ClockKind, Party, Stage
from tests.traps.books import NOW, ZONE, Books, because, clock

# Friday 23 May 2025, 16:10 in the programme's zone; Monday is Memorial Day.
FRIDAY = datetime(2025, 5, 23, 21, 10, tzinfo=UTC)


async def access_due(books: Books, number: int, start: datetime) -> DueTimeRow:
    """Start the access promise of a new enrollment and return its due time."""
    enrollment_id = await books.enrolled(number)
    entry = EnterStage(
        stage=Stage.GRANTING_ACCESS,
        waiting_on=Party.ENGINE,
        clock=clock(ClockKind.ACCESS, 2, start),
    )
    answer = (await books.enter(enrollment_id, entry, at=start)).entered
    assert answer.due is not None
    return await books.row(DueTimeRow, answer.due.id)


async def test_weekends_and_holidays_do_not_count_and_are_named(books: Books) -> None:
    """Proves: the example of the rules: two business days from a Friday afternoon before Memorial
    Day are due on Wednesday, and the stored sentence says why.
    """
    due = await access_due(books, 1, FRIDAY)
    assert due.due_at == datetime(2025, 5, 28, 22, tzinfo=UTC)
    for words in ("Fri", "16:10", "2 business days", "Mon 26 May", "Memorial Day", "Wed 28 May"):
        assert words in due.explanation


async def test_a_closure_makes_a_version_and_moves_later_due_times_alone(books: Books) -> None:
    """Proves: a day that ops close counts for what is computed from then on, under a new version
    of the calendar and by its name; what was promised before stays as it was promised.
    """
    before = await access_due(books, 1, FRIDAY)
    closures = ClosureBook(books.database, ZONE)
    closed = await closures.close(date(2025, 5, 27), "Retreat", because(NOW))
    after = await access_due(books, 2, FRIDAY)

    assert closed.calendar_version == before.calendar_version + 1 == after.calendar_version
    assert after.due_at - before.due_at == timedelta(days=1)
    assert "Retreat" in after.explanation
    kept = await books.row(DueTimeRow, before.id)
    assert (kept.due_at, kept.calendar_version) == (before.due_at, before.calendar_version)
    assert "Retreat" not in kept.explanation


async def test_the_clock_stands_while_the_practitioner_has_to_verify(books: Books) -> None:
    """Proves: days that the practitioner took to verify are none of ours: the promise gets what
    was left of it when it goes on.
    """
    enrollment_id = await books.enrolled(1)
    settled = datetime(2025, 3, 3, 15, tzinfo=UTC)  # Monday
    verified = settled + timedelta(days=14)
    promise = clock(ClockKind.ACCESS, 2, settled).model_copy(
        update={"paused_from": settled + timedelta(days=1), "resumed_at": verified}
    )
    entry = EnterStage(stage=Stage.GRANTING_ACCESS, waiting_on=Party.ENGINE, clock=promise)
    due = (await books.enter(enrollment_id, entry, at=verified)).entered.due
    assert due is not None
    assert due.at == datetime(2025, 3, 18, 22, tzinfo=UTC), "one of the two days was used up"
