"""Evidence: an artifact, a locator in it and an explanation, checked against the file itself.

An adapter looks into the file and says what it found (``Inspection``); the rules here turn that
into findings. No comparable system checks that the page exists or that the time lies inside the
recording (domain.md, "The three parts").
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import ConfigDict, Field

from domain.findings import Finding, FindingCode
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
    describe,
    parse_locator,
)
from domain.media import ArtifactKind, medium_of, suffix_of
from domain.refusals import Invalid
from domain.values import Value

__all__ = [
    "DURATION_TOLERANCE",
    "ArtifactKind",
    "Evidence",
    "FileCorrupt",
    "FileMissing",
    "FileTooLarge",
    "Inspection",
    "InspectionProblem",
    "Locator",
    "Moment",
    "Page",
    "PageRange",
    "Sha256",
    "Slide",
    "SlideRange",
    "StorageUnavailable",
    "Stored",
    "TimeRange",
    "Whole",
    "check_file",
    "check_locator",
    "describe",
    "parse_locator",
]

DURATION_TOLERANCE: Final = timedelta(seconds=1)
"""How far after the measured end a time still counts as inside.

Players round a length up to the next full second, and containers measure sound and picture apart;
what somebody reads off the screen must not be refused for that.
"""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""The SHA-256 of a file's content, in small hexadecimal letters: the name that storage gives it."""


class FileTooLarge(Invalid):
    """The file is larger than the policy allows. Nothing of it was kept."""

    code = "file_too_large"
    sentence = (
        "The file is larger than {limit_mb:,} MB. Upload a smaller copy, or only the part of it "
        "that shows the evidence."
    )


class FileMissing(Exception):
    """Storage holds no file of this content. A fault for operations, never the practitioner's."""

    def __init__(self, sha256: str) -> None:
        super().__init__(f"storage holds no file {sha256}")


class FileCorrupt(Exception):
    """What storage returned is not what was stored. A fault for operations."""

    def __init__(self, sha256: str) -> None:
        super().__init__(f"the content of file {sha256} has changed in storage")


class StorageUnavailable(Exception):
    """Storage did not answer, or refused the programme itself. A fault for operations.

    It passes or is mended, so what needed the file is tried again.
    """

    def __init__(self) -> None:
        super().__init__("the file storage cannot be used at the moment")


class Stored(Value):
    """A file as storage returned it: the hash of its content, and its size in bytes (trap 12)."""

    sha256: Sha256
    size: int = Field(ge=0)


class InspectionProblem(StrEnum):
    """Why an assessor could not use the file."""

    EMPTY = "empty"
    TRUNCATED = "truncated"
    PASSWORD_PROTECTED = "password_protected"  # noqa: S105 - a code, not a password
    MISLABELLED = "mislabelled"
    UNREADABLE = "unreadable"
    UNSUPPORTED_KIND = "unsupported_kind"
    NO_PICTURE_OR_SOUND = "no_picture_or_sound"
    TOO_COMPLEX = "too_complex"


class Inspection(Value):
    """What was found in a file by its bytes. Its measures are set where its kind has them."""

    model_config = ConfigDict(ser_json_timedelta="float")

    kind: ArtifactKind
    media_type: str
    size: int = Field(ge=0, description="bytes")
    pages: int | None = Field(default=None, ge=0)
    duration: timedelta | None = Field(default=None, ge=timedelta(0))
    slides: int | None = Field(default=None, ge=0)
    has_sound: bool | None = Field(default=None, description="of a recording")
    problem: InspectionProblem | None = None


class Evidence(Value):
    """One piece of evidence for one detail."""

    artifact_id: str
    locator: Locator
    explanation: str


_PROBLEMS: Final = {
    InspectionProblem.EMPTY: (
        FindingCode.EMPTY_FILE,
        "There is nothing in this file. Check the original and upload it again.",
    ),
    InspectionProblem.TRUNCATED: (
        FindingCode.TRUNCATED_FILE,
        "The end of this file is missing, so it was not saved or copied completely. "
        "Save it again and upload the new copy.",
    ),
    InspectionProblem.PASSWORD_PROTECTED: (
        FindingCode.PASSWORD_PROTECTED,
        "This file opens only with a password, which the assessor does not have. "
        "Remove the password and upload it again.",
    ),
    InspectionProblem.MISLABELLED: (
        FindingCode.MISLABELLED_FILE,
        "The name of this file ends in {suffix}, but it is {called}. {instead}",
    ),
    InspectionProblem.UNREADABLE: (
        FindingCode.UNREADABLE_FILE,
        "This file cannot be opened: its content is damaged, or it is not what its name says. "
        "Open it on your own computer, save it again and upload the new copy.",
    ),
    InspectionProblem.UNSUPPORTED_KIND: (
        FindingCode.UNSUPPORTED_KIND,
        "This is {called}, which assessors cannot be sent to a place in. {instead}",
    ),
    InspectionProblem.NO_PICTURE_OR_SOUND: (
        FindingCode.NO_PICTURE_OR_SOUND,
        "This recording holds neither picture nor sound. Check the original and upload it again.",
    ),
    InspectionProblem.TOO_COMPLEX: (
        FindingCode.TOO_COMPLEX_FILE,
        "Checking this file takes more time or memory than is allowed. "
        "Save a smaller copy, or only the part that shows the evidence, and upload that.",
    ),
}

_RENAME: Final = "Give it the ending {suffix}, or save it again in the format that you meant."

_HOW_TO_LOCATE: Final = {
    ArtifactKind.PDF: "This is a PDF: name a page, such as “page 3” or “pages 3–5”.",
    ArtifactKind.VIDEO: "This is a video: name a time, such as “at 3:15” or “from 3:15 to 4:10”.",
    ArtifactKind.AUDIO: (
        "This is a sound recording: name a time, such as “at 3:15” or “from 3:15 to 4:10”."
    ),
    ArtifactKind.SLIDES: "This is a presentation: name a slide, such as “slide 7” or “slides 2–4”.",
    ArtifactKind.DOCUMENT: (
        "A Word file has no fixed pages, so nobody can be sent to one. "
        "Save it as PDF and upload that."
    ),
    ArtifactKind.IMAGE: "This is an image: refer to “the whole image”.",
    ArtifactKind.OTHER: "Nobody can be sent to a place in this file. Save it as PDF and upload it.",
}


def check_file(inspection: Inspection, name: str) -> Finding | None:
    """Return what keeps an assessor from using the file, or None.

    ``name`` is the file's name; its ending is compared with the content, and the finding concerns
    it. A video without sound is no finding: a silent recording can be evidence.
    """
    if inspection.problem is None:
        return None
    code, sentence = _PROBLEMS[inspection.problem]
    medium = medium_of(inspection.media_type)
    instead = medium.instead or _RENAME.format(suffix=next(iter(medium.suffixes), ""))
    facts = {"called": medium.called, "suffix": suffix_of(name), "instead": instead}
    return Finding(code=code, sentence=sentence.format(**facts), concerns=name)


def check_locator(locator: Locator, inspection: Inspection, name: str) -> Finding | None:
    """Return the first thing that is wrong with the place or with the file itself, or None.

    Both ends of a range are included. A time counts as inside up to ``DURATION_TOLERANCE`` after
    the end of the recording.
    """
    of_file = check_file(inspection, name)
    if of_file is not None:
        return of_file
    match inspection.kind, locator:
        case ArtifactKind.PDF, Page(number=last) | PageRange(last=last):
            return _check_count(FindingCode.PAGE_OUTSIDE, "page", last, inspection.pages, name)
        case ArtifactKind.SLIDES, Slide(number=last) | SlideRange(last=last):
            return _check_count(FindingCode.SLIDE_OUTSIDE, "slide", last, inspection.slides, name)
        case ArtifactKind.VIDEO | ArtifactKind.AUDIO, Moment(at=end) | TimeRange(end=end):
            return _check_time(end, inspection.duration, name)
        case ArtifactKind.IMAGE, Whole():
            return None
        case _:
            return _does_not_fit(inspection.kind, name)


def _check_count(
    code: FindingCode, what: str, last: int, there_are: int | None, name: str
) -> Finding | None:
    """Check the last page or slide that is named; the first is never above it."""
    count = there_are or 0
    if last <= count:
        return None
    has = f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
    sentence = f"The file has {has}; {what} {last} does not exist."
    return Finding(code=code, sentence=sentence, concerns=name)


def _check_time(latest: timedelta, duration: timedelta | None, name: str) -> Finding | None:
    """Check the latest time that is named; the beginning is never above it."""
    length = duration or timedelta(0)
    if latest <= length + DURATION_TOLERANCE:
        return None
    shown = clock(timedelta(seconds=length // timedelta(seconds=1)))
    sentence = f"The recording is {shown} long; {clock(latest)} lies after its end."
    return Finding(code=FindingCode.TIME_OUTSIDE, sentence=sentence, concerns=name)


def _does_not_fit(kind: ArtifactKind, name: str) -> Finding:
    """Say which kind of place the file has, if it has any."""
    fits_none = kind is ArtifactKind.DOCUMENT
    code = FindingCode.NO_FIXED_PAGES if fits_none else FindingCode.LOCATOR_DOES_NOT_FIT
    return Finding(code=code, sentence=_HOW_TO_LOCATE[kind], concerns=name)
