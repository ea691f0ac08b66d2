"""The lists that some letters carry: a receipt's files, an order's lines, what is open for ops."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.round_tables import RevisionRow
from adapters.records.tables import (
    AttentionRow,
    CatalogVersionRow,
    EnrollmentRow,
    NoticeRow,
    OrderLineRow,
    OrderRow,
    PersonRow,
)
from domain.letters import DigestLine, OrderLineText, ReceiptLine


async def receipt_of(
    session: AsyncSession, notice: NoticeRow, enrollment: EnrollmentRow
) -> tuple[ReceiptLine, ...]:
    """Return the files of a part that was received, as they were read back."""
    revision = await session.scalar(
        select(RevisionRow).where(
            RevisionRow.enrollment_id == enrollment.id,
            RevisionRow.round == notice.round,
            RevisionRow.part == notice.part,
            RevisionRow.accepted_at.is_not(None),
        )
    )
    files = revision.files.get("files", []) if revision else []
    return tuple(
        ReceiptLine.model_validate(each) for each in (files if isinstance(files, list) else [])
    )


async def order_lines_of(session: AsyncSession, order: OrderRow) -> tuple[OrderLineText, ...]:
    """Return the lines of an order.

    Anybody can send an order form. Until somebody paid, learners are called by the address that
    the form itself gave, or it would tell whose that address is.
    """
    shown = PersonRow.address if order.settled_at is None else PersonRow.name
    rows = await session.execute(
        select(OrderLineRow.number, shown, CatalogVersionRow.title)
        .join(PersonRow, PersonRow.id == OrderLineRow.person_id)
        .join(CatalogVersionRow, CatalogVersionRow.id == OrderLineRow.version_id)
        .where(OrderLineRow.order_id == order.id)
        .order_by(OrderLineRow.number)
    )
    return tuple(
        OrderLineText(number=number, learner=learner, micro_credential=title, outcome="ordered")
        for number, learner, title in rows
    )


async def digest_of(session: AsyncSession) -> tuple[DigestLine, ...]:
    """Return how much of each kind is open for operations."""
    rows = await session.execute(
        select(AttentionRow.kind, func.count())
        .where(AttentionRow.closed_at.is_(None))
        .group_by(AttentionRow.kind)
        .order_by(AttentionRow.kind)
    )
    return tuple(DigestLine(label=kind.replace("_", " "), count=count) for kind, count in rows)
