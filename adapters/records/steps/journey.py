"""The steps of a journey's course: begin, stages, clocks, access, rounds granted, endings."""

from sqlalchemy import select

from activities.steps import (
    BeginJourney,
    CloseAttention,
    EndJourney,
    EnterStage,
    ExtendClock,
    GrantRounds,
    IntendNotice,
    OpenAttention,
    RecordAccess,
    RecordAccessBreach,
    RecordAward,
    RefundLine,
    VerifyPerson,
)
from adapters.records.round_tables import AssignmentRow, AwardRow, RoundRow
from adapters.records.search_book import index_again
from adapters.records.steps.places import end_assignment
from adapters.records.steps.turn import Turn
from adapters.records.tables import (
    AttentionRow,
    OrderLineRow,
    PersonRow,
    SubscriptionGrantRow,
)
from domain.assignment import AssignmentState
from domain.due_times import extended_due
from domain.enrollment import AttentionKind, Clock, ClockKind, Party, Stage
from domain.notices import NoticeKind, Recipient
from domain.orders import AlreadyRefunded, LineState, UnknownLine
from domain.timeline import Happening


async def begin_journey(turn: Turn, step: BeginJourney) -> None:
    """Ask the directory: a verified account goes on at once, another one gets a link."""
    person = await turn.session.get_one(PersonRow, turn.enrollment.person_id)
    is_verified = person.verified_at is not None
    turn.answered(is_verified=is_verified)
    turn.happened(Happening.ENROLLED)
    if is_verified:
        await _enter(turn, Stage.GRANTING_ACCESS, Party.ENGINE, step.access)
        await turn.intend_notice(NoticeKind.ACCESS, Recipient.PRACTITIONER)
    else:
        await _enter(turn, Stage.VERIFYING, Party.PRACTITIONER, step.verification)
        await turn.intend_notice(NoticeKind.VERIFY_ACCOUNT, Recipient.PRACTITIONER)


async def verify_person(turn: Turn, step: VerifyPerson) -> None:
    """The account is verified; a second journey of the same person needs no second link."""
    person = await turn.session.get_one(PersonRow, turn.enrollment.person_id)
    person.verified_at = person.verified_at or turn.at
    turn.happened(Happening.ACCOUNT_VERIFIED)


async def enter_stage(turn: Turn, step: EnterStage) -> None:
    """The journey stands at a stage; notices of the earlier one are cancelled."""
    if step.round is not None:
        turn.enrollment.round = step.round
    await _enter(turn, step.stage, step.waiting_on, step.clock)


async def _enter(turn: Turn, stage: Stage, waiting_on: Party, clock: Clock) -> None:
    is_new = turn.enrollment.stage != stage
    turn.enrollment.stage, turn.enrollment.waiting_on = stage, waiting_on
    turn.start_clock(clock)
    if clock.kind is ClockKind.ACCESS:
        turn.enrollment.access_due_at = turn.enrollment.waiting_until
    turn.happened(
        Happening.STAGE_ENTERED,
        turn.enrollment.round,
        stage=stage.value,
        waiting_on=waiting_on.value,
        clock=clock.kind.value,
        due_id=turn.enrollment.due_id,
    )
    if is_new:
        await turn.cancel_untrue_notices()


async def extend_clock(turn: Turn, step: ExtendClock) -> None:
    """The running due time moves, and its reminders with it."""
    current = turn.enrollment.waiting_until or turn.at
    due = extended_due(current, step.days, step.clock.unit, turn.calendar)
    turn.set_due(step.clock, due)
    turn.happened(
        Happening.DUE_TIME_EXTENDED,
        turn.enrollment.round,
        days=step.days,
        due_id=turn.enrollment.due_id,
    )


async def record_access(turn: Turn, step: RecordAccess) -> None:
    """The promise is met: the mail server accepted the access mail."""
    turn.enrollment.access_met_at = turn.at
    turn.happened(Happening.ACCESS_GRANTED)


async def record_access_breach(turn: Turn, step: RecordAccessBreach) -> None:
    """The promise is broken; that stays written even when access comes later."""
    turn.enrollment.access_breached_at = turn.at
    turn.happened(Happening.ACCESS_PROMISE_BROKEN)


async def grant_rounds(turn: Turn, step: GrantRounds) -> None:
    """One more round than the policy gives."""
    turn.happened(Happening.ROUND_GRANTED, step.round)


async def record_award(turn: Turn, step: RecordAward) -> None:
    """Exactly one award; the primary key holds it (trap 20)."""
    turn.session.add(
        AwardRow(enrollment_id=turn.enrollment.id, round=step.round, awarded_at=turn.at)
    )
    turn.happened(Happening.AWARDED, step.round)


async def refund_line(turn: Turn, step: RefundLine) -> None:
    """Take one line back; a held line of the same learner takes its place if there is one."""
    line = await turn.session.get(OrderLineRow, step.line_id)
    if line is None or line.enrollment_id != turn.enrollment.id:
        raise UnknownLine(order="of this enrollment", line=step.line_id)
    if line.state == LineState.REFUNDED:
        raise AlreadyRefunded(line=step.line_id)
    line.state, line.refunded_at = LineState.REFUNDED, turn.at
    grant = await turn.session.get(SubscriptionGrantRow, line.id)
    if grant is not None:
        grant.revoked_at = turn.at
    turn.happened(Happening.LINE_REFUNDED, line_id=line.id)
    successor = await turn.session.scalar(
        select(OrderLineRow)
        .where(
            OrderLineRow.person_id == turn.enrollment.person_id,
            OrderLineRow.micro_credential_id == turn.enrollment.micro_credential_id,
            OrderLineRow.state == LineState.HELD,
        )
        .order_by(OrderLineRow.held_until, OrderLineRow.id)
        .limit(1)
    )
    turn.answered(is_still_granted=successor is not None)
    if successor is not None:
        await _continue_under(turn, successor)


async def _continue_under(turn: Turn, line: OrderLineRow) -> None:
    line.state, line.enrollment_id, line.held_until = LineState.ENROLLED, turn.enrollment.id, None
    turn.enrollment.line_id = line.id
    await index_again(turn.session, turn.enrollment.id)
    turn.happened(Happening.ACCESS_CONTINUES, line_id=line.id)
    held = await turn.session.scalars(
        select(AttentionRow).where(
            AttentionRow.subject_id == line.id,
            AttentionRow.kind == AttentionKind.SECOND_ENROLLMENT,
            AttentionRow.closed_at.is_(None),
        )
    )
    for attention in held:
        attention.closed_at, attention.closed_why = turn.at, "the first order was refunded"


async def end_journey(turn: Turn, step: EndJourney) -> None:
    """What belonged to the journey ends with it: offers, places, notices, attention."""
    enrollment = turn.enrollment
    enrollment.stage, enrollment.ending, enrollment.ended_at = Stage.ENDED, step.ending, turn.at
    enrollment.waiting_on, enrollment.waiting_until, enrollment.due_id = Party.ENGINE, None, None
    turn.happened(Happening.ENDED, enrollment.round, ending=step.ending.value)
    live = await turn.session.scalars(
        select(AssignmentRow).where(
            AssignmentRow.enrollment_id == enrollment.id, AssignmentRow.is_live
        )
    )
    for assignment in live.all():
        was_accepted = assignment.state == AssignmentState.ACCEPTED
        await end_assignment(turn, assignment, AssignmentState.CANCELLED)
        if was_accepted:
            await turn.intend_notice(
                NoticeKind.ASSIGNMENT_ENDED,
                Recipient.ASSESSOR,
                round_number=assignment.round,
                ordinal=1000 + turn.entry.sequence,
                assignment_id=assignment.id,
            )
    waiting = await turn.session.get(RoundRow, (enrollment.id, enrollment.round))
    if waiting is not None:
        waiting.waiting_since = None
    await turn.cancel_untrue_notices()
    await turn.close_attention(
        *(kind for kind in AttentionKind if not kind.value.startswith("mail_"))
    )


async def intend_notice(turn: Turn, step: IntendNotice) -> None:
    """One notice is to be sent."""
    await turn.intend_notice(
        step.kind,
        step.to,
        round_number=step.round,
        part=step.part,
        ordinal=step.ordinal,
        assignment_id=step.assignment_id,
    )


async def open_attention(turn: Turn, step: OpenAttention) -> None:
    """Ops must look at this."""
    await turn.open_attention(step.kind)


async def close_attention(turn: Turn, step: CloseAttention) -> None:
    """It is settled."""
    await turn.close_attention(*step.kinds)
