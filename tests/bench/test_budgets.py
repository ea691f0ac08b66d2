"""What a journey may cost in counts: the same on every machine, so tests can hold them.

The events and transitions of the journey's own history are held in
``tests/workflows/test_happy_journey.py``; here is everything round it.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bench.counting import CountedHouse, JourneyCounts, counted_house
from bench.row_01_counts import MOST_EVENTS, MOST_TRANSITIONS, MOST_VISIBILITY
from bench.skeleton import (
    LAST_MAIL,
    MAILS,
    journey_of,
    mail_id,
    play_skeleton,
    skeleton_workers,
)
from bench.watching import Watch
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

FILE_WORK = 2
"""Activities of a skeleton that the counted journey has not: its file is put there by hand, while
at the portal an upload is kept and looked into."""

MORE_PARTS = 2
"""A skeleton submits three times, and writes down the mail of each once."""

SAME_CALLS = (
    "StartWorkflowExecution",
    "UpdateWorkflowExecution",
    "SignalWorkflowExecution",
    "StartActivityExecution",
)
"""What is asked of the server; its answers to a worker hang on what came at the same moment."""

TASKS_APART = 2
"""So many workflow tasks, of three events each, may fall together in one of them and not in the
other."""


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


async def test_the_skeleton_is_one_of_a_journey(
    counted: CountedHouse, happy: JourneyCounts
) -> None:
    """Proves: what rows 2 and 3 of the bench are held against has the messages, mails and events of
    a journey, no fewer and no more; and it has ended, its last mail included, when it says so.
    """
    client = counted.acting.client
    before = await counted.engine()
    async with AsyncExitStack() as stack:
        for worker in skeleton_workers(client):
            await stack.enter_async_context(worker)
        await play_skeleton(client, "1")
        last_mail = client.get_activity_handle(mail_id(LAST_MAIL.of("1"), 0))
        has_sent = (await last_mail.describe()).close_time is not None
        whole = (await counted.engine()).since(before)
    asked = {name: whole.calls[name] for name in SAME_CALLS}
    asked["StartActivityExecution"] -= FILE_WORK
    assert asked == {name: happy.whole.calls[name] for name in SAME_CALLS}
    mails = sum(MAILS.values()) + MORE_PARTS * MAILS["submitted"]
    assert mails == await Watch(counted.looking.database).accepted()
    history = await client.get_workflow_handle(journey_of("1")).describe()
    assert abs(history.history_length - happy.happy.events) <= TASKS_APART * 3
    assert has_sent


async def test_the_journey_writes_two_rows_of_visibility(happy: JourneyCounts) -> None:
    """Proves: a journey is written for searching when it starts and when it ends, and not between;
    and what the bench counts of its history is within the budget of its test.
    """
    assert happy.happy.visibility_writes == MOST_VISIBILITY
    assert (MOST_EVENTS, MOST_TRANSITIONS) == (journey.MOST_EVENTS, journey.MOST_TRANSITIONS)
    assert happy.happy.events <= MOST_EVENTS
    assert happy.happy.transitions <= MOST_TRANSITIONS
