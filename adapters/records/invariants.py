"""What must always be true: each sentence of the rules as a count of its breaches.

Counted on the real stores by ``starter.py check``, by the sweep, and at the end of many tests.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, literal, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import Select

from adapters.records.database import Database
from adapters.records.round_tables import AssessorRow, AssignmentRow, AwardRow, RoundRow
from adapters.records.tables import (
    AttentionRow,
    EnrollmentRow,
    NoticeRow,
    OrderLineRow,
    OrderRow,
)
from domain.enrollment import AttentionKind, Ending, Stage
from domain.notices import NoticeKind, NoticeState
from domain.orders import LineState
from domain.values import Value

IN_PASSING = timedelta(minutes=5)
"""What is being done at this moment is no breach; what stays undone for longer is."""

MAIL_PERSISTENCE = timedelta(days=6)
"""A notice that is on its way for longer than mail is tried has been lost."""

_HELD_STAGES = (Stage.OFFERED, Stage.ASSESSING, Stage.APPROVING)


class Invariant(Value):
    """One sentence that must always be true, and how often it is not."""

    number: int
    sentence: str
    breaches: int
    examples: tuple[str, ...] = ()


class InvariantBook:
    """Counts breaches."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, now: datetime) -> tuple[Invariant, ...]:
        """Return every invariant with its breaches and up to five examples of each."""
        async with self._database.reading() as session:
            return tuple(
                [
                    await _counted(session, number, sentence, queries)
                    for number, (sentence, queries) in enumerate(_invariants(now), start=1)
                ]
            )


async def _counted(
    session: AsyncSession, number: int, sentence: str, queries: tuple["Select[str]", ...]
) -> Invariant:
    breaches = 0
    examples: list[str] = []
    for query in queries:
        breaches += await session.scalar(select(func.count()).select_from(query.subquery())) or 0
        examples.extend(await session.scalars(query.limit(5)))
    return Invariant(
        number=number, sentence=sentence, breaches=breaches, examples=tuple(examples[:5])
    )


def _invariants(now: datetime) -> tuple[tuple[str, tuple["Select[str]", ...]], ...]:
    return (
        ("Every paid line has access, or a running clock, or a refund.", _unserved_lines(now)),
        (
            "Every open journey waits on a named party until a stated time, or is on a timer.",
            (_unattended_journeys(now),),
        ),
        (
            "Every open round has at most one live assignment; every waiting one is in the queue.",
            (*_misplaced_rounds(), _miscounted_places()),
        ),
        (
            "Every notice ends accepted, refused, bounced or cancelled; `unknown` has an owner.",
            (_lost_notices(now), _ownerless_notices()),
        ),
        ("Every proficient judgement has exactly one award.", _mismatched_awards(now)),
        ("What the practitioner was told equals what is recorded.", _untrue_notices(now)),
    )


def _unserved_lines(now: datetime) -> tuple["Select[str]", ...]:
    lines = select(OrderLineRow.id).join(OrderRow, OrderRow.id == OrderLineRow.order_id)
    settled = OrderRow.settled_at < now - IN_PASSING
    never_started = lines.where(settled, OrderLineRow.state == LineState.WAITING)
    held_too_long = lines.where(
        OrderLineRow.state == LineState.HELD, OrderLineRow.held_until < now - IN_PASSING
    )
    refund_stuck = lines.where(
        OrderLineRow.state == LineState.REFUNDING,
        OrderLineRow.refunding_since < now - timedelta(hours=1),
    )
    no_enrollment = lines.where(
        OrderLineRow.state == LineState.ENROLLED,
        ~exists().where(EnrollmentRow.id == OrderLineRow.enrollment_id),
    )
    return never_started, held_too_long, refund_stuck, no_enrollment


def _unattended_journeys(now: datetime) -> "Select[str]":
    is_stuck = or_(
        EnrollmentRow.waiting_until.is_(None),
        EnrollmentRow.waiting_until < now - IN_PASSING,
        EnrollmentRow.waiting_on == "",
    )
    is_starting = and_(
        EnrollmentRow.stage == "starting", EnrollmentRow.opened_at > now - IN_PASSING
    )
    return select(EnrollmentRow.id).where(
        EnrollmentRow.ended_at.is_(None), is_stuck, not_(is_starting)
    )


def _live_in_open_round() -> ColumnElement[bool]:
    return exists().where(
        AssignmentRow.enrollment_id == EnrollmentRow.id,
        AssignmentRow.round == EnrollmentRow.round,
        AssignmentRow.is_live,
    )


def _misplaced_rounds() -> tuple["Select[str]", ...]:
    twice = (
        select(AssignmentRow.enrollment_id)
        .where(AssignmentRow.is_live)
        .group_by(AssignmentRow.enrollment_id, AssignmentRow.round)
        .having(func.count() > 1)
    )
    not_held = select(EnrollmentRow.id).where(
        EnrollmentRow.stage.in_(_HELD_STAGES), ~_live_in_open_round()
    )
    held_outside = select(EnrollmentRow.id).where(
        EnrollmentRow.stage.not_in(_HELD_STAGES), _live_in_open_round()
    )
    not_queued = select(EnrollmentRow.id).where(
        EnrollmentRow.stage == Stage.QUEUED,
        ~exists().where(
            RoundRow.enrollment_id == EnrollmentRow.id,
            RoundRow.number == EnrollmentRow.round,
            RoundRow.waiting_since.is_not(None),
        ),
    )
    queued_outside = (
        select(RoundRow.enrollment_id)
        .join(EnrollmentRow, EnrollmentRow.id == RoundRow.enrollment_id)
        .where(RoundRow.waiting_since.is_not(None), EnrollmentRow.stage != Stage.QUEUED)
    )
    return twice, not_held, held_outside, not_queued, queued_outside


def _miscounted_places() -> "Select[str]":
    live = (
        select(func.count())
        .where(AssignmentRow.assessor_id == AssessorRow.id, AssignmentRow.is_live)
        .scalar_subquery()
    )
    return select(AssessorRow.id).where(AssessorRow.load != live)


def _lost_notices(now: datetime) -> "Select[str]":
    on_their_way = (NoticeState.INTENDED, NoticeState.SENDING)
    return select(NoticeRow.id).where(
        NoticeRow.state.in_(on_their_way), NoticeRow.intended_at < now - MAIL_PERSISTENCE
    )


def _ownerless_notices() -> "Select[str]":
    return select(NoticeRow.id).where(
        NoticeRow.state == NoticeState.UNKNOWN,
        ~exists().where(
            AttentionRow.subject_id == NoticeRow.subject_id,
            AttentionRow.kind == AttentionKind.MAIL_UNCONFIRMED,
            AttentionRow.closed_at.is_(None),
        ),
    )


def _mismatched_awards(now: datetime) -> tuple["Select[str]", ...]:
    proficient = and_(RoundRow.is_proficient.is_(True), RoundRow.decided_at < now - IN_PASSING)
    awarded = exists().where(AwardRow.enrollment_id == RoundRow.enrollment_id)
    without_award = select(RoundRow.enrollment_id).where(proficient, ~awarded)
    without_judgement = select(AwardRow.enrollment_id).where(
        ~exists().where(
            RoundRow.enrollment_id == AwardRow.enrollment_id,
            RoundRow.number == AwardRow.round,
            RoundRow.is_proficient.is_(True),
            RoundRow.decided_at.is_not(None),
        )
    )
    return without_award, without_judgement


_FAREWELLS = {
    NoticeKind.AWARDED: Ending.AWARDED,
    NoticeKind.LAPSED: Ending.LAPSED,
    NoticeKind.CLOSED: Ending.CLOSED,
    NoticeKind.WITHDRAWN: Ending.WITHDRAWN,
}


def _untrue_notices(now: datetime) -> tuple["Select[str]", ...]:
    told = select(NoticeRow.id).join(EnrollmentRow, EnrollmentRow.id == NoticeRow.subject_id)
    accepted = NoticeRow.state == NoticeState.ACCEPTED
    wrong_farewells = [
        told.where(
            accepted,
            NoticeRow.kind == kind,
            func.coalesce(EnrollmentRow.ending, literal("")) != ending.value,
        )
        for kind, ending in _FAREWELLS.items()
    ]
    access_unrecorded = told.where(
        accepted,
        NoticeRow.kind == NoticeKind.ACCESS,
        NoticeRow.settled_at < now - IN_PASSING,
        EnrollmentRow.access_met_at.is_(None),
        EnrollmentRow.ended_at.is_(None),
    )
    return (*wrong_farewells, _not_yet_of_a_met_round(), _never_told(), access_unrecorded)


def _not_yet_of_a_met_round() -> "Select[str]":
    of_its_round = and_(
        RoundRow.enrollment_id == NoticeRow.subject_id, RoundRow.number == NoticeRow.round
    )
    return (
        select(NoticeRow.id)
        .join(RoundRow, of_its_round)
        .where(
            NoticeRow.state == NoticeState.ACCEPTED,
            NoticeRow.kind == NoticeKind.NOT_YET,
            RoundRow.is_proficient.is_(True),
        )
    )


def _never_told() -> "Select[str]":
    has_farewell = exists().where(
        NoticeRow.subject_id == EnrollmentRow.id,
        NoticeRow.kind.in_([*_FAREWELLS, NoticeKind.REFUNDED]),
    )
    return select(EnrollmentRow.id).where(EnrollmentRow.ended_at.is_not(None), ~has_farewell)
