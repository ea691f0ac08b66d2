"""The documents say what is true: places, numbers, commands, and nothing that was renamed since."""

import ast
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from typer.main import get_command

from cli.app import app
from domain.enrollment import AttentionKind
from settings import Settings
from tests.architecture.source import ROOT

WIDTH = 110
LONGEST_DECISION = 45
DECISIONS = ROOT / "docs" / "decisions"
WALKTHROUGH = ROOT / "docs" / "walkthrough.md"
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))

PLACE = re.compile(r"`((?:\w+/)*\w+\.py)`,?\s+`(?!\w+\.py`)([\w.]+)`")
"""A file, and what stands in it."""
PATH = re.compile(r"`((?:[\w.-]+/)+(?:[\w-]+\.[a-z]+)?|[\w-]+\.(?:py|toml|lock))`")
LINK = re.compile(r"\]\(([^):#]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"starter\.py((?: [a-z][a-z-]+)+)")
COST = re.compile(r"^\d\. \*\*(\d+) events?\.\*\*", re.MULTILINE)
MADE_BY_RUNNING = ("var/", "python starter.py")


@cache
def defined_in(path: Path) -> frozenset[str]:
    """Return the classes, functions and methods of a module, the last with their class."""
    names: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef):
            inner = [each for each in node.body if isinstance(each, _FUNCTIONS)]
            names |= {node.name, *(f"{node.name}.{each.name}" for each in inner)}
        elif isinstance(node, _FUNCTIONS):
            names.add(node.name)
    return frozenset(names)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def missing_places(text: str) -> list[str]:
    """Return each place that a text names and that is not there."""
    return [
        f"{file} {name}"
        for file, name in PLACE.findall(text)
        if not (ROOT / file).is_file() or name not in defined_in(ROOT / file)
    ]


def missing_paths(text: str) -> list[str]:
    """Return each file or folder that a text names and that is not there."""
    named = [path for path in PATH.findall(text) if not path.startswith(MADE_BY_RUNNING)]
    return [path for path in named if not (ROOT / path).exists()]


def unknown_commands(text: str) -> list[str]:
    """Return each command that a text shows and that the command line does not have."""
    groups = getattr(get_command(app), "commands")  # noqa: B009 - typer's own type hides them
    known = {name: frozenset(getattr(command, "commands", ())) for name, command in groups.items()}
    unknown = []
    for shown in COMMAND.findall(text):
        words = shown.split()
        inner = known.get(words[0])
        if inner is None or (inner and len(words) > 1 and words[1] not in inner):
            unknown.append(shown.strip())
    return unknown


def rows(text: str, first: str) -> dict[str, list[str]]:
    """Return the rows of tables whose first cell is a code that matches ``first``."""
    found = re.findall(rf"^\| `({first})` \|(.*)\|$", text, re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in found}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_names_is_there(document: Path) -> None:
    """Proves: no document sends its reader to a file, function, page or command that is gone."""
    text = document.read_text()
    assert missing_places(text) == []
    assert missing_paths(text) == []
    assert unknown_commands(text) == []
    links = LINK.findall(text)
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize(
    ("finds", "text"),
    [
        (missing_places, "`domain/words.py` `count_letters`"),
        (missing_places, "`domain/letter.py`\n   `count_words`"),
        (missing_paths, "in `domain/gone.py`"),
        (missing_paths, "in `portal/pages/`"),
        (unknown_commands, "starter.py orders cancel F-17"),
        (unknown_commands, "`starter.py forget`"),
    ],
)
def test_each_look_sees_an_offence(finds: Callable[[str], list[str]], text: str) -> None:
    """Proves: the test above can fail."""
    assert finds(text)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documents_fit_a_terminal(document: Path) -> None:
    """Proves: tables and text can be read where they are written."""
    lines = enumerate(document.read_text().splitlines(), 1)
    is_story = False
    wide = []
    for number, line in lines:
        is_story = "<!-- story -->" in line or (is_story and "<!-- /story -->" not in line)
        if len(line) > WIDTH and not is_story:
            wide.append(number)
    assert wide == []


def test_the_readme_shows_the_defaults_that_hold() -> None:
    """Proves: a default in the table of settings is the one that the code has."""
    table = rows((ROOT / "README.md").read_text(), r"LAUREL_\w+")
    for name, field in Settings.model_fields.items():
        shown = table["LAUREL_" + name.upper()][0]
        if field.default is None:
            assert shown == "–", name
        elif shown.startswith("`"):
            assert shown == f"`{field.default}`", name


def test_operations_know_every_kind_of_attention() -> None:
    """Proves: nothing is brought to operations of which their document says nothing."""
    text = (ROOT / "docs" / "operations.md").read_text()
    assert set(rows(text, r"\w+")) == set(AttentionKind)


def test_the_walkthrough_adds_up_to_the_recorded_journeys() -> None:
    """Proves: what the steps are said to cost is what a recorded journey did cost, the step of the
    verification aside, which that practitioner did not need.
    """
    text = WALKTHROUGH.read_text()
    whole, _, further = text.partition("## Not yet")
    costs = [int(each) for each in COST.findall(whole)]
    file = ROOT / "tests" / "replay" / "histories" / "credential_issued.json"
    recorded = len(json.loads(file.read_text())["events"])
    assert sum(costs) - costs[1] == recorded
    assert f"## The journey: {sum(costs)} events" in whole
    assert f"a further round, {sum(map(int, COST.findall(further)))} events" in text


def test_decisions_are_numbered_listed_and_short() -> None:
    """Proves: every decision is found from the list, in one order, and read in a minute."""
    files = sorted(DECISIONS.glob("0*.md"))
    numbers = [int(file.name[:4]) for file in files]
    assert numbers == list(range(1, len(files) + 1))
    listed = (DECISIONS / "README.md").read_text()
    for file in files:
        lines = file.read_text().splitlines()
        assert lines[0].startswith(f"# {file.name[:4]} ")
        headings = [line for line in lines if line.startswith("## ")]
        assert headings == ["## Context", "## Decision", "## Consequences"]
        assert len(lines) <= LONGEST_DECISION, file.name
        assert f"({file.name})" in listed
