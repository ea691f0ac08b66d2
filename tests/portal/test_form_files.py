"""Files in a plain form: handed on while they come, never kept as a whole, never half."""

from collections.abc import Iterator, MutableMapping

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from domain.refusals import Refusal
from portal.uploads.multipart import FormFiles, FormNotReadable, TooManyFields, UploadBrokeOff

BOUNDARY = "----forms-of-browsers"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
FIRST, SECOND = b"first\r\n--\r\nfile" * 50, b""


def part(disposition: str, content: bytes) -> bytes:
    """Return one part as browsers write it."""
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: x/y\r\n"
    return head.encode() + b"\r\n" + content + b"\r\n"


WHOLE = (
    part('name="note"', b"not a file")
    + part('name="files"; filename="a ä.pdf"', FIRST)
    + part('name="files"; filename=""', b"")
    + part('name="files"; filename="b.pdf"', SECOND)
    + f"--{BOUNDARY}--\r\n".encode()
)


class Sender:
    """A client that sends a body in these chunks, and counts how many were asked for."""

    def __init__(self, chunks: Iterator[bytes], kind: str = FORM, *, is_cut: bool = False) -> None:
        self.is_cut = is_cut
        self.chunks = list(chunks)
        self.sent = 0
        headers = [(b"content-type", kind.encode())]
        self.request = Request({"type": "http", "method": "POST", "headers": headers}, self.receive)

    async def receive(self) -> MutableMapping[str, object]:
        """Hand the next chunk out; after the last one the connection is gone."""
        if self.sent == len(self.chunks):
            return {"type": "http.disconnect"}
        self.sent += 1
        is_more = self.is_cut or self.sent < len(self.chunks)
        body = self.chunks[self.sent - 1]
        return {"type": "http.request", "body": body, "more_body": is_more}

    async def files(self) -> dict[str, bytes]:
        """Read every file to its end."""
        return {
            file.name: b"".join([chunk async for chunk in file.chunks])
            async for file in FormFiles(self.request)
        }


def cut(content: bytes, size: int) -> Iterator[bytes]:
    """Yield the content in chunks of one size."""
    for start in range(0, len(content), size):
        yield content[start : start + size]


@given(size=st.integers(min_value=1, max_value=len(WHOLE)))
async def test_files_come_out_as_they_went_in(size: int) -> None:
    """Proves: wherever the network cuts, each file has its name and exactly its bytes; fields that
    are no files, and choosers that were left empty, are passed over.
    """
    assert await Sender(cut(WHOLE, size)).files() == {"a ä.pdf": FIRST, "b.pdf": SECOND}


async def test_a_file_is_handed_on_while_it_comes() -> None:
    """Proves: whoever keeps the file has its beginning before its end was even asked for."""
    long = part('name="files"; filename="a"', b"x" * 10_000) + f"--{BOUNDARY}--\r\n".encode()
    sender = Sender(cut(long, 500))
    async for file in FormFiles(sender.request):
        await anext(file.chunks)
        assert sender.sent <= 2


@pytest.mark.parametrize("kept", [200, len(WHOLE) // 2, len(WHOLE) - 40])
async def test_a_file_that_broke_off_is_never_whole(kept: int) -> None:
    """Proves: a connection that ends inside of a file is an error to whoever reads it, so that
    nobody keeps half of one.
    """
    cut_off = part('name="files"; filename="a"', b"x" * len(WHOLE))[:kept]
    with pytest.raises(UploadBrokeOff):
        await Sender(iter([cut_off]), is_cut=True).files()


@pytest.mark.parametrize(
    ("sender", "refused"),
    [
        (Sender(iter([b"no form at all"])), FormNotReadable),
        (Sender(iter([WHOLE]), kind="multipart/form-data"), FormNotReadable),
        (Sender(iter([WHOLE]), kind="application/json"), FormNotReadable),
        (Sender(iter([part('name="f"; filename="a"', b"x") * 101])), TooManyFields),
    ],
)
async def test_what_is_no_form_with_files_is_refused(
    sender: Sender, refused: type[Refusal]
) -> None:
    """Proves: other bodies, a form without its boundary and a form without end are refused."""
    with pytest.raises(refused):
        await sender.files()
