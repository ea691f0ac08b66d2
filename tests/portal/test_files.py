"""Files given back: stretches for players, a sandbox for everything, names that tell nothing."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI, Request, Response

from adapters.files import FileStore
from domain.evidence import Inspection, InspectionProblem, Stored
from domain.media import ArtifactKind
from portal.failures import status_of
from portal.files import FileNotGiven, kept_file

CONTENT = bytes(range(256)) * 1000
SIZE = len(CONTENT)
MP4 = Inspection(kind=ArtifactKind.VIDEO, media_type="video/mp4", size=SIZE)
PDF = Inspection(kind=ArtifactKind.PDF, media_type="application/pdf", size=SIZE, pages=1)
WORD = Inspection(kind=ArtifactKind.DOCUMENT, media_type="application/x-word", size=SIZE)
WEB_PAGE = Inspection(kind=ArtifactKind.OTHER, media_type="text/html", size=SIZE)
DAMAGED = PDF.model_copy(update={"problem": InspectionProblem.UNREADABLE})


async def chunks() -> AsyncIterator[bytes]:
    """Yield the content."""
    yield CONTENT


async def answer(
    folder: Path,
    inspection: Inspection | None = MP4,
    *,
    method: str = "GET",
    name: str = "file-1.mp4",
    is_to_save: bool = False,
    is_lost: bool = False,
    headers: dict[str, str] | None = None,
) -> httpx2.Response:
    """Ask a route that gives the file for it."""
    files = FileStore.at(folder.as_uri())
    stored = await files.put(chunks(), SIZE)
    if is_lost:
        stored = Stored(sha256=hashlib.sha256(b"gone").hexdigest(), size=SIZE)
    app = FastAPI()

    @app.api_route("/file", methods=["GET", "HEAD"])
    async def file(request: Request) -> Response:
        return await kept_file(request, files, stored, inspection, name, is_to_save=is_to_save)

    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://portal") as client:
        return await client.request(method, "/file", headers=headers)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-999", 0, 999),
        ("bytes=100000-", 100_000, SIZE - 1),
        ("bytes=-5", SIZE - 5, SIZE - 1),
        ("bytes=255999-999999999", SIZE - 1, SIZE - 1),
    ],
)
async def test_a_player_gets_the_stretch_that_it_asks_for(
    tmp_path: Path, asked: str, first: int, last: int
) -> None:
    """Proves: 206 with exactly these bytes, said which and of how many, at both ends."""
    given = await answer(tmp_path, headers={"range": asked})

    assert given.status_code == 206
    assert given.headers["content-range"] == f"bytes {first}-{last}/{SIZE}"
    assert given.headers["content-length"] == str(last - first + 1)
    assert given.content == CONTENT[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=256000-", "bytes=256000-256001", "bytes=-0"])
async def test_a_stretch_that_is_not_there_is_refused(tmp_path: Path, asked: str) -> None:
    """Proves: 416 with the size, from the first byte after the end on."""
    given = await answer(tmp_path, headers={"range": asked})

    assert (given.status_code, given.content) == (416, b"")
    assert given.headers["content-range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"range": "bytes=-"},
        {"range": "lines=1-2"},
        {"range": "bytes=0-1,5-6"},
        {"range": "bytes=9-3"},
        {"range": "bytes=0-1", "if-range": '"another file"'},
    ],
)
async def test_what_is_not_understood_is_answered_with_the_whole_file(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    """Proves: nobody gets a wrong stretch, nor a stretch of a file that was replaced."""
    given = await answer(tmp_path, headers=headers)

    assert (given.status_code, given.content) == (200, CONTENT)
    assert given.headers["accept-ranges"] == "bytes"


async def test_a_file_that_is_there_already_is_not_sent_again(tmp_path: Path) -> None:
    """Proves: asked again with its tag, a file is answered with 304 and nothing."""
    etag = (await answer(tmp_path)).headers["etag"]
    given = await answer(tmp_path, headers={"if-none-match": etag})
    stretch = await answer(tmp_path, headers={"range": "bytes=0-1", "if-range": etag})

    assert (given.status_code, given.content) == (304, b"")
    assert stretch.status_code == 206


async def test_a_head_says_everything_and_sends_nothing(tmp_path: Path) -> None:
    """Proves: a player that asks first learns size and stretches without the bytes."""
    given = await answer(tmp_path, method="HEAD")

    assert (given.status_code, given.content) == (200, b"")
    assert given.headers["content-length"] == str(SIZE)


@pytest.mark.parametrize(
    ("inspection", "is_to_save", "shown_as"),
    [
        (PDF, False, "application/pdf"),
        (MP4, False, "video/mp4"),
        (PDF, True, None),
        (WORD, False, None),
        (WEB_PAGE, False, None),
        (DAMAGED, False, None),
        (None, False, None),
    ],
)
async def test_only_what_a_browser_shows_safely_is_shown(
    tmp_path: Path, inspection: Inspection | None, is_to_save: bool, shown_as: str | None
) -> None:
    """Proves: a web page, a document, a damaged file and one that nobody looked into are only
    saved, as bytes without a kind; and every answer is in a sandbox without scripts, for our own
    frames alone, with its kind not to be guessed.
    """
    given = await answer(tmp_path, inspection, is_to_save=is_to_save)

    how = given.headers["content-disposition"].partition(";")[0]
    assert how == ("inline" if shown_as else "attachment")
    assert given.headers["content-type"] == (shown_as or "application/octet-stream")
    policy = dict(
        each.partition(" ")[::2] for each in given.headers["content-security-policy"].split("; ")
    )
    assert policy["sandbox"] in {"", "allow-same-origin"}
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    assert "script-src" not in policy
    assert given.headers["x-content-type-options"] == "nosniff"
    assert given.headers["cross-origin-resource-policy"] == "same-origin"


async def test_a_name_cannot_break_out_of_its_header(tmp_path: Path) -> None:
    """Proves: quotes, line ends and letters of other scripts arrive as a name, and as nothing
    else.
    """
    given = await answer(tmp_path, name='a"; x=\r\nSet-Cookie: b=ü.pdf')

    assert "set-cookie" not in given.headers
    disposition = given.headers["content-disposition"]
    assert 'filename="a__ x___Set-Cookie_ b__.pdf"' in disposition
    assert "filename*=UTF-8''a%22%3B%20x%3D%0D%0ASet-Cookie%3A%20b%3D%C3%BC.pdf" in disposition


async def test_a_file_that_storage_lost_is_said_kindly(tmp_path: Path) -> None:
    """Proves: no half answer is begun for a file that is not there."""
    with pytest.raises(FileNotGiven) as refused:
        await answer(tmp_path, is_lost=True)

    assert status_of(refused.value) == 404
