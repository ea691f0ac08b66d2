"""What a letter says: gathered from the records at the moment it is sent."""

from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.ports import Outgoing
from adapters.records.address_book import address_of
from adapters.records.credential_writing import why_revoked
from adapters.records.link_signing import Links
from adapters.records.mark_reading import mark_of
from adapters.records.notice_lists import digest_of, order_lines_of, receipt_of
from adapters.records.round_tables import (
    AssessorRow,
    AssignmentRow,
    MarkRow,
    RoundRow,
)
from adapters.records.sign_in_book import whom_to_tell
from adapters.records.tables import (
    CatalogVersionRow,
    DueTimeRow,
    EnrollmentRow,
    NoticeRow,
    OrderRow,
    PersonRow,
    ReasonRow,
    TimelineRow,
)
from domain.address_changes import (
    ADDRESS_KINDS,
    CONFIRM_WITHIN,
    LINK_PAGE,
    STOP_WITHIN,
    AddressAct,
    concealed,
)
from domain.assessment import items_of, spoken_kind
from domain.catalog import CatalogEntry
from domain.letters import (
    DueText,
    FeedbackLine,
    LetterFacts,
    spoken_instant,
)
from domain.notices import NoticeKind, Recipient
from domain.policy import Policy
from domain.sign_ins import SIGN_IN_KINDS
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
    NoticeKind.CREDENTIAL_REISSUED: "portal",
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
    NoticeKind.CREDENTIAL_REISSUED,
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
        if notice.kind in SIGN_IN_KINDS:
            return await self._letting_in(session, notice)
        if notice.kind in ADDRESS_KINDS:
            return await self._about_address(session, notice)
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
            order = await session.get_one(OrderRow, notice.order_id)
            known = {"order_lines": await order_lines_of(session, order)}
            facts = facts.model_copy(update={**known, "awaits_payment": order.settled_at is None})
        elif notice.kind == NoticeKind.OPS_DIGEST:
            facts = facts.model_copy(update={"digest": await digest_of(session)})
        page = _LINKS.get(NoticeKind(notice.kind))
        if page is not None:
            link = self._links.link(page, recipient_id, notice.subject_id)
            facts = facts.model_copy(update={"link": link})
        return self._addressed(notice, facts, address, enrollment)

    async def _letting_in(self, session: AsyncSession, notice: NoticeRow) -> Outgoing:
        """Return the mail that lets somebody in: a link, or the digits of a code."""
        name, address, ends_at = await whom_to_tell(session, notice.subject_id)
        is_code = notice.kind == NoticeKind.SIGN_IN_CODE
        good_until = spoken_instant(ends_at, ZoneInfo(self._programme.zone))
        facts = LetterFacts(
            recipient_name=name,
            programme_name=self._programme.name,
            support_address=self._programme.support_address,
            due=DueText(text=good_until, why="Counted from when it was asked for."),
            code=self._links.code(notice.subject_id) if is_code else None,
            link=None if is_code else self._links.link("enter", "mail", notice.subject_id),
        )
        return self._addressed(notice, facts, address, None)

    async def _about_address(self, session: AsyncSession, notice: NoticeRow) -> Outgoing:
        """Return the mail to a new address, which names nobody, or the one to the old."""
        name, address, change = await address_of(session, notice)
        is_to_new = notice.kind == NoticeKind.ADDRESS_CONFIRM
        good_until = change.asked_at + (CONFIRM_WITHIN if is_to_new else STOP_WITHIN)
        act = AddressAct.CONFIRM if is_to_new else AddressAct.STOP
        facts = LetterFacts(
            # Whoever reads there may be a stranger, if the new address has a slip in it.
            recipient_name="" if is_to_new else name,
            programme_name=self._programme.name,
            support_address=self._programme.support_address,
            due=DueText(
                text=spoken_instant(good_until, ZoneInfo(self._programme.zone)),
                why="Counted from when it was asked for.",
            ),
            link=self._links.link(LINK_PAGE, act, change.id),
            other_address=None if is_to_new else concealed(change.new_address),
        )
        return self._addressed(notice, facts, address, None)

    def _addressed(
        self,
        notice: NoticeRow,
        facts: LetterFacts,
        address: str,
        enrollment: EnrollmentRow | None,
    ) -> Outgoing:
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
                known["receipt"] = await receipt_of(session, notice, enrollment)
            case NoticeKind.NOT_YET:
                entry = CatalogEntry.model_validate(version.content)
                known |= await self._feedback(session, notice, enrollment, entry)
            case NoticeKind.PASSED_BACK:
                known["reason"] = await _note(session, notice, enrollment)
            case NoticeKind.CREDENTIAL_REVOKED:
                known["reason"] = await why_revoked(session, enrollment.id)
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
                item_label=labels[mark.item],
                mark=spoken_kind(mark.kind, mark.obstacle),
                feedback=mark.feedback,
            )
            for mark in map(mark_of, marks)
            if mark.kind is not None
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
