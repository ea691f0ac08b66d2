"""Trap 12: a part that counts although its file is gone."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Select, select

from adapters.assembly import file_store_of
from adapters.records.round_tables import RevisionRow
from domain.enrollment import AttentionKind
from domain.evidence import Inspection, Stored
from domain.locators import Page
from domain.media import ArtifactKind
from domain.submission import FileDamaged
from tests.house import AGREED, House


async def portfolio(house: House, library: str, content: bytes) -> tuple[str, Stored, Path]:
    """Return an enrollment whose portfolio points at one file, and where its bytes lie."""
    enrollment_id = await house.working(library)

    async def chunks() -> AsyncIterator[bytes]:
        yield content

    stored = await file_store_of(house.settings).put(chunks(), len(content))
    artifact_id = await house.parts.add_artifact(
        enrollment_id, "plan.pdf", stored, datetime.now(UTC)
    )
    seen = Inspection(
        kind=ArtifactKind.PDF, media_type="application/pdf", size=stored.size, pages=3
    )
    await house.parts.inspected(artifact_id, seen)
    for item in ("detail/1.1", "detail/1.2", "detail/2.1"):
        await house.practitioner.point_at(
            enrollment_id, item, artifact_id, Page(number=1), "The plan is on this page."
        )
    files = house.settings.data_dir / "files"
    (path,) = [each for each in files.rglob("*") if each.name == stored.sha256]
    return enrollment_id, stored, path


def frozen(enrollment_id: str) -> Select[RevisionRow]:
    """Return the query for what was frozen of an enrollment."""
    return select(RevisionRow).where(RevisionRow.enrollment_id == enrollment_id)


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(None, id="the file vanished"),
        pytest.param(b"", id="the file was emptied"),
        pytest.param(b"%PDF-1.7 altered", id="the file was altered"),
    ],
)
async def test_a_part_counts_only_with_its_files(
    house: House, library: str, left: bytes | None
) -> None:
    """Proves: when storage does not give back what was uploaded, submitting is refused with
    its own code, ops are told, nothing is frozen and the journey has no part; once the file is
    mended the very same submission is taken, with the size and hash that were read back.
    """
    content = f"%PDF-1.7 {library}".encode()
    enrollment_id, stored, path = await portfolio(house, library, content)
    if left is None:
        path.unlink()
    else:
        path.write_bytes(left)

    with pytest.raises(FileDamaged):
        await house.practitioner.submit(enrollment_id, 2, AGREED)

    assert AttentionKind.FILE_DAMAGED in await house.attention(enrollment_id)
    assert (await house.standing(enrollment_id)).parts_in == {}
    async with house.database.reading() as session:
        revisions = await session.scalars(frozen(enrollment_id))
        assert revisions.all() == []

    path.write_bytes(content)
    await house.practitioner.submit(enrollment_id, 2, AGREED)
    async with house.database.reading() as session:
        revision = (await session.scalars(frozen(enrollment_id))).one()
    receipt = {"name": "plan.pdf", "size": stored.size, "sha256": stored.sha256}
    assert revision.files == {"files": [receipt]}
