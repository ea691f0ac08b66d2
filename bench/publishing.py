"""Writes what was measured into the documents, between their marks, and draws the picture."""

from pathlib import Path
from typing import Final

from adapters.embedded.stack import ROOT
from bench.figures import Line, Results, Verdict
from bench.picture import picture
from bench.table import conditions, markdown

DOCUMENT: Final = ROOT / "docs" / "cost.md"
README: Final = ROOT / "README.md"
PICTURE: Final = ROOT / "docs" / "pictures" / "cost.svg"


class NotMeasured(Exception):
    """There is nothing that could be published."""


def publish(results: Results) -> None:
    """Write figures, conditions and picture of all rows that are there.

    Raises ``NotMeasured`` when there is none, or one that is quick, failed or says nothing.
    """
    if not results.rows or any(row.is_quick for row in results.rows):
        raise NotMeasured("Measure first, with `make bench`; what QUICK=1 finds is not published.")
    failed = [str(row.number) for row in results.rows if row.failure or not row.lines]
    if failed:
        again = ",".join(failed)
        raise NotMeasured(f"Not measured: {again}. Measure again, with `make bench ROWS={again}`.")
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture(results))
    replace_between(DOCUMENT, "figures", markdown(results))
    replace_between(DOCUMENT, "conditions", conditions(results))
    replace_between(README, "cost", in_one_line(results))


def replace_between(file: Path, mark: str, text: str) -> None:
    """Put text between a document's marks. Raises ``ValueError`` when they are not there."""
    begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    content = file.read_text()
    before, middle, rest = content.partition(begin)
    _, closing, after = rest.partition(end)
    if not (middle and closing):
        raise ValueError(f"{file.name} has no place for {mark}")
    file.write_text(f"{before}{begin}\n{text}\n{end}{after}")


def in_one_line(results: Results) -> str:
    """Return how many goals were met, for the README."""
    lines = [line for row in results.rows for line in row.lines if line.goal]
    met, missed = (_count(lines, each) for each in (Verdict.MET, Verdict.MISSED))
    at = max(row.at for row in results.rows)
    open_ones = len(lines) - met - missed
    rest = f", and {open_ones} got no verdict" if open_ones else ""
    return (
        f"Of {len(lines)} goals, {met} were met and {missed} missed{rest} "
        f"({at:%Y-%m-%d}, {results.cores})."
    )


def _count(lines: list[Line], verdict: Verdict) -> int:
    return sum(line.verdict is verdict for line in lines)
