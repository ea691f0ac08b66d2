"""What an offered round asks for, and roughly how long it takes."""

from datetime import timedelta

import pytest

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
from domain.workload import material


def seconds(count: int) -> timedelta:
    """Return so many seconds."""
    return timedelta(seconds=count)


def test_nothing_takes_no_time() -> None:
    """Proves: without items there is nothing to estimate."""
    assert material({}, {}, (), ()).at_least == timedelta()


def test_it_is_rounded_up_to_five_minutes() -> None:
    """Proves: an estimate is never below what its parts come to, and never more exact than it is:
    one item (3 minutes) with 400 words (2) is 5 minutes, with one word more it is 10.
    """
    assert material({1: 1}, {1: 400}, (), ()).at_least == timedelta(minutes=5)
    assert material({1: 1}, {1: 401}, (), ()).at_least == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("place", "minutes"),
    [
        (Page(number=3), 2),
        (PageRange(first=3, last=5), 6),
        (Slide(number=7), 1),
        (SlideRange(first=2, last=4), 3),
        (Whole(), 1),
        (Moment(at=seconds(10)), 1),
        (TimeRange(start=seconds(60), end=seconds(240)), 3),
    ],
)
def test_each_kind_of_place_takes_its_time(place: Locator, minutes: int) -> None:
    """Proves: of a file only what is named counts, whatever the file's own length."""
    assert material({}, {}, (), (place,)).looking == timedelta(minutes=minutes)


def test_files_are_summed_up() -> None:
    """Proves: pages, slides, bytes and the length of recordings come from what was found in them,
    and a picture adds no length.
    """
    kinds = ArtifactKind
    files = (
        Inspection(kind=kinds.PDF, media_type="application/pdf", size=10, pages=12),
        Inspection(kind=kinds.VIDEO, media_type="video/mp4", size=20, duration=seconds(90)),
        Inspection(kind=kinds.AUDIO, media_type="audio/mpeg", size=30, duration=seconds(30)),
        Inspection(kind=kinds.IMAGE, media_type="image/gif", size=5, duration=seconds(9)),
        Inspection(kind=kinds.SLIDES, media_type="x", size=1, slides=9),
    )
    found = material({2: 3}, {2: 40}, files, (Whole(), Page(number=1)))
    assert (found.files, found.bytes, found.pages, found.slides) == (5, 66, 12, 9)
    assert (found.recorded, found.places) == (seconds(120), 2)
    assert (found.items, found.words) == (3, 40)
