"""Logs name no person, whatever is handed to them, and still say what happened where."""

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog

from adapters.telemetry import (
    LONGEST_TEXT,
    about_journey,
    configure_logging,
    logger_named,
)
from domain.refusals import Conflict
from settings import LogLevel

PERSON = "Ada Practitioner"
ADDRESS = "ada@example.org"


class RosterIsFull(Conflict):
    """A refusal for these tests."""

    code = "roster_is_full"
    sentence = "The roster has {places} places, and all are taken: free one first."


class Lines:
    """What was logged, line by line."""

    def __init__(self) -> None:
        self.stream = StringIO()

    @property
    def text(self) -> str:
        """All lines as they were written."""
        return self.stream.getvalue()

    def last(self) -> dict[str, object]:
        """Return the last line."""
        line: dict[str, object] = json.loads(self.text.splitlines()[-1])
        return line


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Logging as in production, into memory; what was configured before comes back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = Lines()
    configure_logging(LogLevel.INFO, written.stream)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_says_what_happened_in_which_journey(lines: Lines) -> None:
    """Proves: enrollment and round stand on every line of a journey, and on none after it."""
    log = logger_named("adapters.mail.smtp")
    with about_journey("E-7", 2):
        log.info("notice accepted", notice="N-1", attempt=3)
    line = lines.last()
    assert line["event"] == "notice accepted"
    assert (line["enrollment"], line["round"], line["attempt"]) == ("E-7", 2, 3)
    assert (line["logger"], line["level"]) == ("adapters.mail.smtp", "info")
    log.info("pool closed")
    assert "enrollment" not in lines.last()


def test_a_field_that_is_not_listed_is_dropped_and_reported(lines: Lines) -> None:
    """Proves: a value gets out only under a name that somebody decided to let out."""
    logger_named("adapters.x").info("order received", payer=PERSON, order="O-1")
    assert PERSON not in lines.text
    assert lines.last()["dropped"] == ["payer"]
    assert lines.last()["order"] == "O-1"


def test_addresses_are_masked_and_texts_bounded(lines: Lines) -> None:
    """Proves: even a listed field carries no address, and no page of text."""
    logger_named("adapters.x").info("reply", code=f"550 <{ADDRESS}> unknown", kind="x" * 5000)
    assert ADDRESS not in lines.text
    assert len(str(lines.last()["kind"])) == LONGEST_TEXT


@pytest.mark.parametrize("name", ["sqlalchemy.engine", "temporalio.worker", "asyncio"])
def test_arguments_of_library_records_are_never_written(lines: Lines, name: str) -> None:
    """Proves: SQL parameters and activity payloads stay out, the template is kept."""
    logging.getLogger(name).warning("input was %r", PERSON, extra={"payload": PERSON})
    assert PERSON not in lines.text
    assert lines.last()["event"] == "input was %r"


def test_records_of_the_engine_keep_their_identifiers(lines: Lines) -> None:
    """Proves: a failure in a workflow or activity can be found again by its ids."""
    extra = {"temporal_activity": {"workflow_id": "enrollment/E-7", "attempt": 2, "args": PERSON}}
    logging.getLogger("temporalio.activity").warning("failed", extra=extra)
    assert lines.last()["workflow_id"] == "enrollment/E-7"
    assert lines.last()["attempt"] == 2
    assert PERSON not in lines.text


def test_an_error_is_written_as_kinds_and_places(lines: Lines) -> None:
    """Proves: what went wrong and where is there; text that may quote anything is not."""
    try:
        try:
            raise ConnectionRefusedError(111, "Connection refused", f"/files/{PERSON}")
        except OSError as cause:
            raise ValueError(f"could not tell {PERSON}") from cause
    except ValueError:
        logger_named("adapters.x").exception("notice not sent")
    line = lines.last()
    assert line["error"] == "ValueError < ConnectionRefusedError"
    assert line["error_text"] == "Connection refused"
    assert "test_logs.py" in str(line["error_at"])
    assert PERSON not in lines.text


def test_a_refusal_keeps_its_sentence(lines: Lines) -> None:
    """Proves: the words of a business refusal, which are ours, reach operations."""
    error = RosterIsFull(places=3)
    logging.getLogger("workflows.assignment").warning("refused", exc_info=error)
    assert str(lines.last()["error_text"]).startswith("The roster has 3 places")


def test_levels_are_ours_to_choose_and_libraries_stay_quiet(lines: Lines) -> None:
    """Proves: INFO of our own is written, DEBUG and libraries' INFO are not."""
    logger_named("adapters.x").debug("detail")
    logging.getLogger("sqlalchemy.engine").info("SELECT")
    assert lines.text == ""
    logging.getLogger("temporalio.worker").info("started")
    assert lines.last()["event"] == "started"
