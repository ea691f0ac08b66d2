"""``release``: which release of Laurel has the journeys, and how they move to another one."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from cli.output import (
    AsJson,
    ExitCode,
    print_json,
    print_table,
    say,
    shown_instant,
)

if TYPE_CHECKING:
    from domain.releases import Release
    from office.releasing import ReleaseDesk

ResultT = TypeVar("ResultT")

group = typer.Typer(help="Releases beside each other: who has the journeys.", no_args_is_help=True)

Name = Annotated[
    str,
    typer.Argument(
        metavar="RELEASE",
        help="What its workers are given as LAUREL_BUILD_ID; `unversioned` where they are not.",
    ),
]


@group.command("show")
def show(as_json: AsJson = False) -> None:
    """Show every release: what is handed to it, where its workers are, whether it is needed."""
    found = _at_desk(lambda desk: desk.releases())
    if as_json:
        print_json([_as_json(each) for each in found])
        return
    print_table(
        ("release", "", "since", "workers at", "open on it", "may be stopped"),
        [_row(each) for each in found],
        whole=(0, 1, 2),
    )


@group.command("current")
def make_current(name: Name) -> None:
    """Let every journey go on with this release from its next task; also the way back."""
    _at_desk(lambda desk: desk.make_current(name))
    say(f"{name} is current: every journey goes on with it from its next task.")
    say("When `release drained` says so of the one before, its workers may be stopped.")


@group.command("ramp")
def ramp(
    name: Name,
    share: Annotated[float, typer.Option("--percent", help="Of the journeys; 0 takes them back.")],
) -> None:
    """Let a share of the journeys go on with this release, always the same ones."""
    _at_desk(lambda desk: desk.ramp(name, share))
    say(f"{share:g} per cent of the journeys go on with {name} from their next task.")


@group.command("drained")
def drained(name: Name, as_json: AsJson = False) -> None:
    """Say whether a release's workers may be stopped; exit code 1 while they are needed."""
    release = _at_desk(lambda desk: desk.release(name))
    if as_json:
        print_json(_as_json(release))
    elif release.is_needed:
        say(f"{name} is needed: it is {release.state}, and {release.pinned} are pinned to it.")
    else:
        say(f"{name} is not needed any more: send its workers SIGTERM, they finish what they have.")
    if release.is_needed:
        raise typer.Exit(ExitCode.FAILED)


@group.command("begun-before")
def begun_before(
    day: Annotated[
        datetime,
        typer.Argument(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], metavar="INSTANT", help="In UTC."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Count open journeys and orders that began before an instant; exit code 1 above zero."""
    instant = day.replace(tzinfo=UTC)
    count = _at_desk(lambda desk: desk.begun_before(instant))
    if as_json:
        print_json({"open": count, "begun_before": instant.isoformat()})
    else:
        say(f"{count} open journeys and orders began before {shown_instant(instant, 'UTC')}.")
    if count:
        raise typer.Exit(ExitCode.FAILED)


def _row(release: "Release") -> tuple[object, ...]:
    share = f" {release.share:g} %" if release.share else ""
    return (
        release.name,
        f"{release.state}{share}",
        release.since,
        release.queues,
        release.journeys,
        not release.is_needed,
    )


def _as_json(release: "Release") -> dict[str, object]:
    return release.model_dump(mode="json") | {"is_needed": release.is_needed}


def _at_desk(act: "Callable[[ReleaseDesk], Awaitable[ResultT]]") -> ResultT:
    """Do something at the desk of releases, which needs the engine and no database."""
    import asyncio

    from adapters.releases import Routing
    from cli.office import connected_engine, known_settings, reaching_engine
    from office.releasing import ReleaseDesk

    async def opened() -> ResultT:
        async with reaching_engine():
            engine = await connected_engine(known_settings())
            return await act(ReleaseDesk(Routing(engine.client)))

    return asyncio.run(opened())
