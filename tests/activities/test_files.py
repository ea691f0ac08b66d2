"""File storage, on a real folder and on a real S3 server."""

import asyncio
import gc
import hashlib
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from obstore.store import LocalStore, S3Store

from activities.document_ports import FileStorage
from adapters.files import FileStore, S3Access
from domain.evidence import FileCorrupt, FileMissing, FileTooLarge, StorageUnavailable, Stored
from tests.seaweed import Seaweed, seaweed

_MEGABYTE = 1_000_000
_NO_SUCH_FILE = hashlib.sha256(b"never uploaded").hexdigest()


@dataclass(frozen=True)
class Place:
    """A storage under test, and the same place past it, to look at and to damage."""

    files: FileStore
    raw: LocalStore | S3Store

    def names(self) -> list[str]:
        """Return what is visible in the store."""
        return sorted(found["path"] for batch in self.raw.list() for found in batch)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[Seaweed]:
    """One server for the session: it takes seconds to start."""
    with seaweed() as server:
        yield server


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty storage of each kind, reached by the address that a setting would give."""
    if request.param == "folder":
        return Place(FileStore.at((tmp_path / "kept files").as_uri()), _folder(tmp_path))
    server: Seaweed = request.getfixturevalue("s3_server")
    prefix = uuid4().hex
    files = FileStore.at(f"s3://{server.bucket}/{prefix}", _access(server))
    return Place(files, server.store(prefix))


def _folder(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "kept files", mkdir=True)


def _access(server: Seaweed) -> S3Access:
    return S3Access(
        endpoint=server.endpoint,
        access_key_id=server.access_key_id,
        secret_access_key=server.secret_access_key,
        region=server.region,
    )


async def _chunks(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def _megabytes(count: int) -> AsyncIterator[bytes]:
    for number in range(count):
        yield bytes([number % 251]) * _MEGABYTE


def _key(content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


async def _read(files: FileStore, sha256: str, first: int = 0, last: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in files.stream(sha256, first, last)])


class TestKeeping:
    async def test_a_file_comes_back_as_it_was_sent(self, place: Place, tmp_path: Path) -> None:
        """Hash and size are those of the content, by upload, read-back, stream and fetch."""
        content = b"".join([chunk async for chunk in _megabytes(20)])
        expected = Stored(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
        fetched = tmp_path / "fetched"

        assert await place.files.put(_megabytes(20), limit=len(content)) == expected
        assert await place.files.read_back(expected.sha256) == expected
        assert await place.files.size_of(expected.sha256) == expected.size
        assert await _read(place.files, expected.sha256) == content
        assert await place.files.fetch_to(expected.sha256, fetched) == expected
        assert fetched.read_bytes() == content

    async def test_it_stands_under_its_hash_and_nowhere_else(self, place: Place) -> None:
        """The name follows from the content alone; no trace of the upload stays."""
        await place.files.put(_chunks(b"evi", b"dence"), limit=100)

        assert place.names() == [_key(b"evidence")]

    async def test_the_same_content_is_kept_once(self, place: Place) -> None:
        """Eight uploads of one file, cut differently and at once, are one object."""
        uploads = [place.files.put(_chunks(b"e" * n, b"e" * (40 - n)), 100) for n in range(8)]

        stored = await asyncio.gather(*uploads)

        assert len(set(stored)) == 1
        assert place.names() == [_key(b"e" * 40)]
        assert await place.files.read_back(stored[0].sha256) == stored[0]

    async def test_an_empty_file_is_kept(self, place: Place) -> None:
        """Nothing is content too: that it is empty is a finding, not a fault of storage."""
        stored = await place.files.put(_chunks(), limit=100)

        assert stored == Stored(sha256=hashlib.sha256().hexdigest(), size=0)
        assert await place.files.read_back(stored.sha256) == stored
        assert await _read(place.files, stored.sha256) == b""

    @pytest.mark.parametrize(("first", "last"), [(0, 0), (3, 9), (10, None), (0, None), (25, 99)])
    async def test_a_part_can_be_streamed(self, place: Place, first: int, last: int | None) -> None:
        """Both ends are included, as a browser's player asks for them."""
        content = b"abcdefghijklmnopqrstuvwxyz"
        stored = await place.files.put(_chunks(content), limit=100)

        part = await _read(place.files, stored.sha256, first, last)

        assert part == content[first : None if last is None else last + 1]

    async def test_memory_stays_flat(self, place: Place) -> None:
        """A file of 160 MB passes through a process that grows by less than half of that.

        Upload and read-back together; three parts of 8 MiB are meant to be held, no more.
        """
        size = 160
        process = psutil.Process()
        gc.collect()
        before = peak = process.memory_info().rss

        async def watched() -> AsyncIterator[bytes]:
            nonlocal peak
            async for chunk in _megabytes(size):
                peak = max(peak, process.memory_info().rss)
                yield chunk

        stored = await place.files.put(watched(), limit=size * _MEGABYTE)
        async for _ in place.files.stream(stored.sha256):
            peak = max(peak, process.memory_info().rss)

        assert stored.size == size * _MEGABYTE
        assert peak - before < 70 * _MEGABYTE


class TestBreakingOff:
    async def test_a_file_at_the_limit_is_kept_and_one_byte_more_is_refused(
        self, place: Place
    ) -> None:
        """The limit is the largest size that is kept; of a larger file nothing is visible."""
        await place.files.put(_chunks(b"12345", b"67890"), limit=10)
        with pytest.raises(FileTooLarge) as refused:
            await place.files.put(_chunks(b"12345", b"67890", b"!"), limit=10)

        assert refused.value.code == "file_too_large"
        assert place.names() == [_key(b"1234567890")]

    async def test_it_is_refused_on_the_byte_too_many(self, place: Place) -> None:
        """An endless upload ends at the limit; it is not read to its end first."""

        async def endless() -> AsyncIterator[bytes]:
            while True:
                yield bytes(_MEGABYTE)

        with pytest.raises(FileTooLarge):
            await place.files.put(endless(), limit=30 * _MEGABYTE)

        assert place.names() == []

    async def test_a_source_that_fails_leaves_nothing(self, place: Place) -> None:
        """The browser goes away after parts have been sent: its own error, no object."""

        async def failing() -> AsyncIterator[bytes]:
            async for chunk in _megabytes(30):
                yield chunk
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            await place.files.put(failing(), limit=100 * _MEGABYTE)

        assert place.names() == []

    async def test_a_cancelled_upload_leaves_nothing(self, place: Place) -> None:
        """A worker that shuts down in the middle leaves no object."""
        under_way = asyncio.Event()

        async def stalling() -> AsyncIterator[bytes]:
            async for chunk in _megabytes(30):
                yield chunk
            under_way.set()
            await asyncio.Event().wait()

        upload = asyncio.create_task(place.files.put(stalling(), limit=100 * _MEGABYTE))
        await under_way.wait()
        upload.cancel()
        with pytest.raises(asyncio.CancelledError):
            await upload

        assert place.names() == []

    async def test_what_broke_off_before_the_move_is_discarded(self, place: Place) -> None:
        """A crash between upload and move leaves an object that nothing reads; it can be removed.

        One that is younger than the instant stays: its move may be under way.
        """
        kept = await place.files.put(_chunks(b"evidence"), limit=100)
        await place.raw.put_async("incoming/broken-off", b"evid")
        now = datetime.now(UTC)

        assert await place.files.discard_abandoned(now - timedelta(hours=1)) == 0
        assert "incoming/broken-off" in place.names()
        assert await place.files.discard_abandoned(now + timedelta(hours=1)) == 1
        assert place.names() == [_key(b"evidence")]
        assert await place.files.read_back(kept.sha256) == kept


class TestFaults:
    @pytest.mark.parametrize("damaged", [b"evidencE", b"evid", b"evidence and more"])
    async def test_changed_content_is_noticed_and_mended_by_a_new_upload(
        self, place: Place, tmp_path: Path, damaged: bytes
    ) -> None:
        """A part counts only when the bytes read back are the bytes sent (trap 12)."""
        stored = await place.files.put(_chunks(b"evidence"), limit=100)
        await place.raw.put_async(_key(b"evidence"), damaged)
        fetched = tmp_path / "fetched"

        with pytest.raises(FileCorrupt):
            await place.files.read_back(stored.sha256)
        with pytest.raises(FileCorrupt):
            await place.files.fetch_to(stored.sha256, fetched)
        assert not fetched.exists()

        await place.files.put(_chunks(b"evidence"), limit=100)
        assert await place.files.read_back(stored.sha256) == stored

    async def test_a_vanished_file_is_missing(self, place: Place, tmp_path: Path) -> None:
        """Every way to read says so, and a fetch leaves no empty file behind."""
        fetched = tmp_path / "fetched"
        with pytest.raises(FileMissing):
            await place.files.read_back(_NO_SUCH_FILE)
        with pytest.raises(FileMissing):
            await place.files.size_of(_NO_SUCH_FILE)
        with pytest.raises(FileMissing):
            await _read(place.files, _NO_SUCH_FILE)
        with pytest.raises(FileMissing):
            await place.files.fetch_to(_NO_SUCH_FILE, fetched)
        assert not fetched.exists()

    @pytest.mark.parametrize(
        "name",
        ["", "../../etc/passwd", _NO_SUCH_FILE.upper(), f"{_NO_SUCH_FILE}\n", _NO_SUCH_FILE[:-1]],
    )
    async def test_what_is_no_hash_names_nothing(self, place: Place, name: str) -> None:
        """A path in place of a hash reaches no file, whatever stands there."""
        with pytest.raises(FileMissing):
            await place.files.read_back(name)

    async def test_an_unreachable_server_is_unavailable(self) -> None:
        """Nobody listens: a fault that passes, not a missing file."""
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            endpoint = f"http://127.0.0.1:{unused.getsockname()[1]}"
            access = S3Access(endpoint, "laurel", "only-for-tests", "us-east-1")
            files = FileStore.at("s3://artifacts", access)
            with pytest.raises(StorageUnavailable):
                await files.read_back(_NO_SUCH_FILE)
            with pytest.raises(StorageUnavailable):
                await files.put(_chunks(b"evidence"), limit=100)

    async def test_wrong_keys_are_unavailable(self, s3_server: Seaweed) -> None:
        """The bucket refuses the programme: nothing that a practitioner could mend."""
        access = S3Access(s3_server.endpoint, "laurel", "another secret", "us-east-1")
        files = FileStore.at(f"s3://{s3_server.bucket}", access)
        with pytest.raises(StorageUnavailable):
            await files.put(_chunks(b"evidence"), limit=100)

    @pytest.mark.parametrize("url", ["", "kept", "file://", "s3:///prefix", "https://example.org"])
    def test_another_address_is_refused(self, url: str) -> None:
        """A setting that is neither folder nor bucket is noticed at the start."""
        with pytest.raises(ValueError, match="file storage is"):
            FileStore.at(url)


@given(cuts=st.lists(st.binary(max_size=64), max_size=20))
@settings(max_examples=40, deadline=None)
def test_how_an_upload_is_cut_does_not_matter(
    cuts: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Hash and size depend on the bytes alone, empty chunks included."""
    files = FileStore.at(tmp_path_factory.getbasetemp().joinpath("cuts").as_uri())
    content = b"".join(cuts)

    stored = asyncio.run(files.put(_chunks(*cuts), limit=2000))

    assert stored == Stored(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    assert asyncio.run(files.read_back(stored.sha256)) == stored


def test_it_is_what_the_activities_ask_for(tmp_path: Path) -> None:
    """The adapter fits the port; mypy compares the signatures here."""
    storage: FileStorage = FileStore.at(tmp_path.as_uri())
    assert callable(storage.read_back)
