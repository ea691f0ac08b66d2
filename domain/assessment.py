"""Rubric, marks and judgement.

A mark for every detail and for every question; proficient only if every one of them is met
(domain.md, "Assessment"). Only what was not met is open again in the next round; what was met is
locked with its provenance (trap 21).
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from pydantic import Field

from domain.catalog import CatalogEntry
from domain.refusals import Conflict, Invalid, NotAllowed
from domain.values import Contract, Value
from domain.words import clean_text

REFLECTION = "reflection"
"""The one item of a part 3 that asks no numbered questions."""

MOST_FEEDBACK = 5000
"""Characters of feedback to one item."""


class MarkKind(StrEnum):
    """What an assessor says of one item."""

    MET = "met"
    NOT_MET = "not_met"
    UNSCORABLE = "unscorable"


class Obstacle(StrEnum):
    """Why something cannot be scored (domain.md, "Assessment")."""

    FILE_DOES_NOT_OPEN = "file_does_not_open"
    LOCATOR_LEADS_NOWHERE = "locator_leads_nowhere"
    NO_SOUND = "no_sound"
    OTHER = "other"


class Item(Value):
    """One thing that is marked: a question, a detail, or the reflection.

    ``key`` is stable within a version: ``question/2``, ``detail/1.3``, ``reflection``.
    """

    key: str
    part: int
    label: str
    text: str


class Mark(Value):
    """One mark with its feedback. ``version`` counts the writes to it, from 1.

    ``kind`` is None while there are only words: they are kept, and count as no mark. ``obstacle``
    is set for what is unscorable.
    """

    item: str
    kind: MarkKind | None
    feedback: str = Field(default="", max_length=MOST_FEEDBACK)
    obstacle: Obstacle | None = None
    version: int = 1

    def says_as(self, other: "Mark") -> bool:
        """Tell whether both say the same of the same item, whichever version they are."""
        return self == other.model_copy(update={"version": self.version})


def written_mark(
    item: str,
    kind: MarkKind | None,
    feedback: str,
    obstacle: Obstacle | None = None,
    version: int = 0,
) -> Mark:
    """Return a mark as somebody wrote it, based on ``version`` of it.

    Its text is brought into the form that is kept (``clean_text`` tells what is refused); only what
    is unscorable has an obstacle, and it always has one.
    """
    is_unscorable = kind is MarkKind.UNSCORABLE
    return Mark(
        item=item,
        kind=kind,
        feedback=clean_text(feedback, MOST_FEEDBACK),
        obstacle=(obstacle or Obstacle.OTHER) if is_unscorable else None,
        version=version,
    )


def spoken_kind(kind: MarkKind, obstacle: Obstacle | None = None) -> str:
    """Say a mark in words: "not met", "unscorable: no sound"."""
    said = kind.replace("_", " ")
    if obstacle is None or obstacle is Obstacle.OTHER:
        return said
    return f"{said}: {obstacle.replace('_', ' ')}"


class Judgement(Contract):
    """What the marks of a round come to. ``not_met`` are the items that open again."""

    round: int
    proficient: bool
    not_met: tuple[str, ...] = ()


def items_of(entry: CatalogEntry) -> tuple[Item, ...]:
    """Return everything that is marked under a catalogue version, in the order of the page."""
    questions = [
        Item(key=f"question/{number}", part=1, label=f"Question {number}", text=text)
        for number, text in enumerate(entry.part(1).questions, start=1)
    ]
    details = [
        Item(
            key=f"detail/{outcome}.{number}",
            part=2,
            label=f"Detail {outcome}.{number}",
            text=text,
        )
        for outcome, essential in enumerate(entry.outcomes, start=1)
        for number, text in enumerate(essential.details, start=1)
    ]
    reflections = [
        Item(key=f"{REFLECTION}/{number}", part=3, label=f"Reflection question {number}", text=text)
        for number, text in enumerate(entry.part(3).questions, start=1)
    ] or [Item(key=REFLECTION, part=3, label="Reflection", text=entry.part(3).title)]
    return (*questions, *details, *reflections)


def part_of_item(key: str) -> int:
    """Return the part to which an item belongs."""
    kind = key.partition("/")[0]
    return {"question": 1, "detail": 2, REFLECTION: 3}[kind]


def parts_of_items(keys: Iterable[str]) -> frozenset[int]:
    """Return the parts that have at least one of ``keys``: those that must be submitted."""
    return frozenset(part_of_item(key) for key in keys)


def judge(round_number: int, open_items: Iterable[str], marks: Mapping[str, Mark]) -> Judgement:
    """Return the judgement of a round from the marks of all its open items.

    Raises ``MarksIncomplete`` or ``FeedbackMissing``, each naming the items.
    """
    wanted = tuple(open_items)
    refuse_unless_complete(wanted, marks)
    not_met = tuple(key for key in wanted if marks[key].kind is not MarkKind.MET)
    return Judgement(round=round_number, proficient=not not_met, not_met=not_met)


def refuse_unless_complete(wanted: tuple[str, ...], marks: Mapping[str, Mark]) -> None:
    """Refuse a judgement while a mark, or feedback to one that is not met, is missing."""
    unmarked = [key for key in wanted if key not in marks or marks[key].kind is None]
    if unmarked:
        raise MarksIncomplete(items=", ".join(unmarked))
    silent = [
        key
        for key in wanted
        if marks[key].kind is not MarkKind.MET and not marks[key].feedback.strip()
    ]
    if silent:
        raise FeedbackMissing(items=", ".join(silent))


class MarksIncomplete(Invalid):
    """A judgement needs a mark for every open item."""

    code = "marks_incomplete"
    may_pass = True
    sentence = "There is no mark yet for: {items}. Mark every item, then submit the judgement."


class FeedbackMissing(Invalid):
    """What is not met or unscorable needs feedback."""

    code = "feedback_missing"
    may_pass = True
    sentence = "Feedback is missing for: {items}. Say what was not met, or why it cannot be scored."


class UnknownItem(Invalid):
    """The rubric of this enrollment has no such item."""

    code = "unknown_item"
    sentence = "The rubric has no item {item}; its items are: {items}."


class ItemLocked(Conflict):
    """The item was met in an earlier round."""

    code = "item_locked"
    sentence = "{item} was met in round {round} and is locked; it is not scored or changed again."


class StaleVersion(Conflict):
    """Somebody wrote in between."""

    code = "stale_version"
    may_pass = True
    sentence = "This was changed in between (version {current}, yours is {based_on}). Compare both."


class NotYourAssignment(NotAllowed):
    """Only the assessor who accepted may mark."""

    code = "not_your_assignment"
    sentence = "This round is not assigned to you."
