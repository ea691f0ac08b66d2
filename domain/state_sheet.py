"""A report for a state as a sheet: its columns, which never change their names or their order.

New columns come last, so that whoever reads the sheets with a program goes on reading them.
"""

from typing import Final

from domain.csv_cells import Cell
from domain.state_records import StateLine, StateReport

COLUMNS: Final = (
    *("report", "line", "kind", "corrects", "state", "month", "fiscal year", "completed on"),
    *("name", "educator number", "library", "micro-credential", "version", "credit", "hours"),
    *("credential", "enrollment"),
)
"""The header of every sheet (docs/operations.md, "Records for states")."""


def row_of(report: StateReport, line: StateLine, public_url: str) -> tuple[Cell, ...]:
    """Return one line as a row. ``credential`` is the address at which anybody can check it."""
    return (
        report.id,
        line.id,
        line.kind.value,
        line.corrects,
        line.state.value,
        str(report.month),
        str(line.fiscal_year),
        line.completed_on,
        line.name,
        line.educator_number,
        line.library,
        line.title,
        line.version,
        line.credit.value,
        line.amount,
        f"{public_url}/credentials/{line.credential_id}",
        line.enrollment_id,
    )
