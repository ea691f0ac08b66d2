"""Who may assess a round, and who is offered it first."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.assignment import (
    LIVE,
    NOT_AGAIN_IN_THIS_ROUND,
    AssignmentState,
    Candidate,
    Exclusion,
    WaitingRound,
    conflict,
    exclusion,
    organization_key,
    rank,
)

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
WAITING = WaitingRound(
    library="general",
    practitioner_address="learner@example.org",
    practitioner_organization="Maple Street School",
)
ELIGIBLE = Candidate(
    assessor_id="s1",
    is_active=True,
    libraries=frozenset({"general", "missouri"}),
    is_on_leave=False,
    load=1,
    capacity=2,
    address="assessor@example.org",
    organization="Oak Avenue School",
)


def but(**changes: object) -> Candidate:
    """Return an eligible candidate with some facts changed."""
    return ELIGIBLE.model_copy(update=changes)


EXCLUDED = {
    Exclusion.INACTIVE: but(is_active=False),
    Exclusion.NOT_QUALIFIED: but(libraries=frozenset({"missouri"})),
    Exclusion.ON_LEAVE: but(is_on_leave=True),
    Exclusion.AT_CAPACITY: but(load=2),
    Exclusion.IS_THE_PRACTITIONER: but(person_address="learner@example.org"),
    Exclusion.SAME_ORGANIZATION: but(organization=" maple  STREET school"),
    Exclusion.LEFT_THIS_ROUND: but(assessor_id="s-left"),
}
"""For each hard filter somebody whom it alone keeps away."""


@pytest.mark.parametrize("why", Exclusion)
def test_each_hard_filter_keeps_somebody_away(why: Exclusion) -> None:
    """Proves: every filter works alone, and whoever meets it is in no ranking."""
    waiting = WAITING.model_copy(update={"left_by": frozenset({"s-left"})})
    assert exclusion(EXCLUDED[why], waiting) is why
    assert rank([EXCLUDED[why]], waiting) == ()
    assert exclusion(ELIGIBLE, waiting) is None


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        (but(address="learner@example.org"), Exclusion.IS_THE_PRACTITIONER),
        (but(person_address="learner@example.org"), Exclusion.IS_THE_PRACTITIONER),
        (but(organization="MAPLE STREET SCHOOL"), Exclusion.SAME_ORGANIZATION),
        (but(organization="Maple Street"), None),
        (but(organization=""), None),
        (but(is_active=False, load=9), None),
    ],
)
def test_a_conflict_of_interest_is_of_person_or_organization(
    candidate: Candidate, expected: Exclusion | None
) -> None:
    """Proves: asked again at each act, a conflict is that and nothing else: somebody who went on
    leave meanwhile may finish.
    """
    assert conflict(candidate, WAITING) is expected


def test_two_without_an_organization_have_none_in_common() -> None:
    """Proves: an organization that nobody gave is no conflict."""
    waiting = WAITING.model_copy(update={"practitioner_organization": "  "})
    assert conflict(but(organization=""), waiting) is None


@given(st.text(max_size=30), st.text(" \t\n\u00a0", max_size=3))
def test_spelling_does_not_hide_an_organization(name: str, space: str) -> None:
    """Proves: case and spacing do not count, and the comparison is stable."""
    key = organization_key(name)
    assert organization_key(f"{space}{name.replace(' ', '  ')}{space}") == key
    assert organization_key(name.casefold()) == key
    assert organization_key(key) == key


def test_states_of_an_assignment() -> None:
    """Proves: every state is known to hold a place, to keep away, or to have ended otherwise."""
    ended_otherwise = {AssignmentState.CANCELLED, AssignmentState.COMPLETED}
    assert LIVE | NOT_AGAIN_IN_THIS_ROUND | ended_otherwise == set(AssignmentState)
    assert not LIVE & NOT_AGAIN_IN_THIS_ROUND


def order(*candidates: Candidate, previous: str | None = None) -> list[str]:
    """Return who is offered the round, best first."""
    waiting = WAITING.model_copy(update={"previous_assessor_id": previous})
    return [each.assessor_id for each in rank(candidates, waiting)]


def test_the_previous_assessor_comes_first_then_load_then_patience() -> None:
    """Proves: the three rules, in their order, each deciding only what the one before left open."""
    busy = but(assessor_id="busy", load=9, capacity=10)
    idle = but(assessor_id="idle", load=0, capacity=1)
    half_of_two = but(assessor_id="half-of-two", load=1, capacity=2, last_offered_at=NOW)
    half_of_ten = but(
        assessor_id="half-of-ten", load=5, capacity=10, last_offered_at=NOW - timedelta(days=1)
    )
    never_asked = but(assessor_id="never-asked", load=2, capacity=4)
    everybody = (busy, half_of_two, never_asked, half_of_ten, idle)
    by_load = ["idle", "never-asked", "half-of-ten", "half-of-two", "busy"]
    assert order(*everybody) == by_load
    assert order(*everybody, previous="busy") == ["busy", *by_load[:-1]]


def test_a_previous_assessor_who_may_not_assess_is_passed_over() -> None:
    """Proves: a preference is weaker than every hard filter."""
    full = but(assessor_id="full", load=2)
    assert order(full, ELIGIBLE, previous="full") == ["s1"]


CANDIDATES = st.lists(
    st.builds(
        but,
        assessor_id=st.integers(0, 30).map("s{:02}".format),
        is_active=st.booleans(),
        is_on_leave=st.booleans(),
        load=st.integers(0, 6),
        capacity=st.integers(1, 6),
        last_offered_at=st.none() | st.integers(0, 5).map(lambda days: NOW - timedelta(days=days)),
    ),
    max_size=8,
    unique_by=lambda each: each.assessor_id,
)


@given(CANDIDATES, st.data())
def test_a_ranking_depends_on_the_facts_alone(
    candidates: Sequence[Candidate], data: st.DataObject
) -> None:
    """Proves: the eligible and nobody else are ranked, once each, the same in whatever order they
    were read, and with the facts that put them there.
    """
    ranking = rank(candidates, WAITING)
    assert rank(data.draw(st.permutations(candidates)), WAITING) == ranking
    eligible = {each.assessor_id for each in candidates if exclusion(each, WAITING) is None}
    assert sorted(each.assessor_id for each in ranking) == sorted(eligible)
    by_id = {each.assessor_id: each for each in candidates}
    for each in ranking:
        facts = by_id[each.assessor_id]
        assert (each.load, each.capacity) == (facts.load, facts.capacity)
        assert each.last_offered_at == facts.last_offered_at


@given(CANDIDATES)
def test_nobody_is_starved_at_an_equal_load(candidates: Sequence[Candidate]) -> None:
    """Proves: load never decreases along a ranking, and at an equal one whoever waited longer
    for an offer comes first.
    """
    beginning = datetime(1970, 1, 1, tzinfo=UTC)
    for first, second in pairwise(rank(candidates, WAITING)):
        assert first.load / first.capacity <= second.load / second.capacity
        if first.load / first.capacity == second.load / second.capacity:
            assert (first.last_offered_at or beginning) <= (second.last_offered_at or beginning)
