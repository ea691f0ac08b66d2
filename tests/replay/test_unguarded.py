"""A change of a workflow that open journeys would meet: it is seen, and the rule is said."""

import shutil
from pathlib import Path

import pytest

from tests.replay import commands
from tests.replay.changed import (
    CARELESS_ADDITION,
    CARELESS_KIND,
    CARELESS_NAME,
    CARELESS_ORDER,
    CARELESS_TIMEOUT,
    CARELESS_TIMER,
    GUARDED_ADDITION,
    OTHER_WORDS,
)
from tests.replay.commands import FINGERPRINTS, fingerprint_of, kept_fingerprint
from tests.replay.guarding import (
    RULE,
    NotWrittenDown,
    OtherContent,
    UnguardedChange,
    refuse_another_course,
    refuse_another_fingerprint,
)
from tests.replay.record import write_down
from tests.replay.scenarios import SCENARIOS
from workflows.registration import WORKFLOWS

NAMES = tuple(scenario.__name__ for scenario in SCENARIOS)
SETTLED_LATER = ("order_settled_later",)


async def test_the_workflows_do_what_their_fingerprints_say() -> None:
    """Proves: no command was added to, taken from or moved within what a workflow does in any
    recorded situation, and what later ones do was written down.
    """
    turns = await fingerprint_of(NAMES)
    refuse_another_fingerprint(turns)
    assert {file.stem for file in FINGERPRINTS.iterdir()} == {each.__name__ for each in WORKFLOWS}
    assert turns.keys() == {each.__name__ for each in WORKFLOWS}


@pytest.mark.parametrize(
    ("name", "workflows", "seen"),
    [
        pytest.param("order_settled_later", CARELESS_ORDER, "acknowledge_order", id="order"),
        pytest.param("order_settled_later", CARELESS_NAME, "order_standing", id="name"),
        pytest.param("order_settled_later", CARELESS_KIND, "schedule activity", id="kind"),
        pytest.param("order_settled_later", CARELESS_TIMER, "start timer", id="timer"),
        pytest.param("awarded", CARELESS_ADDITION, "issue_credential", id="addition"),
    ],
)
async def test_another_course_is_refused_with_the_rule(
    name: str, workflows: tuple[type, ...], seen: str
) -> None:
    """Proves: whoever changes the order, the name, the kind of a command or a timer, or adds one,
    is told what differs, what to do instead, and where that is written.
    """
    with pytest.raises(UnguardedChange) as refused:
        await refuse_another_course(name, workflows)
    said = str(refused.value)
    assert RULE in said
    assert "workflow.patched" in said
    assert "docs/releasing.md" in said
    changed = [line for line in said.splitlines() if line[:1] in {"+", "-"}]
    assert any(seen in line for line in changed), said


async def test_another_timeout_is_refused_with_the_rule() -> None:
    """Proves: what the engine lets pass is refused all the same: the time for one attempt."""
    with pytest.raises(OtherContent, match="--transcripts"):
        await refuse_another_course("order_paid", CARELESS_TIMEOUT)
    with pytest.raises(UnguardedChange, match="29 s an attempt"):
        refuse_another_fingerprint(await fingerprint_of(["order_paid"], CARELESS_TIMEOUT))


async def test_a_guarded_change_is_let_pass() -> None:
    """Proves: the rule that is said helps: the addition that is refused above is not, behind a
    patch, and neither are other words for the same commands.
    """
    await refuse_another_course("awarded", GUARDED_ADDITION)
    await refuse_another_course("order_settled_later", OTHER_WORDS)
    turns = await fingerprint_of(SETTLED_LATER, OTHER_WORDS)
    assert turns["OrderIntake"] <= kept_fingerprint("OrderIntake")


def test_what_no_fingerprint_holds_has_to_be_written_down() -> None:
    """Proves: a new turn is no offence, and is not overlooked either."""
    turns = kept_fingerprint("Sweep") | {"signal hurry: cancel timer"}
    with pytest.raises(NotWrittenDown, match="--fingerprints"):
        refuse_another_fingerprint({"Sweep": turns})


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let what is written down go into a copy of the fingerprints."""
    directory = tmp_path / "fingerprints"
    shutil.copytree(FINGERPRINTS, directory)
    monkeypatch.setattr(commands, "FINGERPRINTS", directory)
    return directory


@pytest.mark.parametrize(
    ("gains", "loses"), [("CredentialJourney", "Sweep"), ("Sweep", "CredentialJourney")]
)
def test_what_one_workflow_gains_hides_nothing_that_another_loses(
    copied: Path, gains: str, loses: str
) -> None:
    """Proves: a turn that is taken back is refused, whichever workflow has a new one to be written
    down; and nothing is written then.
    """
    before = {file.name: file.read_text() for file in copied.iterdir()}
    gone = min(kept_fingerprint(loses))
    turns = {
        gains: kept_fingerprint(gains) | {"signal hurry: cancel timer"},
        loses: kept_fingerprint(loses) - {gone},
    }
    for refuse in (refuse_another_fingerprint, write_down):
        with pytest.raises(UnguardedChange, match=f"{loses} does not do what open ones did") as no:
            refuse(turns)
        assert f"- {gone}" in str(no.value)
    assert {file.name: file.read_text() for file in copied.iterdir()} == before


def test_writing_turns_down_only_adds(copied: Path) -> None:
    """Proves: new turns are kept beside the old ones, those of a workflow without any included."""
    turns = {"Sweep": {"signal hurry: cancel timer"}, "Audit": {"started: waits"}}
    before = kept_fingerprint("Sweep")
    commands.keep_fingerprint(turns)
    assert kept_fingerprint("Sweep") == before | turns["Sweep"]
    assert kept_fingerprint("Audit") == turns["Audit"]
