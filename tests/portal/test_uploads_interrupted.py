"""Uploads when things break: a killed portal, a crash at the end, a damaged piece, a silent sender.

What is said to be received is there afterwards, and what arrived becomes one file, once.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, MutableMapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import Request
from sqlalchemy import select, update
from temporalio.testing import ActivityEnvironment

from activities.contracts import UploadRef
from activities.uploads import UploadActivities
from adapters.assembly import file_store_of, piece_store_of
from adapters.records.part_book import PartBook
from adapters.records.round_tables import ArtifactRow
from adapters.records.upload_book import FORGOTTEN_AFTER, STUCK_AFTER, UploadBook
from adapters.records.upload_tables import UploadRow
from adapters.unreachable import EngineUnreachable
from domain.evidence import Stored
from domain.uploads import PIECE_BYTES, UploadState
from office.document_queue import DocumentQueue
from office.engine import WorkflowEngine
from office.upload_sweeping import UploadSweep
from portal.uploads.bodies import Body
from tests import artifacts
from tests.house import House
from tests.portal.portal_process import PortalProcess, portal_process
from tests.portal.served import Portal
from tests.portal.tus_client import MEGABYTE, Uploader, kept_artifacts, pattern, uploader
from tests.waiting import eventually

FLAT_MB = 64
"""Far less than what passes through: two pieces of 8 MiB, and what the allocator keeps."""


class Crash(BaseException):
    """The worker is gone."""


class CrashingBook(PartBook):
    """Records whose writer dies after the file was stored."""

    async def add_artifact(
        self, enrollment_id: str, name: str, stored: Stored, at: datetime
    ) -> str:
        """Die."""
        raise Crash


class CrashingUploads(UploadBook):
    """Records whose writer dies after the artifact was recorded."""

    async def kept(self, upload_id: str, artifact_id: str, at: datetime) -> None:
        """Die."""
        raise Crash


def keeping(
    house: House, uploads: UploadBook | None = None, parts: PartBook | None = None
) -> UploadActivities:
    """Return the activity as a worker of this house has it."""
    return UploadActivities(
        uploads or UploadBook(house.database),
        piece_store_of(house.settings),
        file_store_of(house.settings),
        parts or house.parts,
        DocumentQueue(house.engine),
    )


async def arrived(house: House, enrollment_id: str, content: bytes) -> str:
    """Let all pieces of a file arrive, with nobody at work on them; returns the upload's id."""
    book, pieces = UploadBook(house.database), piece_store_of(house.settings)
    upload = await book.begin(enrollment_id, "a.pdf", len(content), datetime.now(UTC))
    for start in range(0, len(content), PIECE_BYTES):
        piece = await pieces.put(upload.id, start, content[start : start + PIECE_BYTES])
        upload = await book.append(upload.id, (piece,), datetime.now(UTC))
    assert upload.state is UploadState.ARRIVED
    return upload.id


def files_of(house: House, upload_id: str) -> list[Path]:
    """Return the pieces of an upload in the store."""
    folder = house.settings.data_dir / "files" / "uploads" / upload_id
    return sorted(each for each in folder.rglob("*") if each.is_file())


async def test_memory_is_flat_and_a_killed_portal_loses_nothing_that_it_said_it_had(
    house: House, portal: Portal, library: str, tmp_path: Path
) -> None:
    """Proves: 200 MB pass through a portal that grows by less than a third of that; killed in the
    middle of a request and started again it goes on where it stands, and the file is whole.
    """
    enrollment_id = await house.working(library)
    async with portal_process(house, tmp_path) as process:
        somebody = await uploader(replace(portal, url=process.url), enrollment_id)
        assert await grown_by(process, somebody, 200) < FLAT_MB

        content = pattern(3 * PIECE_BYTES)
        address = await somebody.begin("lesson.bin", len(content))
        _, writer = await somebody.connected()
        sent = content[: 2 * PIECE_BYTES + 2 * MEGABYTE]
        writer.write(somebody.head_of(address, len(content)) + sent)

        async def has_two_pieces() -> bool:
            return await somebody.stands_at(address) == 2 * PIECE_BYTES

        await eventually(has_two_pieces)
        process.kill()
        writer.close()
        await process.start()
        assert await has_two_pieces()
        await somebody.patch(address, 2 * PIECE_BYTES, content[2 * PIECE_BYTES :])

    kept = await kept_artifacts(house, enrollment_id)
    assert kept == [("lesson.bin", hashlib.sha256(content).hexdigest())]


async def grown_by(process: PortalProcess, somebody: Uploader, megabytes: int) -> float:
    """Upload so much in one request, and return by how many megabytes the portal grew at most."""
    before, grown, block = process.memory, [0.0], pattern(MEGABYTE)

    async def bytes_of_a_lesson() -> AsyncIterator[bytes]:
        for _ in range(megabytes):
            grown.append(process.memory - before)
            yield block

    # One more is announced, so that nobody spends time on putting the file together.
    address = await somebody.begin("long lesson.bin", (megabytes + 1) * MEGABYTE)
    await somebody.patch(address, 0, bytes_of_a_lesson())
    assert await somebody.stands_at(address) == megabytes * MEGABYTE
    await somebody.ask("DELETE", address)
    return max(grown)


@pytest.mark.parametrize("dies", ["between store and record", "after the record"])
async def test_a_crash_at_the_end_leaves_one_file(house: House, library: str, dies: str) -> None:
    """Proves: an attempt that dies at either step of the hand-over is made again, and there is one
    file with one record; a third attempt changes nothing.
    """
    enrollment_id = await house.working(library)
    content = artifacts.pdf(4)
    upload_id = await arrived(house, enrollment_id, content)
    ref, environment = UploadRef(upload_id=upload_id), ActivityEnvironment()
    database = house.database
    dying = (
        keeping(house, parts=CrashingBook(database))
        if dies == "between store and record"
        else keeping(house, uploads=CrashingUploads(database))
    )

    with pytest.raises(Crash):
        await environment.run(dying.keep_upload, ref)
    for _ in range(2):
        await environment.run(keeping(house).keep_upload, ref)

    kept = await kept_artifacts(house, enrollment_id)
    assert kept == [("a.pdf", hashlib.sha256(content).hexdigest())]
    async with database.reading() as session:
        rows = select(ArtifactRow).where(ArtifactRow.enrollment_id == enrollment_id)
        assert len((await session.scalars(rows)).all()) == 1
    assert files_of(house, upload_id) == []


@pytest.mark.parametrize("damage", ["missing", "shorter", "altered"])
async def test_a_piece_that_the_store_lost_is_asked_for_again(
    house: House, portal: Portal, library: str, damage: str
) -> None:
    """Proves: a file is never made of damaged pieces (trap 12): the upload goes back to the first
    one, says so, and the bytes sent again make the file whole.
    """
    enrollment_id = await house.working(library)
    content = pattern(2 * PIECE_BYTES + 99)
    upload_id = await arrived(house, enrollment_id, content)
    second = files_of(house, upload_id)[1]
    match damage:
        case "missing":
            second.unlink()
        case "shorter":
            second.write_bytes(second.read_bytes()[:-1])
        case _:
            second.write_bytes(b"?" + second.read_bytes()[1:])

    await ActivityEnvironment().run(keeping(house).keep_upload, UploadRef(upload_id=upload_id))

    somebody = await uploader(portal, enrollment_id)
    address = f"{somebody.base}/{upload_id}"
    assert await somebody.stands_at(address) == PIECE_BYTES
    await somebody.patch(address, PIECE_BYTES, content[PIECE_BYTES:])
    kept = await kept_artifacts(house, enrollment_id)
    assert kept == [("a.pdf", hashlib.sha256(content).hexdigest())]


async def test_what_arrived_without_the_engine_is_made_when_it_is_asked_for(
    house: House, portal: Portal, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: when the engine does not answer at the last byte, the bytes still count and the
    sender is told to come again (503); whoever then only asks how far it has come, as tus does, is
    told that all is there when the file is being made, and not before.
    """
    enrollment_id = await house.working(library)
    somebody = await uploader(portal, enrollment_id)
    content = artifacts.pdf(5)
    address = await somebody.begin("a.pdf", len(content))

    async def unreachable() -> WorkflowEngine:
        raise EngineUnreachable

    with monkeypatch.context() as patched:
        patched.setattr(portal.site.desks, "_engine", None)
        patched.setattr(portal.site.desks, "connect", unreachable)
        assert (await somebody.patch(address, 0, content)).status_code == 503
        assert (await somebody.ask("HEAD", address)).status_code == 503
    assert await somebody.stands_at(address) == len(content)
    assert len(await kept_artifacts(house, enrollment_id)) == 1


async def test_the_sweep_takes_up_what_arrived_and_removes_what_is_over(
    house: House, library: str
) -> None:
    """Proves: an upload that arrived and that nobody works on becomes a file by itself; one whose
    time has been over for a day leaves neither bytes nor record, and a minute before it is still
    there.
    """
    enrollment_id = await house.working(library)
    stuck = await arrived(house, enrollment_id, artifacts.pdf(6))
    over = await arrived(house, enrollment_id, artifacts.pdf(7))
    ending = await arrived(house, enrollment_id, artifacts.pdf(8))
    now = datetime.now(UTC)
    ended = now - FORGOTTEN_AFTER
    async with house.database.transaction() as session:
        for upload_id, changes in (
            (stuck, {"changed_at": now - STUCK_AFTER}),
            (over, {"expires_at": ended}),
            (ending, {"expires_at": ended + timedelta(minutes=1)}),
        ):
            await session.execute(
                update(UploadRow).where(UploadRow.id == upload_id).values(**changes)
            )
    book, pieces = UploadBook(house.database), piece_store_of(house.settings)
    sweep = UploadSweep(book, pieces, file_store_of(house.settings), DocumentQueue(house.engine))

    assert await sweep.tidy(lambda: None) >= 1

    kept = await kept_artifacts(house, enrollment_id)
    assert [digest for _, digest in kept] == [hashlib.sha256(artifacts.pdf(6)).hexdigest()]
    assert (await book.arrived(over), files_of(house, over)) == (None, [])
    assert await book.arrived(ending) is not None
    assert files_of(house, ending)


async def test_a_sender_that_falls_silent_is_not_waited_for() -> None:
    """Proves: a connection that stays open and brings nothing ends by itself, and what it brought
    before is used.
    """
    beginning = [{"type": "http.request", "body": b"a beginning", "more_body": True}]

    async def receive() -> MutableMapping[str, object]:
        if beginning:
            return beginning.pop()
        never: asyncio.Future[MutableMapping[str, object]] = asyncio.Future()
        return await never

    request = Request({"type": "http", "method": "PATCH", "headers": []}, receive)
    body = Body(request, silence=timedelta(milliseconds=50))

    assert [chunk async for chunk in body] == [b"a beginning"]
    assert body.is_broken
