"""Notices in trouble as one query, newest first: refused, bounced, unknown, or still not taken.

The one place that says when a notice is in trouble; the board counts by the same words.
"""

from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Subquery,
    case,
    exists,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import defer

from adapters.records.keyset import Cursor, at_most, earlier_than, inline
from adapters.records.list_values import MailTrouble, NoticeFilter, NoticeTrouble
from adapters.records.notice_book import DELAYED_AFTER_ATTEMPTS
from adapters.records.round_tables import AssessorRow, AssignmentRow
from adapters.records.tables import AttentionRow, EnrollmentRow, NoticeRow, OrderRow, PersonRow
from domain.enrollment import AttentionKind
from domain.notices import NoticeKind, NoticeState, Recipient

ORDER = "intended"
"""Intended last comes first; the only order of this list."""

ON_ITS_WAY = (NoticeState.INTENDED, NoticeState.SENDING)

_ATTENTION = {
    NoticeState.REFUSED: AttentionKind.MAIL_REFUSED,
    NoticeState.BOUNCED: AttentionKind.MAIL_BOUNCED,
    NoticeState.UNKNOWN: AttentionKind.MAIL_UNCONFIRMED,
}

_NEWEST_FIRST = (NoticeRow.intended_at.desc(), NoticeRow.id.desc())

TroubleRow = Row[NoticeRow, bool, EnrollmentRow, PersonRow, OrderRow, AssessorRow]
"""Whatever a notice does not concern is ``None``, also where the type cannot say so."""


def troubles(
    wanted: NoticeFilter, after: Cursor | None = None, limit: int | None = None
) -> Subquery:
    """Return the notices in trouble, each with its trouble, so many of them at most.

    Two questions in one query, because each has an index of its own: what failed and was not sent
    again, and what is still being tried after many attempts.
    """
    pieces = []
    if wanted.trouble is not MailTrouble.DELAYED:
        pieces.append(_failed(wanted))
    if wanted.trouble in (None, MailTrouble.DELAYED):
        pieces.append(_delayed())
    if after is not None:
        beyond = earlier_than(NoticeRow.intended_at, NoticeRow.id, after)
        pieces = [piece.where(beyond) for piece in pieces]
    if limit is not None:
        pieces = [piece.order_by(*_NEWEST_FIRST).limit(at_most(limit)) for piece in pieces]
    found = [select(piece.subquery()) for piece in pieces]
    return union_all(*found).subquery("troubles")


def _failed(wanted: NoticeFilter) -> Select[str, datetime, str]:
    """Return what failed, in the words of its small index and not one more (``board_tables``)."""
    states = [wanted.trouble.value] if wanted.trouble else [state.value for state in _ATTENTION]
    failed = select(NoticeRow.id, NoticeRow.intended_at, NoticeRow.state.label("trouble")).where(
        NoticeRow.state.in_([inline(state) for state in states]),
        NoticeRow.superseded_by.is_(None),
    )
    return failed if wanted.with_seen else failed.where(_is_unseen())


def _delayed() -> Select[str, datetime, str]:
    """Return what is delayed, in the words of its small index."""
    delayed = inline(MailTrouble.DELAYED).label("trouble")
    return select(NoticeRow.id, NoticeRow.intended_at, delayed).where(
        NoticeRow.state.in_([inline(state) for state in ON_ITS_WAY]),
        NoticeRow.attempts >= literal_column(str(DELAYED_AFTER_ATTEMPTS)),
    )


def _is_unseen() -> ColumnElement[bool]:
    """Return what holds of a failed notice while nobody has closed the attention that it opened."""
    kind = case(*((NoticeRow.state == state, kind.value) for state, kind in _ATTENTION.items()))
    return exists().where(
        AttentionRow.subject_id == NoticeRow.subject_id,
        AttentionRow.kind.in_([inline(each) for each in _ATTENTION.values()]),
        AttentionRow.kind == kind,
        AttentionRow.closed_at.is_(None),
    )


def troubles_query(
    wanted: NoticeFilter, after: Cursor | None, limit: int
) -> Select[NoticeRow, bool, EnrollmentRow, PersonRow, OrderRow, AssessorRow]:
    """Return the query for one page and one notice more, with whom each was for."""
    page = troubles(wanted, after, limit + 1)
    return (
        select(NoticeRow, _is_unseen(), EnrollmentRow, PersonRow, OrderRow, AssessorRow)
        .options(defer(EnrollmentRow.journey))
        .join(page, page.c.id == NoticeRow.id)
        .outerjoin(EnrollmentRow, EnrollmentRow.id == NoticeRow.subject_id)
        .outerjoin(PersonRow, PersonRow.id == EnrollmentRow.person_id)
        .outerjoin(OrderRow, OrderRow.id == NoticeRow.order_id)
        .outerjoin(AssignmentRow, AssignmentRow.id == NoticeRow.assignment_id)
        .outerjoin(AssessorRow, AssessorRow.id == AssignmentRow.assessor_id)
        .order_by(*_NEWEST_FIRST)
        .limit(at_most(limit + 1))
    )


def line_of(row: TroubleRow) -> NoticeTrouble:
    """Return one line of the list."""
    notice, is_unseen, enrollment, person, order, assessor = row
    state, recipient = NoticeState(notice.state), Recipient(notice.recipient)
    name, address = _whom(recipient, person, order, assessor)
    return NoticeTrouble(
        notice_id=notice.id,
        trouble=MailTrouble.DELAYED if state in ON_ITS_WAY else MailTrouble(state.value),
        kind=NoticeKind(notice.kind),
        state=state,
        recipient=recipient,
        recipient_name=name,
        address=address,
        enrollment_id=enrollment.id if enrollment else None,
        order_id=order.id if order else None,
        intended_at=notice.intended_at,
        settled_at=notice.settled_at,
        attempts=notice.attempts,
        reply=notice.reply,
        is_seen=state not in ON_ITS_WAY and not is_unseen,
    )


def _whom(
    role: Recipient,
    person: PersonRow | None,
    order: OrderRow | None,
    assessor: AssessorRow | None,
) -> tuple[str, str]:
    """Return the name and address that the records have now for whom a notice is."""
    match role:
        case Recipient.PRACTITIONER if person:
            return person.name, person.address
        case Recipient.PAYER if order:
            return order.payer_name, order.payer_address
        case Recipient.ASSESSOR if assessor:
            return assessor.name, assessor.address
    return "", ""


def cursor_of(row: TroubleRow) -> Cursor:
    """Return the cursor of a line."""
    return Cursor(order=ORDER, at=row[0].intended_at, id=row[0].id)
