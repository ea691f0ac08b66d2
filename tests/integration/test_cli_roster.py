"""The commands for roster and calendar, started as people start them, on a real engine."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from adapters.records.database import Database, make_engine
from domain.roster import assessor_id_of
from tests.architecture.source import ROOT
from tests.command_line import CommandLine
from tests.waiting_rounds import add_waiting_round
from workflows import names

WIDTH = 100
SAMPLE = ROOT / "samples" / "roster.csv"
ADA = "ada@assess.example.org"
ADA_ID = assessor_id_of(ADA)
FILE = f"name,email,organization,capacity,libraries\nAda Assessor,{ADA},Oak District,2,general\n"
WHY = ("--reason", "The team asked for it.")
LONG_AGO = datetime(2026, 3, 2, 15, tzinfo=UTC)
NOWHERE = "127.0.0.1:1"


@pytest.fixture
def starter(sqlite_url: str, tmp_path: Path) -> CommandLine:
    """The command line on an empty database of its own, with no engine in reach."""
    settings = {
        "LAUREL_DATABASE_URL": sqlite_url,
        "LAUREL_DATA_DIR": str(tmp_path),
        "TEMPORAL_ADDRESS": NOWHERE,
    }
    return CommandLine().with_settings(**settings)


def standing_of_ada(starter: CommandLine) -> dict[str, object]:
    """Return what the roster says of the one assessor in it."""
    (ada,) = starter("roster", "list", "--json").json_list
    return ada


def test_the_sample_is_taken_over(starter: CommandLine) -> None:
    """Proves: the file that a clone ships with is a roster, and the list of it fits the screen."""
    first = starter("roster", "import", SAMPLE, *WHY, "--json").json
    again = starter("roster", "import", SAMPLE, *WHY, "--json").json
    assert first["added"] == again["unchanged"]
    listed = starter("roster", "list", "--json").json_list
    added = first["added"]
    assert isinstance(added, list)
    assert sorted(str(each["id"]) for each in listed) == sorted(added)
    text = starter("roster", "list")
    assert text.widest <= WIDTH
    for each in listed:
        assert str(each["address"]) in text.out


def test_a_file_with_bad_lines_records_nothing(starter: CommandLine) -> None:
    """Proves: every bad line is named with its number in both forms, and nobody is recorded."""
    data = (FILE + "Ben,nowhere,Fir,1,general\nCy,cy@assess.example.org,Fir,99,general\n").encode()
    refused = starter("roster", "import", "-", *WHY, "--json", stdin=data)
    problems = refused.json["problems"]
    assert isinstance(problems, list)
    assert (refused.code, refused.refusal) == (2, "roster_not_valid")
    assert [(problem["line"], problem["column"]) for problem in problems] == [
        (3, "email"),
        (4, "capacity"),
    ]
    text = starter("roster", "import", "-", *WHY, stdin=data)
    assert (text.code, text.out) == (2, "")
    assert "  - line 3, email: address_not_valid: " in text.err
    assert starter("roster", "list", "--json").json_list == []


def test_each_change_is_said_once(starter: CommandLine) -> None:
    """Proves: every command changes the roster once, and repeated says that nothing changed."""
    starter("roster", "import", "-", *WHY, stdin=FILE.encode())
    today = datetime.now(UTC).date()
    first, last = today - timedelta(days=2), today + timedelta(days=9)
    for command in (
        ("leave", ADA, first, last),
        ("return", ADA),
        ("capacity", ADA_ID, 5),
        ("deactivate", ADA_ID),
        ("activate", ADA.upper()),
    ):
        changed = starter("roster", *command, *WHY, "--json").json
        assert (changed["assessor_id"], changed["is_changed"]) == (ADA_ID, True)
        repeated = starter("roster", *command, *WHY)
        assert "changes nothing" in repeated.out, command
    ada = standing_of_ada(starter)
    assert (ada["capacity"], ada["is_active"], ada["is_on_leave"]) == (5, True, False)
    assert ada["leaves"] == []


def test_what_cannot_be_meant_is_refused(starter: CommandLine) -> None:
    """Proves: what cannot be meant is refused with a code, and the roster stays as it was."""
    starter("roster", "import", "-", *WHY, stdin=FILE.encode())
    before = standing_of_ada(starter)
    for code, arguments in (
        ("capacity_out_of_range", ("capacity", ADA, 51)),
        ("unknown_assessor", ("return", "someone@assess.example.org")),
        ("address_not_valid", ("return", "no@address")),
        ("leave_backwards", ("leave", ADA, "2031-02-02", "2031-02-01")),
        ("leave_over", ("leave", ADA, "2001-02-01", "2001-02-02")),
    ):
        refused = starter("roster", *arguments, *WHY, "--json")
        assert (refused.code, refused.refusal, refused.err) == (2, code, "")
    assert standing_of_ada(starter) == before


def test_no_change_without_a_reason(starter: CommandLine) -> None:
    """Proves: a command without a reason does nothing, and says which option is missing."""
    for arguments in (
        ("roster", "deactivate", ADA),
        ("roster", "import", SAMPLE),
        ("calendar", "close", "2031-02-03", "Moving day"),
    ):
        outcome = starter(*arguments)
        assert outcome.code == 2
        assert "--reason" in outcome.err


async def test_waiting_rounds_hear_of_a_new_place(
    starter: CommandLine, sqlite_url: str, temporal: WorkflowEnvironment
) -> None:
    """Proves: on the real engine, the journey of the round that waited gets the signal."""
    engine = make_engine(sqlite_url)
    enrollment_id = await add_waiting_round(Database(engine), "patient", LONG_AGO)
    await engine.dispose()
    journey = await temporal.client.start_workflow(
        "CredentialJourney", id=names.journey_id(enrollment_id), task_queue="nobody-works-here"
    )
    address = temporal.client.service_client.config.target_host
    reaching = starter.with_settings(TEMPORAL_ADDRESS=address)
    outcome = reaching("roster", "import", "-", *WHY, "--json", stdin=FILE.encode())
    assert (outcome.json["woken"], outcome.json["is_engine_told"]) == ([enrollment_id], True)
    history = await journey.fetch_history()
    signals = [
        event.workflow_execution_signaled_event_attributes.signal_name
        for event in history.events
        if event.HasField("workflow_execution_signaled_event_attributes")
    ]
    await journey.terminate()
    assert signals == ["assessor_freed"]


async def test_an_engine_out_of_reach_is_no_obstacle(starter: CommandLine, sqlite_url: str) -> None:
    """Proves: the change is recorded, the command ends well, and says who will wake the round."""
    engine = make_engine(sqlite_url)
    await add_waiting_round(Database(engine), "patient", LONG_AGO)
    await engine.dispose()
    outcome = starter("roster", "import", "-", *WHY, stdin=FILE.encode())
    assert (outcome.code, outcome.err) == (0, "")
    assert "1 waiting round will be woken by the sweep" in " ".join(outcome.out.split())
    assert standing_of_ada(starter)["capacity"] == 2


def test_a_day_is_closed_once(starter: CommandLine) -> None:
    """Proves: a closure is one version of the calendar, and stands in its year from then on."""
    close = ("calendar", "close", "2031-02-03", "Moving day", *WHY)
    first, again = starter(*close, "--json").json, starter(*close, "--json").json
    assert (first["is_new"], again["is_new"]) == (True, False)
    assert first["calendar_version"] == again["calendar_version"] == 2
    shown = starter("calendar", "show", 2031, "--json").json
    days = shown["days"]
    assert isinstance(days, list)
    assert {"day": "2031-02-03", "name": "Moving day", "kind": "closure"} in days
    text = starter("calendar", "show", 2031)
    assert "Mon 2031-02-03  closure  Moving day" in text.out
    assert text.widest <= WIDTH


def test_a_day_that_cannot_be_closed_is_refused(starter: CommandLine) -> None:
    """Proves: refusals of the calendar carry their codes, and make no version."""
    for code, arguments in (
        ("closure_not_covered", ("close", "2001-02-03", "Long ago", *WHY)),
        ("closure_in_past", ("close", "2021-02-03", "Long ago", *WHY)),
        ("closure_name_not_valid", ("close", "2031-02-03", "\x1b[31m", *WHY)),
        ("calendar_too_short", ("show", "2099")),
    ):
        refused = starter("calendar", *arguments, "--json")
        assert (refused.code, refused.refusal) == (2, code)
    assert starter("calendar", "show", "--json").json["version"] == 1


def test_a_closed_weekend_is_said(starter: CommandLine) -> None:
    """Proves: closing a Saturday is fine, and people are told that it changes nothing."""
    outcome = starter("calendar", "close", "2031-02-01", "Repairs", *WHY)
    assert outcome.code == 0
    assert "weekend" in outcome.out
