"""The whole of Laurel on this machine: ``up`` keeps it running, ``demo`` plays one journey."""

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.office import known_settings
from cli.output import ExitCode, complain, say


def add_to(app: typer.Typer) -> None:
    """Add the commands at the top level."""
    app.command()(up)
    app.command()(demo)


if TYPE_CHECKING:
    from settings import Settings

DataDir = Annotated[Path, typer.Option("--data-dir", help="Where everything is kept.")]


def up(data_dir: DataDir = Path("var")) -> None:
    """Run Temporal, a mail catcher and a worker until Ctrl-C; go on where it stopped."""
    asyncio.run(_run_until_stopped(data_dir))


async def _run_until_stopped(data_dir: Path) -> None:
    from adapters.embedded.stack import EmbeddedStack
    from adapters.records.opening import bring_up_to_date

    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    settings = known_settings()

    async def prepare(here: "Settings") -> None:
        await bring_up_to_date(here.database_url)

    async with EmbeddedStack(data_dir, programme=settings, prepare=prepare) as stack:
        say(f"The engine's own pages: {stack.temporal.ui_url}")
        say(f"Caught mails:           {stack.mail_dir}")
        say("In another terminal: `starter.py --help`. Ctrl-C stops everything.")
        await stop.wait()


def demo(data_dir: DataDir = Path("var/demo")) -> None:
    """Play one whole journey with real input, from order to award, and print its story."""
    from adapters.embedded.stack import forget
    from cli.demo import play

    if data_dir.exists():
        forget(data_dir)
    if not asyncio.run(play(data_dir)):
        complain("The journey did not end as it should; the story above says where.")
        raise typer.Exit(ExitCode.FAILED)
