"""The command line started as people start it: its frame, and the catalogue's commands."""

import json
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.command_line import CommandLine

SAMPLES = ROOT / "samples" / "catalog"
SAMPLE = SAMPLES / "welcoming-new-teachers.txt"
DETAILS = SAMPLES / "welcoming-new-teachers.details.json"
KEY = "general/welcoming-new-teachers"
BARE = SAMPLES / "running-meetings-that-decide.txt"
BARE_KEY = "missouri/running-meetings-that-decide"
WIDTH = 100


@pytest.fixture
def starter(sqlite_url: str, tmp_path: Path) -> CommandLine:
    """The command line on an empty database of its own."""
    settings = {"LAUREL_DATABASE_URL": sqlite_url, "LAUREL_DATA_DIR": str(tmp_path)}
    return CommandLine().with_settings(**settings)


@pytest.mark.parametrize("arguments", [(), ("catalog",), ("roster",), ("calendar",)])
def test_help_is_readable(arguments: tuple[str, ...]) -> None:
    """Proves: help fits 100 columns and ends well, whatever is asked about."""
    outcome = CommandLine()(*arguments, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert "Usage: starter.py" in outcome.out
    assert outcome.widest <= WIDTH


def test_help_and_reading_load_nothing_heavy() -> None:
    """Proves: what needs no server does not wait for the libraries of servers."""
    report = CommandLine().with_settings(PYTHONPROFILEIMPORTTIME="1")
    for arguments in (("--help",), ("catalog", "read", SAMPLE, "--json")):
        outcome = report(*arguments)
        loaded = {line.rpartition("|")[2].strip() for line in outcome.err.splitlines()}
        assert "typer" in loaded
        assert not {"sqlalchemy", "temporalio", "alembic", "asyncpg"} & loaded


def test_a_page_is_read_into_its_exact_form() -> None:
    """Proves: the JSON has the agreed fields, no more and no less, and no database is needed."""
    outcome = CommandLine()("catalog", "read", SAMPLE, "--json")
    assert outcome.code == 0
    draft = outcome.json
    assert list(draft) == [
        *("library", "slug", "title", "overview", "outcomes", "parts", "problems"),
    ]
    assert (draft["library"], draft["slug"]) == tuple(KEY.split("/"))
    parts = draft["parts"]
    assert isinstance(parts, list)
    assert [list(part) for part in parts] == [
        ["number", "title", "minimum_words", "questions"],
    ] * 3
    assert [part["minimum_words"] for part in parts] == [1000, None, 500]
    assert draft["problems"] == []


def test_a_page_comes_through_the_input_and_to_a_named_library() -> None:
    """Proves: ``-`` reads the standard input, and --library decides where the page stands."""
    data = SAMPLE.read_bytes()
    outcome = CommandLine()("catalog", "read", "-", "--library", "Texas", "--json", stdin=data)
    assert (outcome.code, outcome.json["library"]) == (0, "texas")


def test_what_was_read_is_shown_to_people() -> None:
    """Proves: without --json the same draft is readable within 100 columns, brackets included."""
    page = SAMPLE.read_text().replace("Welcoming New Teachers is", "[bold]Welcoming[/bold] is")
    outcome = CommandLine()("catalog", "read", "-", stdin=page.encode())
    assert outcome.code == 0
    assert outcome.widest <= WIDTH
    assert "Welcoming New Teachers" in outcome.out
    assert "[bold]Welcoming[/bold]" in outcome.out
    assert "at least 1,000 words" in outcome.out


def test_a_page_with_problems_is_shown_and_ends_with_2() -> None:
    """Proves: what is wrong with a page is listed beside what could be read of it."""
    page = SAMPLE.read_text().replace("Part 3", "Chapter 3")
    outcome = CommandLine()("catalog", "read", "-", "--json", stdin=page.encode())
    problems = outcome.json["problems"]
    assert isinstance(problems, list)
    assert outcome.code == 2
    assert problems
    assert all(set(problem) == {"code", "message"} for problem in problems)
    assert outcome.json["title"]
    text = CommandLine()("catalog", "read", "-", stdin=page.encode())
    assert text.code == 2
    assert problems[0]["code"] in text.out


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0", b"\xe9t\xe9", b"", b"\0" * 100])
def test_what_is_no_page_is_a_problem(data: bytes) -> None:
    """Proves: binary and badly encoded files are answered like any other page, never traced."""
    outcome = CommandLine()("catalog", "read", "-", "--json", stdin=data)
    problems = outcome.json["problems"]
    assert isinstance(problems, list)
    assert (outcome.code, outcome.err) == (2, "")
    assert [problem["code"] for problem in problems] == ["not_a_library_page"]


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Proves: a wrong path is a coded refusal, for programs on stdout, for people on stderr."""
    missing = CommandLine()("catalog", "read", tmp_path / "nothing.txt", "--json")
    assert (missing.code, missing.refusal, missing.err) == (2, "file_not_found", "")
    folder = CommandLine()("catalog", "read", tmp_path)
    assert (folder.code, folder.out) == (2, "")
    assert folder.err.startswith("file_not_readable: ")


def test_an_entry_goes_from_page_to_sale(starter: CommandLine) -> None:
    """Proves: import, publish, list and show tell one story, and repeated they tell it again."""
    for is_first in (True, False):
        outcome = starter("catalog", "import", SAMPLE, "--details", DETAILS, "--json")
        assert (outcome.code, outcome.json["is_changed"]) == (0, is_first)
        assert outcome.json["problems"] == []
    for is_first in (True, False):
        outcome = starter("catalog", "publish", KEY, "--reason", "Ready.", "--json")
        assert (outcome.json["version"], outcome.json["is_new"]) == (1, is_first)
    (listed,) = starter("catalog", "list", "--json").json_list
    assert (listed["published_version"], listed["draft"]) == (1, "published")
    shown = starter("catalog", "show", KEY, "--version", 1, "--json").json
    entry = shown["entry"]
    assert isinstance(entry, dict)
    given = json.loads(DETAILS.read_text())
    assert [each["details"] for each in entry["outcomes"]] == given["details"]
    assert entry["price_cents"] == given["price_cents"]
    for arguments in (("list",), ("show", KEY), ("show", KEY, "--version", 1)):
        text = starter("catalog", *arguments)
        assert (text.code, text.err) == (0, "")
        assert KEY in text.out
        assert text.widest <= WIDTH


def test_details_are_entered_one_by_one(starter: CommandLine) -> None:
    """Proves: sale is refused until every outcome has a detail, and then allowed."""
    imported = starter("catalog", "import", BARE, "--price", "249.50", "--json").json
    entry = imported["entry"]
    assert isinstance(entry, dict)
    assert entry["price_cents"] == 24_950
    for number in range(1, len(entry["outcomes"]) + 1):
        refused = starter("catalog", "publish", BARE_KEY, "--reason", "Ready.", "--json")
        assert (refused.code, refused.refusal) == (2, "outcome_without_detail")
        detail = ("catalog", "add-detail", BARE_KEY, number, f"Detail of {number}.")
        assert starter(*detail, "--reason", "The rubric says so.").code == 0
    published = starter("catalog", "publish", BARE_KEY, "--reason", "Ready.")
    assert (published.code, published.out) == (0, f"{BARE_KEY} is for sale as version 1.\n")


def test_a_page_with_problems_is_not_imported(starter: CommandLine, tmp_path: Path) -> None:
    """Proves: the refusal lists every problem, on either output, and the catalogue stays empty."""
    page = tmp_path / "page.txt"
    page.write_text(SAMPLE.read_text().replace("Part 3", "Chapter 3"))
    refused = starter("catalog", "import", page, "--json")
    problems = refused.json["problems"]
    assert isinstance(problems, list)
    assert (refused.code, refused.refusal) == (2, "page_has_problems")
    assert "part_missing" in [problem["code"] for problem in problems]
    text = starter("catalog", "import", page)
    assert text.err.startswith("page_has_problems: ")
    assert "  - part_missing: " in text.err
    assert starter("catalog", "list", "--json").json_list == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("show", "general/nothing"), "unknown_micro_credential"),
        (("show", "nothing"), "key_not_valid"),
        (("publish", "general/nothing", "--reason", " "), "reason_missing"),
        (("add-detail", "general/nothing", 1, "x", "--reason", "y"), "unknown_micro_credential"),
        (("import", SAMPLE, "--price", "much"), "price_not_valid"),
        (("import", SAMPLE, "--details", SAMPLE), "supplement_not_valid"),
        (("import", SAMPLE, "--details", BARE.with_suffix(".details.json")), "supplement_of"),
        (("import", SAMPLE, "--issuer", "x" * 301), "terms_not_valid"),
    ],
)
def test_a_refusal_has_a_code(
    starter: CommandLine, arguments: tuple[object, ...], code: str
) -> None:
    """Proves: each refusal ends with 2 and says its code to programs, and none is traced back."""
    refused = starter("catalog", *arguments, "--json")
    assert (refused.code, refused.err) == (2, "")
    assert str(refused.refusal).startswith(code)


def test_a_refusal_is_said_to_people_too() -> None:
    """Proves: without --json a refusal is its code and sentence on the error stream, no more."""
    text = CommandLine()("catalog", "show", "nothing")
    assert (text.code, text.out) == (2, "")
    assert text.err.startswith("key_not_valid: This is not the name of a micro-credential.")
    assert text.err.rstrip().endswith("the list of the catalogue shows all.")
    assert text.widest <= WIDTH


@pytest.mark.parametrize(
    ("name", "value", "end"),
    [
        ("LAUREL_DATABASE_URL", "postgresql+asyncpg://laurel:hidden@127.0.0.1:1/laurel", 3),
        ("LAUREL_DATABASE_URL", f"sqlite+aiosqlite:///{SAMPLE}", 3),
        ("LAUREL_DATABASE_URL", "no address at all", 3),
        ("LAUREL_PROGRAMME_ZONE", "America/Missouri", 2),
    ],
)
def test_a_missing_database_is_a_sentence(
    starter: CommandLine, name: str, value: str, end: int
) -> None:
    """Proves: an unreachable or absurd database ends with 3, and no password is shown."""
    outcome = starter.with_settings(**{name: value})("catalog", "list", "--json")
    assert (outcome.code, outcome.err) == (end, "")
    assert outcome.refusal == ("database_unreachable" if end == 3 else "settings_not_valid")
    assert "hidden" not in outcome.out


def test_a_clone_needs_no_preparation(tmp_path: Path) -> None:
    """Proves: the first command makes the database of this machine by itself."""
    starter = CommandLine().with_settings(LAUREL_DATA_DIR=str(tmp_path / "new" / "var"))
    assert starter("catalog", "list", "--json").json_list == []
    assert (tmp_path / "new" / "var" / "laurel.db").exists()


async def test_a_shared_database_is_changed_on_request_only(postgres_url: str) -> None:
    """Proves: a server whose tables are of another version is left alone until ``migrate``."""
    from tests.servers import empty_database

    starter = CommandLine().with_settings(
        LAUREL_DATABASE_URL=await empty_database(postgres_url, "for_the_command_line")
    )
    outcome = starter("catalog", "list", "--json")
    assert (outcome.code, outcome.refusal) == (3, "database_not_ready")
    assert starter("migrate").code == 0
    assert starter("catalog", "list", "--json").json_list == []
