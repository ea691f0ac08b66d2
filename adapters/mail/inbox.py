"""The catcher's mail as an inbox shows it: the newest first, a page at a time, whatever its size.

A log of many thousands of letters is read from its end in blocks, and no further than a page needs.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import BinaryIO, Final

from adapters.mail.caught import LOG_NAME, CaughtLine
from domain.refusals import NotFound
from domain.values import Value

BLOCK: Final = 64 * 1024
"""Bytes of the log that are read at once."""
MOST_READ: Final = 8 * 1024 * 1024
"""Bytes that one page looks through for a recipient; the next page goes on from there."""

_NAME: Final = re.compile(r"[0-9A-Za-z-]{1,80}\.eml")


class LetterNotCaught(NotFound):
    """No letter of this name lies in the catcher's directory."""

    code = "letter_not_caught"
    sentence = "There is no such letter. Go back to the inbox and choose one there."


class InboxPage(Value):
    """Some letters, newest first. ``older`` is where the next page begins; None at the end."""

    lines: tuple[CaughtLine, ...]
    older: int | None


class CaughtLetter(Value):
    """A letter as a reader sees it; a part that it does not have is empty."""

    file: str
    sender: str
    to: str
    subject: str
    date: str
    text: str
    html: str


def inbox_page(directory: Path, limit: int, to: str = "", before: int | None = None) -> InboxPage:
    """Return the newest letters, or those before a place in the log; ``to`` asks for a recipient.

    A recipient is found by any part of the address.
    """
    log = directory / LOG_NAME
    if not log.exists():
        return InboxPage(lines=(), older=None)
    wanted = to.strip().casefold()
    lines: list[CaughtLine] = []
    with log.open("rb") as stream:
        end = stream.seek(0, 2)
        begin = place = end if before is None else max(0, min(before, end))
        for place, raw in _backwards(stream, begin):
            line = CaughtLine.model_validate_json(raw)
            if not wanted or any(wanted in address.casefold() for address in line.to):
                lines.append(line)
            if len(lines) == limit or begin - place > MOST_READ:
                break
        else:
            place = 0
    return InboxPage(lines=tuple(lines), older=place or None)


def caught_letter(directory: Path, name: str) -> CaughtLetter:
    """Return a letter by the name of its file. Raises ``LetterNotCaught``."""
    if not _NAME.fullmatch(name) or not (directory / name).is_file():
        raise LetterNotCaught
    message = message_from_bytes((directory / name).read_bytes(), policy=policy.default)
    return CaughtLetter(
        file=name,
        sender=str(message.get("From", "")),
        to=str(message.get("To", "")),
        subject=str(message.get("Subject", "")),
        date=str(message.get("Date", "")),
        text=_body(message, "plain"),
        html=_body(message, "html"),
    )


def _backwards(stream: BinaryIO, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield each whole line before ``end`` with the place where it begins, the last one first."""
    rest, place = b"", end
    while place > 0:
        size = min(BLOCK, place)
        place -= size
        stream.seek(place)
        block = stream.read(size) + rest
        first_end = block.find(b"\n")
        # What stands before the first end of a line belongs to a line that begins further up.
        begins = 0 if place == 0 else first_end + 1
        if begins == 0 and place:
            rest = block
            continue
        rest = block[:begins]
        yield from _lines_of(block[begins:], place + begins)


def _lines_of(block: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a block in turn from its end; one that a crash cut off is none."""
    whole = block[: block.rfind(b"\n") + 1].splitlines(keepends=True)
    place = at + sum(map(len, whole))
    for line in reversed(whole):
        place -= len(line)
        yield place, line


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
