"""What tells two states of a catalogue entry apart, and which state somebody looked at."""

import hashlib
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

from domain.catalog import PART_NUMBERS, CatalogEntry, EssentialOutcome, Part
from domain.refusals import Conflict
from domain.values import Value


class DraftMovedOn(Conflict):
    """The draft is not the one that was shown."""

    code = "draft_moved_on"
    sentence = (
        "Nothing was done: the draft of {key} was changed since its page was made. Look at it as "
        "it is now, and decide again."
    )


class ChangeKind(StrEnum):
    """How something differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


class EntryChange(Value):
    """One difference: where, and what stood and stands there; empty where nothing did or does."""

    kind: ChangeKind
    where: str
    before: str = ""
    after: str = ""


_FIELDS: Final = (
    ("title", "Title"),
    ("overview", "Overview"),
    ("pd_hours", "Hours"),
    ("issuer", "Issuer"),
    ("stack", "Stack"),
)
_PRICES: Final = (("price_cents", "Price"), ("member_price_cents", "Price for members"))


def fingerprint_of(entry: CatalogEntry) -> str:
    """Return what tells this state of an entry from every other one."""
    return hashlib.sha256(entry.model_dump_json().encode()).hexdigest()[:16]


def refuse_unless_seen(entry: CatalogEntry, seen: str) -> None:
    """Refuse to go on from another state than the one with the fingerprint ``seen``.

    Whoever names none acts on what there is. Raises ``DraftMovedOn``.
    """
    if seen and seen != fingerprint_of(entry):
        raise DraftMovedOn(key=entry.key)


def changes_between(before: CatalogEntry, after: CatalogEntry) -> tuple[EntryChange, ...]:
    """Return every difference, in the order in which an entry is read.

    Outcomes are the same where their texts are: details of a reworded outcome count as new.
    """
    return (*_of_fields(before, after), *_of_outcomes(before, after), *_of_parts(before, after))


def _of_fields(before: CatalogEntry, after: CatalogEntry) -> Iterator[EntryChange]:
    for name, where in _FIELDS:
        yield from _changed(where, str(getattr(before, name)), str(getattr(after, name)))
    for name, where in _PRICES:
        yield from _changed(where, _dollars(getattr(before, name)), _dollars(getattr(after, name)))


def _dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}"


def _changed(where: str, before: str, after: str) -> Iterator[EntryChange]:
    if before != after:
        yield EntryChange(kind=ChangeKind.CHANGED, where=where, before=before, after=after)


def _of_outcomes(before: CatalogEntry, after: CatalogEntry) -> Iterator[EntryChange]:
    old, new = [each.text for each in before.outcomes], [each.text for each in after.outcomes]
    yield from _of_list("Essential outcome", old, new)
    known = {each.text: each for each in before.outcomes}
    for number, outcome in enumerate(after.outcomes, start=1):
        earlier = known.get(outcome.text, EssentialOutcome(text=outcome.text))
        yield from _of_list(f"Outcome {number}, detail", earlier.details, outcome.details)


def _of_list(what: str, old: Sequence[str], new: Sequence[str]) -> Iterator[EntryChange]:
    """Yield what was taken out, what is new, and whether what stayed stands in another order."""
    for number, text in enumerate(old, start=1):
        if text not in new:
            yield EntryChange(kind=ChangeKind.REMOVED, where=f"{what} {number}", before=text)
    for number, text in enumerate(new, start=1):
        if text not in old:
            yield EntryChange(kind=ChangeKind.ADDED, where=f"{what} {number}", after=text)
    stayed = [text for text in new if text in old]
    for number, text in enumerate(text for text in old if text in new):
        if stayed[number] != text:
            # The first that stands elsewhere says it; the others follow from it.
            where = f"{what} {new.index(stayed[number]) + 1}"
            yield EntryChange(
                kind=ChangeKind.MOVED,
                where=where,
                before=f"number {old.index(stayed[number]) + 1}",
                after=stayed[number],
            )
            return


def _of_parts(before: CatalogEntry, after: CatalogEntry) -> Iterator[EntryChange]:
    old = {part.number: part for part in before.parts}
    new = {part.number: part for part in after.parts}
    for number in PART_NUMBERS:
        earlier, later = old.get(number), new.get(number)
        name = f"Part {number}"
        if earlier is None and later is not None:
            yield EntryChange(kind=ChangeKind.ADDED, where=name, after=later.title)
        elif earlier is not None and later is None:
            yield EntryChange(kind=ChangeKind.REMOVED, where=name, before=earlier.title)
        elif earlier is not None and later is not None:
            yield from _of_part(name, earlier, later)


def _of_part(name: str, earlier: Part, later: Part) -> Iterator[EntryChange]:
    yield from _changed(f"{name}, title", earlier.title, later.title)
    words = [str(each.minimum_words or "none") for each in (earlier, later)]
    yield from _changed(f"{name}, minimum of words", words[0], words[1])
    yield from _of_list(f"{name}, question", earlier.questions, later.questions)
