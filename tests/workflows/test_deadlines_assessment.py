"""Deadlines of an assessment: its reminders, the overdue notice, and the way back to the queue."""

from datetime import timedelta

from sqlalchemy import select

from adapters.records.round_tables import AssessorRow, MarkRow
from domain.assessment import MarkKind
from domain.calendar import Unit
from domain.enrollment import Party, Stage
from tests.house import OPS, Assessor, House
from tests.workflows.clockwork import Clockwork, calendar_of
from tests.workflows.stages import accepted, judge


async def marks_of(house: House, assessor: Assessor, enrollment_id: str) -> dict[str, str | None]:
    """Return the marks of an assessor, as they are kept."""
    async with house.database.reading() as session:
        rows = await session.scalars(
            select(MarkRow).where(
                MarkRow.enrollment_id == enrollment_id, MarkRow.assessor_id == assessor.id
            )
        )
        return {row.item: row.kind for row in rows}


async def test_a_late_assessment_goes_to_another_assessor(house: House, library: str) -> None:
    """Proves: reminders 5 and 1 business days before the tenth; overdue goes to the assessor and
    to ops; 3 business days later the round is offered to another, the late one is freed and told,
    and the marks that were drafted stay where they were, out of the other one's sight.
    """
    placed = await accepted(house, library, assessors=2)
    late, other = placed.assessors
    await house.assessor.mark_now(
        late.id, placed.enrollment_id, "question/1", MarkKind.NOT_MET, "Say more about the week."
    )
    journey, calendar = (
        Clockwork(house, placed.enrollment_id),
        await calendar_of(house),
    )
    due = calendar.due_after_business_days(await journey.entered(Stage.ASSESSING), 10)
    for ordinal, days in enumerate((5, 1), start=1):
        (at,) = calendar.reminders_before(due, (days,), Unit.BUSINESS_DAYS)
        await journey.passes(at, f"mail assessment_due to assessor {ordinal}")
    await journey.passes(
        due.at,
        "attention assessment_overdue",
        "stage assessing/overdue",
        "mail assessment_overdue to assessor 1",
        "mail assessment_overdue to ops 1",
    )
    assert (await house.row(placed.enrollment_id)).waiting_on == Party.ASSESSOR
    at = await journey.after(Stage.ASSESSING, 3)
    await journey.passes(
        at,
        "assignment released",
        "settled assessment_overdue",
        "mail assignment_ended to assessor 1",
        "offered",
        "mail offer to assessor 2",
    )
    assert await marks_of(house, late, placed.enrollment_id) == {"question/1": MarkKind.NOT_MET}
    async with house.database.reading() as session:
        assert (await session.get_one(AssessorRow, late.id)).load == 0
    await house.assessor.accept(other.id, placed.enrollment_id)
    sheet = await house.assessor.sheet(other.id, placed.enrollment_id)
    assert sheet.marks == ()


async def test_a_judgement_in_the_last_hours_is_taken(house: House, library: str) -> None:
    """Proves: an overdue assessment is still judged, its alarm closes, and it is not released."""
    placed = await accepted(house, library)
    journey = Clockwork(house, placed.enrollment_id)
    due = await journey.after(Stage.ASSESSING, 10)
    await house.forward_to(placed.enrollment_id, due - timedelta(hours=12))
    await house.all_settled(placed.enrollment_id)
    await journey.passes(
        due,
        "attention assessment_overdue",
        "stage assessing/overdue",
        "mail assessment_overdue to assessor 1",
        "mail assessment_overdue to ops 1",
    )
    await judge(house, placed)
    row = await house.until_stage(placed.enrollment_id, Stage.REVISING)
    assert row.open_attention == 0
    assert await house.attention(placed.enrollment_id) == set()


async def test_an_extended_assessment_is_reminded_anew(house: House, library: str) -> None:
    """Proves: ops' extension moves the due time of an assessment and the reminders before it."""
    placed = await accepted(house, library)
    journey, calendar = (
        Clockwork(house, placed.enrollment_id),
        await calendar_of(house),
    )
    began = await journey.entered(Stage.ASSESSING)
    await house.ops.extend(placed.enrollment_id, 10, OPS)
    due = calendar.due_after_business_days(began, 20)
    assert (await journey.due()).due_at == due.at
    for ordinal, days in enumerate((5, 1), start=1):
        (at,) = calendar.reminders_before(due, (days,), Unit.BUSINESS_DAYS)
        await journey.passes(at, f"mail assessment_due to assessor {ordinal}")


async def test_whoever_recuses_leaves_their_marks_behind(house: House, library: str) -> None:
    """Proves: a recusal offers the round on at once, frees the place and keeps the marks."""
    placed = await accepted(house, library, assessors=2)
    await house.marked(placed.assessor, placed.enrollment_id)
    kept = await marks_of(house, placed.assessor, placed.enrollment_id)
    journey = Clockwork(house, placed.enrollment_id)
    before = set(await journey.recorded())
    await house.assessor.recuse(placed.assessor.id, placed.enrollment_id, OPS)
    await journey.brings(before, "assignment recused", "offered", "mail offer to assessor 2")
    assert len(kept) == 6
    assert await marks_of(house, placed.assessor, placed.enrollment_id) == kept
