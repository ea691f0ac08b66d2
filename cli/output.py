"""What a command shows: tables and records for people, JSON for programs, refusals for both.

Everything fits 100 columns, also in a pipe. Texts are shown as they are: none is read as markup.
Rich is loaded when something is drawn, so that ``--json`` stays quick.
"""

import io
import json
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, Final, TextIO
from zoneinfo import ZoneInfo

import typer
from pydantic import BaseModel

if TYPE_CHECKING:
    from rich.console import Console

WIDTH: Final = 100
"""Columns that no line exceeds."""

WHOLE_WIDTH: Final = 60
"""Columns that cells which must not be broken may take together."""


class ExitCode(IntEnum):
    """How a command ended, for whoever called it."""

    DONE = 0
    FAILED = 1
    REFUSED = 2
    UNREACHABLE = 3


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with the change.")]
ByName = Annotated[str, typer.Option("--by", help="In whose name; it is kept with the reason.")]
BY_DEFAULT: Final = "operations"


def print_json(content: object) -> None:
    """Print what a program asked for: plain values, or a model's JSON form."""
    plain = content.model_dump(mode="json") if isinstance(content, BaseModel) else content
    typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))


def print_list(models: Sequence[BaseModel]) -> None:
    """Print several values for a program."""
    print_json([model.model_dump(mode="json") for model in models])


def print_record(model: BaseModel, as_json: bool, zone: str = "UTC") -> None:
    """Print one value: as JSON, or field by field with its instants in ``zone``."""
    if as_json:
        print_json(model)
        return
    fields = [(name.replace("_", " "), getattr(model, name)) for name in type(model).model_fields]
    print_table((), [(name, shown(value, zone)) for name, value in fields])


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[object]], whole: Sequence[int] = (0,)
) -> None:
    """Print rows below their columns' names; long cells go on in the next line.

    Cells of the columns numbered in ``whole`` are not broken, while they leave room for others.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=bool(columns), pad_edge=False, padding=(0, 2, 0, 0))
    cells = [[shown(cell) for cell in row] for row in rows]
    room = WHOLE_WIDTH
    for index, name in enumerate(columns or [""] * max(map(len, rows), default=0)):
        longest = max((len(row[index]) for row in cells), default=0)
        is_whole = index in whole and longest <= room
        room -= longest if is_whole else 0
        table.add_column(name, overflow="fold", no_wrap=is_whole)
    for row in cells:
        table.add_row(*map(Text, row))
    _console(sys.stdout).print(table)


def say(text: str = "") -> None:
    """Print a sentence or two, wrapped."""
    from rich.text import Text

    _console(sys.stdout).print(Text(text))


def complain(text: str) -> None:
    """Print a sentence to the error stream, wrapped."""
    typer.echo(textwrap.fill(text, WIDTH, subsequent_indent="  "), err=True)


def print_refusal(code: str, message: str, as_json: bool, problems: Sequence[object] = ()) -> None:
    """Say what was refused: on the error stream for people, as JSON for programs.

    ``problems`` are printed with it, for programs beside the error, for people line by line.
    """
    if as_json:
        listed = {"problems": list(problems)} if problems else {}
        print_json({"error": {"code": code, "message": message}} | listed)
        return
    complain(f"{code}: {message}")


def print_points(code: str, message: str, points: Sequence[object], as_json: bool) -> None:
    """Say what was refused, and each point that has to be put right."""
    plain = [_plain(point) for point in points]
    print_refusal(code, message, as_json, plain)
    for point in () if as_json else plain:
        column = f", {point['column']}" if point.get("column") else ""
        where = f"line {point['line']}{column}: " if "line" in point else ""
        said = point.get("sentence", point.get("message"))
        complain(f"  - {where}{point['code']}: {said}")


def _plain(point: object) -> dict[str, object]:
    """Return the fields of one point; both kinds have a code and a sentence."""
    if isinstance(point, BaseModel):
        return point.model_dump(mode="json")
    if is_dataclass(point) and not isinstance(point, type):
        return asdict(point)
    raise TypeError(f"{type(point).__name__} is no point of a refusal")


def shown(value: object, zone: str = "UTC") -> str:
    """Return how a value is written for people: instants with their zone, nothing as a dash."""
    match value:
        case None | "" | ():
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return shown_instant(value, zone)
        case date():
            return shown_day(value)
        case tuple() | list() | frozenset():
            return ", ".join(shown(each, zone) for each in value)
        case _:
            return str(value)


def shown_instant(at: datetime, zone: str) -> str:
    """Return an instant as the clock on the wall of ``zone`` shows it, with the zone."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M} {local:%Z}"


def shown_day(day: date) -> str:
    """Return a day with its weekday, which says more than the date about business days."""
    return f"{_WEEKDAYS[day.weekday()]} {day.isoformat()}"


_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def shown_cents(cents: int) -> str:
    """Return an amount of dollars."""
    return f"{cents // 100:,}.{cents % 100:02}"


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[], None]]:
    """Draw a bar on the error stream of a terminal, silent elsewhere; gives what moves it on."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.progress import Progress

    with Progress(console=_console(sys.stderr), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda: bar.advance(task)


def _console(stream: TextIO | None) -> "Console":
    from rich.console import Console

    # A process may be started without an output; then nobody wants to see this.
    stream = stream or io.StringIO()
    console = Console(file=stream, markup=False, highlight=False, emoji=False)
    # In a pipe rich would guess; a terminal may be narrower than what we promise.
    console.width = min(console.width, WIDTH) if stream.isatty() else WIDTH
    return console
