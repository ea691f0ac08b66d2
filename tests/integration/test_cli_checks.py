"""``check`` and ``sweep``, exit codes, and what a command says when a server is not there."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete

from adapters.records.credential_tables import CredentialRow
from adapters.records.database import Database, make_engine
from adapters.records.round_tables import AwardRow, RoundRow
from adapters.records.tables import EnrollmentRow
from domain.enrollment import Stage
from tests.command_line import CommandLine
from tests.integration.command_line import SLUG, WHY, WIDTH, Laurel
from tests.integration.forked import ForkedCommandLine

NOWHERE = "127.0.0.1:1"
NO_DATABASE = "postgresql+asyncpg://laurel:hidden@127.0.0.1:1/laurel"
LONG_AGO = datetime(2026, 3, 2, 15, tzinfo=UTC)
INVARIANTS = 7


def copy_of(laurel: Laurel) -> str:
    """Copy the records as they stand; return the address of the copy."""
    file = laurel.folder / "copy.db"
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(laurel.stack.data_dir / "laurel.db")) as records:
        records.execute("VACUUM INTO ?", (str(file),))
    return f"sqlite+aiosqlite:///{file}"


def counted(starter: ForkedCommandLine) -> tuple[int, list[int]]:
    """Return the exit code of ``check`` and the number of each invariant that is broken."""
    outcome = starter("check", "--json")
    assert len(outcome.json_list) == INVARIANTS
    fields = ["number", "sentence", "breaches", "examples"]
    assert all(list(each) == fields for each in outcome.json_list)
    broken = [each["number"] for each in outcome.json_list if each["breaches"]]
    return outcome.code, [number for number in broken if isinstance(number, int)]


async def test_a_breach_made_by_hand_is_counted(laurel: Laurel) -> None:
    """Proves: on sound records check ends with 0; without the award of a proficient judgement, or
    with a journey that waits on nobody, it ends with 1 and names the enrollment.
    """
    await laurel.library("harbour", "hanna")
    enrollment = await laurel.submitted("harbour")
    await laurel.assessed(enrollment, "hanna")
    await laurel.until(enrollment, Stage.ENDED)
    stuck = await laurel.at_work("harbour")
    await laurel.mail_is_out()
    assert counted(laurel.starter) == (0, [])
    url = copy_of(laurel)
    starter = laurel.starter.with_settings(LAUREL_DATABASE_URL=url)
    assert counted(starter) == (0, [])
    engine = make_engine(url)
    async with Database(engine).transaction() as session:
        (await session.get_one(RoundRow, (enrollment, 1))).decided_at = LONG_AGO
        await session.execute(
            delete(CredentialRow).where(CredentialRow.enrollment_id == enrollment)
        )
        await session.delete(await session.get_one(AwardRow, enrollment))
        (await session.get_one(EnrollmentRow, stuck)).waiting_until = None
    await engine.dispose()
    assert counted(starter) == (1, [2, 5])
    text = starter("check")
    assert (text.code, text.widest <= WIDTH) == (1, True)
    assert f"2. for example: {stuck}" in text.err
    assert f"5. for example: {enrollment}" in text.err
    assert counted(laurel.starter) == (0, [])


async def test_a_sweep_on_demand_reports_what_it_found(laurel: Laurel) -> None:
    """Proves: a sweep of a sound Laurel finds no drift, for programs and for people."""
    await laurel.library("quay")
    await laurel.enrolled("quay")
    await laurel.mail_is_out()
    as_json, as_text = laurel.starter("sweep", "--json"), laurel.starter("sweep")
    report = as_json.json
    for field in ("journeys_missing", "records_missing", "journeys_restarted", "breaches"):
        assert report[field] == 0, field
    assert (as_text.code, as_text.err, as_text.widest <= WIDTH) == (0, "", True)
    assert "0  journeys missing" in as_text.out


async def test_without_an_engine_acts_say_so_and_record_nothing(laurel: Laurel) -> None:
    """Proves: an engine out of reach is one sentence and exit code 3, as JSON where asked for; no
    order is half-taken; what only reads the records goes on.
    """
    await laurel.library("dune")
    enrollment = await laurel.enrolled("dune")
    await laurel.mail_is_out()
    before = await laurel.view(enrollment)
    starter = laurel.starter.with_settings(TEMPORAL_ADDRESS=NOWHERE)
    bought = ("--micro-credential", f"dune/{SLUG}", "--name", "Dan", "--email", "dan@example.org")
    for command in (
        ("verify", enrollment, *WHY),
        ("extend", enrollment, "--days", 3, *WHY),
        ("sweep",),
        ("orders", "pay", "dune-1", *bought),
    ):
        outcome = starter(*command)
        assert (outcome.code, outcome.out) == (3, ""), command
        assert outcome.err.startswith("engine_unreachable: The workflow engine cannot"), command
        assert "Traceback" not in outcome.err
    as_json = starter("orders", "pay", "dune-1", *bought, "--json")
    assert (as_json.code, as_json.refusal, as_json.err) == (3, "engine_unreachable", "")
    assert laurel.starter("orders", "show", "dune-1").code == 2
    assert await laurel.view(enrollment) == before
    for reading in (("journeys",), ("journey", enrollment), ("orders", "list"), ("check",)):
        assert starter(*reading).code == 0, reading


@pytest.mark.parametrize(
    "command",
    [
        ("journeys",),
        ("journey", "nothing"),
        ("orders", "list"),
        ("orders", "show", "nothing"),
        ("check",),
        ("roster", "list"),
        ("work", "preflight", "nothing", 1),
        ("assess", "offers", "nobody"),
    ],
)
def test_without_a_database_every_command_says_so(command: tuple[object, ...]) -> None:
    """Proves: a database out of reach is a coded sentence and exit code 3 in both forms, without
    its password and without a traceback.
    """
    starter = ForkedCommandLine().with_settings(LAUREL_DATABASE_URL=NO_DATABASE)
    as_json, as_text = starter(*command, "--json"), starter(*command)
    assert (as_json.code, as_json.refusal, as_json.err) == (3, "database_unreachable", "")
    assert (as_text.code, as_text.out) == (3, "")
    assert as_text.err.startswith("database_unreachable: The records database at ")
    assert "hidden" not in as_json.out + as_text.err
    assert "Traceback" not in as_text.err


async def test_a_forked_command_is_the_command(laurel: Laurel) -> None:
    """Proves: what these tests start says and ends the same as ``starter.py`` in a new process, for
    each way to end.
    """
    await laurel.library("twin")
    enrollment = await laurel.enrolled("twin")
    await laurel.mail_is_out()
    fresh = CommandLine(laurel.starter.settings)
    unreachable = {"TEMPORAL_ADDRESS": NOWHERE}
    for end, settings, command in (
        (0, {}, ("journey", enrollment, "--json")),
        (2, {}, ("extend", enrollment, "--days", 0, *WHY)),
        (2, {}, ("orders", "nonsense")),
        (3, unreachable, ("verify", enrollment, *WHY)),
    ):
        forked = laurel.starter.with_settings(**settings)(*command)
        assert forked == fresh.with_settings(**settings)(*command), command
        assert forked.code == end
