"""What the page of part 2 shows: a bounded number of queries, however much evidence there is."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database
from adapters.records.portfolio_values import (
    DetailView,
    FileView,
    OutcomeView,
    PieceView,
    PortfolioView,
)
from adapters.records.practice_reading import Practice, marks_said, practice_of
from adapters.records.practice_values import MarkSaid
from adapters.records.round_tables import ArtifactRow
from adapters.records.upload_book import unfinished_uploads
from domain.assessment import Item, MarkKind
from domain.evidence import Evidence, Inspection, check_file, check_locator
from domain.findings import Finding
from domain.locators import Whole
from domain.media import ArtifactKind
from domain.submission import Draft, UnknownArtifact, part_items, preflight

PART = 2


class PortfolioViews:
    """Reads; never writes, never asks the engine."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def portfolio(self, enrollment_id: str, at: datetime) -> PortfolioView:
        """Return part 2 of an enrollment as it stands. Raises ``UnknownEnrollment``."""
        async with self._database.reading() as session:
            practice = await practice_of(session, enrollment_id)
            said = await marks_said(session, enrollment_id)
            files = await _files(session, practice)
            uploads = await unfinished_uploads(session, enrollment_id, at)
        saved, newest = practice.drafts.get(PART), practice.newest(PART)
        return PortfolioView(
            enrollment_id=enrollment_id,
            title=practice.version.title,
            part_title=practice.entry.part(PART).title,
            stage=practice.stage,
            ending=practice.ending,
            state=practice.state(PART),
            round=practice.row.round,
            version=practice.draft(PART).version,
            saved_at=saved.saved_at if saved else None,
            received_at=newest.accepted_at if newest else None,
            received_round=newest.round if newest else None,
            outcomes=_outcomes(practice, files, said),
            files=tuple(files.values()),
            uploads=uploads,
        )

    async def file(self, enrollment_id: str, artifact_id: str) -> FileView:
        """Return one file of an enrollment. Raises ``UnknownArtifact``."""
        async with self._database.reading() as session:
            row = await session.get(ArtifactRow, artifact_id)
            if row is None or row.enrollment_id != enrollment_id:
                raise UnknownArtifact(artifact=artifact_id)
            return _file(row, ())


async def _files(session: AsyncSession, practice: Practice) -> dict[str, FileView]:
    """Return all files, also those that are not looked into yet, the newest first."""
    rows = await session.scalars(
        select(ArtifactRow)
        .where(ArtifactRow.enrollment_id == practice.row.id)
        .order_by(ArtifactRow.uploaded_at.desc(), ArtifactRow.id)
    )
    whole = practice.whole(PART)
    return {row.id: _file(row, _uses(row.id, whole, practice.items)) for row in rows}


def _uses(artifact_id: str, whole: Draft, items: tuple[Item, ...]) -> tuple[str, ...]:
    return tuple(
        item.label
        for item in part_items(items, PART)
        if any(each.artifact_id == artifact_id for each in whole.evidence.get(item.key, ()))
    )


def _file(row: ArtifactRow, uses: tuple[str, ...]) -> FileView:
    found = Inspection.model_validate(row.inspection) if row.inspection is not None else None
    return FileView(
        id=row.id,
        name=row.name,
        size=row.size,
        sha256=row.sha256,
        uploaded_at=row.uploaded_at,
        inspection=found,
        problem=_problem(found, row.name) if found else None,
        uses=uses,
    )


def _problem(found: Inspection, name: str) -> Finding | None:
    """Return why no evidence can point into a file: damaged, or without places to point at."""
    if found.kind in {ArtifactKind.DOCUMENT, ArtifactKind.OTHER}:
        return check_locator(Whole(), found, name)
    return check_file(found, name)


def _outcomes(
    practice: Practice, files: Mapping[str, FileView], said: tuple[MarkSaid, ...]
) -> tuple[OutcomeView, ...]:
    whole, before = practice.whole(PART), practice.previous(PART)
    open_items = practice.open_items(PART)
    findings = preflight(practice.entry, open_items, whole, practice.artifacts)

    def detail(item: Item) -> DetailView:
        latest = next((each for each in reversed(said) if each.item == item.key), None)
        is_met = latest is not None and latest.kind is MarkKind.MET
        earlier = before.evidence.get(item.key, ()) if before else ()
        return DetailView(
            key=item.key,
            label=item.label,
            text=item.text,
            is_open=item.key in practice.open_keys,
            pieces=_pieces(whole.evidence.get(item.key, ()), files),
            findings=_concerning(item, findings),
            met=latest if is_met else None,
            feedback=None if is_met else latest,
            earlier=_pieces(earlier, files),
        )

    details = [detail(item) for item in part_items(practice.items, PART)]
    return tuple(
        OutcomeView(
            number=number,
            text=outcome.text,
            details=tuple(each for each in details if each.number.startswith(f"{number}.")),
        )
        for number, outcome in enumerate(practice.entry.outcomes, start=1)
    )


def _pieces(pieces: tuple[Evidence, ...], files: Mapping[str, FileView]) -> tuple[PieceView, ...]:
    return tuple(PieceView(piece=each, file=files.get(each.artifact_id)) for each in pieces)


def _concerning(item: Item, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(each for each in findings if each.concerns == item.key)
