"""Faults as they struck, or did not: what a fault came to, and what is known of it at the end."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from domain.values import Instant, Value
from tests.chaos.boundaries import Killed, Victim
from tests.chaos.occasions import Applied
from tests.chaos.orders import Cut, MailDeed, Route
from tests.chaos.plan import CUTS, Fault, Plan, PlannedFault


class Outcome(Value):
    """What a fault came to when it was injected."""

    note: str
    has_struck: bool = True
    is_standing: bool = False
    """Whether it is an order that strikes when somebody comes to it: then the end tells."""


class Injected(Outcome):
    """A fault of the plan, with its outcome."""

    number: int
    fault: str
    begun: Instant
    ended: Instant


def standing(note: str) -> Outcome:
    """Return the outcome of an order that has not met anybody yet."""
    return Outcome(note=note, has_struck=False, is_standing=True)


def nothing(note: str) -> Outcome:
    """Return the outcome of a fault that could not be injected."""
    return Outcome(note=note, has_struck=False)


def in_the_end(
    plan: Plan, injected: Sequence[Injected], killed: Iterable[Killed], applied: Iterable[Applied]
) -> tuple[Injected, ...]:
    """Return the faults with what the logs of the servers say of the orders that stood.

    An occasion counts for the newest order of its kind, so of two orders that one occasion
    follows, one struck.
    """
    kinds = {each.number: meant(each) for each in plan.faults}
    workers = [each for each in killed if each.victim is Victim.WORKER]
    met: dict[object, list[Instant]] = {}
    for kill in workers:
        met.setdefault(kill.boundary, []).append(kill.at)
    for occasion in applied:
        met.setdefault((occasion.route, occasion.deed), []).append(occasion.at)
    struck: set[int] = set()
    for kind in set(kinds.values()) - {None}:
        orders = [each for each in injected if kinds[each.number] == kind and each.is_standing]
        for order, follower in pairwise([*orders, None]):
            assert order is not None
            until = follower.begun if follower is not None else None
            times = met.get(kind, [])
            if any(order.begun <= at and (until is None or at < until) for at in times):
                struck.add(order.number)
    return tuple(
        each.model_copy(update={"has_struck": True}) if each.number in struck else each
        for each in injected
    )


def meant(it: PlannedFault) -> str | tuple[Route, Cut | MailDeed] | None:
    """Return what a fault orders: a boundary, or what is done on a route; ``None``: no order."""
    if it.boundary:
        return it.boundary
    if it.fault in CUTS:
        return CUTS[it.fault]
    match it.fault:
        case Fault.CUT_CONNECTIONS:
            return it.route or Route.RECORDS, Cut.ALL
        case Fault.LATE_COMMIT:
            return Route.RECORDS, Cut.LATE_COMMIT
        case Fault.MAIL if it.deed is not None:
            return Route.MAIL, it.deed
        case _:
            return None
