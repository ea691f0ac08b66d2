"""How evidence is shown: where a file opens, and what that is called."""

from typing import assert_never

from domain.locators import (
    Locator,
    Moment,
    Page,
    PageRange,
    Slide,
    SlideRange,
    TimeRange,
    Whole,
)


def opened_at(place: Locator) -> str:
    """Return the fragment of an address that opens a file at a place; empty where none does.

    Browsers open a PDF at ``#page=3`` and play a recording from and to ``#t=195,250``.
    """
    match place:
        case Page(number=number) | PageRange(first=number):
            return f"#page={number}"
        case Moment(at=at):
            return f"#t={at.total_seconds():g}"
        case TimeRange(start=start, end=end):
            return f"#t={start.total_seconds():g},{end.total_seconds():g}"
        case Slide() | SlideRange() | Whole():
            return ""
        case _ as unreachable:
            assert_never(unreachable)
