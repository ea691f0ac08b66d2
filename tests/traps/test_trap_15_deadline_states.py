"""Trap 15: states for lateness that no longer agree with the clock."""

from datetime import timedelta

from activities.steps import EnterStage, ExtendClock
from adapters.records.tables import DueTimeRow, EnrollmentRow, TimelineRow
from domain.calendar import Unit
from domain.enrollment import ClockKind, Party, Stage
from domain.timeline import Happening
from tests.house import OPS, House
from tests.traps.books import NOW, Books, clock
from tests.workflows import stages

SECOND = timedelta(seconds=1)


def test_late_is_no_stage() -> None:
    """Proves: no stage and no column could say "late" while the clock says otherwise."""
    words = [*Stage, *EnrollmentRow.__table__.columns.keys()]
    assert not [word for word in words if any(w in word for w in ("late", "overdue", "expired"))]


async def test_an_extension_is_an_event_and_moves_the_due_time(books: Books) -> None:
    """Proves: an extension leaves the first due time as it was promised, adds a second one with
    its own explanation, and a line that says by how much; what is waited for is the later one.
    """
    enrollment_id = await books.enrolled(1)
    period = clock(ClockKind.WORKING_PERIOD, 10, unit=Unit.CALENDAR_DAYS)
    entry = EnterStage(stage=Stage.WORKING, waiting_on=Party.PRACTITIONER, clock=period)
    first = (await books.enter(enrollment_id, entry)).entered.due
    assert first is not None
    extension = ExtendClock(due_id=first.id, days=5, clock=period)
    second = (await books.enter(enrollment_id, extension, at=NOW + timedelta(days=3))).entered.due
    assert second is not None

    assert second.at - first.at == timedelta(days=5)
    promised = {row.id: row.due_at for row in await books.rows(DueTimeRow)}
    assert promised == {first.id: first.at, second.id: second.at}
    row = await books.row(EnrollmentRow, enrollment_id)
    assert (row.waiting_until, row.due_id) == (second.at, second.id)
    lines = await books.rows(TimelineRow, TimelineRow.kind == Happening.DUE_TIME_EXTENDED)
    assert [line.facts["days"] for line in lines] == [5]


async def test_one_second_on_either_side(house: House, library: str) -> None:
    """Proves: an offer that ops extended stands until one second before its new due time and is
    gone one second after it; at the old due time nothing happens.
    """
    placed = await stages.offered(house, library)
    enrollment_id = placed.enrollment_id
    old = (await house.standing(enrollment_id)).due
    await house.ops.extend(enrollment_id, 1, OPS)
    new = (await house.standing(enrollment_id)).due
    assert old is not None
    assert new is not None
    assert new.at > old.at

    await house.forward_to(enrollment_id, old.at + SECOND)
    assert (await house.standing(enrollment_id)).stage is Stage.OFFERED
    await house.forward_to(enrollment_id, new.at - SECOND)
    assert (await house.standing(enrollment_id)).stage is Stage.OFFERED
    await house.forward_to(enrollment_id, new.at + SECOND)
    await house.until_stage(enrollment_id, Stage.QUEUED)
