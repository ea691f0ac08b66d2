"""What pages of an assessor read in common: due times, revisions, files under other names."""

from collections.abc import Iterable, Sequence
from itertools import count

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.assessing_values import DueLine, FileView
from adapters.records.part_reading import artifacts_of
from adapters.records.round_tables import RevisionRow
from adapters.records.tables import DueTimeRow
from domain.assessment import Item
from domain.enrollment import ClockKind
from domain.submission import Artifact, Draft
from domain.values import Value


class Revision(Value):
    """A frozen part that counts."""

    round: int
    content: Draft


def due_line(row: DueTimeRow | None) -> DueLine | None:
    """Return a due time as it was computed."""
    if row is None:
        return None
    return DueLine(
        at=row.due_at,
        zone=row.zone,
        why=row.explanation,
        clock=ClockKind(row.clock),
        started_at=row.started_at,
    )


async def revisions_of(
    session: AsyncSession, enrollment_id: str, up_to: int
) -> tuple[Revision, ...]:
    """Return what was received up to a round, earliest first."""
    rows = await session.scalars(
        select(RevisionRow)
        .where(
            RevisionRow.enrollment_id == enrollment_id,
            RevisionRow.round <= up_to,
            RevisionRow.accepted_at.is_not(None),
        )
        .order_by(RevisionRow.round, RevisionRow.part)
    )
    return tuple(
        Revision(round=row.round, content=Draft.model_validate(row.content)) for row in rows
    )


def newest_parts(revisions: Iterable[Revision]) -> dict[int, Draft]:
    """Return the newest content of each part."""
    return {each.content.part: each.content for each in revisions}


async def files_of(
    session: AsyncSession,
    enrollment_id: str,
    revisions: Iterable[Revision],
    items: Sequence[Item],
) -> dict[str, FileView]:
    """Return the files of the evidence by artifact, numbered by their first use.

    What was received never changes, so a file keeps its number in every later round: feedback may
    speak of "File 2".
    """
    artifacts = await artifacts_of(session, enrollment_id)
    used: dict[str, Artifact] = {}
    for revision in revisions:
        for item in items:
            for piece in revision.content.evidence.get(item.key, ()):
                if piece.artifact_id in artifacts:
                    used.setdefault(piece.artifact_id, artifacts[piece.artifact_id])
    numbers = count(1)
    return {
        artifact_id: FileView(
            number=next(numbers), stored=artifact.stored, inspection=artifact.inspection
        )
        for artifact_id, artifact in used.items()
    }
