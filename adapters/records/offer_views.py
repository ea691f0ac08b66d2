"""What an offer asks of an assessor, and until when the round would be due."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.assessing_reading import (
    Revision,
    due_line,
    files_of,
    newest_parts,
    revisions_of,
)
from adapters.records.assessing_values import DueLine, FileView, OfferView
from adapters.records.calendar_book import current_calendar
from adapters.records.database import Database
from adapters.records.mark_reading import open_items_of
from adapters.records.round_tables import AssignmentRow, RoundRow
from adapters.records.tables import CatalogVersionRow, DueTimeRow, EnrollmentRow
from domain.assessment import Item, items_of
from domain.assignment import AssignmentState
from domain.calendar import Unit
from domain.catalog import CatalogEntry
from domain.due_times import compute_due
from domain.enrollment import Clock, ClockKind
from domain.evidence import Evidence
from domain.policy import Policy
from domain.submission import Draft
from domain.words import count_words
from domain.workload import Material, material


class Pinned(BaseModel):
    """The policy that a journey pinned when it began."""

    model_config = ConfigDict(extra="ignore")
    policy: Policy


class OfferViews:
    """What offers ask for; due times are counted on the calendar of ``zone``."""

    def __init__(self, database: Database, zone: str) -> None:
        self._database = database
        self._zone = zone

    async def offer(self, assignment_id: str, at: datetime) -> OfferView:
        """Return what an offer asks for, as it would be due if it were accepted ``at``."""
        async with self._database.reading() as session:
            assignment = await session.get_one(AssignmentRow, assignment_id)
            enrollment = await session.get_one(EnrollmentRow, assignment.enrollment_id)
            row = await session.get_one(RoundRow, (enrollment.id, assignment.round))
            version = await session.get_one(CatalogVersionRow, enrollment.version_id)
            items = items_of(CatalogEntry.model_validate(version.content))
            wanted = set(open_items_of(row))
            asked = tuple(item for item in items if item.key in wanted)
            due = await session.get(DueTimeRow, enrollment.due_id) if enrollment.due_id else None
            return OfferView(
                enrollment_id=enrollment.id,
                round=row.number,
                title=version.title,
                library=enrollment.library,
                material=await _material(session, enrollment.id, row.number, items, asked),
                locked=len(items) - len(asked),
                assessed_before=await _assessed_before(session, assignment),
                answer_by=due_line(due),
                assess_by=await self._assess_by(session, enrollment, at),
            )

    async def _assess_by(
        self, session: AsyncSession, enrollment: EnrollmentRow, at: datetime
    ) -> DueLine:
        """Count the time to assess as the journey will, from its own policy."""
        policy = Pinned.model_validate(enrollment.journey).policy
        clock = Clock(
            kind=ClockKind.ASSESSMENT,
            start=at,
            days=policy.assessment_business_days,
            unit=Unit.BUSINESS_DAYS,
        )
        due = compute_due(clock, await current_calendar(session, self._zone))
        return DueLine(
            at=due.at, zone=due.zone, why=due.explanation, clock=clock.kind, started_at=at
        )


async def _material(
    session: AsyncSession,
    enrollment_id: str,
    number: int,
    items: tuple[Item, ...],
    asked: tuple[Item, ...],
) -> Material:
    revisions = await revisions_of(session, enrollment_id, number)
    files = await files_of(session, enrollment_id, revisions, items)
    return measured(revisions, files, asked)


def measured(
    revisions: tuple[Revision, ...], files: Mapping[str, FileView], asked: tuple[Item, ...]
) -> Material:
    """Return what the items that are asked for come to."""
    newest = newest_parts(revisions)
    items_by_part: dict[int, int] = {}
    words_by_part: dict[int, int] = {}
    pieces: list[Evidence] = []
    for item in asked:
        draft = newest.get(item.part, Draft(part=item.part))
        items_by_part[item.part] = items_by_part.get(item.part, 0) + 1
        found = draft.evidence.get(item.key, ())
        pieces += found
        words = count_words(draft.answers.get(item.key, ""))
        words += sum(count_words(piece.explanation) for piece in found)
        words_by_part[item.part] = words_by_part.get(item.part, 0) + words
    used = dict.fromkeys(piece.artifact_id for piece in pieces if piece.artifact_id in files)
    return material(
        items_by_part,
        words_by_part,
        (files[artifact_id].inspection for artifact_id in used),
        (piece.locator for piece in pieces),
    )


async def _assessed_before(session: AsyncSession, offer: AssignmentRow) -> bool:
    """Tell whether this assessor judged an earlier round of the same work."""
    earlier = await session.scalar(
        select(AssignmentRow.id)
        .where(
            AssignmentRow.enrollment_id == offer.enrollment_id,
            AssignmentRow.assessor_id == offer.assessor_id,
            AssignmentRow.round < offer.round,
            AssignmentRow.state == AssignmentState.COMPLETED,
        )
        .limit(1)
    )
    return earlier is not None
