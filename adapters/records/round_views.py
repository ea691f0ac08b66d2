"""A round before its assessor: rubric and evidence side by side, and what changed since the last.

Blind: no query here reads a person, an order, or the name that a file was given.
"""

import asyncio
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.assessing_reading import (
    Revision,
    due_line,
    files_of,
    newest_parts,
    revisions_of,
)
from adapters.records.assessing_values import (
    AssessedItem,
    AssessedRound,
    EarlierMark,
    FileView,
    PartHeading,
    PassedBack,
    PieceView,
    Settled,
)
from adapters.records.database import Database
from adapters.records.mark_reading import (
    assigned,
    locked_items,
    mark_of,
    marks_of,
    open_items_of,
)
from adapters.records.offer_views import Pinned
from adapters.records.round_tables import MarkRow, RoundRow
from adapters.records.tables import (
    CatalogVersionRow,
    DueTimeRow,
    EnrollmentRow,
    ReasonRow,
    TimelineRow,
)
from domain.assessment import Item, Mark, items_of
from domain.catalog import CatalogEntry
from domain.changes import changes, is_changed
from domain.evidence import Evidence
from domain.locators import Locator
from domain.policy import Approval
from domain.refusals import NotFound
from domain.submission import Draft, words_of
from domain.timeline import Happening


class NoSuchFile(NotFound):
    """The evidence of this round has no file of this number."""

    code = "no_such_file"
    sentence = "There is no such file in the evidence of this round. Open it from the round's page."


class RoundViews:
    """What an assessor has before them while they assess."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def round(self, assessor_id: str, enrollment_id: str) -> AssessedRound:
        """Return the round that is in an assessor's hands.

        Raises ``UnknownEnrollment``, ``EnrollmentClosed`` and ``NotYourAssignment``.
        """
        async with self._database.reading() as session:
            assignment, row = await assigned(session, assessor_id, enrollment_id)
            enrollment = await session.get_one(EnrollmentRow, enrollment_id)
            version = await session.get_one(CatalogVersionRow, enrollment.version_id)
            entry = CatalogEntry.model_validate(version.content)
            due = await session.get(DueTimeRow, enrollment.due_id) if enrollment.due_id else None
            work = await _work(session, enrollment_id, row, assessor_id, entry)
            passed_back = await _passed_back(session, enrollment_id, row)
        policy = Pinned.model_validate(enrollment.journey).policy
        return AssessedRound(
            enrollment_id=enrollment_id,
            assignment_id=assignment.id,
            round=row.number,
            title=version.title,
            library=enrollment.library,
            parts=tuple(_heading(entry, work, number) for number in (1, 2, 3)),
            # Comparing long texts takes a while; others are answered meanwhile.
            items=await asyncio.to_thread(work.all_assessed),
            files=tuple(sorted(work.files.values(), key=lambda each: each.number)),
            marks_version=row.marks_version,
            due=due_line(due),
            is_handed_in=row.judged_by is not None,
            is_approved_first=policy.approval is Approval.ALWAYS,
            passed_back=passed_back,
        )

    async def file(self, assessor_id: str, enrollment_id: str, number: int) -> FileView:
        """Return one file of the evidence in an assessor's hands.

        Raises what ``round`` does, and ``NoSuchFile``.
        """
        async with self._database.reading() as session:
            _, row = await assigned(session, assessor_id, enrollment_id)
            enrollment = await session.get_one(EnrollmentRow, enrollment_id)
            version = await session.get_one(CatalogVersionRow, enrollment.version_id)
            items = items_of(CatalogEntry.model_validate(version.content))
            revisions = await revisions_of(session, enrollment_id, row.number)
            files = await files_of(session, enrollment_id, revisions, items)
        for file in files.values():
            if file.number == number:
                return file
        raise NoSuchFile


@dataclass(frozen=True)
class _Work:
    """Everything that is known of a round's items."""

    items: tuple[Item, ...]
    outcomes: dict[str, str]
    open_items: frozenset[str]
    now: dict[int, Draft]
    before: dict[int, Draft]
    files: dict[str, FileView]
    marks: dict[str, Mark]
    earlier: dict[str, EarlierMark]
    settled: dict[str, Settled]

    def all_assessed(self) -> tuple[AssessedItem, ...]:
        """Return every item as the page shows it, in the order of the rubric."""
        return tuple(self._assessed(item) for item in self.items)

    def _assessed(self, item: Item) -> AssessedItem:
        now = self.now.get(item.part, Draft(part=item.part))
        before = self.before.get(item.part) if item.key in self.open_items else None
        answer = now.answers.get(item.key, "")
        compared = changes(before.answers.get(item.key, ""), answer) if before else ()
        pieces = now.evidence.get(item.key, ())
        earlier_pieces = before.evidence.get(item.key, ()) if before else ()
        return AssessedItem(
            item=item,
            outcome=self.outcomes.get(item.key, ""),
            is_open=item.key in self.open_items,
            answer=answer,
            answer_changes=compared if is_changed(compared) else (),
            pieces=tuple(self._piece(each, earlier_pieces if before else None) for each in pieces),
            gone=self._gone(earlier_pieces, pieces),
            mark=self.marks.get(item.key, Mark(item=item.key, kind=None, version=0)),
            earlier=self.earlier.get(item.key),
            settled=self.settled.get(item.key),
        )

    def _piece(self, piece: Evidence, earlier: tuple[Evidence, ...] | None) -> PieceView:
        """Return a piece; without an ``earlier`` round nothing of it can be new."""
        here = self._place_of(piece)
        same = [each for each in earlier or () if self._place_of(each) == here]
        compared = changes(same[0].explanation, piece.explanation) if same else ()
        is_told_anew = not any(each.explanation == piece.explanation for each in same)
        return PieceView(
            file=self.files.get(piece.artifact_id),
            place=piece.locator,
            explanation=piece.explanation,
            is_new=earlier is not None and not same,
            said=compared if is_told_anew and is_changed(compared) else (),
        )

    def _gone(
        self, earlier: tuple[Evidence, ...], now: tuple[Evidence, ...]
    ) -> tuple[PieceView, ...]:
        here = [self._place_of(piece) for piece in now]
        return tuple(
            self._piece(each, None) for each in earlier if self._place_of(each) not in here
        )

    def _place_of(self, piece: Evidence) -> tuple[str, Locator]:
        """Return what makes a piece the same one: the content of its file, and the place in it."""
        file = self.files.get(piece.artifact_id)
        return (file.stored.sha256 if file else piece.artifact_id, piece.locator)


async def _work(
    session: AsyncSession, enrollment_id: str, row: RoundRow, assessor_id: str, entry: CatalogEntry
) -> _Work:
    items = items_of(entry)
    revisions = await revisions_of(session, enrollment_id, row.number)
    marks = await marks_of(session, enrollment_id, row.number, assessor_id)
    return _Work(
        items=items,
        outcomes=_outcomes(entry),
        open_items=frozenset(open_items_of(row)),
        now=newest_parts(revisions),
        before=_before(revisions, row.number),
        files=await files_of(session, enrollment_id, revisions, items),
        marks={mark.item: mark for mark in marks},
        earlier=await _earlier(session, enrollment_id, row.number - 1, assessor_id),
        settled={
            each.item: Settled(round=each.round, at=each.at, is_own=each.assessor_id == assessor_id)
            for each in await locked_items(session, enrollment_id, row.number)
        },
    )


def _outcomes(entry: CatalogEntry) -> dict[str, str]:
    """Return the outcome of each detail, by the key of its item."""
    return {
        f"detail/{outcome}.{number}": essential.text
        for outcome, essential in enumerate(entry.outcomes, start=1)
        for number, _ in enumerate(essential.details, start=1)
    }


def _before(revisions: tuple[Revision, ...], number: int) -> dict[int, Draft]:
    """Return what each part was before it was received in this round."""
    received = {each.content.part for each in revisions if each.round == number}
    earlier = newest_parts(each for each in revisions if each.round < number)
    return {part: draft for part, draft in earlier.items() if part in received}


def _heading(entry: CatalogEntry, work: _Work, number: int) -> PartHeading:
    part = entry.part(number)
    return PartHeading(
        number=number,
        title=part.title,
        minimum_words=part.minimum_words,
        words=words_of(work.now.get(number, Draft(part=number))),
    )


async def _earlier(
    session: AsyncSession, enrollment_id: str, number: int, assessor_id: str
) -> dict[str, EarlierMark]:
    """Return what was decided in the round before."""
    rows = await session.scalars(
        select(MarkRow).where(
            MarkRow.enrollment_id == enrollment_id,
            MarkRow.round == number,
            MarkRow.decided_at.is_not(None),
        )
    )
    return {
        row.item: EarlierMark(
            mark=mark_of(row), round=number, is_own=row.assessor_id == assessor_id
        )
        for row in rows
    }


async def _passed_back(
    session: AsyncSession, enrollment_id: str, row: RoundRow
) -> PassedBack | None:
    """Return the approver's newest note, while the judgement is to be made again."""
    if row.judged_by is not None:
        return None
    found = (
        await session.execute(
            select(ReasonRow.text, TimelineRow.at)
            .join(TimelineRow, TimelineRow.reason_id == ReasonRow.id)
            .where(
                TimelineRow.enrollment_id == enrollment_id,
                TimelineRow.round == row.number,
                TimelineRow.kind == Happening.PASSED_BACK,
            )
            .order_by(TimelineRow.id.desc())
            .limit(1)
        )
    ).first()
    return PassedBack(note=found[0], at=found[1]) if found else None
