"""Resumable uploads over real HTTP: where they go on, what is refused, and what counts."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from adapters.records import upload_book
from adapters.records.upload_tables import UploadPieceRow, UploadRow
from domain.uploads import LARGEST_ARTIFACT, PIECE_BYTES
from portal.site import now
from tests import artifacts
from tests.house import House
from tests.portal.served import Portal
from tests.portal.tus_client import (
    MEGABYTE,
    Uploader,
    announced,
    kept_artifacts,
    pattern,
    uploader,
)
from tests.waiting import eventually


@pytest.fixture
async def somebody(house: House, portal: Portal, library: str) -> Uploader:
    """A practitioner who may upload."""
    return await uploader(portal, await house.working(library))


def sha256(content: bytes) -> str:
    """Return the name under which content is kept."""
    return hashlib.sha256(content).hexdigest()


def pieces_of(house: House, address: str) -> list[Path]:
    """Return what lies in the store of an upload that is on its way."""
    folder = house.settings.data_dir / "files" / "uploads" / address.rpartition("/")[2]
    return sorted(each for each in folder.rglob("*") if each.is_file())


async def test_a_file_arrives_in_several_requests(house: House, somebody: Uploader) -> None:
    """Proves: what was announced, sent in two requests and answered as received is one file with
    its name and the hash of its content, looked into, and no piece of it is left.
    """
    content = artifacts.video("mp4") + pattern(2 * PIECE_BYTES)
    address = await somebody.begin("Lesson 3.mp4", len(content))
    first = await somebody.patch(address, 0, content[: 5 * MEGABYTE])
    assert (first.status_code, first.headers["upload-offset"]) == (204, str(5 * MEGABYTE))
    assert "upload-expires" in first.headers
    head = await somebody.ask("HEAD", address)
    assert head.headers["upload-length"] == str(len(content))
    assert head.headers["cache-control"] == "no-store"
    last = await somebody.patch(address, 5 * MEGABYTE, content[5 * MEGABYTE :])
    assert (last.status_code, last.headers["upload-offset"]) == (204, str(len(content)))

    kept = await kept_artifacts(house, somebody.enrollment_id)

    assert kept == [("Lesson 3.mp4", sha256(content))]
    await eventually(lambda: nothing_left(house, address))


async def nothing_left(house: House, address: str) -> bool:
    """Whether no piece of an upload is in the store any more."""
    return not pieces_of(house, address)


async def test_a_small_file_is_announced_and_sent_at_once(house: House, somebody: Uploader) -> None:
    """Proves: creation with upload takes the bytes of the announcement itself."""
    content = artifacts.pdf(3)
    answer = await somebody.ask("POST", somebody.base, content, **announced("a.pdf", len(content)))

    assert (answer.status_code, answer.headers["upload-offset"]) == (201, str(len(content)))
    assert await kept_artifacts(house, somebody.enrollment_id) == [("a.pdf", sha256(content))]


async def test_an_upload_goes_on_after_a_cut_connection(house: House, somebody: Uploader) -> None:
    """Proves: of a request that broke off every byte that arrived counts, and the rest is all that
    has to be sent.
    """
    content = pattern(2 * PIECE_BYTES + 17)
    arrived = PIECE_BYTES + 4321
    address = await somebody.begin("lesson.mp4", len(content))
    await somebody.cut_off(address, content[:arrived], announced=len(content))

    async def has_arrived() -> bool:
        return await somebody.stands_at(address) == arrived

    await eventually(has_arrived)
    rest = await somebody.patch(address, arrived, content[arrived:])

    assert rest.status_code == 204
    assert await kept_artifacts(house, somebody.enrollment_id) == [("lesson.mp4", sha256(content))]


async def test_bytes_that_do_not_begin_where_it_stands_are_refused(somebody: Uploader) -> None:
    """Proves: 409, with where it stands, for an offset before and after it; nothing is taken."""
    address = await somebody.begin("a.pdf", 100)
    await somebody.patch(address, 0, b"x" * 40)

    for offset in (0, 39, 41, 100):
        refused = await somebody.patch(address, offset, b"y")
        assert (refused.status_code, refused.json()["code"]) == (409, "wrong_offset")
        assert refused.headers["upload-offset"] == "40"
    assert await somebody.stands_at(address) == 40


async def test_of_two_senders_at_once_one_counts(house: House, somebody: Uploader) -> None:
    """Proves: two tabs that send the same stretch at once do not mix: the one that is first counts,
    the other is told where the upload stands, and the file is the sender's own.
    """
    size = PIECE_BYTES + 2 * MEGABYTE
    mine, theirs = pattern(size), pattern(size, seed=11)
    address = await somebody.begin("a.bin", len(mine))
    is_second_done = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield theirs[: PIECE_BYTES - 1]
        await is_second_done.wait()
        yield theirs[PIECE_BYTES - 1 :]

    slow = asyncio.create_task(
        somebody.patch(address, 0, slowly(), content_length=str(len(theirs)))
    )
    quick = await somebody.patch(address, 0, mine)
    is_second_done.set()

    assert quick.status_code == 204
    assert (await slow).status_code == 409
    assert await kept_artifacts(house, somebody.enrollment_id) == [("a.bin", sha256(mine))]


@pytest.mark.parametrize("who", ["a stranger", "nobody"])
async def test_an_upload_of_somebody_else_does_not_exist(
    house: House, portal: Portal, library: str, somebody: Uploader, who: str
) -> None:
    """Proves: rights are checked on the object: with another practitioner's session, under the
    owner's enrollment or under the stranger's own, every request meets 404; without one, 401; and
    nothing of what was sent is taken.
    """
    address = await somebody.begin("a.pdf", 100)
    if who == "nobody":
        other = Uploader(portal.url, portal.browser(), somebody.enrollment_id)
        await other.browser.get("/sign-in")
        addresses, status = [address], 401
    else:
        other = await uploader(portal, await house.working(library))
        own = f"{other.base}/{address.rpartition('/')[2]}"
        addresses, status = [address, own], 404

    for each in addresses:
        assert (await other.ask("HEAD", each)).status_code == status
        assert (await other.patch(each, 0, b"x" * 10)).status_code == status
        assert (await other.ask("DELETE", each)).status_code == status
    created = await other.ask("POST", somebody.base, b"x", **announced("b.pdf", 1))
    assert created.status_code == status
    assert await somebody.stands_at(address) == 0


async def test_a_request_that_is_not_from_our_page_takes_nothing(somebody: Uploader) -> None:
    """Proves: without the form's token nothing is announced, taken or removed."""
    address = await somebody.begin("a.pdf", 100)
    somebody.browser.token = "made-up"

    assert (await somebody.patch(address, 0, b"x")).status_code == 403
    assert (await somebody.ask("DELETE", address)).status_code == 403
    assert (await somebody.ask("POST", somebody.base, **announced("b", 1))).status_code == 403
    assert await somebody.stands_at(address) == 0


async def test_what_is_too_large_is_refused_before_a_byte_is_taken(somebody: Uploader) -> None:
    """Proves: a file above two GiB is not announced, one of two GiB is; and a request that says it
    brings more than is missing is answered although not one of its bytes was sent.
    """
    largest = await somebody.ask("POST", somebody.base, **announced("a", LARGEST_ARTIFACT))
    larger = await somebody.ask("POST", somebody.base, **announced("a", LARGEST_ARTIFACT + 1))
    assert (largest.status_code, larger.status_code) == (201, 413)
    assert larger.json()["code"] == "file_too_large"

    address = await somebody.begin("b.pdf", 100)
    reader, writer = await somebody.connected()
    writer.write(somebody.head_of(address, announced=101))
    await writer.drain()
    answer = await reader.readline()
    writer.close()

    assert answer.split()[1] == b"413"
    assert await somebody.stands_at(address) == 0


async def test_more_than_was_announced_is_refused_while_it_comes(somebody: Uploader) -> None:
    """Proves: a sender that does not say how much it brings is stopped at the announced size."""
    address = await somebody.begin("a.pdf", 100)

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 40

    refused = await somebody.patch(address, 0, endless())

    assert (refused.status_code, refused.json()["code"]) == (413, "more_than_announced")
    assert await somebody.stands_at(address) == 0


async def test_an_upload_ends_with_its_time(house: House, somebody: Uploader) -> None:
    """Proves: one second before its end an upload is there, at its end it is gone with 410."""
    address = await somebody.begin("a.pdf", 100)
    upload_id = address.rpartition("/")[2]
    for ends_in, status in ((timedelta(seconds=30), 200), (timedelta(seconds=-1), 410)):
        async with house.database.transaction() as session:
            await session.execute(
                update(UploadRow)
                .where(UploadRow.id == upload_id)
                .values(expires_at=now() + ends_in)
            )
        assert (await somebody.ask("HEAD", address)).status_code == status
    assert (await somebody.patch(address, 0, b"x")).status_code == 410


async def test_finishing_twice_is_finishing_once(house: House, somebody: Uploader) -> None:
    """Proves: a last request whose answer got lost is repeated without harm: the same answer, one
    file.
    """
    content = artifacts.pdf(2)
    address = await somebody.begin("a.pdf", len(content))
    await somebody.patch(address, 0, content)
    await kept_artifacts(house, somebody.enrollment_id)
    again = await somebody.patch(address, len(content), b"")

    assert (again.status_code, again.headers["upload-offset"]) == (204, str(len(content)))
    assert await somebody.stands_at(address) == len(content)
    assert await kept_artifacts(house, somebody.enrollment_id) == [("a.pdf", sha256(content))]


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_bytes_that_changed_on_their_way_do_not_count(
    somebody: Uploader, algorithm: str
) -> None:
    """Proves: a request with a checksum counts as a whole or not at all (460), also when it is of
    several pieces or broke off; sent again as it should be, it counts.
    """
    content = pattern(PIECE_BYTES + MEGABYTE)
    address = await somebody.begin("a.bin", 2 * PIECE_BYTES)
    digest = base64.b64encode(hashlib.new(algorithm, content).digest()).decode()
    checksum = f"{algorithm} {digest}"

    damaged = await somebody.patch(address, 0, content[:-1] + b"?", upload_checksum=checksum)
    assert (damaged.status_code, damaged.json()["code"]) == (460, "bytes_differ")
    assert await somebody.stands_at(address) == 0
    whole = await somebody.patch(address, 0, content, upload_checksum=checksum)
    assert whole.status_code == 204
    assert await somebody.stands_at(address) == len(content)


async def test_unfinished_uploads_are_bounded(
    house: House, somebody: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: nobody fills the store with beginnings: at the limit the next one is refused, and
    giving one up makes room.
    """
    monkeypatch.setattr(upload_book, "MOST_UNFINISHED", 2)
    address = await somebody.begin("a.pdf", 100)
    await somebody.patch(address, 0, b"x" * 50)
    await somebody.begin("b.pdf", 100)
    refused = await somebody.ask("POST", somebody.base, **announced("c.pdf", 100))
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_uploads")
    assert pieces_of(house, address)

    assert (await somebody.ask("DELETE", address)).status_code == 204
    assert (await somebody.ask("HEAD", address)).status_code == 404
    assert pieces_of(house, address) == []
    await somebody.begin("c.pdf", 100)


@pytest.mark.parametrize("limit", ["MOST_UNFINISHED_BYTES", "MOST_KEPT_BYTES"])
async def test_announced_and_kept_bytes_are_bounded(
    house: House, somebody: Uploader, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """Proves: what one enrollment may take of the store has an end, to the byte."""
    content = artifacts.pdf(2)
    await somebody.ask("POST", somebody.base, content, **announced("a.pdf", len(content)))
    await kept_artifacts(house, somebody.enrollment_id)
    room = 1000 if limit == "MOST_UNFINISHED_BYTES" else len(content) + 1000
    monkeypatch.setattr(upload_book, limit, room)
    await somebody.begin("b.pdf", 400)

    refused = await somebody.ask("POST", somebody.base, **announced("c.pdf", 601))
    assert refused.status_code == 409
    await somebody.begin("d.pdf", 600)


async def test_an_upload_in_crumbs_ends(
    house: House, somebody: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: the number of pieces is bounded, and the one too many leaves nothing."""
    monkeypatch.setattr(upload_book, "MOST_PIECES", 2)
    address = await somebody.begin("a.pdf", 100)
    for offset in range(2):
        assert (await somebody.patch(address, offset, b"x")).status_code == 204

    assert (await somebody.patch(address, 2, b"x")).json()["code"] == "too_many_pieces"
    assert len(pieces_of(house, address)) == 2
    async with house.database.reading() as session:
        rows = select(UploadPieceRow).where(UploadPieceRow.upload_id == address.rpartition("/")[2])
        assert len((await session.scalars(rows)).all()) == 2
