"""Which versions of a draft are kept: nothing that was taken out is lost, and there is a bound."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.draft_versions import (
    MOST_KEPT,
    MOST_REMOVED,
    SITTING,
    KeptDraft,
    is_dropped,
    oldest_beyond,
    removed,
    texts_of,
)
from domain.evidence import Evidence
from domain.locators import Page
from domain.submission import Draft

BEGAN = datetime(2025, 3, 4, 15, tzinfo=UTC)
ITEM = "question/1"


def kept(text: str, minutes: float = 0) -> KeptDraft:
    """Return a kept draft with one answer, so many minutes after the beginning."""
    at = BEGAN + timedelta(minutes=minutes)
    return KeptDraft(draft=Draft(part=1, answers={ITEM: text}), saved_at=at)


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ("", "", 0),
        ("one two", "one two three", 0),
        ("one two", "zero one two", 0),
        ("one three", "one two three", 0),
        ("one two three", "one three", 4),
        ("a whole page", "", 12),
        ("the same length", "another letters", 15),
        ("aaaa", "aa", 2),
    ],
)
def test_what_a_change_takes_out_is_counted(before: str, after: str, gone: int) -> None:
    """Proves: adding anywhere takes nothing out; deleting and replacing do."""
    assert removed(before, after) == gone


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_inserting_takes_nothing_out(head: str, middle: str, tail: str) -> None:
    """Proves: whatever is inserted at one place leaves the text before whole, and the other way
    about exactly the inserted characters go.
    """
    assert removed(head + tail, head + middle + tail) == 0
    assert removed(head + middle + tail, head + tail) == len(middle)


@pytest.mark.parametrize(
    ("latest", "new", "is_gone"),
    [
        (kept("x" * 100, 4), "x" * 200, True),
        (kept("x" * 100, 4), "x" * (100 - MOST_REMOVED), True),
        (kept("x" * 100, 4), "x" * (100 - MOST_REMOVED - 1), False),
        (kept("x" * 100, SITTING.total_seconds() / 60), "x" * 200, True),
        (kept("x" * 100, SITTING.total_seconds() / 60 + 0.01), "x" * 200, False),
    ],
)
def test_a_version_goes_only_when_a_later_one_holds_its_words(
    latest: KeptDraft, new: str, is_gone: bool
) -> None:
    """Proves: within a sitting, growing versions are one; a deletion leaves the one before it."""
    assert is_dropped(kept("x"), latest, Draft(part=1, answers={ITEM: new})) is is_gone


def test_the_first_version_is_never_dropped() -> None:
    """Proves: without an older one to go back to, a version stays."""
    assert not is_dropped(None, kept("one"), Draft(part=1, answers={ITEM: "one two"}))


def test_a_field_that_disappears_counts_as_taken_out() -> None:
    """Proves: an answer, or a piece of evidence, that is gone altogether is not lost."""
    piece = Evidence(artifact_id="f1", locator=Page(number=1), explanation="It shows the plan.")
    latest = KeptDraft(draft=Draft(part=2, evidence={"detail/1.1": (piece,)}), saved_at=BEGAN)
    assert not is_dropped(kept(""), latest, Draft(part=2))
    assert "It shows the plan." in texts_of(latest.draft)["detail/1.1"]


@given(st.sets(st.integers(min_value=1, max_value=1000)))
def test_there_is_a_bound_and_the_newest_stay(versions: set[int]) -> None:
    """Proves: whatever was kept, at most so many stay, and each is newer than each that goes."""
    gone = set(oldest_beyond(versions))
    stay = versions - gone
    assert len(stay) == min(len(versions), MOST_KEPT)
    assert not gone or max(gone) < min(stay)
