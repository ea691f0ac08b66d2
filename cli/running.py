"""A whole Laurel that runs until it is told to stop, and what is said about it meanwhile."""

import asyncio
from pathlib import Path

import typer
from temporalio.service import RPCError

from adapters.embedded.stack import EmbeddedStack
from adapters.records.database import Database
from adapters.records.link_signing import Links
from adapters.records.opening import bring_up_to_date, open_database
from adapters.records.staff_book import StaffBook
from cli.cohort import STEPS, STEPS_FOR_LINKS, Cohort, SignIns
from cli.cohort_journey import CohortStuck
from cli.desks import desks_of
from cli.office import Office, grounds_now
from cli.output import complain, progress, say
from domain.refusals import Refusal
from office.desks import Desks
from office.engine import WorkflowEngine
from settings import Settings

PLAYED_FILE = "cohort.played"
"""Where the data directory says what of the cohort was played."""


async def run_until(
    stop: asyncio.Event, data_dir: Path, programme: Settings, *, has_cohort: bool
) -> None:
    """Start everything, say where it is, play the cohort beside it, and end with ``stop``."""

    async def prepare(here: Settings) -> None:
        await bring_up_to_date(here.database_url)

    async with (
        EmbeddedStack(data_dir, programme=programme, prepare=prepare, portal=True) as stack,
        open_database(stack.settings.database_url) as database,
        asyncio.TaskGroup() as beside,
    ):
        _tell_places(stack, data_dir)
        welcoming = beside.create_task(_welcome(stack, database, has_cohort=has_cohort))
        await stop.wait()
        welcoming.cancel()


async def _welcome(stack: EmbeddedStack, database: Database, *, has_cohort: bool) -> None:
    """Say who may sign in: people of the cohort, or operations of a house of its own."""
    cohort = Cohort(await _desks_of(stack, database), stack.data_dir / PLAYED_FILE)
    if has_cohort and await cohort.may_play():
        return await _play(stack, cohort)
    if has_cohort:
        say("\nSomebody works here already, so no sample cohort is added. Try another --data-dir.")
    return await _tell_operations(stack.settings, database)


async def _play(stack: EmbeddedStack, cohort: Cohort) -> None:
    """Bring the cohort to where it shall stand; a failure leaves everything else running."""
    is_new = not cohort.is_complete
    if is_new:
        say("\nA sample cohort is being played; it takes about a minute, and nothing waits for it.")
    try:
        with progress("What the links lead to", STEPS_FOR_LINKS) as advance:
            await cohort.play_for_links(advance)
        _tell_sign_ins(await cohort.sign_ins(_links_of(stack.settings)))
        with progress("The rest of the cohort", STEPS - STEPS_FOR_LINKS) as advance:
            await cohort.play_others(advance)
    except (CohortStuck, Refusal, RPCError) as failure:
        complain(
            f"The sample cohort stopped on the way: {failure}. The next start goes on with it."
        )
        return
    if is_new:
        say("The sample cohort is complete: 40 practitioners, 8 assessors, 2 of operations.")


async def _tell_operations(settings: Settings, database: Database) -> None:
    """Operations can always get in; everybody else comes through them, or buys."""
    why = grounds_now("So that somebody can come in on this machine.", "Laurel")
    staff_id = await StaffBook(database).add("Operations", settings.ops_address, why)
    typer.echo("\nSign in as operations")
    typer.echo(f"    {_links_of(settings).link('ops', staff_id, 'sign-in')}\n")


def _tell_places(stack: EmbeddedStack, data_dir: Path) -> None:
    portal = stack.settings.public_url
    typer.echo("Laurel is running. Ctrl-C stops it; the next start goes on where it stopped.\n")
    typer.echo(f"  The portal              {portal}")
    typer.echo(f"  Every mail it sends     {portal}/dev/mail")
    typer.echo(f"  The engine's own pages  {stack.settings.engine_ui_url}")
    typer.echo(f"  Everything is kept in   {data_dir}")


def _tell_sign_ins(links: SignIns) -> None:
    """Print one link for each role, on a line of its own: a terminal must not break it."""
    typer.echo("\nSign in as")
    for role, link in (
        ("a practitioner who is about to begin", links.practitioner),
        ("an assessor with an offer, and an assessment in hand", links.assessor),
        ("operations", links.operations),
    ):
        typer.echo(f"  {role}\n    {link}")
    typer.echo("")


def _links_of(settings: Settings) -> Links:
    return Links(settings.public_url, settings.link_secret.get_secret_value())


async def _desks_of(stack: EmbeddedStack, database: Database) -> Desks:
    return desks_of(Office(stack.settings, database, WorkflowEngine(await stack.connect())))
