"""The command line for operations' own people, on a database of its own."""

import json
from pathlib import Path

import pytest

from tests.command_line import CommandLine

FIRST = ("staff", "add", "First Keeper", "First@Example.org", "--reason", "Opens the house.")


@pytest.fixture
def starter(sqlite_url: str, tmp_path: Path) -> CommandLine:
    """The command line on an empty database of its own."""
    settings = {"LAUREL_DATABASE_URL": sqlite_url, "LAUREL_DATA_DIR": str(tmp_path)}
    return CommandLine().with_settings(**settings)


def listed(starter: CommandLine) -> list[tuple[str, str, bool]]:
    """Return who is listed: name, address, whether they may sign in."""
    found = json.loads(starter("staff", "list", "--json").out)
    return [(each["name"], each["address"], each["is_active"]) for each in found]


def test_people_are_added_switched_off_and_on(starter: CommandLine) -> None:
    """Proves: an installation gets its first member without the portal; adding again changes
    nothing; the last one stays; who is switched off is seen and comes back.
    """
    assert "starter.py staff add" in starter("staff", "list").out
    assert "first@example.org" in starter(*FIRST).out
    starter(*FIRST)
    assert listed(starter) == [("First Keeper", "first@example.org", True)]
    last = starter("staff", "off", "first@example.org", "--reason", "Alone.")
    assert (last.code, last.err.split(":")[0]) == (2, "last_of_staff")
    second = ("staff", "add", "Second Keeper", "second@example.org", "--reason", "Helps.")
    starter(*second)
    assert "let in no more" in starter("staff", "off", "First@example.org", "--reason", "Away.").out
    assert "so already" in starter("staff", "off", "first@example.org", "--reason", "Away.").out
    assert listed(starter) == [
        ("Second Keeper", "second@example.org", True),
        ("First Keeper", "first@example.org", False),
    ]
    assert "switched off" in starter(*FIRST).out
    assert "may sign in" in starter("staff", "on", "first@example.org", "--reason", "Back.").out
    assert [active for *_, active in listed(starter)] == [True, True]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add", " ", "x@example.org", "--reason", "r"), "staff_name_not_valid"),
        (("off", "nobody@example.org", "--reason", "r"), "unknown_staff"),
    ],
)
def test_what_cannot_be_done_is_said(
    starter: CommandLine, arguments: tuple[str, ...], code: str
) -> None:
    """Proves: each refusal has its code, and ends with 2."""
    outcome = starter("staff", *arguments)
    assert (outcome.code, outcome.err.split(":")[0]) == (2, code)
