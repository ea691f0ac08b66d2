"""How a cell of a list is written when the list is given out as CSV, safe to open in a spreadsheet.

The reading of CSV files that others send is another matter (``domain.csv_lines``).
"""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

_ACTS_IN_A_SHEET: Final = ("=", "+", "-", "@", "\t", "\r", "\n")

Cell = str | int | float | bool | datetime | date | None
"""What may stand in a cell."""


def cell_text(cell: Cell, zone: ZoneInfo) -> str:
    """Return how one cell is written; text that a spreadsheet would carry out is defused.

    Instants are written in the programme's zone with their distance from UTC.
    """
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case datetime():
            return cell.astimezone(zone).isoformat(sep=" ", timespec="minutes")
        case date():
            return cell.isoformat()
        case str():
            return f"'{cell}" if cell.startswith(_ACTS_IN_A_SHEET) else cell
        case float():
            return f"{cell:.4g}"
        case int():
            return str(cell)
