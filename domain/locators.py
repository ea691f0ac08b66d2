"""Locators: where in an artifact the evidence stands, as data that can be checked.

People type them ("pages 3-5", "from 3:15 to 4:10"); the portal sends them as fields. Both become
one of seven kinds, told apart by ``kind``. Numbers start at 1, times at the recording's beginning.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal, Self, assert_never

from pydantic import ConfigDict, Field, ValidationError, model_validator

from domain.normalizing import normalized
from domain.refusals import Invalid
from domain.values import Value

_LAST_NUMBER: Final = 999_999
_LATEST: Final = timedelta(hours=100) - timedelta(milliseconds=1)

Number = Annotated[int, Field(ge=1, le=_LAST_NUMBER)]
"""A page's or slide's number; the first is 1."""

Elapsed = Annotated[timedelta, Field(ge=timedelta(0), le=_LATEST)]
"""How far into a recording, from its beginning. As JSON: seconds."""


class LocatorNotUnderstood(Invalid):
    """What was typed names no place in a file."""

    code = "locator_not_understood"
    sentence = (
        "This place in the file was not understood. Write it like one of these: page 3, "
        "pages 3-5, slide 7, slides 2-4, at 3:15, from 3:15 to 4:10, whole image."
    )


class LocatorBackwards(Invalid):
    """A range that ends before it begins."""

    code = "locator_backwards"
    sentence = "The range ends before it begins. Put the earlier place first."


class LocatorKind(StrEnum):
    """Which kind of place a locator names."""

    PAGE = "page"
    PAGE_RANGE = "page_range"
    MOMENT = "moment"
    TIME_RANGE = "time_range"
    SLIDE = "slide"
    SLIDE_RANGE = "slide_range"
    WHOLE = "whole"


class _Place(Value):
    model_config = ConfigDict(ser_json_timedelta="float")


class Page(_Place):
    """One page of a document with fixed pages."""

    kind: Literal[LocatorKind.PAGE] = LocatorKind.PAGE
    number: Number


class Slide(_Place):
    """One slide of a presentation."""

    kind: Literal[LocatorKind.SLIDE] = LocatorKind.SLIDE
    number: Number


class Moment(_Place):
    """One moment of a recording."""

    kind: Literal[LocatorKind.MOMENT] = LocatorKind.MOMENT
    at: Elapsed


class Whole(_Place):
    """All of it: an image has no place to point at."""

    kind: Literal[LocatorKind.WHOLE] = LocatorKind.WHOLE


class _NumberRange(_Place):
    first: Number
    last: Number

    @model_validator(mode="after")
    def _runs_forwards(self) -> Self:
        if self.last < self.first:
            raise ValueError("the range ends before it begins")
        return self


class PageRange(_NumberRange):
    """Pages from ``first`` to ``last``, both included."""

    kind: Literal[LocatorKind.PAGE_RANGE] = LocatorKind.PAGE_RANGE


class SlideRange(_NumberRange):
    """Slides from ``first`` to ``last``, both included."""

    kind: Literal[LocatorKind.SLIDE_RANGE] = LocatorKind.SLIDE_RANGE


class TimeRange(_Place):
    """A stretch of a recording, both ends included."""

    kind: Literal[LocatorKind.TIME_RANGE] = LocatorKind.TIME_RANGE
    start: Elapsed
    end: Elapsed

    @model_validator(mode="after")
    def _runs_forwards(self) -> Self:
        if self.end < self.start:
            raise ValueError("the range ends before it begins")
        return self


Locator = Annotated[
    Page | PageRange | Moment | TimeRange | Slide | SlideRange | Whole,
    Field(discriminator="kind"),
]
"""A place in an artifact."""

_TO: Final = r"\s*(?:-|\bto\b|\buntil\b|\bthrough\b)\s*"
_NUMBER: Final = r"0{0,5}([1-9][0-9]{0,5})"
_CLOCK: Final = r"((?:[0-9]{1,2}:[0-5]?[0-9]|[0-9]{1,3}):[0-5][0-9](?:\.[0-9]{1,3})?)"
_PAGES: Final = r"(?:pages?|pp?\.?)\s*"
_SLIDES: Final = r"slides?\s*"
_LONGEST_TYPED: Final = 100
"""A locator that somebody types is short; anything longer is a paragraph in the wrong field."""


def _page(first: str) -> Locator:
    return Page(number=int(first))


def _page_range(first: str, last: str) -> Locator:
    return PageRange(first=int(first), last=int(last))


def _slide(first: str) -> Locator:
    return Slide(number=int(first))


def _slide_range(first: str, last: str) -> Locator:
    return SlideRange(first=int(first), last=int(last))


def _moment(at: str) -> Locator:
    return Moment(at=_elapsed(at))


def _time_range(start: str, end: str) -> Locator:
    return TimeRange(start=_elapsed(start), end=_elapsed(end))


def _whole() -> Locator:
    return Whole()


_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[..., Locator]], ...]] = (
    (re.compile(rf"{_PAGES}{_NUMBER}"), _page),
    (re.compile(rf"{_PAGES}{_NUMBER}{_TO}{_NUMBER}"), _page_range),
    (re.compile(rf"{_SLIDES}{_NUMBER}"), _slide),
    (re.compile(rf"{_SLIDES}{_NUMBER}{_TO}{_NUMBER}"), _slide_range),
    (re.compile(rf"(?:at\s+)?{_CLOCK}"), _moment),
    (re.compile(rf"(?:from\s+)?{_CLOCK}{_TO}{_CLOCK}"), _time_range),
    (re.compile(r"(?:the\s+)?whole(?:\s+(?:image|picture|photo))?"), _whole),
)


def parse_locator(text: str) -> Locator:
    """Read a locator as people type it.

    Capitals, spaces, a full stop at the end and the kind of dash do not matter. Refused:
    ``locator_not_understood``, with examples, and ``locator_backwards``.
    """
    if len(text) > _LONGEST_TYPED:
        raise LocatorNotUnderstood
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", normalized("NFKC", text))
    typed = plain.casefold().strip().removesuffix(".").rstrip()
    for form, made in _FORMS:
        match = form.fullmatch(typed)
        if match is not None:
            return _forwards(made, match.groups())
    raise LocatorNotUnderstood


def _forwards(made: Callable[..., Locator], parts: tuple[str, ...]) -> Locator:
    """Make the locator; the only thing that a matched form can still get wrong is the order."""
    try:
        return made(*parts)
    except ValidationError as error:
        raise LocatorBackwards from error


def describe(locator: Locator) -> str:
    """Say a locator in words. What is said reads back as the same locator."""
    match locator:
        case Page(number=number):
            return f"page {number}"
        case PageRange(first=first, last=last):
            return f"pages {first}–{last}"
        case Slide(number=number):
            return f"slide {number}"
        case SlideRange(first=first, last=last):
            return f"slides {first}–{last}"
        case Moment(at=at):
            return f"at {clock(at)}"
        case TimeRange(start=start, end=end):
            return f"from {clock(start)} to {clock(end)}"
        case Whole():
            return "the whole image"
        case _ as unreachable:
            assert_never(unreachable)


def clock(elapsed: timedelta) -> str:
    """Write an elapsed time as a player shows it: 0:07, 14:32, 1:02:03, and 3:15.5 if it has parts.

    Parts below a millisecond are dropped.
    """
    milliseconds = elapsed // timedelta(milliseconds=1)
    seconds, parts = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    shown = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{shown}.{parts:03}".rstrip("0") if parts else shown


def _elapsed(typed: str) -> timedelta:
    """Read h:mm:ss or m:ss, with parts of a second."""
    *larger, seconds = typed.split(":")
    whole, _, parts = seconds.partition(".")
    minutes = int(larger[-1])
    hours = int(larger[0]) if len(larger) == 2 else 0
    milliseconds = int(parts.ljust(3, "0")) if parts else 0
    return timedelta(hours=hours, minutes=minutes, seconds=int(whole), milliseconds=milliseconds)
