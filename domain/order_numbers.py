"""Numbers that people type about orders: the order's own, and those of its lines."""

import re
from collections.abc import Iterator
from typing import Final

from domain.orders import MOST_LINES, NUMBER_LIMIT, NUMBER_PATTERN
from domain.refusals import Invalid

_NUMBER: Final = re.compile(NUMBER_PATTERN)
_LINES: Final = re.compile(r"(\d{1,5})(?:\s*[-\u2013]\s*(\d{1,5}))?")


class LinesNotUnderstood(Invalid):
    """What was typed names no lines."""

    code = "lines_not_understood"
    sentence = (
        "Name lines by their numbers, with commas between them and a dash for a range, such as "
        "3, 7-12."
    )


def number_fault(text: str) -> str:
    """Return what is wrong with an order's own number, or nothing."""
    if not text.strip():
        return "Enter the number that stands on the order form."
    if len(text.strip()) > NUMBER_LIMIT:
        return f"This is longer than {NUMBER_LIMIT} characters. Shorten it."
    if not _NUMBER.match(text.strip()):
        return "Use letters, digits and . _ : # / - only, without spaces."
    return ""


def lines_named(text: str) -> tuple[int, ...]:
    """Return the numbers that ``3, 7-12`` names, in order, each once. Raises on anything else."""
    return tuple(sorted({number for part in _parts(text) for number in part}))


def _parts(text: str) -> Iterator[range]:
    for part in filter(None, re.split(r"[,;\s]*[,;]\s*", text.strip())):
        found = _LINES.fullmatch(part.strip())
        if found is None:
            raise LinesNotUnderstood
        first, last = int(found[1]), int(found[2] or found[1])
        if not 1 <= first <= last <= MOST_LINES:
            raise LinesNotUnderstood
        yield range(first, last + 1)
