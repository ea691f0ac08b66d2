"""``roster``: the assessors, their capacity and their leave."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from cli.files import read_named_file
from cli.output import (
    BY_DEFAULT,
    AsJson,
    ByName,
    Reason,
    print_json,
    print_list,
    print_table,
    say,
    shown_day,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from adapters.records.roster_book import AssessorStanding
    from cli.office import Office
    from domain.grounds import Grounds
    from office.roster import RosterDesk, RosterImported, RosterOutcome

group = typer.Typer(help="Assessors: capacity, leave, activity.", no_args_is_help=True)

Assessor = Annotated[str, typer.Argument(metavar="ASSESSOR", help="Id or e-mail address.")]
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="YYYY-MM-DD, included.")]


@group.command("import")
def import_file(
    file: Annotated[str, typer.Argument(help="CSV file; - reads the input.")],
    reason: Reason,
    by_name: ByName = BY_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Add or update every assessor of a CSV file, or none if a line is wrong."""
    from cli.office import grounds_now, in_office
    from domain.csv_lines import LARGEST_FILE

    grounds = grounds_now(reason, by_name)
    data = read_named_file(file, LARGEST_FILE)
    imported = in_office(lambda o: _desk(o).import_file(data, grounds))
    _show_import(imported, as_json)


@group.command("list")
def list_assessors(as_json: AsJson = False) -> None:
    """List every assessor with libraries, places taken, and leave that is not over."""
    from adapters.records.roster_book import RosterBook
    from cli.office import in_office

    def standings(office: "Office") -> "Awaitable[tuple[AssessorStanding, ...]]":
        today = datetime.now(ZoneInfo(office.zone)).date()
        return RosterBook(office.database, office.zone).standings(today)

    found = in_office(standings)
    if as_json:
        print_list(found)
        return
    if not found:
        say("The roster is empty. Import one with `starter.py roster import`.")
        return
    columns = ("id", "name", "address", "libraries", "places", "state")
    rows = [
        (
            each.id,
            each.name,
            each.address,
            each.libraries,
            f"{each.load} of {each.capacity}",
            _state(each),
        )
        for each in found
    ]
    print_table(columns, rows, whole=(0, 2, 4))


@group.command("leave")
def leave(
    assessor: Assessor,
    first: Day,
    last: Day,
    reason: Reason,
    by_name: ByName = BY_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Record that an assessor is away and gets no offers; both days are included."""
    _change(
        lambda desk, grounds: desk.add_leave(assessor, first.date(), last.date(), grounds),
        (reason, by_name),
        as_json,
    )


@group.command("return")
def return_from_leave(
    assessor: Assessor, reason: Reason, by_name: ByName = BY_DEFAULT, as_json: AsJson = False
) -> None:
    """End the leave of today: the assessor is offered rounds from now on."""
    _change(lambda desk, grounds: desk.end_leave(assessor, grounds), (reason, by_name), as_json)


@group.command("capacity")
def capacity(
    assessor: Assessor,
    rounds: Annotated[int, typer.Argument(metavar="N", help="Rounds at a time.")],
    reason: Reason,
    by_name: ByName = BY_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Set how many rounds an assessor may hold at a time; 0 pauses the offers."""
    _change(
        lambda desk, grounds: desk.set_capacity(assessor, rounds, grounds),
        (reason, by_name),
        as_json,
    )


@group.command("deactivate")
def deactivate(
    assessor: Assessor, reason: Reason, by_name: ByName = BY_DEFAULT, as_json: AsJson = False
) -> None:
    """Offer an assessor nothing any more. Rounds that are held stay with them."""
    _change(
        lambda desk, grounds: desk.set_active(assessor, grounds, is_active=False),
        (reason, by_name),
        as_json,
    )


@group.command("activate")
def activate(
    assessor: Assessor, reason: Reason, by_name: ByName = BY_DEFAULT, as_json: AsJson = False
) -> None:
    """Let an assessor be offered rounds again."""
    _change(
        lambda desk, grounds: desk.set_active(assessor, grounds, is_active=True),
        (reason, by_name),
        as_json,
    )


def _desk(office: "Office") -> "RosterDesk":
    from adapters.records.roster_book import RosterBook
    from office.roster import RosterDesk

    return RosterDesk(RosterBook(office.database, office.zone), office.wake)


def _change(
    act: "Callable[[RosterDesk, Grounds], Awaitable[RosterOutcome]]",
    why: tuple[str, str],
    as_json: bool,
) -> None:
    """Change one assessor, and say what came of it."""
    from cli.office import grounds_now, in_office

    grounds = grounds_now(*why)
    outcome = in_office(lambda office: act(_desk(office), grounds))
    change = outcome.change
    if as_json:
        print_json(change.model_dump() | {"is_engine_told": outcome.is_engine_told})
        return
    what = "was recorded" if change.is_changed else "changes nothing: it was so already"
    held = f" {_counted(change.load, 'round')} held now stay with them." if change.load else ""
    say(f"For assessor {change.assessor_id} this {what}.{held}")
    _say_woken(change.woken, is_engine_told=outcome.is_engine_told)


def _show_import(imported: "RosterImported", as_json: bool) -> None:
    taken = imported.taken
    if as_json:
        print_json(taken.model_dump() | {"is_engine_told": imported.is_engine_told})
        return
    say(
        f"{_counted(len(taken.added), 'assessor')} added, {len(taken.updated)} updated, "
        f"{len(taken.unchanged)} unchanged."
    )
    _say_woken(taken.woken, is_engine_told=imported.is_engine_told)


def _say_woken(woken: tuple[str, ...], *, is_engine_told: bool) -> None:
    if not woken:
        return
    if is_engine_told:
        say(f"{_counted(len(woken), 'waiting round')} woken: {', '.join(woken)}.")
    else:
        say(
            f"The engine cannot be reached. {_counted(len(woken), 'waiting round')} will be "
            "woken by the sweep."
        )


def _state(assessor: "AssessorStanding") -> str:
    """Return whether somebody is offered rounds, and when they are away."""
    state = "active" if assessor.is_active else "not active"
    away = [
        f"away {shown_day(each.first_day)} to {shown_day(each.last_day)}"
        for each in assessor.leaves
    ]
    return "; ".join([state, *away])


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
