"""What is kept stays kept, and is enough: histories are never recorded anew, and run every line."""

import shutil
from pathlib import Path

import pytest

from tests.releases.last import Altered, checked_archive, histories_of_release
from tests.replay.ledger import RETIRED, AlreadyReleased, entered, present, refuse_released
from tests.replay.reached import CODE, Footsteps, lines_of
from tests.replay.scenarios import SCENARIOS
from tests.replay.transcript import history_file, kept_history, replay

NO_SEQUENCE = frozenset({"__init__", "contracts", "names", "registration"})
"""Modules that hold no part of the course of a workflow."""

AT_THE_DOOR = "asked before a message is let in, which a replay does not repeat; gives no command"
OUTSIDE = "a defect of ours, or an outage without end: nothing that a journey can be made to meet"
NO_TRACE = "drops the attempt, which leaves no history: tests/workflows/test_lost_turns.py"
NEVER_SO = "said for the types; the guards refuse it before"

_WRONG_ANSWER = (
    'raise TypeError(f"{type(request).__name__} was answered with {type(answer).__name__}")'
)
_OTHER_CAUSE = "if isinstance(failure, ApplicationError) and failure.type == _OTHER_CAUSE:"

NOT_RUN = {
    ("guards", ""): AT_THE_DOOR,
    ("journey_messages", "refuse_unless_possible(request, self._standing)"): AT_THE_DOOR,
    ("journey_messages", "return self._standing"): "a query; it gives no command",
    ("credential_correction", "raise"): OUTSIDE,
    ("ledger", "raise"): OUTSIDE,
    ("ledger", "return None"): OUTSIDE,
    ("ledger", _OTHER_CAUSE): NO_TRACE,
    ("ledger", "raise NotAsFarAsWritten from failure"): NO_TRACE,
    ("ledger", "raise NotAsFarAsWritten"): NO_TRACE,
    ("desk", "raise NotAsFarAsWritten"): NO_TRACE,
    ("issuing", "except (ActivityError, ApplicationError):"): OUTSIDE,
    ("issuing", 'workflow.logger.warning("credential_left_to_the_sweep")'): OUTSIDE,
    ("desk", _WRONG_ANSWER): OUTSIDE,
    ("desk", "return"): NEVER_SO,
    ("desk", "await workflow.wait_condition(has_message)"): NEVER_SO,
}
"""Lines that no kept history runs, each with the reason why it need not."""


def test_no_history_changed_and_none_vanished() -> None:
    """Proves: what was recorded of open journeys is what is replayed, byte by byte."""
    assert present() == entered()


def test_the_last_release_bears_witness() -> None:
    """Proves: the ledger cannot be written anew to fit a history that was: the archive of the
    last release holds what that release was tested with.
    """
    released = histories_of_release()
    assert len(released) >= 16
    still = {file: digest for file, digest in released.items() if file not in RETIRED}
    assert {file: present().get(file) for file in still} == still
    assert RETIRED.keys().isdisjoint(present())


def test_a_history_that_changed_or_vanished_is_seen(tmp_path: Path) -> None:
    """Proves: the tests above can fail, for each way in which a history is lost."""
    for scenario in SCENARIOS[:2]:
        shutil.copy(history_file(scenario.__name__), tmp_path)
    before = present(tmp_path)
    changed = tmp_path / f"{SCENARIOS[0].__name__}.json"
    changed.write_text(f"{changed.read_text()} ")
    (tmp_path / f"{SCENARIOS[1].__name__}.json").unlink()
    after = present(tmp_path)
    assert changed.name in before
    assert before[changed.name] != after[changed.name]
    assert len(after) == 1


def test_a_released_history_is_not_recorded_anew() -> None:
    """Proves: whoever tries is told what to do instead."""
    with pytest.raises(AlreadyReleased, match=r"awarded\.json: of a release.*docs/releasing\.md"):
        refuse_released(["awarded", "lapsed_in_another_way"])


def test_an_archive_that_was_altered_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: the witness is the one that was kept."""
    copy = tmp_path / "laurel.zip"
    copy.write_bytes(checked_archive().read_bytes()[:-1])
    monkeypatch.setattr("tests.releases.last.archive_of", lambda name: copy)
    with pytest.raises(Altered):
        checked_archive()


async def test_the_histories_run_every_line_of_the_workflows() -> None:
    """Proves: there is no line of a workflow's course that could change unseen, except those that
    are named here, and none of these is run after all.
    """
    steps = Footsteps()
    for scenario in SCENARIOS:
        await replay(kept_history(scenario.__name__), steps)
    left: set[tuple[str, str]] = set()
    for module in {file.stem for file in CODE.glob("*.py")} - NO_SEQUENCE:
        words = (CODE / f"{module}.py").read_text().splitlines()
        unrun = {line for line in lines_of(module) if (module, line) not in steps.lines}
        left |= {(module, words[line - 1].strip()) for line in unrun}
    assert sorted(left - _excused(left)) == []
    assert {key for key in NOT_RUN if not _is_met(key, left)} == set()


def _excused(left: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return {each for each in left if any(_is_met(key, {each}) for key in NOT_RUN)}


def _is_met(key: tuple[str, str], left: set[tuple[str, str]]) -> bool:
    return any(module == key[0] and (text == key[1] or not key[1]) for module, text in left)
