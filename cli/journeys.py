"""Journeys: the list, and one with everything about it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.desks import board_of, views_of
from cli.office import Office, in_office
from cli.output import (
    AsJson,
    complain,
    print_json,
    print_list,
    print_table,
    say,
    shown_instant,
)

if TYPE_CHECKING:
    from adapters.records.keyset import Page
    from adapters.records.list_values import JourneyLine
    from adapters.records.view_values import JourneyView, OpenAttentionLine

Enrollment = Annotated[str, typer.Argument(metavar="ENROLLMENT", help="Number of an enrollment.")]


LINES = 100
"""Journeys that are listed at a time."""


def add_to(app: typer.Typer) -> None:
    """Add the commands at the top level."""
    app.command("journeys")(list_journeys)
    app.command("journey")(show_journey)
    app.command("attention")(list_attention)


def list_journeys(
    stage: Annotated[str, typer.Option(help="Only at this stage.")] = "",
    waiting_on: Annotated[str, typer.Option(help="Only waiting on this party.")] = "",
    library: Annotated[str, typer.Option(help="Only of this library.")] = "",
    search: Annotated[str, typer.Option(help="Beginning of a name, address or number.")] = "",
    attention: Annotated[bool, typer.Option("--attention", help="Only with attention.")] = False,
    open_only: Annotated[bool, typer.Option("--open", help="Only those not ended.")] = False,
    late: Annotated[bool, typer.Option("--late", help="Only past their due time.")] = False,
    after: Annotated[str, typer.Option(help="Go on after this enrollment.")] = "",
    as_json: AsJson = False,
) -> None:
    """List journeys: where each stands, who is waited on, until when."""
    from adapters.records.journey_list import cursor_after
    from adapters.records.list_values import JourneyFilter, JourneyOrder

    wanted = JourneyFilter(
        stage=stage or None,
        waiting_on=waiting_on or None,
        library=library or None,
        text=search or None,
        has_attention=attention,
        is_open=open_only,
        is_late_at=datetime.now(UTC) if late else None,
    )

    async def act(office: Office) -> "tuple[Page[JourneyLine], str]":
        page = await board_of(office).journeys(
            wanted, JourneyOrder.NUMBER, cursor_after(after), LINES
        )
        return page, office.zone

    page, zone = in_office(act)
    if as_json:
        print_list(page.lines)
    elif page.lines:
        _show_lines(page.lines, zone)
    else:
        complain("No journey fits. Without options, every journey is listed.")


def _show_lines(lines: "tuple[JourneyLine, ...]", zone: str) -> None:
    print_table(
        ("enrollment", "practitioner", "micro-credential", "stage", "waits on", "until", "!"),
        [
            (
                line.enrollment_id,
                line.practitioner,
                line.title,
                line.ending or f"{line.stage} (round {line.round})",
                "-" if line.ending else line.waiting_on,
                shown_instant(line.waiting_until, zone) if line.waiting_until else "-",
                line.attention or "",
            )
            for line in lines
        ],
    )


def show_journey(enrollment: Enrollment, as_json: AsJson = False) -> None:
    """Show one journey: stage, who is waited on, why that instant, timeline, notices, attention."""
    view = in_office(lambda office: views_of(office).journey(enrollment))
    if as_json:
        print_json(view)
        return
    _show_standing(view)
    _show_timeline(view)
    _show_notices(view)
    _show_attention(view)


def _show_timeline(view: "JourneyView") -> None:
    say("\nTimeline")
    print_table(
        ("when", "what", "who", "why"),
        [
            (
                shown_instant(line.at, view.zone),
                _what(line.what, line.round, line.facts),
                line.by or line.party,
                line.why,
            )
            for line in view.timeline
        ],
    )


def _show_notices(view: "JourneyView") -> None:
    say("\nNotices")
    print_table(
        ("intended", "notice", "to", "state", "server's reply", "number"),
        [
            (
                shown_instant(each.intended_at, view.zone),
                each.kind.replace("_", " "),
                each.recipient,
                each.state,
                each.reply,
                each.notice_id,
            )
            for each in view.notices
        ],
    )


def _show_attention(view: "JourneyView") -> None:
    open_attention = [each for each in view.attention if each.closed_at is None]
    say("\nAttention" if open_attention else "\nNothing needs attention.")
    for each in open_attention:
        since = shown_instant(each.opened_at, view.zone)
        say(f"  {each.kind.replace('_', ' ')}, since {since} {each.why}".rstrip())


def list_attention(as_json: AsJson = False) -> None:
    """List everything that operations must look at, oldest first."""

    async def act(office: Office) -> "tuple[tuple[OpenAttentionLine, ...], str]":
        return await views_of(office).open_attention(), office.zone

    lines, zone = in_office(act)
    if as_json:
        print_list(lines)
    elif lines:
        print_table(
            ("subject", "attention", "since", "why"),
            [
                (line.subject, line.kind, shown_instant(line.opened_at, zone), line.why)
                for line in lines
            ],
        )
    else:
        say("Nothing needs attention.")


def _show_standing(view: "JourneyView") -> None:
    access = "not yet"
    if view.access_met_at:
        access = shown_instant(view.access_met_at, view.zone)
    broken = " (promise broken)" if view.access_breached_at else ""
    print_table(
        (),
        [
            ("enrollment", view.enrollment_id),
            ("practitioner", f"{view.practitioner} <{view.address}> {view.organization}".strip()),
            ("micro-credential", f"{view.title} ({view.library}, version {view.version})"),
            ("order", f"{view.order}, line {view.line_id}"),
            ("stage", view.ending or f"{view.stage}, round {view.round}"),
            ("waits on", "-" if view.ending else view.waiting_on),
            ("until", _until(view.waiting_until, view.zone)),
            ("why then", view.why_then or "-"),
            ("access", access + broken),
            ("subscription", _until(view.subscription_until, view.zone)),
            ("assessor", view.assessor or "-"),
        ],
    )


def _until(instant: datetime | None, zone: str) -> str:
    return shown_instant(instant, zone) if instant else "-"


def _what(kind: str, round_number: int | None, facts: dict[str, object]) -> str:
    shown = [
        str(value) if not isinstance(value, list) else ", ".join(str(each) for each in value)
        for key, value in facts.items()
        if not key.endswith("_id") and value not in (None, [])
    ]
    told = kind.replace("_", " ") + (f": {', '.join(shown)}" if shown else "")
    return told + (f" (round {round_number})" if round_number else "")
