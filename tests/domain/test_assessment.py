"""Rubric, marks and judgement: proficient only if every item is met."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.assessment import (
    MOST_FEEDBACK,
    FeedbackMissing,
    Mark,
    MarkKind,
    MarksIncomplete,
    Obstacle,
    items_of,
    judge,
    part_of_item,
    parts_of_items,
    spoken_kind,
    written_mark,
)
from domain.catalog import CatalogEntry, EssentialOutcome, Part

ENTRY = CatalogEntry(
    library="general",
    slug="steady-hands",
    title="Steady Hands",
    overview="Lead calmly.",
    outcomes=(
        EssentialOutcome(text="Plan.", details=("A written plan.", "A shared plan.")),
        EssentialOutcome(text="Keep.", details=("A kept log.",)),
    ),
    parts=(
        Part(number=1, title="Questions", minimum_words=100, questions=("How?", "Why?")),
        Part(number=2, title="Portfolio"),
        Part(number=3, title="Reflection", minimum_words=50),
    ),
)
KEYS = tuple(item.key for item in items_of(ENTRY))
KINDS = st.sampled_from(MarkKind)


def marks_of(kinds: dict[str, MarkKind], feedback: str = "Say more.") -> dict[str, Mark]:
    """Return marks of these kinds, each with feedback."""
    return {key: Mark(item=key, kind=kind, feedback=feedback) for key, kind in kinds.items()}


ALL_MET = marks_of(dict.fromkeys(KEYS, MarkKind.MET), feedback="")


def test_items_stand_in_the_order_of_the_page() -> None:
    """Proves: a mark for every question and every detail, under keys that stay within a version."""
    assert KEYS == (
        "question/1",
        "question/2",
        "detail/1.1",
        "detail/1.2",
        "detail/2.1",
        "reflection",
    )
    items = {item.key: item for item in items_of(ENTRY)}
    assert (items["detail/2.1"].label, items["detail/2.1"].text) == ("Detail 2.1", "A kept log.")
    assert [item.part for item in items.values()] == [part_of_item(key) for key in KEYS]


def test_a_reflection_with_questions_is_marked_by_question() -> None:
    """Proves: part 3 is one item, or one for each of its questions."""
    asked = ENTRY.parts[2].model_copy(update={"questions": ("What now?", "What next?")})
    entry = ENTRY.model_copy(update={"parts": (*ENTRY.parts[:2], asked)})
    assert [item.key for item in items_of(entry)][-2:] == ["reflection/1", "reflection/2"]
    assert part_of_item("reflection/2") == 3


@given(st.sets(st.sampled_from(KEYS)))
def test_the_parts_to_submit_are_those_with_an_open_item(keys: set[str]) -> None:
    """Proves: a part is asked for exactly when something in it is open."""
    parts = parts_of_items(keys)
    assert parts == {part for part in (1, 2, 3) if any(part_of_item(key) == part for key in keys)}


@given(
    st.fixed_dictionaries(dict.fromkeys(KEYS, KINDS)), st.lists(st.sampled_from(KEYS), unique=True)
)
def test_a_judgement_is_what_its_open_items_are(
    kinds: dict[str, MarkKind], open_items: list[str]
) -> None:
    """Proves: proficient exactly when every open item is met; what is not met or unscorable opens
    again, in its order; marks of items that are not open decide nothing.
    """
    judgement = judge(2, open_items, marks_of(kinds))
    not_met = tuple(key for key in open_items if kinds[key] is not MarkKind.MET)
    assert (judgement.round, judgement.proficient, judgement.not_met) == (2, not not_met, not_met)


@pytest.mark.parametrize("item", KEYS)
@pytest.mark.parametrize("kind", [MarkKind.NOT_MET, MarkKind.UNSCORABLE])
def test_one_item_that_is_not_met_is_enough(item: str, kind: MarkKind) -> None:
    """Proves: no item can be outweighed by the others; there is no average."""
    judgement = judge(1, KEYS, ALL_MET | marks_of({item: kind}))
    assert (judgement.proficient, judgement.not_met) == (False, (item,))


@given(st.sets(st.sampled_from(KEYS), min_size=1))
def test_every_missing_mark_is_named(missing: set[str]) -> None:
    """Proves: a sheet with a hole is refused, and the refusal names each hole, in order."""
    marks = {key: mark for key, mark in ALL_MET.items() if key not in missing}
    with pytest.raises(MarksIncomplete) as refused:
        judge(1, KEYS, marks)
    assert ", ".join(key for key in KEYS if key in missing) in str(refused.value)


@pytest.mark.parametrize("feedback", ["", " ", "\n\t"])
@pytest.mark.parametrize("kind", [MarkKind.NOT_MET, MarkKind.UNSCORABLE])
def test_what_is_not_met_is_explained(kind: MarkKind, feedback: str) -> None:
    """Proves: without words that can be read, not met and unscorable are refused; met is not."""
    silent = marks_of({"detail/1.2": kind, "reflection": kind}, feedback)
    with pytest.raises(FeedbackMissing) as refused:
        judge(1, KEYS, ALL_MET | silent)
    assert "detail/1.2, reflection" in str(refused.value)
    assert judge(1, KEYS, ALL_MET).proficient


def test_feedback_has_a_length() -> None:
    """Proves: the longest feedback is kept, one letter more is no mark."""
    longest = "x" * MOST_FEEDBACK
    assert Mark(item="reflection", kind=MarkKind.MET, feedback=longest).feedback == longest
    with pytest.raises(ValidationError):
        Mark(item="reflection", kind=MarkKind.MET, feedback=longest + "x")


def test_words_without_a_mark_are_no_mark() -> None:
    """Proves: feedback that was written before the mark was chosen is kept as a draft, and the
    judgement waits for the mark.
    """
    undecided = Mark(item="detail/1.2", kind=None, feedback="Which week?")
    with pytest.raises(MarksIncomplete) as refused:
        judge(1, KEYS, ALL_MET | {"detail/1.2": undecided})
    assert "for: detail/1.2." in str(refused.value)


@pytest.mark.parametrize("kind", [None, *MarkKind])
@pytest.mark.parametrize("obstacle", [None, *Obstacle])
def test_only_what_is_unscorable_has_an_obstacle(
    kind: MarkKind | None, obstacle: Obstacle | None
) -> None:
    """Proves: unscorable always has a reason, and nothing else keeps one that was chosen before."""
    mark = written_mark("detail/1.2", kind, "See\r\nthere", obstacle, 3)
    expected = (obstacle or Obstacle.OTHER) if kind is MarkKind.UNSCORABLE else None
    assert (mark.obstacle, mark.feedback, mark.version) == (expected, "See\nthere", 3)


def test_a_mark_is_said_in_words() -> None:
    """Proves: mail and pages say the obstacle, and leave out one that says nothing."""
    assert spoken_kind(MarkKind.NOT_MET) == "not met"
    assert spoken_kind(MarkKind.UNSCORABLE, Obstacle.NO_SOUND) == "unscorable: no sound"
    assert spoken_kind(MarkKind.UNSCORABLE, Obstacle.OTHER) == "unscorable"


def test_the_same_words_in_another_version_say_the_same() -> None:
    """Proves: a mark that was sent twice is no second change."""
    one = written_mark("reflection", MarkKind.MET, "Good.", version=1)
    assert one.says_as(one.model_copy(update={"version": 7}))
    assert not one.says_as(one.model_copy(update={"feedback": "Good!"}))
