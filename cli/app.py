"""The command line: its groups, and how each way to end becomes an exit code and a sentence.

0 done · 1 a check found breaches, or something failed · 2 refused, or problems were found ·
3 a server cannot be reached. A group imports what is heavy inside its commands, so that ``--help``
is quick.
"""

from collections.abc import Sequence

import typer

from adapters.unreachable import Unreachable
from cli import (
    acts,
    assessor,
    calendar,
    catalog,
    checks,
    credentials,
    journeys,
    keys,
    orders,
    practitioner,
    release,
    roster,
    stack,
    staff,
    state,
)
from cli.output import ExitCode, print_points, print_refusal, say
from domain.refusals import Refusal

app = typer.Typer(
    help="Laurel, the back office of a micro-credential programme.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(catalog.group, name="catalog")
app.add_typer(roster.group, name="roster")
app.add_typer(calendar.group, name="calendar")
app.add_typer(orders.group, name="orders")
app.add_typer(staff.group, name="staff")
app.add_typer(credentials.group, name="credentials")
app.add_typer(state.group, name="state")
app.add_typer(keys.group, name="keys")
app.add_typer(release.group, name="release")
app.add_typer(practitioner.group, name="work")
app.add_typer(assessor.group, name="assess")
for module in (journeys, acts, checks, stack):
    module.add_to(app)


@app.callback()
def _laurel() -> None:
    """Laurel, the back office of a micro-credential programme."""


@app.command()
def migrate() -> None:
    """Bring the records database to this version of Laurel; keeps everything."""
    import asyncio

    from adapters.records.opening import bring_up_to_date
    from cli.office import known_settings

    asyncio.run(bring_up_to_date(known_settings().database_url))
    say("The records database is at this version of Laurel.")


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; what was refused is said, never traced back."""
    as_json = "--json" in arguments
    try:
        app(args=list(arguments), prog_name="starter.py")
    except Refusal as refusal:
        print_points(refusal.code, str(refusal), refusal.points, as_json)
        return ExitCode.REFUSED
    except Unreachable as unreachable:
        print_refusal(unreachable.code, str(unreachable), as_json)
        return ExitCode.UNREACHABLE
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return ExitCode.DONE
