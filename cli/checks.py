"""Checks of the whole: the invariants, and a sweep on demand."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from cli.office import Office, in_office, reaching_engine
from cli.output import AsJson, ExitCode, complain, print_json, print_list, print_table, say

if TYPE_CHECKING:
    from activities.contracts import SweepReport
    from adapters.records.invariants import Invariant


def add_to(app: typer.Typer) -> None:
    """Add the commands at the top level."""
    app.command()(check)
    app.command()(sweep)


def check(as_json: AsJson = False) -> None:
    """Count the breaches of what must always be true; exit code 1 above zero."""

    async def act(office: Office) -> "tuple[Invariant, ...]":
        from adapters.records.invariants import InvariantBook

        return await InvariantBook(office.database).count(datetime.now(UTC))

    invariants = in_office(act)
    if as_json:
        print_list(invariants)
    else:
        print_invariants(invariants)
    if any(each.breaches for each in invariants):
        raise typer.Exit(ExitCode.FAILED)


def print_invariants(invariants: "tuple[Invariant, ...]") -> None:
    """Print each sentence with its count, and examples where it is not zero."""
    print_table(
        ("breaches", "what must always be true"),
        [(each.breaches, each.sentence) for each in invariants],
    )
    for each in invariants:
        if each.examples:
            complain(f"{each.number}. for example: {', '.join(each.examples)}")


def sweep(as_json: AsJson = False) -> None:
    """Run one sweep now: drift between records and engine, what is stuck, invariants."""

    async def act(office: Office) -> "SweepReport":
        from office.scheduling import sweep_now

        async with reaching_engine():
            return await sweep_now((await office.engine()).client)

    report = in_office(act)
    if as_json:
        print_json(report)
        return
    for name, count in report.model_dump().items():
        say(f"{count:>6}  {name.replace('_', ' ')}")
