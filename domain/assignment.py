"""Who may assess a round, and who is offered it first.

Hard filters, then a ranking from facts at the time of the offer, stored with its reasons; there is
no moving pointer (domain.md, "Assignment"; traps 11, 17, 18).
"""

from collections.abc import Iterable
from enum import StrEnum

from domain.refusals import Conflict, NotAllowed, NotFound
from domain.values import Instant, Value


class AssignmentState(StrEnum):
    """What became of an offer. The first two are live: they hold a place of the assessor."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    RECUSED = "recused"
    EXPIRED = "expired"
    RELEASED = "released"
    REASSIGNED = "reassigned"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


LIVE = frozenset({AssignmentState.OFFERED, AssignmentState.ACCEPTED})
"""States in which an assignment holds the round and a place of the assessor."""

NOT_AGAIN_IN_THIS_ROUND = frozenset(
    {
        AssignmentState.DECLINED,
        AssignmentState.RECUSED,
        AssignmentState.EXPIRED,
        AssignmentState.RELEASED,
        AssignmentState.REASSIGNED,
    }
)
"""Whoever left a round like this is not offered it again."""


class Exclusion(StrEnum):
    """Why an assessor may not be offered a round."""

    INACTIVE = "inactive"
    NOT_QUALIFIED = "not_qualified"
    ON_LEAVE = "on_leave"
    AT_CAPACITY = "at_capacity"
    IS_THE_PRACTITIONER = "is_the_practitioner"
    SAME_ORGANIZATION = "same_organization"
    LEFT_THIS_ROUND = "left_this_round"


class Candidate(Value):
    """The facts about one assessor that decide, as they are at the time of the offer."""

    assessor_id: str
    is_active: bool
    libraries: frozenset[str]
    is_on_leave: bool
    load: int
    capacity: int
    address: str
    organization: str
    person_address: str = ""
    last_offered_at: Instant | None = None


class WaitingRound(Value):
    """The facts about one round that decide."""

    library: str
    practitioner_address: str
    practitioner_organization: str
    previous_assessor_id: str | None = None
    left_by: frozenset[str] = frozenset()


class Ranked(Value):
    """One place in a ranking, with the facts that put it there."""

    assessor_id: str
    assessed_previous_round: bool
    load: int
    capacity: int
    last_offered_at: Instant | None


def organization_key(name: str) -> str:
    """Return how organizations are compared: case and spacing do not count."""
    return " ".join(name.casefold().split())


def conflict(candidate: Candidate, waiting: WaitingRound) -> Exclusion | None:
    """Return the conflict of interest, if there is one; asked at the offer and at each act."""
    persons = {candidate.address, candidate.person_address} - {""}
    if waiting.practitioner_address in persons:
        return Exclusion.IS_THE_PRACTITIONER
    theirs = organization_key(candidate.organization)
    if theirs and theirs == organization_key(waiting.practitioner_organization):
        return Exclusion.SAME_ORGANIZATION
    return None


def exclusion(candidate: Candidate, waiting: WaitingRound) -> Exclusion | None:
    """Return the first hard filter that keeps ``candidate`` from being offered the round."""
    filters = (
        (not candidate.is_active, Exclusion.INACTIVE),
        (waiting.library not in candidate.libraries, Exclusion.NOT_QUALIFIED),
        (candidate.is_on_leave, Exclusion.ON_LEAVE),
        (candidate.load >= candidate.capacity, Exclusion.AT_CAPACITY),
        (candidate.assessor_id in waiting.left_by, Exclusion.LEFT_THIS_ROUND),
    )
    for excludes, why in filters:
        if excludes:
            return why
    return conflict(candidate, waiting)


def rank(candidates: Iterable[Candidate], waiting: WaitingRound) -> tuple[Ranked, ...]:
    """Return the eligible candidates, best first.

    The assessor of the previous round, then the lowest load relative to capacity, then whoever has
    been longest without an offer; at last the identifier, so that the order is always the same.
    """
    eligible = [each for each in candidates if exclusion(each, waiting) is None]

    def place(each: Candidate) -> tuple[bool, float, float, str]:
        last = each.last_offered_at.timestamp() if each.last_offered_at else 0.0
        is_previous = each.assessor_id == waiting.previous_assessor_id
        return (not is_previous, each.load / each.capacity, last, each.assessor_id)

    return tuple(
        Ranked(
            assessor_id=each.assessor_id,
            assessed_previous_round=each.assessor_id == waiting.previous_assessor_id,
            load=each.load,
            capacity=each.capacity,
            last_offered_at=each.last_offered_at,
        )
        for each in sorted(eligible, key=place)
    )


class UnknownAssessor(NotFound):
    """The roster has no such assessor."""

    code = "unknown_assessor"
    may_pass = True
    sentence = "The roster has no assessor {assessor}. Look at the list of assessors."


class OfferTaken(Conflict):
    """The offer was accepted already."""

    code = "offer_taken"
    sentence = "This offer was accepted already."


class OfferExpired(Conflict):
    """The offer is no longer open."""

    code = "offer_expired"
    sentence = "This offer is no longer open. Thank you; you need not do anything."


class NotYourOffer(NotAllowed):
    """The offer was made to another assessor."""

    code = "not_your_offer"
    sentence = "This offer was made to another assessor."


class ConflictOfInterest(NotAllowed):
    """The assessor may not assess this practitioner."""

    code = "conflict_of_interest"
    may_pass = True
    sentence = "You cannot assess this round: {why}. Please decline it; it will be offered on."


class NobodyToReassign(Conflict):
    """No other eligible assessor is there, or the named one is not eligible."""

    code = "nobody_to_reassign"
    may_pass = True
    sentence = "The assessor named cannot be offered this round: {why}."
