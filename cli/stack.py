"""The whole of Laurel on this machine: ``up`` keeps it running, ``demo`` plays one journey."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from cli.office import known_settings
from cli.output import ExitCode, complain


def add_to(app: typer.Typer) -> None:
    """Add the commands at the top level."""
    app.command()(up)
    app.command()(demo)


DataDir = Annotated[Path, typer.Option("--data-dir", help="Where everything is kept.")]
WithCohort = Annotated[
    bool,
    typer.Option(
        "--cohort/--no-cohort",
        help="Play a sample cohort of 40 practitioners, or leave an empty house empty.",
    ),
]


def up(data_dir: DataDir = Path("var"), cohort: WithCohort = True) -> None:
    """Run everything, the portal first, until Ctrl-C; the next start goes on where it stopped."""
    from adapters.embedded.processes import NotStarted
    from cli.running import run_until

    async def run() -> None:
        stop = asyncio.Event()
        for each in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(each, stop.set)
        await run_until(stop, data_dir, known_settings(), has_cohort=cohort)

    try:
        asyncio.run(run())
    except NotStarted as failure:  # it may quote a log, whose lines stay as they are
        typer.echo(str(failure), err=True)
        raise typer.Exit(ExitCode.FAILED) from None


def demo(data_dir: DataDir = Path("var/demo")) -> None:
    """Play one whole journey with real input, from order to credential, and print its story."""
    from adapters.embedded.stack import forget
    from cli.demo import play

    if data_dir.exists():
        forget(data_dir)
    if not asyncio.run(play(data_dir)):
        complain("The journey did not end as it should; the story above says where.")
        raise typer.Exit(ExitCode.FAILED)
