"""``state``: what states are told of awards: choices, reports and their lines."""

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from cli.office import Office, grounds_now, in_office
from cli.output import (
    BY_DEFAULT,
    AsJson,
    ByName,
    Reason,
    complain,
    print_json,
    print_list,
    print_table,
    say,
    shown_day,
    shown_instant,
)
from domain.months import month_named
from domain.state_records import CreditKind
from domain.us_states import UsState, state_named

if TYPE_CHECKING:
    from adapters.records.keyset import Page
    from adapters.records.state_book import StateBook
    from adapters.records.state_views import DueMonth, StateRecord, StateViews, Unchosen
    from domain.state_records import StateLine, StateReport

group = typer.Typer(help="Records for states: choices, reports, lines.", no_args_is_help=True)

LINES = 100
"""Lines that are listed at a time."""

NO_STATE = "none"

State = Annotated[str, typer.Option("--state", help="Two letters, such as MO.")]
After = Annotated[str, typer.Option(help="Go on where a list ended, as it said.")]
Reported = tuple["StateReport", "tuple[StateLine, ...]", str, str]
"""A report, its lines, the zone, and what addresses of credentials start with."""


@group.command("report")
def report(
    state: State,
    month: Annotated[str, typer.Option("--month", help="YYYY-MM, of completion.")],
    by_name: ByName = BY_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Make the report of a month; made again, it holds what is new since."""
    wanted, of = state_named(state), month_named(month)

    async def act(office: Office) -> Reported:
        made = await _book(office).report(wanted, of, uuid4().hex, by_name, datetime.now(UTC))
        return await _reported(office, made.id)

    found, lines, zone, _ = in_office(act)
    if as_json:
        print_json(found)
        return
    say(_sentence(found, zone))
    _print_lines(lines)
    say(f"The file for the state: starter.py state lines {found.id} --csv")


@group.command("reports")
def reports(
    state: Annotated[str, typer.Option("--state", help="Only of this state.")] = "",
    after: After = "",
    as_json: AsJson = False,
) -> None:
    """List what is to be reported, and the reports, made last first."""
    wanted = state_named(state) if state else None

    async def act(
        office: Office,
    ) -> "tuple[tuple[DueMonth, ...], Page[StateReport], str]":
        views = _views(office)
        due = await views.due(datetime.now(UTC))
        return due, await views.reports(wanted, after, LINES), office.zone

    due, page, zone = in_office(act)
    due = tuple(each for each in due if wanted in (None, each.state))
    if as_json:
        print_json(
            {
                "due": [each.model_dump(mode="json") for each in due],
                "reports": [each.model_dump(mode="json") for each in page.lines],
            }
        )
        return
    _print_due(due)
    _print_reports(page, zone)


@group.command("lines")
def lines(
    report_id: Annotated[str, typer.Argument(metavar="REPORT", help="Number of a report.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the file for the state.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the lines of a report as they were made."""
    found, told, zone, public_url = in_office(lambda office: _reported(office, report_id))
    if as_csv:
        typer.echo(_sheet(found, told, zone, public_url), nl=False)
    elif as_json:
        print_list(told)
    else:
        say(_sentence(found, zone))
        _print_lines(told)


@group.command("unchosen")
def unchosen(after: After = "", as_json: AsJson = False) -> None:
    """List the awards whose earners have not chosen a state, the oldest first."""

    async def act(office: Office) -> "tuple[Page[Unchosen], str]":
        return await _views(office).unchosen(after, LINES), office.zone

    page, zone = in_office(act)
    if as_json:
        print_list(page.lines)
        return
    if not page.lines:
        complain("Everybody with an award has chosen.")
        return
    rows = [
        (each.enrollment_id, each.name, each.title, shown_instant(each.awarded_at, zone))
        for each in page.lines
    ]
    print_table(("enrollment", "practitioner", "micro-credential", "completed"), rows)
    if page.after:
        say(f"There are more: --after {page.after}")


@group.command("choose")
def choose(
    enrollment: Annotated[str, typer.Argument(metavar="ENROLLMENT", help="With an award.")],
    state: Annotated[str, typer.Option("--state", help="Two letters, or none.")],
    reason: Reason,
    credit: Annotated[CreditKind, typer.Option(help="As what.")] = CreditKind.PD_HOURS,
    educator_number: Annotated[str, typer.Option(help="If the state asks for one.")] = "",
    by_name: ByName = BY_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Record what a practitioner chose; after a report it is a correction of the next one."""
    from domain.state_records import state_choice

    to: UsState | None = None if state.lower() == NO_STATE else state_named(state)
    choice = state_choice(to, credit, educator_number)
    grounds = grounds_now(reason, by_name)

    async def act(office: Office) -> "StateRecord":
        await _book(office).choose_for(enrollment, choice, grounds)
        return await _views(office).record(enrollment)

    record = in_office(act)
    if as_json:
        print_json(record)
        return
    told = f"{to} hears of it as {_spoken(credit)}" if to else "no state hears of it"
    say(f"Kept: {told}.")
    if record.told and record.is_pending:
        say("It was reported before; the correction goes out with the next report.")


def _book(office: Office) -> "StateBook":
    from adapters.records.state_book import StateBook

    return StateBook(office.database, office.zone)


def _views(office: Office) -> "StateViews":
    from adapters.records.state_views import StateViews

    return StateViews(office.database, office.zone)


async def _reported(office: Office, report_id: str) -> Reported:
    made, told = await _views(office).report(report_id)
    return made, told, office.zone, office.settings.public_url


def _sentence(report: "StateReport", zone: str) -> str:
    which = f", number {report.ordinal} of that month" if report.ordinal > 1 else ""
    lines = f"{report.lines} {'line' if report.lines == 1 else 'lines'}"
    made = shown_instant(report.made_at, zone)
    return (
        f"Report {report.id}: {report.state}, {report.month}{which}; {lines}. "
        f"Made {made} by {report.made_by}."
    )


def _print_due(due: "tuple[DueMonth, ...]") -> None:
    if not due:
        say("Nothing is to be reported.")
        return
    rows = [
        (each.state, each.month, each.lines, "yes" if each.is_over else "not yet") for each in due
    ]
    say("To be reported")
    print_table(("state", "month", "lines", "is over"), rows)
    say()


def _print_reports(page: "Page[StateReport]", zone: str) -> None:
    rows = [
        (
            *(each.id, each.state, each.month, each.ordinal, each.lines, each.made_by),
            shown_instant(each.made_at, zone),
        )
        for each in page.lines
    ]
    if rows:
        print_table(("report", "state", "month", "number", "lines", "by", "made"), rows)
    else:
        say("No report was made yet.")
    if page.after:
        say(f"There are more: --after {page.after}")


def _print_lines(told: "tuple[StateLine, ...]") -> None:
    rows = [
        (
            *(each.kind, each.name, each.title, shown_day(each.completed_on)),
            *(each.fiscal_year, _spoken(each.credit), each.amount),
        )
        for each in told
    ]
    columns = ("line", "practitioner", "micro-credential", "completed", "year", "as", "hours")
    print_table(columns, rows)


def _spoken(credit: CreditKind) -> str:
    return {CreditKind.PD_HOURS: "PD hours", CreditKind.ACADEMY_CREDIT: "academy credit"}[credit]


def _sheet(report: "StateReport", told: "tuple[StateLine, ...]", zone: str, public_url: str) -> str:
    """Return the same file that the portal gives out."""
    from zoneinfo import ZoneInfo

    from domain.csv_cells import cell_text
    from domain.state_sheet import COLUMNS, row_of

    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(COLUMNS)
    for line in told:
        cells = row_of(report, line, public_url)
        writer.writerow([cell_text(cell, ZoneInfo(zone)) for cell in cells])
    return sheet.getvalue()
