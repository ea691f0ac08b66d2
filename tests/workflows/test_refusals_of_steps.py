"""What the records refuse when a journey wants to write: nothing of that turn is written then.

The journey let the message in, because its own state allows it; the facts in the records say no.
"""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from activities.contracts import Actor
from adapters.records.round_tables import AssessorRow, LeaveRow, QualificationRow
from adapters.records.tables import EnrollmentRow, PersonRow
from domain.assessment import (
    FeedbackMissing,
    ItemLocked,
    Mark,
    MarkKind,
    MarksIncomplete,
    StaleVersion,
    UnknownItem,
)
from domain.assignment import (
    ConflictOfInterest,
    Exclusion,
    NobodyToReassign,
    UnknownAssessor,
    organization_key,
)
from domain.enrollment import Party, Stage
from domain.orders import UnknownLine
from domain.submission import PartBlocked, StatementsMissing, UnknownRevision
from domain.values import Contract
from tests.house import AGREED, OPS, Assessor, House
from tests.workflows.clockwork import Clockwork, Recorded
from tests.workflows.stages import Placed, accepted, another_round, judged, offered
from workflows.contracts import Done, RecordJudgement, Refund, Standing, SubmitPart

ASSESSOR = Actor(party=Party.ASSESSOR)
OPERATIONS = Actor(party=Party.OPS)
SCHOOL = "Maple Street School"
NUMBERS = count(1)


async def ask(house: House, enrollment_id: str, update: str, request: Contract) -> Done:
    """Send a message to the journey, as an act of its own."""
    key = f"step-{next(NUMBERS)}"
    return await house.requests.send(enrollment_id, update, request, Done, key)


async def written(house: House, enrollment_id: str) -> tuple[tuple[Recorded, ...], Standing, int]:
    """Return what the records and the journey say, with the number of open attentions."""
    row = await house.row(enrollment_id)
    recorded = await Clockwork(house, enrollment_id).recorded()
    return recorded, await house.standing(enrollment_id), row.open_attention


async def judgement(house: House, placed: Placed, marks_version: int = 0) -> RecordJudgement:
    """Return the message that hands the marks in, past what the desk looks at first."""
    standing = await house.standing(placed.enrollment_id)
    assert standing.offer is not None
    return RecordJudgement(
        actor=ASSESSOR,
        round=standing.round,
        assignment_id=standing.offer.assignment_id,
        assessor_id=standing.offer.assessor_id,
        marks_version=marks_version,
    )


async def belongs_to(house: House, assessor: Assessor, organization: str) -> None:
    """The roster says from now on to which organization an assessor belongs."""
    async with house.database.transaction() as session:
        row = await session.get_one(AssessorRow, assessor.id)
        row.organization, row.organization_key = organization, organization_key(organization)


async def practises_at(house: House, enrollment_id: str, organization: str) -> None:
    """The practitioner belongs to an organization."""
    async with house.database.transaction() as session:
        enrollment = await session.get_one(EnrollmentRow, enrollment_id)
        person = await session.get_one(PersonRow, enrollment.person_id)
        person.organization = organization


async def test_a_revision_counts_for_its_own_part_alone(house: House, library: str) -> None:
    """Proves: an unknown revision, or that of another part, is refused; the part stays open and
    the right one is taken afterwards.
    """
    enrollment_id = await house.working(library)
    await house.write(enrollment_id, 1)
    await house.all_settled(enrollment_id)
    before = await written(house, enrollment_id)
    for revision_id in ("v-none", "v-of-another"):
        request = SubmitPart(actor=ASSESSOR, round=1, part=3, revision_id=revision_id)
        with pytest.raises(UnknownRevision):
            await ask(house, enrollment_id, "submit_part", request)
    assert await written(house, enrollment_id) == before
    await house.submit_all(enrollment_id)


async def test_a_blocked_part_leaves_no_trace(house: House, library: str) -> None:
    """Proves: a part with open points, or without both statements, is refused with the list, and
    the journey never hears of it.
    """
    enrollment_id = await house.working(library)
    await house.all_settled(enrollment_id)
    before = await house.engine.journey(enrollment_id).describe()
    with pytest.raises(PartBlocked) as blocked:
        await house.practitioner.submit(enrollment_id, 1, AGREED)
    assert len(blocked.value.points) == 3
    with pytest.raises(StatementsMissing):
        await house.practitioner.submit(enrollment_id, 1, frozenset())
    after = await house.engine.journey(enrollment_id).describe()
    assert after.history_length == before.history_length


async def test_a_conflict_that_appeared_after_the_offer(house: House, library: str) -> None:
    """Proves: an assessor who meanwhile belongs to the practitioner's organization cannot accept,
    spelling aside; the offer stands as it was, to be declined or to expire.
    """
    placed = await offered(house, library)
    await practises_at(house, placed.enrollment_id, SCHOOL)
    await belongs_to(house, placed.assessor, "  MAPLE street   school ")
    before = await written(house, placed.enrollment_id)
    with pytest.raises(ConflictOfInterest):
        await house.assessor.accept(placed.assessor.id, placed.enrollment_id)
    assert await written(house, placed.enrollment_id) == before
    await house.assessor.decline(placed.assessor.id, placed.enrollment_id, OPS)
    assert (await house.row(placed.enrollment_id)).stage == Stage.QUEUED


async def test_a_refusal_lasts_no_longer_than_its_cause(house: House, library: str) -> None:
    """Proves: an offer that was refused for a conflict is taken by the very same act once the
    records were corrected; the refusal is not answered from memory.
    """
    placed = await offered(house, library)
    await practises_at(house, placed.enrollment_id, SCHOOL)
    await belongs_to(house, placed.assessor, SCHOOL)
    with pytest.raises(ConflictOfInterest):
        await house.assessor.accept(placed.assessor.id, placed.enrollment_id)
    await belongs_to(house, placed.assessor, "Another School")
    await house.assessor.accept(placed.assessor.id, placed.enrollment_id)
    assert (await house.row(placed.enrollment_id)).stage == Stage.ASSESSING


async def test_a_conflict_that_appeared_before_the_judgement(house: House, library: str) -> None:
    """Proves: the conflict is looked for once more when the marks are handed in."""
    placed = await accepted(house, library)
    await house.marked(placed.assessor, placed.enrollment_id)
    async with house.database.transaction() as session:
        row = await session.get_one(AssessorRow, placed.assessor.id)
        row.person_address = (await house.learner_of(placed.enrollment_id)).address
    before = await written(house, placed.enrollment_id)
    with pytest.raises(ConflictOfInterest):
        await house.assessor.judge(placed.assessor.id, placed.enrollment_id)
    assert await written(house, placed.enrollment_id) == before


async def test_a_judgement_needs_every_mark_and_its_feedback(house: House, library: str) -> None:
    """Proves: missing marks, missing feedback and a stale sheet are refused by the desk and again
    by the records; drafted marks stay, and the complete sheet is taken.
    """
    placed = await accepted(house, library)
    enrollment_id, assessor = placed.enrollment_id, placed.assessor
    before = await written(house, enrollment_id)
    with pytest.raises(MarksIncomplete):
        await house.assessor.judge(assessor.id, enrollment_id)
    with pytest.raises(MarksIncomplete):
        await ask(house, enrollment_id, "record_judgement", await judgement(house, placed))
    await house.marked(assessor, enrollment_id)
    await house.assessor.mark_now(assessor.id, enrollment_id, "reflection", MarkKind.NOT_MET, " ")
    sheet = await house.assessor.sheet(assessor.id, enrollment_id)
    with pytest.raises(FeedbackMissing):
        await house.assessor.judge(assessor.id, enrollment_id)
    silent = await judgement(house, placed, sheet.marks_version)
    with pytest.raises(FeedbackMissing):
        await ask(house, enrollment_id, "record_judgement", silent)
    await house.assessor.mark_now(assessor.id, enrollment_id, "reflection", MarkKind.MET, "")
    with pytest.raises(StaleVersion):
        await house.assessor.judge(assessor.id, enrollment_id, sheet.marks_version)
    assert await written(house, enrollment_id) == before
    recorded = await house.assessor.judge(assessor.id, enrollment_id)
    assert recorded.judgement.proficient


async def test_marks_are_written_on_what_was_seen(house: House, library: str) -> None:
    """Proves: a mark based on an older one, on an item that is no item, or on one that was met in
    an earlier round is refused, and what was marked stays.
    """
    placed = await judged(house, library)
    await another_round(house, placed)
    enrollment_id, assessor_id = placed.enrollment_id, placed.assessor.id
    await house.assessor.mark_now(assessor_id, enrollment_id, "detail/1.2", MarkKind.MET, "Yes.")
    for item, version, refusal in (
        ("detail/1.2", 0, StaleVersion),
        ("detail/1.1", 0, ItemLocked),
        ("detail/9.9", 0, UnknownItem),
    ):
        mark = Mark(item=item, kind=MarkKind.NOT_MET, feedback="No.", version=version)
        with pytest.raises(refusal):
            await house.assessor.mark(assessor_id, enrollment_id, mark)
    sheet = await house.assessor.sheet(assessor_id, enrollment_id)
    assert [(mark.item, mark.kind) for mark in sheet.marks] == [("detail/1.2", MarkKind.MET)]


async def test_a_draft_is_written_on_what_was_seen(house: House, library: str) -> None:
    """Proves: a draft based on an older version is refused and overwrites nothing; what was met
    in an earlier round is locked for its writer too.
    """
    placed = await judged(house, library)
    enrollment_id, now = placed.enrollment_id, datetime.now(UTC)
    with pytest.raises(ItemLocked):
        await house.practitioner.answer(enrollment_id, 1, {"question/1": "Something else."})
    stale = await house.parts.draft(enrollment_id, 2)
    saved = await house.parts.save(enrollment_id, stale, now)
    with pytest.raises(StaleVersion):
        await house.parts.save(enrollment_id, stale, now)
    assert await house.parts.draft(enrollment_id, 2) == saved


async def exclude(house: House, placed: Placed, named: Assessor, why: Exclusion) -> None:
    """Make an assessor ineligible for a round."""
    async with house.database.transaction() as session:
        row = await session.get_one(AssessorRow, named.id)
        match why:
            case Exclusion.INACTIVE:
                row.is_active = False
            case Exclusion.NOT_QUALIFIED:
                libraries = (await house.row(placed.enrollment_id)).library
                await session.delete(await session.get_one(QualificationRow, (libraries, named.id)))
            case Exclusion.ON_LEAVE:
                today = datetime.now(UTC).date()
                first, last = today - timedelta(days=2), today + timedelta(days=2)
                session.add(LeaveRow(assessor_id=named.id, first_day=first, last_day=last))
            case Exclusion.AT_CAPACITY:
                row.capacity = row.load = 1
            case Exclusion.IS_THE_PRACTITIONER:
                row.person_address = (await house.learner_of(placed.enrollment_id)).address
            case Exclusion.SAME_ORGANIZATION:
                row.organization, row.organization_key = SCHOOL, organization_key(SCHOOL)


@pytest.mark.parametrize("why", Exclusion)
async def test_a_round_is_not_given_to_somebody_ineligible(
    house: House, library: str, why: Exclusion
) -> None:
    """Proves: each hard filter holds for an assessor that ops name, too; the one who has the round
    keeps it, and nobody is told anything.
    """
    placed = await offered(house, library, assessors=2)
    enrollment_id, named = placed.enrollment_id, placed.assessors[1]
    await practises_at(house, enrollment_id, SCHOOL)
    if why is Exclusion.LEFT_THIS_ROUND:
        await house.assessor.decline(placed.assessor.id, enrollment_id, OPS)
        named = placed.assessor
    await exclude(house, placed, named, why)
    await house.all_settled(enrollment_id)
    before = await written(house, enrollment_id)
    with pytest.raises(NobodyToReassign):
        await house.ops.reassign(enrollment_id, 1, OPS, to_assessor_id=named.id)
    assert await written(house, enrollment_id) == before


async def test_a_round_is_not_given_to_nobody(house: House, library: str) -> None:
    """Proves: an assessor whom the roster does not know is refused by that name, at once."""
    placed = await offered(house, library)
    before = await written(house, placed.enrollment_id)
    with pytest.raises(UnknownAssessor):
        await house.ops.reassign(placed.enrollment_id, 1, OPS, to_assessor_id="s-nobody")
    assert await written(house, placed.enrollment_id) == before


async def test_a_line_is_refunded_in_its_own_journey(house: House, library: str) -> None:
    """Proves: a line of another journey, or of none, is not refunded here."""
    enrollment_id, other_id = await house.working(library), await house.working(library)
    await house.all_settled(enrollment_id)
    other = (await house.row(other_id)).line_id
    before = await written(house, enrollment_id)
    for line_id in ("o-none-1", other):
        request = Refund(actor=OPERATIONS, line_id=line_id)
        with pytest.raises(UnknownLine):
            await ask(house, enrollment_id, "refund", request)
    assert await written(house, enrollment_id) == before
