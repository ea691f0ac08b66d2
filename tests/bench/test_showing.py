"""How results are shown: a table that fits, documents with their marks, a picture, the JSON."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.__main__ import kept
from bench.engine_metrics import counted as counters_on
from bench.figures import (
    Machine,
    Results,
    RowResult,
    absent,
    alone,
    at_least,
    at_most,
    compared,
    series,
    told,
)
from bench.machine import commit_of
from bench.picture import picture
from bench.publishing import NotMeasured, in_one_line, publish, replace_between
from bench.rows import TITLES, groups_of
from bench.table import WIDTH, conditions, markdown, table

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
DOCUMENT_WIDTH = 110
LONG = "a quantity whose name is so long that it does not fit its column and goes on below"
HALF = at_least(0.5, is_ratio=True)
LINES = (
    compared(LONG, "MiB/s", series(1234, 1234), series(7654, 7654), LONG, HALF),
    alone("p99", "s", series(0.5, 0.5), at_most(1.0), remark=LONG * 3),
    told("told & shown", "", 3),
    absent("a tool", "/s", at_least(0.8, is_ratio=True), "apt install postfix"),
)


MACHINE = Machine(
    cores=2,
    processor="A processor",
    memory_gib=8,
    system="Linux",
    versions={"python": "3.11"},
    commit="0a1b2c3",
)


def results(*, is_quick: bool = False) -> Results:
    """Return what two rows said."""
    row = RowResult(
        number=7,
        title="A row",
        machine=MACHINE,
        lines=LINES,
        setup=("records on SQLite", LONG * 2),
        at=AT,
        took=12,
        load=0.5,
        others=0.01,
        is_quick=is_quick,
    )
    return Results().with_row(row).with_row(row.model_copy(update={"number": 3}))


def test_the_table_fits_a_terminal() -> None:
    """Proves: no line of the table is wider than 100 columns, whatever it has to say."""
    lines = table(results()).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert any("missed" in line for line in lines)


def test_what_a_document_gets_fits_it() -> None:
    """Proves: a publishing leaves documents that their own test lets pass."""
    shown = f"{markdown(results())}\n{conditions(results())}\n{in_one_line(results())}"
    wide = [line for line in shown.splitlines() if len(line) > DOCUMENT_WIDTH]
    assert [line for line in wide if LONG not in line] == []
    assert "Of 6 goals, 2 were met and 2 missed, and 2 got no verdict" in shown


def test_the_picture_is_one() -> None:
    """Proves: names of figures cannot break the drawing, and each goal has its bar or its words."""
    drawn = ET.fromstring(picture(results()))  # noqa: S314  our own
    text = "".join(drawn.itertext())
    assert text.count("not measured") == 2
    assert text.count(LONG) == 2


def test_rows_are_kept_in_order_and_replaced() -> None:
    """Proves: rows that are measured one by one add up, and the newest of each counts."""
    before = results()
    again = before.rows[0].model_copy(update={"took": 99.0})
    after = Results.model_validate_json(before.with_row(again).model_dump_json())
    assert [(row.number, row.took) for row in after.rows] == [(3, 99.0), (7, 12.0)]


def test_rows_that_share_a_system_share_a_process() -> None:
    """Proves: every row is in one group, and a choice of rows keeps to them."""
    assert [row for group in groups_of(list(TITLES)) for row in group] == list(range(1, 14))
    assert groups_of([1, 3, 5, 9]) == [(1,), (3, 5), (9,)]


def test_what_was_tried_out_is_not_published() -> None:
    """Proves: figures of a quick run and of no run never reach a document, nor does the bare title
    of a row that failed; what was kept by another harness is refused in words.
    """
    row = results().rows[0]
    failed = row.model_copy(update={"number": 9, "lines": (), "failure": "It failed: OSError."})
    with pytest.raises(NotMeasured, match="ROWS=9"):
        publish(results().with_row(failed))
    for nothing in (results(is_quick=True), Results()):
        with pytest.raises(NotMeasured):
            publish(nothing)


def test_what_another_harness_kept_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: figures of which nobody knows on what they were measured are neither read as ours nor
    lost: they have to be put away.
    """
    file = tmp_path / "latest.json"
    monkeypatch.setattr("bench.__main__.LATEST", file)
    assert kept() == Results()
    file.write_text(results().model_dump_json())
    assert kept() == results()
    file.write_text('{"machine": {"cores": 2}, "rows": []}')
    with pytest.raises(NotMeasured, match="put it away"):
        kept()


def test_a_row_keeps_the_machine_that_it_was_measured_on() -> None:
    """Proves: publishing on another machine, or after another commit, stamps neither on figures
    that were taken before.
    """
    elsewhere = MACHINE.model_copy(update={"cores": 8, "commit": "ffffff0"})
    row = results().rows[0].model_copy(update={"number": 12, "machine": elsewhere})
    shown = " ".join(conditions(results().with_row(row)).split())
    assert "Rows 3, 7: 2 cores (A processor)" in shown
    assert "commit 0a1b2c3" in shown
    assert "Row 12: 8 cores (A processor)" in shown
    assert "2 or 8 cores" in in_one_line(results().with_row(row))
    assert "Rows" not in conditions(results()).partition(";")[0]


def test_the_commit_is_that_of_the_checkout(tmp_path: Path) -> None:
    """Proves: outside of a checkout a row can be measured as well, and names no commit."""
    assert commit_of(tmp_path) == ""


def test_only_what_stands_between_the_marks_is_replaced(tmp_path: Path) -> None:
    """Proves: publishing twice is publishing once, and the words around stay."""
    file = tmp_path / "cost.md"
    file.write_text("before\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n")
    for _ in range(2):
        replace_between(file, "figures", "new")
    assert file.read_text() == "before\n<!-- figures -->\nnew\n<!-- /figures -->\nafter\n"
    with pytest.raises(ValueError, match="conditions"):
        replace_between(file, "conditions", "new")


def test_the_counters_of_the_server_are_read() -> None:
    """Proves: calls are counted by operation, and neither polls nor the server's own affairs."""
    page = "\n".join(
        (
            'service_requests{namespace="default",operation="StartWorkflowExecution",'
            'service_name="frontend"} 3',
            'service_requests{namespace="default",operation="PollWorkflowTaskQueue",'
            'service_name="frontend"} 9',
            'service_requests{namespace="temporal_system",operation="StartWorkflowExecution",'
            'service_name="frontend"} 5',
            'persistence_requests{namespace="default",operation="UpdateWorkflowExecution",'
            'service_name="history"} 4',
            'persistence_requests{namespace="default",operation="GetWorkflowExecution",'
            'service_name="history"} 8',
            'visibility_persistence_requests{operation="RecordWorkflowExecutionStarted",'
            'service_name="history"} 2',
        )
    )
    found = counters_on(page)
    assert +found.calls == {"StartWorkflowExecution": 3}
    assert found.commits.total() == 4
    assert found.visibility.total() == 2
    assert found.since(found).calls.total() == 0
