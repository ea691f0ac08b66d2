"""Evidence as a form has it: a place in two fields that know the file, and a piece found again."""

from typing import Final

from domain.evidence import Evidence, Inspection, check_locator
from domain.findings import Finding
from domain.locators import (
    Locator,
    Moment,
    Page,
    PageRange,
    Slide,
    SlideRange,
    TimeRange,
    Whole,
    clock,
    parse_locator,
)
from domain.media import ArtifactKind
from domain.refusals import Conflict, Invalid
from domain.values import Value, opaque_id

_HOW: Final = {
    ArtifactKind.PDF: "Name a page, such as 3, or the first and the last one.",
    ArtifactKind.SLIDES: "Name a slide, such as 7, or the first and the last one.",
    ArtifactKind.VIDEO: "Name a time, such as 3:15, or when it begins and ends.",
    ArtifactKind.AUDIO: "Name a time, such as 3:15, or when it begins and ends.",
}
_NUMBERED: Final = {ArtifactKind.PDF: "page", ArtifactKind.SLIDES: "slide"}


class PlaceFields(Value):
    """Where to look, as two fields: ``last`` is empty for one page or one moment."""

    first: str = ""
    last: str = ""


class PlaceMissing(Invalid):
    """Nothing says where to look in the file."""

    code = "place_missing"
    sentence = "Say where to look in this file. {how}"


class PlaceOutside(Invalid):
    """The place is not in the file, or nobody can be sent to a place in it."""

    code = "place_outside"
    sentence = "{sentence}"

    def __init__(self, finding: Finding) -> None:
        self.points = (finding,)
        super().__init__(sentence=finding.sentence)


class PieceChanged(Conflict):
    """The piece of evidence that was to be changed is another one by now."""

    code = "piece_changed"
    sentence = (
        "This piece of evidence was changed or removed in between, in another window. What you "
        "wrote is not lost: look at both, and decide which one stays."
    )


def locator_of(kind: ArtifactKind, fields: PlaceFields) -> Locator:
    """Return the place that the fields name in a file of this kind.

    Raises ``PlaceMissing``, ``LocatorNotUnderstood`` and ``LocatorBackwards``.
    """
    first, last = fields.first.strip(), fields.last.strip()
    if kind not in _HOW:
        return Whole()
    if not first:
        raise PlaceMissing(how=_HOW[kind])
    is_range = bool(last) and last != first
    if kind in _NUMBERED:
        word = _NUMBERED[kind]
        return parse_locator(f"{word}s {first}-{last}" if is_range else f"{word} {first}")
    return parse_locator(f"from {first} to {last}" if is_range else f"at {first}")


def how_to_name(kind: ArtifactKind) -> str:
    """Say how a place in a file of this kind is named; empty where all of it is meant."""
    return _HOW.get(kind, "")


def fields_of(locator: Locator) -> PlaceFields:
    """Return a place as the form's fields show it; read again they name the same place."""
    match locator:
        case Page(number=number) | Slide(number=number):
            return PlaceFields(first=str(number))
        case PageRange(first=first, last=last) | SlideRange(first=first, last=last):
            return PlaceFields(first=str(first), last=str(last))
        case Moment(at=at):
            return PlaceFields(first=clock(at))
        case TimeRange(start=start, end=end):
            return PlaceFields(first=clock(start), last=clock(end))
        case Whole():
            return PlaceFields()


def refuse_outside(locator: Locator, inspection: Inspection, name: str) -> None:
    """Refuse a place that is not in the file. Raises ``PlaceOutside``."""
    finding = check_locator(locator, inspection, name)
    if finding is not None:
        raise PlaceOutside(finding)


def piece_ref(piece: Evidence) -> str:
    """Return what a piece of evidence is found again by: its content, told in no words.

    A place in a list would name another piece once somebody removed one before it (trap 10).
    """
    return opaque_id("e", piece.model_dump_json())
