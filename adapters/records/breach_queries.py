"""How each thing that must always be true can be broken: one query for each way to break it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, literal, not_, select
from sqlalchemy.sql.selectable import Select

from adapters.records.credential_breaches import (
    CREDENTIALS_SENTENCE,
    awards_without_credential,
    credentials_without_award,
    published_without_revocation,
    two_that_count,
    unpublished_revocations,
)
from adapters.records.list_values import STARTING, SubjectKind
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

IN_PASSING = timedelta(minutes=5)
"""What is being done at this moment is no breach; what stays undone for longer is."""

MAIL_PERSISTENCE = timedelta(days=6)
"""A notice that is on its way for longer than mail is tried has been lost."""

REFUND_PERSISTENCE = timedelta(hours=1)
"""A refund that its journey has not agreed to for longer is stuck."""

_HELD_STAGES = (Stage.OFFERED, Stage.ASSESSING, Stage.APPROVING)


class Way(NamedTuple):
    """One way to break what must be true: what is wrong, with what sort of subject, and whose."""

    wrong: str
    kind: SubjectKind
    subjects: "Select[str]"


def ways_to_break(now: datetime) -> tuple[tuple[str, tuple[Way, ...]], ...]:
    """Return every sentence that must always be true, with the ways to break it."""
    return (
        ("Every paid line has access, or a running clock, or a refund.", _unserved_lines(now)),
        (
            "Every open journey waits on a named party until a stated time, or is on a timer.",
            _unattended_journeys(now),
        ),
        (
            "Every open round has at most one live assignment; every waiting one is in the queue.",
            (*_misplaced_rounds(), *_misplaced_queue(), _miscounted_places()),
        ),
        (
            "Every notice ends accepted, refused, bounced or cancelled; `unknown` has an owner.",
            (_lost_notices(now), _ownerless_notices()),
        ),
        ("Every proficient judgement has exactly one award.", _mismatched_awards(now)),
        ("What the practitioner was told equals what is recorded.", _untrue_notices(now)),
        (CREDENTIALS_SENTENCE, _drifted_credentials(now)),
    )


def _unserved_lines(now: datetime) -> tuple[Way, ...]:
    lines = select(OrderLineRow.id).join(OrderRow, OrderRow.id == OrderLineRow.order_id)
    settled = OrderRow.settled_at < now - IN_PASSING
    never_started = lines.where(settled, OrderLineRow.state == LineState.WAITING)
    held_too_long = lines.where(
        OrderLineRow.state == LineState.HELD, OrderLineRow.held_until < now - IN_PASSING
    )
    refund_stuck = lines.where(
        OrderLineRow.state == LineState.REFUNDING,
        OrderLineRow.refunding_since < now - REFUND_PERSISTENCE,
    )
    no_enrollment = lines.where(
        OrderLineRow.state == LineState.ENROLLED,
        ~exists().where(EnrollmentRow.id == OrderLineRow.enrollment_id),
    )
    return (
        Way("paid, and not started", SubjectKind.LINE, never_started),
        Way("held past its due time", SubjectKind.LINE, held_too_long),
        Way("its refund is stuck", SubjectKind.LINE, refund_stuck),
        Way("enrolled, but there is no such enrollment", SubjectKind.LINE, no_enrollment),
    )


def _unattended_journeys(now: datetime) -> tuple[Way, ...]:
    is_starting = and_(EnrollmentRow.stage == STARTING, EnrollmentRow.opened_at > now - IN_PASSING)
    is_nameless = EnrollmentRow.waiting_on == ""
    is_timeless = EnrollmentRow.waiting_until.is_(None)
    journeys = select(EnrollmentRow.id).where(EnrollmentRow.ended_at.is_(None), not_(is_starting))
    nobody = journeys.where(is_nameless)
    no_time = journeys.where(~is_nameless, is_timeless)
    overstayed = journeys.where(~is_nameless, EnrollmentRow.waiting_until < now - IN_PASSING)
    return (
        Way("waits on nobody", SubjectKind.ENROLLMENT, nobody),
        Way("waits until no stated time", SubjectKind.ENROLLMENT, no_time),
        Way("its time is up, and nothing happened", SubjectKind.ENROLLMENT, overstayed),
    )


def _live_in_open_round() -> ColumnElement[bool]:
    return exists().where(
        AssignmentRow.enrollment_id == EnrollmentRow.id,
        AssignmentRow.round == EnrollmentRow.round,
        AssignmentRow.is_live,
    )


def _misplaced_rounds() -> tuple[Way, ...]:
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
    return (
        Way("two live assignments in one round", SubjectKind.ENROLLMENT, twice),
        Way("with an assessor, but no live assignment", SubjectKind.ENROLLMENT, not_held),
        Way("a live assignment outside of assessment", SubjectKind.ENROLLMENT, held_outside),
    )


def _misplaced_queue() -> tuple[Way, ...]:
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
    return (
        Way("queued, but its round does not wait", SubjectKind.ENROLLMENT, not_queued),
        Way("its round waits, but it is not queued", SubjectKind.ENROLLMENT, queued_outside),
    )


def _miscounted_places() -> Way:
    live = (
        select(func.count())
        .where(AssignmentRow.assessor_id == AssessorRow.id, AssignmentRow.is_live)
        .scalar_subquery()
    )
    miscounted = select(AssessorRow.id).where(AssessorRow.load != live)
    return Way("holds another number of rounds than is counted", SubjectKind.ASSESSOR, miscounted)


def _lost_notices(now: datetime) -> Way:
    on_their_way = (NoticeState.INTENDED, NoticeState.SENDING)
    lost = select(NoticeRow.id).where(
        NoticeRow.state.in_(on_their_way), NoticeRow.intended_at < now - MAIL_PERSISTENCE
    )
    return Way("on its way for longer than mail is tried", SubjectKind.NOTICE, lost)


def _ownerless_notices() -> Way:
    ownerless = select(NoticeRow.id).where(
        NoticeRow.state == NoticeState.UNKNOWN,
        ~exists().where(
            AttentionRow.subject_id == NoticeRow.subject_id,
            AttentionRow.kind == AttentionKind.MAIL_UNCONFIRMED,
            AttentionRow.closed_at.is_(None),
        ),
    )
    return Way("nobody knows whether it arrived, or asks", SubjectKind.NOTICE, ownerless)


def _mismatched_awards(now: datetime) -> tuple[Way, ...]:
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
    return (
        Way("proficient, and not awarded", SubjectKind.ENROLLMENT, without_award),
        Way("awarded without a proficient round", SubjectKind.ENROLLMENT, without_judgement),
    )


def _drifted_credentials(now: datetime) -> tuple[Way, ...]:
    kind = SubjectKind.ENROLLMENT
    return (
        Way("awarded, and without a credential", kind, awards_without_credential(now)),
        Way("a credential, and no award", kind, credentials_without_award()),
        Way("two credentials that count", kind, two_that_count()),
        Way("revoked, and its list does not say so", kind, unpublished_revocations(now)),
        Way("called revoked, and it is not", kind, published_without_revocation()),
    )


_FAREWELLS = {
    NoticeKind.AWARDED: Ending.AWARDED,
    NoticeKind.LAPSED: Ending.LAPSED,
    NoticeKind.CLOSED: Ending.CLOSED,
    NoticeKind.WITHDRAWN: Ending.WITHDRAWN,
}


def _untrue_notices(now: datetime) -> tuple[Way, ...]:
    told = select(NoticeRow.id).join(EnrollmentRow, EnrollmentRow.id == NoticeRow.subject_id)
    accepted = NoticeRow.state == NoticeState.ACCEPTED
    wrong_farewells = (
        Way(
            f"told “{kind.value}”, but it did not end so",
            SubjectKind.NOTICE,
            told.where(
                accepted,
                NoticeRow.kind == kind,
                func.coalesce(EnrollmentRow.ending, literal("")) != ending.value,
            ),
        )
        for kind, ending in _FAREWELLS.items()
    )
    access_unrecorded = told.where(
        accepted,
        NoticeRow.kind == NoticeKind.ACCESS,
        NoticeRow.settled_at < now - IN_PASSING,
        EnrollmentRow.access_met_at.is_(None),
        EnrollmentRow.ended_at.is_(None),
    )
    return (
        *wrong_farewells,
        _not_yet_of_a_met_round(),
        _never_told(),
        Way("told of access that is not recorded", SubjectKind.NOTICE, access_unrecorded),
    )


def _not_yet_of_a_met_round() -> Way:
    of_its_round = and_(
        RoundRow.enrollment_id == NoticeRow.subject_id, RoundRow.number == NoticeRow.round
    )
    untrue = (
        select(NoticeRow.id)
        .join(RoundRow, of_its_round)
        .where(
            NoticeRow.state == NoticeState.ACCEPTED,
            NoticeRow.kind == NoticeKind.NOT_YET,
            RoundRow.is_proficient.is_(True),
        )
    )
    return Way("told “not yet” of a round that is met", SubjectKind.NOTICE, untrue)


def _never_told() -> Way:
    has_farewell = exists().where(
        NoticeRow.subject_id == EnrollmentRow.id,
        NoticeRow.kind.in_([*_FAREWELLS, NoticeKind.REFUNDED]),
    )
    silent = select(EnrollmentRow.id).where(EnrollmentRow.ended_at.is_not(None), ~has_farewell)
    return Way("ended, and nobody was to be told", SubjectKind.ENROLLMENT, silent)
