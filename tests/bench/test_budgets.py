"""What a journey may cost in counts: the same on every machine, so tests can hold them.

The events and transitions of the journey's own history are held in
``tests/workflows/test_happy_journey.py``; here is everything round it.
"""

from collections.abc import AsyncIterator

import pytest

from bench.counting import CountedHouse, JourneyCounts, counted_house
from bench.row_01_counts import MOST_EVENTS, MOST_TRANSITIONS, MOST_VISIBILITY
from tests.workflows import test_happy_journey as journey

MOST_CALLS = 44
"""Calls that the server answers for a whole journey: order, files, mails and credential included.
Five commands, a signal, two starts of workflows and one for each mail and file are the design."""

MOST_COMMITS = 72
"""Commits of the server for the same; four for each activity outside of a workflow."""

MOST_VISIBILITY_OF_ALL = 32
"""Rows that can be searched: two for each workflow and each mail and file."""

MOST_STATEMENTS = {
    "order to access": 77,
    "write part 1": 23,
    "submit part 1": 43,
    "write part 2": 64,
    "submit part 2": 43,
    "write part 3": 22,
    "submit part 3": 96,
    "accept": 42,
    "mark all": 108,
    "judge to award": 95,
}
"""SQL statements of each act, with all that follows from it: its turns, and its mails to their end.
A tenth above what they are, so that a query in a loop is seen at once."""

MOST_TRANSACTIONS = 106


@pytest.fixture(scope="module")
async def counted(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CountedHouse]:
    """A house on a server whose counters nobody else moves."""
    async with counted_house(tmp_path_factory.mktemp("counted")) as house:
        yield house


@pytest.fixture(scope="module")
async def happy(counted: CountedHouse) -> JourneyCounts:
    """One journey from the paid order to the award, counted."""
    return await counted.happy_journey()


async def test_the_server_is_asked_no_more_than_it_must(happy: JourneyCounts) -> None:
    """Proves: no act polls, asks twice or starts what it need not: calls, commits and rows of
    visibility of a whole journey stay within their budgets.
    """
    whole = happy.whole
    assert 0 < whole.calls.total() <= MOST_CALLS, whole.calls
    assert 0 < whole.commits.total() <= MOST_COMMITS, whole.commits
    assert 0 < whole.visibility.total() <= MOST_VISIBILITY_OF_ALL, whole.visibility


async def test_every_act_keeps_its_budget_of_statements(happy: JourneyCounts) -> None:
    """Proves: no act has grown by a query for each item, mail or mark."""
    assert happy.statements.keys() == MOST_STATEMENTS.keys()
    over = {
        name: count for name, count in happy.statements.items() if count > MOST_STATEMENTS[name]
    }
    assert over == {}
    assert sum(happy.commits.values()) <= MOST_TRANSACTIONS


async def test_the_journey_writes_two_rows_of_visibility(happy: JourneyCounts) -> None:
    """Proves: a journey is written for searching when it starts and when it ends, and not between;
    and what the bench counts of its history is within the budget of its test.
    """
    assert happy.happy.visibility_writes == MOST_VISIBILITY
    assert (MOST_EVENTS, MOST_TRANSITIONS) == (journey.MOST_EVENTS, journey.MOST_TRANSITIONS)
    assert happy.happy.events <= MOST_EVENTS
    assert happy.happy.transitions <= MOST_TRANSITIONS
