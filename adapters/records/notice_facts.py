"""What a letter says: gathered from the records at the moment it is sent."""

from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.ports import Outgoing
from adapters.records.link_signing import Links
from adapters.records.round_tables import (
    AssessorRow,
    AssignmentRow,
    MarkRow,
    RevisionRow,
    RoundRow,
)
from adapters.records.tables import (
    AttentionRow,
    CatalogVersionRow,
    DueTimeRow,
    EnrollmentRow,
    NoticeRow,
    OrderLineRow,
    OrderRow,
    PersonRow,
    ReasonRow,
    TimelineRow,
)
from domain.assessment import items_of
from domain.catalog import CatalogEntry
from domain.letters import (
    DigestLine,
    DueText,
    FeedbackLine,
    LetterFacts,
    OrderLineText,
    ReceiptLine,
    spoken_instant,
)
from domain.notices import NoticeKind, Recipient
from domain.policy import Policy
from domain.timeline import Happening
from domain.values import Value

_LINKS = {
    NoticeKind.VERIFY_ACCOUNT: "verify",
    NoticeKind.VERIFY_REMINDER: "verify",
    NoticeKind.ACCESS: "portal",
    NoticeKind.ACCESS_UNUSED: "portal",
    NoticeKind.WORKING_PERIOD_ENDING: "portal",
    NoticeKind.PART_RECEIVED: "portal",
    NoticeKind.SUBMISSION_RECEIVED: "portal",
    NoticeKind.AWARDED: "portal",
    NoticeKind.NOT_YET: "portal",
    NoticeKind.RESUBMISSION_ENDING: "portal",
    NoticeKind.OFFER: "offers",
    NoticeKind.OFFER_REMINDER: "offers",
    NoticeKind.ASSIGNMENT_CONFIRMED: "assessment",
    NoticeKind.ASSESSMENT_DUE: "assessment",
    NoticeKind.ASSESSMENT_OVERDUE: "assessment",
    NoticeKind.PASSED_BACK: "assessment",
    NoticeKind.APPROVAL_REQUESTED: "approvals",
}

_DATED = frozenset(_LINKS) - {
    NoticeKind.ACCESS,
    NoticeKind.ACCESS_UNUSED,
    NoticeKind.PART_RECEIVED,
    NoticeKind.SUBMISSION_RECEIVED,
    NoticeKind.AWARDED,
}
"""Kinds that name a due time of their reader; the others are sent when none of theirs runs."""


class Programme(Value):
    """Who writes the letters."""

    name: str
    zone: str
    support_address: str
    ops_address: str
    mail_domain: str


class LetterDesk:
    """Gathers the facts of letters."""

    def __init__(self, programme: Programme, links: Links) -> None:
        self._programme = programme
        self._links = links

    async def outgoing(
        self, session: AsyncSession, notice: NoticeRow, enrollment: EnrollmentRow | None
    ) -> Outgoing:
        """Return the notice with everything that its letter says, and to whom it goes."""
        name, address, recipient_id = await self._recipient(session, notice, enrollment)
        facts = LetterFacts(
            recipient_name=name,
            programme_name=self._programme.name,
            support_address=self._programme.support_address,
            ordinal=notice.ordinal,
            part=notice.part,
            round=notice.round,
        )
        if enrollment is not None:
            facts = await self._about_journey(session, notice, enrollment, facts)
        elif notice.kind == NoticeKind.ORDER_RECEIVED:
            facts = facts.model_copy(update={"order_lines": await _order_lines(session, notice)})
        elif notice.kind == NoticeKind.OPS_DIGEST:
            facts = facts.model_copy(update={"digest": await _digest(session)})
        page = _LINKS.get(NoticeKind(notice.kind))
        if page is not None:
            link = self._links.link(page, recipient_id, notice.subject_id)
            facts = facts.model_copy(update={"link": link})
        return Outgoing(
            kind=NoticeKind(notice.kind),
            to_address=address,
            facts=facts,
            message_id=f"<{notice.id}@{self._programme.mail_domain}>",
            intended_at=notice.intended_at,
            enrollment_id=enrollment.id if enrollment else None,
            round=notice.round,
        )

    async def _recipient(
        self, session: AsyncSession, notice: NoticeRow, enrollment: EnrollmentRow | None
    ) -> tuple[str, str, str]:
        match Recipient(notice.recipient):
            case Recipient.PRACTITIONER if enrollment is not None:
                person = await session.get_one(PersonRow, enrollment.person_id)
                return person.name, person.address, person.id
            case Recipient.PAYER:
                order = await session.get_one(OrderRow, notice.order_id)
                return order.payer_name, order.payer_address, order.id
            case Recipient.ASSESSOR if notice.assignment_id is not None:
                assignment = await session.get_one(AssignmentRow, notice.assignment_id)
                assessor = await session.get_one(AssessorRow, assignment.assessor_id)
                return assessor.name, assessor.address, assessor.id
            case _:
                return "Operations", self._programme.ops_address, "ops"

    async def _about_journey(
        self,
        session: AsyncSession,
        notice: NoticeRow,
        enrollment: EnrollmentRow,
        facts: LetterFacts,
    ) -> LetterFacts:
        version = await session.get_one(CatalogVersionRow, enrollment.version_id)
        known: dict[str, object] = {
            "micro_credential": version.title,
            "library": version.library,
            "enrollment_number": enrollment.id,
        }
        if NoticeKind(notice.kind) in _DATED:
            known["due"] = await self._due_text(session, enrollment.due_id or notice.due_id)
        match NoticeKind(notice.kind):
            case NoticeKind.PART_RECEIVED:
                known["receipt"] = await _receipt(session, notice, enrollment)
            case NoticeKind.NOT_YET:
                entry = CatalogEntry.model_validate(version.content)
                known |= await self._feedback(session, notice, enrollment, entry)
            case NoticeKind.PASSED_BACK:
                known["reason"] = await _note(session, notice, enrollment)
            case _:
                pass
        return facts.model_copy(update=known)

    async def _due_text(self, session: AsyncSession, due_id: str | None) -> DueText | None:
        due = await session.get(DueTimeRow, due_id) if due_id else None
        if due is None:
            return None
        return DueText(text=spoken_instant(due.due_at, ZoneInfo(due.zone)), why=due.explanation)

    async def _feedback(
        self,
        session: AsyncSession,
        notice: NoticeRow,
        enrollment: EnrollmentRow,
        entry: CatalogEntry,
    ) -> dict[str, object]:
        labels = {item.key: item.label for item in items_of(entry)}
        row = await session.get_one(RoundRow, (enrollment.id, notice.round or 1))
        open_keys = row.not_met["items"] if row.not_met else []
        marks = await session.scalars(
            select(MarkRow).where(
                MarkRow.enrollment_id == enrollment.id,
                MarkRow.round == row.number,
                MarkRow.assessor_id == row.judged_by,
                MarkRow.decided_at.is_not(None),
            )
        )
        lines = {
            mark.item: FeedbackLine(
                item_label=labels[mark.item], mark=mark.kind, feedback=mark.feedback
            )
            for mark in marks
        }
        not_met = [key for key in labels if isinstance(open_keys, list) and key in open_keys]
        return {
            "feedback": tuple(lines[key] for key in not_met if key in lines),
            "locked": len(labels) - len(not_met),
            "rounds_left": await _rounds_left(session, enrollment, row.number),
        }


async def _rounds_left(session: AsyncSession, enrollment: EnrollmentRow, judged_round: int) -> int:
    """Return the rounds after a judged one: those of the pinned policy and those granted."""
    policy = Policy.model_validate(enrollment.journey["policy"])
    granted = await session.scalar(
        select(func.count())
        .select_from(TimelineRow)
        .where(
            TimelineRow.enrollment_id == enrollment.id,
            TimelineRow.kind == Happening.ROUND_GRANTED,
        )
    )
    return max(0, policy.rounds + (granted or 0) - judged_round)


async def _note(session: AsyncSession, notice: NoticeRow, enrollment: EnrollmentRow) -> str | None:
    """Return what the approver wrote when passing the judgement back."""
    return await session.scalar(
        select(ReasonRow.text)
        .join(TimelineRow, TimelineRow.reason_id == ReasonRow.id)
        .where(
            TimelineRow.enrollment_id == enrollment.id,
            TimelineRow.round == notice.round,
            TimelineRow.kind == Happening.PASSED_BACK,
        )
        .order_by(TimelineRow.id.desc())
        .limit(1)
    )


async def _receipt(
    session: AsyncSession, notice: NoticeRow, enrollment: EnrollmentRow
) -> tuple[ReceiptLine, ...]:
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


async def _order_lines(session: AsyncSession, notice: NoticeRow) -> tuple[OrderLineText, ...]:
    rows = await session.execute(
        select(OrderLineRow.number, PersonRow.name, CatalogVersionRow.title)
        .join(PersonRow, PersonRow.id == OrderLineRow.person_id)
        .join(CatalogVersionRow, CatalogVersionRow.id == OrderLineRow.version_id)
        .where(OrderLineRow.order_id == notice.order_id)
        .order_by(OrderLineRow.number)
    )
    return tuple(
        OrderLineText(number=number, learner=learner, micro_credential=title, outcome="ordered")
        for number, learner, title in rows
    )


async def _digest(session: AsyncSession) -> tuple[DigestLine, ...]:
    rows = await session.execute(
        select(AttentionRow.kind, func.count())
        .where(AttentionRow.closed_at.is_(None))
        .group_by(AttentionRow.kind)
        .order_by(AttentionRow.kind)
    )
    return tuple(DigestLine(label=kind.replace("_", " "), count=count) for kind, count in rows)
