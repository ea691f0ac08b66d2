"""The steps of a round: parts in, offers, marks, judgement."""

from sqlalchemy import select

from activities.contracts import Offer
from activities.steps import (
    AcceptOffer,
    DecideRound,
    EndAssignment,
    JudgeRound,
    OfferRound,
    OpenRound,
    PassBack,
    ReceivePart,
)
from adapters.records.mark_reading import mark_of
from adapters.records.round_tables import (
    AssessorRow,
    AssignmentRow,
    MarkRow,
    RevisionRow,
    RoundRow,
)
from adapters.records.steps.places import (
    candidate,
    end_assignment,
    reserve_best,
    reserve_named,
    waiting_round,
)
from adapters.records.steps.turn import Turn
from domain.assessment import Mark, StaleVersion, judge
from domain.assignment import (
    AssignmentState,
    ConflictOfInterest,
    Exclusion,
    NobodyToReassign,
    OfferExpired,
    OfferTaken,
    conflict,
)
from domain.enrollment import AttentionKind, Party, Stage
from domain.notices import NoticeKind, Recipient
from domain.submission import UnknownRevision
from domain.timeline import Happening
from domain.values import opaque_id

WHY_EXCLUDED = {
    Exclusion.INACTIVE: "this assessor is not active",
    Exclusion.NOT_QUALIFIED: "this assessor is not qualified for the library",
    Exclusion.ON_LEAVE: "this assessor is on leave",
    Exclusion.AT_CAPACITY: "this assessor has no free place",
    Exclusion.IS_THE_PRACTITIONER: "assessor and practitioner are the same person",
    Exclusion.SAME_ORGANIZATION: "assessor and practitioner belong to the same organization",
    Exclusion.LEFT_THIS_ROUND: "this assessor left this round before",
}


async def receive_part(turn: Turn, step: ReceivePart) -> None:
    """A frozen revision counts from now on; it must be of this enrollment, part and round."""
    revision = await turn.session.get(RevisionRow, step.revision_id)
    if (
        revision is None
        or revision.enrollment_id != turn.enrollment.id
        or (revision.part, revision.round) != (step.part, step.round)
    ):
        raise UnknownRevision(revision=step.revision_id, part=step.part, round=step.round)
    revision.accepted_at = turn.at
    turn.happened(Happening.PART_RECEIVED, step.round, part=step.part, revision_id=step.revision_id)


async def open_round(turn: Turn, step: OpenRound) -> None:
    """The submission is complete: the round takes its place in the queue."""
    turn.session.add(
        RoundRow(
            enrollment_id=turn.enrollment.id,
            number=step.round,
            library=turn.enrollment.library,
            is_resubmission=step.round > 1,
            open_items={"items": list(step.open_items)},
            opened_at=turn.at,
            waiting_since=turn.at,
        )
    )
    await turn.session.flush()
    turn.happened(Happening.ROUND_OPENED, step.round)


async def offer_round(turn: Turn, step: OfferRound) -> None:
    """Reserve a place and offer the round, or let it wait with attention."""
    row = await turn.session.get_one(RoundRow, (turn.enrollment.id, step.round))
    waiting = await waiting_round(turn.session, turn.enrollment, step.round)
    ranking: list[dict[str, object]] = []
    if step.only_assessor_id is not None:
        excluded = await reserve_named(turn, waiting, step.only_assessor_id)
        if excluded is not None:
            raise NobodyToReassign(why=WHY_EXCLUDED[excluded])
        assessor_id = step.only_assessor_id
    else:
        best = await reserve_best(turn, waiting)
        if best is None:
            return await _let_wait(turn, step, row)
        assessor_id, ranking = best[0].id, best[1]
    row.waiting_since = None
    await _make_offer(turn, step, assessor_id, ranking)
    return None


async def _let_wait(turn: Turn, step: OfferRound, row: RoundRow) -> None:
    """Nobody is left: the place in the queue is the one from the beginning."""
    row.waiting_since = row.opened_at
    turn.enrollment.stage, turn.enrollment.waiting_on = Stage.QUEUED, Party.OPS
    turn.start_clock(step.review)
    turn.happened(Happening.NOBODY_TO_OFFER, step.round, due_id=turn.enrollment.due_id)
    await turn.open_attention(AttentionKind.NO_ASSESSOR)
    await turn.cancel_untrue_notices()


async def _make_offer(
    turn: Turn, step: OfferRound, assessor_id: str, ranking: list[dict[str, object]]
) -> None:
    assignment_id = opaque_id("a", turn.enrollment.id, str(step.round), str(step.ordinal))
    turn.enrollment.stage, turn.enrollment.waiting_on = Stage.OFFERED, Party.ASSESSOR
    turn.start_clock(step.offer)
    turn.session.add(
        AssignmentRow(
            id=assignment_id,
            enrollment_id=turn.enrollment.id,
            round=step.round,
            assessor_id=assessor_id,
            state=AssignmentState.OFFERED,
            is_live=True,
            offered_at=turn.at,
            due_at=turn.enrollment.waiting_until or turn.at,
            ranking={"ranking": ranking},
        )
    )
    await turn.session.flush()
    turn.answered(offer=Offer(assignment_id=assignment_id, assessor_id=assessor_id))
    await _tell_of_offer(turn, step, assignment_id)


async def _tell_of_offer(turn: Turn, step: OfferRound, assignment_id: str) -> None:
    turn.happened(
        Happening.OFFERED,
        step.round,
        assignment_id=assignment_id,
        due_id=turn.enrollment.due_id,
    )
    await turn.close_attention(AttentionKind.NO_ASSESSOR)
    await turn.cancel_untrue_notices()
    await turn.intend_notice(
        NoticeKind.OFFER,
        Recipient.ASSESSOR,
        round_number=step.round,
        ordinal=step.ordinal,
        assignment_id=assignment_id,
    )


async def accept_offer(turn: Turn, step: AcceptOffer) -> None:
    """The assessor takes the round, unless somebody was faster or a conflict appeared."""
    assignment = await turn.session.get_one(AssignmentRow, step.assignment_id)
    if assignment.state == AssignmentState.ACCEPTED:
        raise OfferTaken
    if assignment.state != AssignmentState.OFFERED:
        raise OfferExpired
    await _refuse_conflict(turn, assignment)
    assignment.state, assignment.accepted_at = AssignmentState.ACCEPTED, turn.at
    turn.happened(Happening.OFFER_ACCEPTED, assignment.round, assignment_id=assignment.id)


async def _refuse_conflict(turn: Turn, assignment: AssignmentRow) -> None:
    """A conflict is looked for at the offer and again at each act (trap 18)."""
    assessor = await turn.session.get_one(AssessorRow, assignment.assessor_id)
    waiting = await waiting_round(turn.session, turn.enrollment, assignment.round)
    facts = await candidate(turn.session, assessor, turn.at, turn.calendar.zone)
    found = conflict(facts, waiting)
    if found is not None:
        raise ConflictOfInterest(why=WHY_EXCLUDED[found])


async def end_offer(turn: Turn, step: EndAssignment) -> None:
    """An offer or assignment ends, its place is freed; drafted marks are kept."""
    assignment = await turn.session.get_one(AssignmentRow, step.assignment_id)
    await end_assignment(turn, assignment, step.outcome)


async def judge_round(turn: Turn, step: JudgeRound) -> None:
    """Judge from the marks as the assessor saw them."""
    row = await turn.session.get_one(
        RoundRow,
        (turn.enrollment.id, step.round),
        with_for_update=turn.has_row_locks or None,
    )
    if row.marks_version != step.marks_version:
        raise StaleVersion(current=row.marks_version, based_on=step.marks_version)
    assignment = await turn.session.get_one(AssignmentRow, step.assignment_id)
    await _refuse_conflict(turn, assignment)
    judgement = judge(step.round, step.open_items, await _marks(turn, assignment))
    row.judged_by, row.is_proficient = assignment.assessor_id, judgement.proficient
    row.not_met = {"items": list(judgement.not_met)}
    turn.answered(judgement=judgement)
    turn.happened(
        Happening.JUDGED,
        step.round,
        is_proficient=judgement.proficient,
        not_met=list(judgement.not_met),
    )


async def _marks(turn: Turn, assignment: AssignmentRow) -> dict[str, Mark]:
    rows = await turn.session.scalars(
        select(MarkRow).where(
            MarkRow.enrollment_id == assignment.enrollment_id,
            MarkRow.round == assignment.round,
            MarkRow.assessor_id == assignment.assessor_id,
        )
    )
    return {row.item: mark_of(row) for row in rows}


async def decide_round(turn: Turn, step: DecideRound) -> None:
    """The judgement is final: its marks are locked, the assessor is free again."""
    row = await turn.session.get_one(RoundRow, (turn.enrollment.id, step.round))
    assignment = await turn.session.get_one(AssignmentRow, step.assignment_id)
    row.decided_at = turn.at
    marks = await turn.session.scalars(
        select(MarkRow).where(
            MarkRow.enrollment_id == turn.enrollment.id,
            MarkRow.round == step.round,
            MarkRow.assessor_id == assignment.assessor_id,
        )
    )
    for mark in marks:
        mark.decided_at = turn.at
    await end_assignment(turn, assignment, AssignmentState.COMPLETED)
    turn.happened(Happening.DECIDED, step.round, is_proficient=step.judgement.proficient)


async def pass_back(turn: Turn, step: PassBack) -> None:
    """The approver returns the judgement; nobody else has heard of it."""
    row = await turn.session.get_one(RoundRow, (turn.enrollment.id, step.round))
    row.is_proficient = row.not_met = row.judged_by = None
    # What was based on the sheet before is stale; handed in again, the same marks are a new act.
    row.marks_version += 1
    turn.happened(Happening.PASSED_BACK, step.round)
