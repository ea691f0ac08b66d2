"""Journeys that were recorded are replayed with the code as it is now, before every release."""

import re
from collections.abc import Iterable
from typing import get_args, get_type_hints

import pytest
from temporalio.workflow import NondeterminismError

from activities.steps import Step
from domain.assignment import NobodyToReassign
from domain.enrollment import ClockKind, Ending, Stage
from domain.notices import NoticeKind
from tests.replay.changed import CARELESS_NUMBER, CARELESS_ORDER, CARELESS_TIMEOUT
from tests.replay.guarding import difference, refuse_another_course
from tests.replay.record import RECORDER
from tests.replay.scenarios import SCENARIOS
from tests.replay.transcript import (
    HISTORIES,
    history_file,
    kept_history,
    replayed,
    transcript_file,
)
from workflows.journey_messages import JourneyMessages
from workflows.order_intake import OrderIntake
from workflows.registration import WORKFLOWS

NAMES = tuple(scenario.__name__ for scenario in SCENARIOS)
LARGEST_HISTORY = 200_000
"""Bytes of one history."""
LARGEST_OF_ALL = 2_000_000
"""Bytes of all histories and transcripts together."""

WRITTEN_BY_NO_JOURNEY = frozenset(
    {
        *(NoticeKind.ORDER_RECEIVED, NoticeKind.OPS_DIGEST),
        *(NoticeKind.SIGN_IN_LINK, NoticeKind.SIGN_IN_CODE),
        *(NoticeKind.ADDRESS_CONFIRM, NoticeKind.ADDRESS_CHANGE),
        *(NoticeKind.CREDENTIAL_REVOKED, NoticeKind.CREDENTIAL_REISSUED),
    }
)
INTENDED_BY_THE_RECORDS = frozenset({NoticeKind.OFFER, NoticeKind.VERIFY_ACCOUNT})
"""Intended within the step that makes the offer, or begins the journey."""

STEPS = tuple(
    str(get_args(get_type_hints(step)["step"])[0]) for step in get_args(get_args(Step)[0])
)
MESSAGES = tuple(
    name
    for journey in (JourneyMessages, OrderIntake)
    for name, member in vars(journey).items()
    if hasattr(member, "_defn") or hasattr(member, "__temporal_signal_definition")
)


def all_transcripts() -> str:
    """Return everything that any recorded workflow was told and asked for."""
    return "".join(transcript_file(name).read_text() for name in NAMES)


def changed_lines(differences: Iterable[str]) -> set[tuple[str, str]]:
    """Return the sign and the words of every changed line."""
    return {
        (line[0], line[1:].strip())
        for line in differences
        if re.match(r"[+-](?![+-])", line) is not None
    }


@pytest.mark.parametrize("name", NAMES)
async def test_a_recorded_history_still_replays(name: str) -> None:
    """Proves: a journey that is open while a new version is deployed goes on, and the new version
    asks for exactly what the old one asked for: arguments, timeouts, queues and timers included.
    """
    await refuse_another_course(name)


def test_every_scenario_is_kept_and_nothing_else() -> None:
    """Proves: no history is left over, and none was forgotten."""
    expected = {file.name for name in NAMES for file in (history_file(name), transcript_file(name))}
    assert {file.name for file in HISTORIES.iterdir()} == expected


def test_histories_are_small_and_of_no_machine() -> None:
    """Proves: a clone stays small, and no history says where it was made."""
    sizes = [file.stat().st_size for file in HISTORIES.iterdir()]
    assert max(sizes) < LARGEST_HISTORY
    assert sum(sizes) < LARGEST_OF_ALL
    for name in NAMES:
        history = history_file(name).read_text()
        assert set(re.findall(r'"identity":"([^"]*)"', history)) <= {RECORDER}
        assert ".py" not in history + transcript_file(name).read_text()


@pytest.mark.parametrize(
    "words",
    [
        pytest.param([workflow.__name__ for workflow in WORKFLOWS], id="workflows"),
        pytest.param(set(Stage) - {Stage.QUEUED}, id="stages"),
        pytest.param(set(Ending), id="endings"),
        pytest.param(set(ClockKind), id="clocks"),
        pytest.param(STEPS, id="steps"),
        pytest.param(MESSAGES, id="messages"),
        pytest.param(set(NoticeKind) - WRITTEN_BY_NO_JOURNEY - INTENDED_BY_THE_RECORDS, id="mail"),
    ],
)
def test_the_histories_meet_everything(words: Iterable[str]) -> None:
    """Proves: there is no stage, ending, clock, step, message or notice whose code could change
    unseen.
    """
    told = all_transcripts()
    assert [word for word in sorted(words) if f'"{word}"' not in told] == []


def test_the_histories_meet_a_refusal_of_the_records() -> None:
    """Proves: an act that only the records could refuse is refused again when it is replayed."""
    assert NobodyToReassign.__name__ in all_transcripts()


def test_the_histories_meet_a_round_that_nobody_takes() -> None:
    """Proves: the stage that the records answer with, and no workflow names, is met as well."""
    assert f'clock: "{ClockKind.QUEUE_REVIEW}"' in all_transcripts()


async def test_another_order_of_commands_does_not_replay() -> None:
    """Proves: the tests above can fail: a workflow that does the same in another order is caught
    by the engine.
    """
    with pytest.raises(NondeterminismError):
        await replayed(kept_history("order_settled_later"), CARELESS_ORDER)


async def test_another_argument_is_seen_in_the_transcript_alone() -> None:
    """Proves: what a replay accepts, because the sequence fits, is still seen: a working period of
    one day less.
    """
    transcript = await replayed(kept_history("awarded"), CARELESS_NUMBER)
    assert changed_lines(difference("awarded", transcript)) == {
        ("-", "days: 365"),
        ("+", "days: 364"),
    }


async def test_another_timeout_is_seen_in_the_transcript_alone() -> None:
    """Proves: a change of what is no argument at all is seen too: the time for one attempt."""
    transcript = await replayed(kept_history("order_paid"), CARELESS_TIMEOUT)
    assert changed_lines(difference("order_paid", transcript)) == {
        ("-", 'start_to_close_timeout: "30s"'),
        ("+", 'start_to_close_timeout: "29s"'),
    }
