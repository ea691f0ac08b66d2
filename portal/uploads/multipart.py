"""Files in a plain form, read as they come: for browsers whose scripts do not run.

The usual parser keeps a whole form on disk before anybody sees it; here each file passes straight
to whoever keeps it, and no more than one read of the connection is in memory.
"""

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from domain.refusals import Invalid
from portal.uploads.bodies import Body

if TYPE_CHECKING:  # exists for type checkers alone
    from python_multipart.multipart import MultipartCallbacks

_MOST_PARTS: Final = 100
_END: Final = object()


class FormNotReadable(Invalid):
    """What came is no form with files."""

    code = "form_not_readable"
    sentence = "The form did not arrive in a readable way. Go back, reload the page and try again."


class UploadBrokeOff(Invalid):
    """The connection ended before the file did."""

    code = "upload_broke_off"
    sentence = (
        "The connection broke off before the file had arrived. It was not kept; files that came "
        "before it were. Try again."
    )


class TooManyFields(Invalid):
    """More files in one form than anybody means."""

    code = "too_many_fields"
    sentence = "These are too many files at once. Send up to {most} with one form."


@dataclass
class _Part:
    """What the head of a part says."""

    header: bytes = b""
    value: bytes = b""
    file_name: str = ""


@dataclass
class FileField:
    """One file of a form, while it comes."""

    name: str
    chunks: AsyncIterator[bytes]


@dataclass
class FormFiles:
    """The files of a request's form, one after the other; other fields are passed over."""

    request: Request
    _waiting: deque[object] = field(default_factory=deque)
    _part: _Part = field(default_factory=_Part)
    _parts: int = 0

    async def __aiter__(self) -> AsyncIterator[FileField]:
        """Yield each file that has a name; whatever of it was not read is passed over.

        Raises ``FormNotReadable``, ``TooManyFields``; reading a file raises ``UploadBrokeOff``.
        """
        body = Body(self.request)
        events = self._events(body)
        async for event in events:
            if isinstance(event, str) and event:
                chunks = _until_end(events)
                yield FileField(name=event, chunks=chunks)
                async for _ in chunks:
                    pass

    async def _events(self, body: Body) -> AsyncIterator[object]:
        """Yield, for each part, its file name, then its bytes, then its end."""
        parser = MultipartParser(self._boundary(), callbacks=self._callbacks())
        try:
            async for chunk in body:
                parser.write(chunk)
                while self._waiting:
                    yield self._waiting.popleft()
            parser.finalize()
        except MultipartParseError as error:
            raise FormNotReadable from error

    def _boundary(self) -> bytes:
        kind, options = parse_options_header(self.request.headers.get("content-type", ""))
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise FormNotReadable
        return boundary

    def _callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header,
            "on_header_value": self._value,
            "on_header_end": self._end_of_header,
            "on_headers_finished": lambda: self._waiting.append(self._part.file_name),
            "on_part_data": lambda data, start, end: self._waiting.append(data[start:end]),
            "on_part_end": lambda: self._waiting.append(_END),
        }

    def _begin(self) -> None:
        self._part = _Part()
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise TooManyFields(most=_MOST_PARTS)

    def _header(self, data: bytes, start: int, end: int) -> None:
        self._part.header += data[start:end]

    def _value(self, data: bytes, start: int, end: int) -> None:
        self._part.value += data[start:end]

    def _end_of_header(self) -> None:
        if self._part.header.lower() == b"content-disposition":
            _, options = parse_options_header(self._part.value)
            self._part.file_name = options.get(b"filename", b"").decode(errors="replace")
        self._part.header = self._part.value = b""


async def _until_end(events: AsyncIterator[object]) -> AsyncIterator[bytes]:
    """Yield a file's bytes up to its end, and refuse one that has none."""
    async for event in events:
        if event is _END:
            return
        if isinstance(event, bytes):
            yield event
    raise UploadBrokeOff
