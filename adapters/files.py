"""Where uploaded files are kept: a folder, or a bucket that speaks S3.

A file is named by the SHA-256 of its content (``sha256/ab/cd/abcd…``), so the same content is kept
once and a kept file never changes.

The hash is known only when the last byte has come in. An upload therefore goes to
``incoming/<random>`` and is moved when it is complete. The alternative, collecting it on the
worker's disk first, needs as much disk as all uploads of the moment together, and writes everything
twice; this needs a few megabytes of memory and no disk. An object store makes an object visible
only when it is complete, so an upload that breaks off leaves nothing; one that breaks off between
its end and the move leaves an object under ``incoming/``, which nothing reads and
``discard_abandoned`` removes.

The parts of a large upload that was cancelled or killed stay hidden in a bucket until its rule for
incomplete multipart uploads removes them: give the bucket one, of a day.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from adapters.reading_ahead import ahead
from domain.evidence import FileCorrupt, FileMissing, FileTooLarge, StorageUnavailable, Stored

if TYPE_CHECKING:  # these names exist for type checkers alone
    from obstore.store import ClientConfig, RetryConfig, S3Config

_PART_BYTES: Final = 8 * 1024 * 1024
_PARTS_AT_ONCE: Final = 2
"""A part stays in memory until it is sent: an upload holds at most three of them."""

_SHOWN_AT_ONCE: Final = 1024 * 1024
"""Of a file that somebody looks at: many look at once, each over a line of their own."""

_READ_AT_ONCE: Final = 8 * 1024 * 1024
"""Of a file that is read as a whole; two such blocks are held."""

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_INCOMING: Final = "incoming/"
_BYTES_IN_A_MEGABYTE: Final = 1_000_000

# The library's limit on a whole request would cut a long video off: a stream may take as long as
# whoever reads it. That each read goes on is what is limited.
_CONNECTION: Final["ClientConfig"] = {
    "connect_timeout": timedelta(seconds=5),
    "read_timeout": timedelta(seconds=60),
    "timeout": timedelta(hours=6),
}
# Short: the engine retries an activity for as long as it takes, and shows that it does.
_RETRIES: Final["RetryConfig"] = {"max_retries": 3, "retry_timeout": timedelta(seconds=30)}


@dataclass(frozen=True)
class S3Access:
    """How to reach a bucket. What is left out comes from where AWS clients look for it."""

    endpoint: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None
    region: str | None = None


class FileStore:
    """Keeps files by their content, in a folder or in a bucket (``FileStorage``).

    Faults: ``FileTooLarge`` is a refusal; ``FileMissing``, ``FileCorrupt`` and
    ``StorageUnavailable`` are for operations.
    """

    def __init__(self, store: LocalStore | S3Store) -> None:
        self._store = store

    @classmethod
    def at(cls, url: str, access: S3Access | None = None) -> Self:
        """Return the storage at ``file:///folder`` or ``s3://bucket/prefix``.

        A folder is made if it is not there; a bucket has to exist.
        """
        return cls(open_store(url, access))

    async def put(self, chunks: AsyncIterator[bytes], limit: int) -> Stored:
        """Keep what ``chunks`` bring, at most ``limit`` bytes, and return its hash and size.

        Raises ``FileTooLarge`` on the first byte too many. The answer tells what was sent; what
        was kept is told by ``read_back``.
        """
        incoming = f"{_INCOMING}{uuid4().hex}"
        arrived = _Arrived(limit)
        with faults_named():
            await self._store.put_async(
                incoming,
                arrived.watched(chunks),
                chunk_size=_PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )
            stored = arrived.stored()
            # Also over what is there already: it has the same bytes, or was damaged and is mended.
            await self._store.rename_async(incoming, _key(stored.sha256))
        return stored

    async def size_of(self, sha256: str) -> int:
        """Return the size of a file in bytes, without reading it. Raises ``FileMissing``."""
        with faults_named(sha256):
            return (await self._store.head_async(_key(sha256)))["size"]

    async def stream(
        self, sha256: str, first: int = 0, last: int | None = None
    ) -> AsyncIterator[bytes]:
        """Yield the bytes from ``first`` to ``last``, both included; all of them by default.

        Raises ``FileMissing`` before the first chunk. From behind the end there is nothing.
        """
        async for block in self._blocks(sha256, first, last, size=_SHOWN_AT_ONCE):
            yield block

    async def _blocks(
        self, sha256: str, first: int, last: int | None, size: int
    ) -> AsyncIterator[bytes]:
        """Ask for one block after the other.

        The library's own stream reads a folder in blocks of 8 KiB, each handed from thread to
        thread: that takes a dozen times the processor time.
        """
        there = await self.size_of(sha256)
        end = there if last is None else min(last + 1, there)
        with faults_named(sha256):
            for start in range(first, end, size):
                block = await self._store.get_range_async(
                    _key(sha256), start=start, end=min(start + size, end)
                )
                yield bytes(block)

    def _whole(self, sha256: str) -> AsyncIterator[bytes]:
        return ahead(self._blocks(sha256, 0, None, size=_READ_AT_ONCE))

    async def read_back(self, sha256: str) -> Stored:
        """Read the whole file again and return the hash and size of what was read (trap 12).

        Raises ``FileMissing``, and ``FileCorrupt`` when that is not the content it is named by.
        """
        digest, size = hashlib.sha256(), 0
        async for chunk in self._whole(sha256):
            await asyncio.to_thread(digest.update, chunk)
            size += len(chunk)
        if digest.hexdigest() != sha256:
            raise FileCorrupt(sha256)
        return Stored(sha256=sha256, size=size)

    async def fetch_to(self, sha256: str, path: Path) -> Stored:
        """Write the file to ``path`` and return what was written.

        Raises ``FileMissing`` and ``FileCorrupt``; nothing is left at ``path`` then.
        """
        try:
            return await self._write(sha256, path)
        except BaseException:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise

    async def _write(self, sha256: str, path: Path) -> Stored:
        digest, size = hashlib.sha256(), 0
        with await asyncio.to_thread(path.open, "wb") as file:
            async for chunk in self._whole(sha256):
                await asyncio.gather(
                    asyncio.to_thread(file.write, chunk), asyncio.to_thread(digest.update, chunk)
                )
                size += len(chunk)
        if digest.hexdigest() != sha256:
            raise FileCorrupt(sha256)
        return Stored(sha256=sha256, size=size)

    async def discard_abandoned(self, before: datetime) -> int:
        """Remove what broke off between upload and move before that instant; return how many.

        An upload in progress is not visible yet, so the instant only has to lie further back than
        a move takes: an hour is plenty.
        """
        with faults_named():
            abandoned = [
                found["path"]
                async for batch in self._store.list(_INCOMING)
                for found in batch
                if found["last_modified"] < before
            ]
            await self._store.delete_async(abandoned)
        return len(abandoned)


def open_store(url: str, access: S3Access | None = None) -> LocalStore | S3Store:
    """Return the folder or the bucket at an address; a folder is made if it is not there."""
    place = urlsplit(url)
    if place.scheme == "file" and place.path:
        return LocalStore(unquote(place.path), mkdir=True)
    if place.scheme == "s3" and place.netloc:
        prefix = place.path.strip("/") or None
        return _bucket(place.netloc, prefix, access or S3Access())
    raise ValueError("file storage is file:///folder or s3://bucket/prefix")


class _Arrived:
    """Counts and hashes an upload while it passes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._digest = hashlib.sha256()
        self._size = 0

    async def watched(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Pass every chunk on; raise ``FileTooLarge`` on the first byte too many."""
        async for chunk in chunks:
            self._size += len(chunk)
            if self._size > self._limit:
                raise FileTooLarge(limit_mb=self._limit // _BYTES_IN_A_MEGABYTE)
            await asyncio.to_thread(self._digest.update, chunk)
            yield chunk

    def stored(self) -> Stored:
        """Return what has passed."""
        return Stored(sha256=self._digest.hexdigest(), size=self._size)


def _key(sha256: str) -> str:
    """Return the name in the store. What is no hash, a path among them, names nothing."""
    if not _SHA256.fullmatch(sha256):
        raise FileMissing(sha256)
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


@contextmanager
def faults_named(sha256: str | None = None) -> Iterator[None]:
    """Say the library's errors in the words of the port.

    Where no file was asked for, what is not found is the bucket or the folder.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise (StorageUnavailable() if sha256 is None else FileMissing(sha256)) from error
    except BaseError as error:
        raise StorageUnavailable from error


def _bucket(name: str, prefix: str | None, access: S3Access) -> S3Store:
    """Reach a bucket; one without encryption in transit only where the address says so."""
    stated: S3Config = {}
    if access.endpoint is not None:
        stated["endpoint"] = access.endpoint
    if access.access_key_id is not None:
        stated["access_key_id"] = access.access_key_id
    if access.secret_access_key is not None:
        stated["secret_access_key"] = access.secret_access_key
    if access.region is not None:
        stated["region"] = access.region
    is_plain = (access.endpoint or "").startswith("http://")
    connection: ClientConfig = {**_CONNECTION, "allow_http": is_plain}
    return S3Store(
        name, prefix=prefix, config=stated, client_options=connection, retry_config=_RETRIES
    )
