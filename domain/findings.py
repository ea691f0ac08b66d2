"""Findings: what stands in the way of a part, each in a sentence that a teacher understands.

A finding is told, not raised: a preflight lists all of them at once (domain.md, "The three parts").
"""

from enum import StrEnum

from domain.values import Value


class FindingCode(StrEnum):
    """What is wrong, as a stable code; the sentence may be reworded."""

    EMPTY_FILE = "empty_file"
    TRUNCATED_FILE = "truncated_file"
    PASSWORD_PROTECTED = "password_protected"  # noqa: S105 - a code, not a password
    MISLABELLED_FILE = "mislabelled_file"
    UNREADABLE_FILE = "unreadable_file"
    UNSUPPORTED_KIND = "unsupported_kind"
    NO_PICTURE_OR_SOUND = "no_picture_or_sound"
    TOO_COMPLEX_FILE = "too_complex_file"
    PAGE_OUTSIDE = "page_outside"
    TIME_OUTSIDE = "time_outside"
    SLIDE_OUTSIDE = "slide_outside"
    NO_FIXED_PAGES = "no_fixed_pages"
    LOCATOR_DOES_NOT_FIT = "locator_does_not_fit"
    ANSWER_MISSING = "answer_missing"
    TOO_FEW_WORDS = "too_few_words"
    EVIDENCE_MISSING = "evidence_missing"
    ARTIFACT_UNKNOWN = "artifact_unknown"
    EXPLANATION_MISSING = "explanation_missing"
    IDENTITY_SHOWN = "identity_shown"


class Finding(Value):
    """One thing that has to be put right.

    ``sentence`` says what is wrong and what to do; it names no person and no file. ``concerns`` is
    what it is about, as the caller names it: a file name, an item's number. Only pages show it.
    """

    code: FindingCode
    sentence: str
    concerns: str
    item: str = ""
    """The item in whose field it is put right, where ``concerns`` says it in words."""
