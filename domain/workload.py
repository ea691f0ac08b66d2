"""What an offered round asks for: how much there is to read, to look at and to mark.

The estimate is rough and says what it is made of; it promises nothing and decides nothing.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final, assert_never

from domain.evidence import ArtifactKind, Inspection
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
from domain.values import Value

WORDS_A_MINUTE: Final = 200
"""How fast somebody reads who will be asked about it."""

A_PAGE: Final = timedelta(minutes=2)
A_SLIDE: Final = timedelta(minutes=1)
AN_IMAGE: Final = timedelta(minutes=1)
A_MOMENT: Final = timedelta(minutes=1)
AN_ITEM: Final = timedelta(minutes=3)
"""To make up one's mind about an item, and to write what the practitioner needs."""

_STEP: Final = timedelta(minutes=5)


class Material(Value):
    """What lies before an assessor: open items, words, files, and the places to look at."""

    items_by_part: dict[int, int]
    words_by_part: dict[int, int]
    files: int = 0
    bytes: int = 0
    pages: int = 0
    slides: int = 0
    recorded: timedelta = timedelta()
    places: int = 0
    looking: timedelta = timedelta()
    """What looking at all the places takes; only the stretches of recordings that are named."""

    @property
    def items(self) -> int:
        """Items to mark."""
        return sum(self.items_by_part.values())

    @property
    def words(self) -> int:
        """Words to read."""
        return sum(self.words_by_part.values())

    @property
    def at_least(self) -> timedelta:
        """Return roughly how long it takes, rounded up to five minutes."""
        reading = timedelta(minutes=self.words / WORDS_A_MINUTE)
        total = reading + self.looking + self.items * AN_ITEM
        return -(-total // _STEP) * _STEP


def material(
    items_by_part: dict[int, int],
    words_by_part: dict[int, int],
    files: Iterable[Inspection],
    places: Iterable[Locator],
) -> Material:
    """Return what a round asks for: the open items, their words, the files and places of them."""
    kept, named = tuple(files), tuple(places)
    recordings = (ArtifactKind.VIDEO, ArtifactKind.AUDIO)
    lengths = [each.duration or timedelta() for each in kept if each.kind in recordings]
    return Material(
        items_by_part=items_by_part,
        words_by_part=words_by_part,
        files=len(kept),
        bytes=sum(each.size for each in kept),
        pages=sum(each.pages or 0 for each in kept),
        slides=sum(each.slides or 0 for each in kept),
        recorded=sum(lengths, timedelta()),
        places=len(named),
        looking=sum(map(_looking, named), timedelta()),
    )


def _looking(place: Locator) -> timedelta:
    match place:
        case Page():
            return A_PAGE
        case PageRange(first=first, last=last):
            return (last - first + 1) * A_PAGE
        case Slide():
            return A_SLIDE
        case SlideRange(first=first, last=last):
            return (last - first + 1) * A_SLIDE
        case Moment():
            return A_MOMENT
        case TimeRange(start=start, end=end):
            return end - start
        case Whole():
            return AN_IMAGE
        case _ as unreachable:
            assert_never(unreachable)
