"""Places in two fields: what they name, what is wrong with them, and that scripts judge alike."""

from datetime import timedelta

import pytest

from domain.evidence import Evidence, Inspection
from domain.evidence_fields import (
    PlaceFields,
    PlaceMissing,
    PlaceOutside,
    fields_of,
    how_to_name,
    locator_of,
    piece_ref,
    refuse_outside,
)
from domain.locators import (
    Locator,
    LocatorBackwards,
    LocatorNotUnderstood,
    Moment,
    Page,
    PageRange,
    Slide,
    SlideRange,
    TimeRange,
    Whole,
)
from domain.media import ArtifactKind
from domain.refusals import Refusal


def seconds(count: float) -> timedelta:
    """Return so many seconds."""
    return timedelta(seconds=count)


@pytest.mark.parametrize(
    ("kind", "first", "last", "place"),
    [
        (ArtifactKind.PDF, "3", "", Page(number=3)),
        (ArtifactKind.PDF, " 3 ", "3", Page(number=3)),
        (ArtifactKind.PDF, "3", "12", PageRange(first=3, last=12)),
        (ArtifactKind.SLIDES, "7", "", Slide(number=7)),
        (ArtifactKind.SLIDES, "2", "4", SlideRange(first=2, last=4)),
        (ArtifactKind.VIDEO, "3:15", "", Moment(at=seconds(195))),
        (ArtifactKind.AUDIO, "3:15", "1:04:10", TimeRange(start=seconds(195), end=seconds(3850))),
        (ArtifactKind.AUDIO, "0:00.5", "0:01", TimeRange(start=seconds(0.5), end=seconds(1))),
        (ArtifactKind.IMAGE, "", "", Whole()),
        (ArtifactKind.IMAGE, "3", "9", Whole()),
    ],
)
def test_two_fields_name_a_place(kind: ArtifactKind, first: str, last: str, place: Locator) -> None:
    """Proves: fields become the place of the file's kind, and a place becomes fields that name the
    same place again.
    """
    assert locator_of(kind, PlaceFields(first=first, last=last)) == place
    assert locator_of(kind, fields_of(place)) == place


PDF = Inspection(kind=ArtifactKind.PDF, media_type="application/pdf", size=9, pages=12)
ONE_PAGE = PDF.model_copy(update={"pages": 1})
DECK = Inspection(kind=ArtifactKind.SLIDES, media_type="x/slides", size=9, slides=1500)
LESSON = Inspection(
    kind=ArtifactKind.VIDEO, media_type="video/mp4", size=9, duration=seconds(872.4)
)

WRONG = (
    (PDF, "", "", PlaceMissing),
    (PDF, "", "3", PlaceMissing),
    (PDF, "three", "", LocatorNotUnderstood),
    (PDF, "0", "", LocatorNotUnderstood),
    (PDF, "-1", "", LocatorNotUnderstood),
    (PDF, "1.5", "", LocatorNotUnderstood),
    (PDF, "9999999", "", LocatorNotUnderstood),
    (PDF, "5", "3", LocatorBackwards),
    (PDF, "13", "", PlaceOutside),
    (PDF, "1", "13", PlaceOutside),
    (ONE_PAGE, "2", "", PlaceOutside),
    (DECK, "1501", "", PlaceOutside),
    (LESSON, "", "", PlaceMissing),
    (LESSON, "872", "", LocatorNotUnderstood),
    (LESSON, "1:61", "", LocatorNotUnderstood),
    (LESSON, "3:15", "2:00", LocatorBackwards),
    (LESSON, "14:34", "", PlaceOutside),
    (LESSON, "0:00", "1:00:00.25", PlaceOutside),
)
"""Fields that name no place in these files, and how they are refused."""

RIGHT = (
    (PDF, "12", ""),
    (PDF, "1", "12"),
    (PDF, "012", ""),
    (DECK, "1500", ""),
    (LESSON, "14:32", ""),
    (LESSON, "14:33", ""),
    (LESSON, "0:00", "14:33"),
    (LESSON, "0:14:32.4", ""),
)
"""Fields that just name a place in them."""


@pytest.mark.parametrize(("file", "first", "last", "refused"), WRONG)
def test_a_place_that_is_not_in_the_file_is_refused(
    file: Inspection, first: str, last: str, refused: type[Refusal]
) -> None:
    """Proves: each kind of mistake is refused by its own kind, in a sentence."""
    with pytest.raises(refused) as told:
        refuse_outside(locator_of(file.kind, PlaceFields(first=first, last=last)), file, "a.pdf")

    assert str(told.value).endswith(".")
    if refused is PlaceMissing:
        assert how_to_name(file.kind) in str(told.value)


@pytest.mark.parametrize(("file", "first", "last"), RIGHT)
def test_a_place_at_the_end_of_the_file_is_taken(file: Inspection, first: str, last: str) -> None:
    """Proves: the last page, the last slide and a second after the end still count as inside."""
    refuse_outside(locator_of(file.kind, PlaceFields(first=first, last=last)), file, "a.pdf")


def test_no_place_can_be_named_in_a_word_file() -> None:
    """Proves: a file without fixed places is refused with what to do instead."""
    word = Inspection(kind=ArtifactKind.DOCUMENT, media_type="x/word", size=9)
    with pytest.raises(PlaceOutside, match="Save it as PDF"):
        refuse_outside(locator_of(word.kind, PlaceFields(first="3")), word, "a.docx")


def test_a_piece_is_found_again_by_what_it_says() -> None:
    """Proves: two pieces with another file, place or text are told apart, and equal ones are not;
    and what is told says nothing of the text.
    """
    piece = Evidence(artifact_id="f1", locator=Page(number=1), explanation="A plan.")
    others = [
        piece.model_copy(update={"artifact_id": "f2"}),
        piece.model_copy(update={"locator": Page(number=2)}),
        piece.model_copy(update={"explanation": "A plan"}),
    ]

    assert piece_ref(piece) == piece_ref(piece.model_copy())
    assert len({piece_ref(each) for each in (piece, *others)}) == 4
    assert "plan" not in piece_ref(piece)
