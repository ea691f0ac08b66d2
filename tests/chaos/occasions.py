"""The occasions on which an order to misbehave really met somebody, as the servers wrote them down.

An order alone breaks nothing: what is told at the end is what was met.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from domain.values import Instant, Value
from tests.chaos.orders import Cut, MailDeed, Route


class Applied(Value):
    """One occasion: on which route what was cut, or what the mail server did."""

    at: Instant
    route: Route
    deed: Cut | MailDeed
    times: int = 1
    """How many connections it met."""


_TOLD: Final[dict[Cut | MailDeed, str]] = {
    Cut.ALL: "connections cut",
    Cut.BEFORE_REPLY: "replies to letters withheld",
    Cut.BEFORE_COMMIT: "commits cut before they arrived",
    Cut.AFTER_COMMIT: "answers to commits cut",
    Cut.LATE_COMMIT: "commits held back",
    Cut.IN_PART: "uploads cut in the middle of a part",
    Cut.FULL: "writes refused by a full disk",
    Cut.BROKEN: "requests that a broken store answered with 500",
    MailDeed.BUSY: "connections greeted with 421",
    MailDeed.LATER: "recipients answered with 450",
    MailDeed.NEVER: "recipients answered with 550",
    MailDeed.LATER_AT_END: "letters answered with 450",
    MailDeed.SILENT: "letters answered with silence",
    MailDeed.SLOW: "connections to the mail server at a byte a second",
}


def met(route: Route, deed: Cut | MailDeed, times: int = 1) -> Applied:
    """Return an occasion of this moment."""
    return Applied(at=datetime.now(UTC), route=route, deed=deed, times=times)


def told_by_kind(applied: Iterable[Applied]) -> dict[str, int]:
    """Return how often each kind of order met somebody, with every kind there is."""
    number = Counter[str]()
    for each in applied:
        number[_TOLD[each.deed]] += each.times
    return {name: number[name] for name in _TOLD.values()}


def gaps_opened(applied: Iterable[Applied]) -> int:
    """Return how often a letter's reply may have been lost by an order."""
    return sum(
        each.times
        for each in applied
        if each.route is Route.MAIL and each.deed in {Cut.ALL, Cut.BEFORE_REPLY, MailDeed.SLOW}
    )
