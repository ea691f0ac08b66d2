"""Details of a draft corrected: said otherwise, taken out, put in another order.

Each change names the detail by its place and by the words that were seen there, so that a page that
is out of date changes nothing else than what its reader meant (traps 9 and 10).
"""

from collections.abc import Sequence

from pydantic import Field

from domain.catalog import CatalogEntry, EssentialOutcome, with_detail
from domain.refusals import Conflict
from domain.values import Value


class DetailDiffers(Conflict):
    """Somebody changed the details meanwhile."""

    code = "detail_differs"
    sentence = (
        "Nothing was changed: detail {number} of outcome {outcome} does not say any more what you "
        "saw. Look at the details as they are now, and decide again."
    )


class DetailPlace(Value):
    """A detail as somebody saw it: outcome and number (both from 1), and its words."""

    outcome: int = Field(ge=1)
    number: int = Field(ge=1)
    seen: str


def with_details(entry: CatalogEntry, outcome: int, texts: Sequence[str]) -> CatalogEntry:
    """Return ``entry`` with more details; one that stands there word for word is not added again.

    Raises the refusals of `with_detail`, and then none is added.
    """
    for text in texts:
        if text.strip() not in entry.outcome(outcome).details:
            entry = with_detail(entry, outcome, text)
    return entry


def with_detail_changed(entry: CatalogEntry, place: DetailPlace, text: str) -> CatalogEntry:
    """Return ``entry`` with a detail in other words. Raises ``DetailDiffers`` and as `with_detail`.

    The words that it should get and has already change nothing.
    """
    details = entry.outcome(place.outcome).details
    if details[place.number - 1 : place.number] == (text.strip(),):
        return entry
    without = without_detail(entry, place)
    *others, last = with_detail(without, place.outcome, text).outcome(place.outcome).details
    others.insert(place.number - 1, last)
    return _with(entry, place.outcome, others)


def without_detail(entry: CatalogEntry, place: DetailPlace) -> CatalogEntry:
    """Return ``entry`` without a detail. Raises ``DetailDiffers``."""
    details = _seen(entry, place)
    del details[place.number - 1]
    return _with(entry, place.outcome, details)


def with_detail_moved(entry: CatalogEntry, place: DetailPlace, to: int) -> CatalogEntry:
    """Return ``entry`` with a detail at another number of its outcome, or at its end.

    Raises ``DetailDiffers``.
    """
    details = _seen(entry, place)
    moved = details.pop(place.number - 1)
    details.insert(min(max(to, 1), len(details) + 1) - 1, moved)
    return _with(entry, place.outcome, details)


def _seen(entry: CatalogEntry, place: DetailPlace) -> list[str]:
    details = list(entry.outcome(place.outcome).details)
    if details[place.number - 1 : place.number] != [place.seen]:
        raise DetailDiffers(outcome=place.outcome, number=place.number)
    return details


def _with(entry: CatalogEntry, number: int, details: Sequence[str]) -> CatalogEntry:
    outcomes = list(entry.outcomes)
    changed = EssentialOutcome(text=outcomes[number - 1].text, details=tuple(details))
    outcomes[number - 1] = changed
    return entry.model_copy(update={"outcomes": tuple(outcomes)})
