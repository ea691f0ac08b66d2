"""The queries behind the records for states: which awards a state has yet to hear of, and how.

What differs is said twice: here, so that the database finds it among all awards, and in
``domain.state_records.line_due``, which decides. A test holds that the two agree.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from adapters.records.credential_tables import CredentialRow
from adapters.records.round_tables import AwardRow
from adapters.records.state_tables import StateChoiceRow, StateLineRow
from adapters.records.tables import (
    CatalogVersionRow,
    EnrollmentRow,
    MicroCredentialRow,
    PersonRow,
)
from domain.months import Month
from domain.state_records import (
    AwardToReport,
    CreditKind,
    LineKind,
    StateChoice,
    StateLine,
    line_due,
)
from domain.us_states import UsState

Asked = TypeVarTuple("Asked")

_LATER = aliased(StateLineRow)
_PAIRS = union(
    select(StateChoiceRow.enrollment_id, StateChoiceRow.state).where(
        StateChoiceRow.state.is_not(None)
    ),
    select(StateLineRow.enrollment_id, StateLineRow.state).where(StateLineRow.number == 1),
).subquery("concerned")
"""Every award with every state that is to hear, or heard, of it."""

_state: ColumnElement[str] = _PAIRS.c.state
_award_id: ColumnElement[str] = _PAIRS.c.enrollment_id

IS_LAST: ColumnElement[bool] = ~exists().where(_LATER.corrects_id == StateLineRow.id)
"""Whether no later line refers to a line."""

Pending = tuple[str, datetime]
"""A state, and the instant of an award of which it has yet to hear something."""


class _Found(NamedTuple):
    state: str
    enrollment_id: str
    awarded_at: datetime
    name: str
    library: str
    slug: str
    version: int
    title: str
    hours: int
    credential_id: str | None
    choice: StateChoiceRow | None
    line: StateLineRow | None


async def pending(session: AsyncSession) -> tuple[Pending, ...]:
    """Return each award of which a state has yet to hear something."""
    query = _joined(select(_state, AwardRow.awarded_at)).where(is_pending())
    return tuple((state, at) for state, at in await session.execute(query))


async def lines_due(
    session: AsyncSession, state: UsState, month: Month, zone: str
) -> tuple[StateLine, ...]:
    """Return what a state has yet to hear of the awards of a month, the oldest award first."""
    query = _joined(_facts()).where(
        _state == state.value,
        AwardRow.awarded_at >= month.begins(zone),
        AwardRow.awarded_at < month.next.begins(zone),
        is_pending(),
    )
    rows = await session.execute(query.order_by(AwardRow.awarded_at, _award_id))
    return tuple(_due(map(_Found._make, rows), zone))


async def is_award_pending(session: AsyncSession, enrollment_id: str) -> bool:
    """Whether any state has yet to hear something of one award."""
    query = _joined(select(_state)).where(_award_id == enrollment_id, is_pending())
    return await session.scalar(query.limit(1)) is not None


def _due(rows: Iterable[_Found], zone: str) -> Iterable[StateLine]:
    for row in rows:
        before = line_of(row.line) if row.line is not None else None
        line = line_due(UsState(row.state), _award(row), before, zone)
        if line is not None:
            yield line


def is_pending() -> ColumnElement[bool]:
    """Return what holds for an award of which a state has yet to hear something."""
    counts = and_(StateChoiceRow.state == _state, CredentialRow.id.is_not(None))
    counts_no_more = or_(
        StateChoiceRow.state.is_(None), StateChoiceRow.state != _state, CredentialRow.id.is_(None)
    )
    differs = or_(
        StateLineRow.kind == LineKind.REMOVAL,
        StateLineRow.name != PersonRow.name,
        StateLineRow.educator_number != StateChoiceRow.educator_number,
        StateLineRow.credit != StateChoiceRow.credit,
        StateLineRow.credential_id != CredentialRow.id,
    )
    return or_(
        and_(counts, StateLineRow.id.is_(None)),
        and_(counts, differs),
        and_(counts_no_more, StateLineRow.kind != LineKind.REMOVAL),
    )


def _facts() -> Select[*tuple[object, ...]]:
    return select(
        _state,
        _award_id,
        AwardRow.awarded_at,
        PersonRow.name,
        EnrollmentRow.library,
        MicroCredentialRow.slug,
        CatalogVersionRow.number,
        CatalogVersionRow.title,
        CatalogVersionRow.content["pd_hours"].as_integer(),
        CredentialRow.id,
        StateChoiceRow,
        StateLineRow,
    )


def _joined(query: Select[*Asked]) -> Select[*Asked]:
    """Return ``query`` over all that decides whether a state has to hear of an award."""
    return (
        query.select_from(_PAIRS)
        .join(AwardRow, AwardRow.enrollment_id == _award_id)
        .join(EnrollmentRow, EnrollmentRow.id == _award_id)
        .join(PersonRow, PersonRow.id == EnrollmentRow.person_id)
        .join(MicroCredentialRow, MicroCredentialRow.id == EnrollmentRow.micro_credential_id)
        .join(CatalogVersionRow, CatalogVersionRow.id == EnrollmentRow.version_id)
        .outerjoin(StateChoiceRow, StateChoiceRow.enrollment_id == _award_id)
        .outerjoin(
            CredentialRow,
            and_(CredentialRow.enrollment_id == _award_id, CredentialRow.revoked_at.is_(None)),
        )
        .outerjoin(
            StateLineRow,
            and_(StateLineRow.enrollment_id == _award_id, StateLineRow.state == _state, IS_LAST),
        )
    )


def choice_of(row: StateChoiceRow | None) -> StateChoice | None:
    """Return what a row says; None where nobody has chosen."""
    if row is None:
        return None
    return StateChoice(
        state=UsState(row.state) if row.state else None,
        credit=CreditKind(row.credit),
        educator_number=row.educator_number,
    )


def line_of(row: StateLineRow) -> StateLine:
    """Return a line as it was reported."""
    return StateLine(
        id=row.id,
        state=UsState(row.state),
        enrollment_id=row.enrollment_id,
        number=row.number,
        kind=LineKind(row.kind),
        corrects=row.corrects_id,
        name=row.name,
        educator_number=row.educator_number,
        library=row.library,
        slug=row.slug,
        version=row.version,
        title=row.title,
        completed_on=row.completed_on,
        credit=CreditKind(row.credit),
        amount=row.amount,
        credential_id=row.credential_id,
    )


def _award(row: _Found) -> AwardToReport:
    return AwardToReport(
        enrollment_id=row.enrollment_id,
        name=row.name,
        library=row.library,
        slug=row.slug,
        version=row.version,
        title=row.title,
        hours=row.hours,
        awarded_at=row.awarded_at,
        credential_id=row.credential_id,
        choice=choice_of(row.choice),
    )
