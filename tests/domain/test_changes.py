"""What changed between two texts: nothing is lost, nothing is made up, and it ends."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.changes import Change, ChangeKind, changes, is_changed

TEXTS = st.text(st.sampled_from("ab .!?\n\t—é"), max_size=60) | st.text(max_size=60)


def text_of(compared: tuple[Change, ...], without: ChangeKind) -> str:
    """Return one of the two texts out of what was compared."""
    return "".join(each.text for each in compared if each.kind is not without)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_out_of_the_comparison(earlier: str, later: str) -> None:
    """Proves: whatever the texts are, each stands in the comparison whole and in its order."""
    compared = changes(earlier, later)
    assert text_of(compared, ChangeKind.NEW) == earlier
    assert text_of(compared, ChangeKind.GONE) == later
    assert all(each.text for each in compared)
    assert all(a.kind is not b.kind for a, b in pairwise(compared))


@given(TEXTS)
def test_an_equal_text_has_no_change(text: str) -> None:
    """Proves: what was left as it was is not shown as changed."""
    assert not is_changed(changes(text, text))


def test_words_are_compared_inside_of_a_changed_sentence() -> None:
    """Proves: an assessor sees the words that changed, not the paragraph."""
    compared = changes("We met weekly. It went well.", "We met every week. It went well. Then?")
    assert [(each.kind, each.text) for each in compared] == [
        (ChangeKind.SAME, "We met "),
        (ChangeKind.GONE, "weekly."),
        (ChangeKind.NEW, "every week."),
        (ChangeKind.SAME, " It went well."),
        (ChangeKind.NEW, " Then?"),
    ]


def test_neighbouring_words_are_one_change() -> None:
    """Proves: a stretch that was written anew reads as one, and not word by word with the spaces
    between as what stayed.
    """
    compared = changes("so we met weekly here", "so all of us came here")
    assert [each.text for each in compared] == [
        *("so ", "we met weekly", "all of us came", " here"),
    ]


def test_another_spacing_is_no_change() -> None:
    """Proves: a line break that was added is not announced as a change of what is said."""
    assert not is_changed(changes("One. Two.", "One. \nTwo."))
    assert is_changed(changes("One. Two.", "One. Too."))


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("word " * 40_000, "word " * 39_990 + "end "),
        ("a. b. " * 33_000, "b. a. c. " * 22_000),
        ("x" * 200_000, "y" * 200_000),
        ("\n" * 200_000, "\n" * 199_999),
    ],
)
def test_the_longest_answers_are_compared_in_bounded_time(earlier: str, later: str) -> None:
    """Proves: no text that somebody may hand in keeps the portal busy for long."""
    began = time.process_time()
    compared = changes(earlier, later)
    assert time.process_time() - began < 5
    assert text_of(compared, ChangeKind.NEW) == earlier
    assert text_of(compared, ChangeKind.GONE) == later
