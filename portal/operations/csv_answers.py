"""Lists as CSV: all that fits the filters, streamed page by page, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Final, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import BeforeValidator

from adapters.records.keyset import Page
from domain.csv_cells import Cell, cell_text

__all__ = [
    "LINES_AT_ONCE",
    "AsShape",
    "Cell",
    "Shape",
    "cell_text",
    "csv_answer",
    "csv_list",
    "every_line",
    "rows_of",
]

LINES_AT_ONCE: Final = 500
"""Lines that are read at a time; a list of any length takes no more memory than these."""

_MARK: Final = "\ufeff"
"""By which spreadsheets know that the text is UTF-8."""

LineT = TypeVar("LineT")


class Shape(StrEnum):
    """In which shape a list is asked for, besides as a page."""

    CSV = "csv"


AsShape = Annotated[Shape | None, BeforeValidator(lambda given: given or None), Query(alias="as")]
"""A parameter of routes: ``?as=csv`` asks for the same list as a file."""


def csv_answer(
    name: str, columns: Sequence[str], rows: AsyncIterator[Sequence[Cell]], zone: ZoneInfo
) -> StreamingResponse:
    """Answer with a file called ``name``.csv of these rows."""
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(
        _written(columns, rows, zone), media_type="text/csv; charset=utf-8", headers=headers
    )


async def every_line(
    first: Page[LineT], ask: Callable[[str], Awaitable[Page[LineT]]]
) -> AsyncIterator[LineT]:
    """Yield the lines of a list from its ``first`` page to its last."""
    page = first
    while True:
        for line in page.lines:
            yield line
        if page.after is None:
            return
        page = await ask(page.after)


async def csv_list(
    name: str,
    columns: Sequence[str],
    ask: Callable[[str], Awaitable[Page[LineT]]],
    row_of: Callable[[LineT], Sequence[Cell]],
    zone: ZoneInfo,
) -> StreamingResponse:
    """Answer with every line that ``ask`` gives, page after page.

    The first page is read before anything is answered, so that a refusal is still one.
    """
    first = await ask("")

    async def rows() -> AsyncIterator[Sequence[Cell]]:
        async for line in every_line(first, ask):
            yield row_of(line)

    return csv_answer(name, columns, rows(), zone)


async def rows_of(rows: Iterable[Sequence[Cell]]) -> AsyncIterator[Sequence[Cell]]:
    """Yield rows that are at hand already."""
    for row in rows:
        yield row


async def _written(
    columns: Sequence[str], rows: AsyncIterator[Sequence[Cell]], zone: ZoneInfo
) -> AsyncIterator[str]:
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(columns)
    yield _MARK + _taken(sheet)
    async for row in rows:
        writer.writerow([cell_text(cell, zone) for cell in row])
        if sheet.tell() > 1 << 14:
            yield _taken(sheet)
    yield _taken(sheet)


def _taken(sheet: io.StringIO) -> str:
    text = sheet.getvalue()
    sheet.seek(0)
    sheet.truncate()
    return text
