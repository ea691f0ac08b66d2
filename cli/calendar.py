"""``calendar``: the days on which the programme is closed."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import BY_DEFAULT, AsJson, ByName, Reason, print_json, print_table, say, shown_day

if TYPE_CHECKING:
    from cli.office import Office
    from domain.closures import Closed
    from office.closures import CalendarDesk

group = typer.Typer(help="Business days: holidays and own closures.", no_args_is_help=True)


@group.command("close")
def close(
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="YYYY-MM-DD.")],
    name: Annotated[str, typer.Argument(help="What the day is called in explanations.")],
    reason: Reason,
    by_name: ByName = BY_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Close a day. Due times that were promised before it was closed stay as they are."""
    from cli.office import grounds_now, in_office

    grounds = grounds_now(reason, by_name)
    closed = in_office(lambda o: _desk(o).close(day.date(), name, grounds))
    if as_json:
        print_json(closed)
        return
    say(_sentence(closed))


@group.command("show")
def show(
    year: Annotated[
        int | None, typer.Argument(min=1, max=9999, help="By default this year.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the holidays and closures of a year."""
    from cli.office import in_office

    found = in_office(lambda o: _desk(o).year(year, datetime.now(UTC)))
    if as_json:
        print_json(found)
        return
    say(f"{found.year}, calendar {found.name} version {found.version}, times in {found.zone}")
    rows = [(shown_day(each.day), each.kind, each.name) for each in found.days]
    print_table(("day", "kind", "name"), rows)


def _desk(office: "Office") -> "CalendarDesk":
    from adapters.records.closure_book import ClosureBook
    from office.closures import CalendarDesk

    return CalendarDesk(ClosureBook(office.database, office.zone))


def _sentence(closed: "Closed") -> str:
    what = "is closed now" if closed.is_new else "was closed already"
    sentence = (
        f"{shown_day(closed.day)} {what}: {closed.name} (calendar version "
        f"{closed.calendar_version})."
    )
    if closed.is_weekend:
        sentence += " It lies on a weekend, which is no business day anyway."
    if closed.holiday:
        sentence += f" It is a holiday anyway: {closed.holiday}."
    return sentence
