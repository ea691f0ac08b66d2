"""``staff``: operations' own people, who sign in to the portal with a code by mail."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import (
    BY_DEFAULT,
    AsJson,
    ByName,
    Reason,
    print_json,
    print_list,
    print_table,
    say,
    shown_instant,
)

if TYPE_CHECKING:
    from adapters.records.staff_book import Staff
    from cli.office import Office
    from office.access import AccessDesk

group = typer.Typer(help="Operations' own people.", no_args_is_help=True)

Who = Annotated[str, typer.Argument(metavar="WHO", help="Id or e-mail address.")]


@group.command("add")
def add(
    name: Annotated[str, typer.Argument(help="As it stands beside what they do.")],
    address: Annotated[str, typer.Argument(metavar="EMAIL", help="Where their codes go.")],
    reason: Reason,
    by_name: ByName = BY_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Let somebody sign in as operations; who is known by that address stays as they are."""
    from cli.office import grounds_now, in_office

    grounds = grounds_now(reason, by_name)
    added = in_office(lambda o: _desk(o).add(name, address, grounds))
    if as_json:
        print_json(added)
    elif added.is_active:
        say(f"{added.name} ({added.id}) signs in with a code that is mailed to {added.address}.")
    else:
        say(f"{added.name} ({added.id}) is known, and is switched off.")


@group.command("list")
def list_staff(as_json: AsJson = False) -> None:
    """List everybody of operations, those that may sign in first."""
    from adapters.records.staff_book import StaffBook
    from cli.office import in_office

    async def act(office: "Office") -> "tuple[tuple[Staff, ...], str]":
        return await StaffBook(office.database).everybody(), office.zone

    found, zone = in_office(act)
    if as_json:
        print_list(found)
        return
    if not found:
        say("Nobody is of operations yet. Add somebody with `starter.py staff add`.")
        return
    rows = [
        (
            each.id,
            each.name,
            each.address,
            "may sign in" if each.is_active else "switched off",
            shown_instant(each.added_at, zone),
        )
        for each in found
    ]
    print_table(("id", "name", "address", "state", "added"), rows)


@group.command("off")
def off(who: Who, reason: Reason, by_name: ByName = BY_DEFAULT) -> None:
    """Let somebody in no more, and sign them out everywhere."""
    from cli.office import grounds_now

    grounds = grounds_now(reason, by_name)
    _switch(lambda desk: desk.switch_off(who, grounds), "They are signed out, and let in no more.")


@group.command("on")
def on(who: Who, reason: Reason, by_name: ByName = BY_DEFAULT) -> None:
    """Let somebody in again."""
    from cli.office import grounds_now

    grounds = grounds_now(reason, by_name)
    _switch(lambda desk: desk.switch_on(who, grounds), "They may sign in again.")


def _switch(act: "Callable[[AccessDesk], Awaitable[bool]]", said: str) -> None:
    from cli.office import in_office

    is_changed = in_office(lambda office: act(_desk(office)))
    say(said if is_changed else "It was so already.")


def _desk(office: "Office") -> "AccessDesk":
    from zoneinfo import ZoneInfo

    from adapters.records.api_key_book import ApiKeyBook
    from adapters.records.session_book import SessionBook
    from adapters.records.staff_book import StaffBook
    from office.access import AccessDesk

    database = office.database
    return AccessDesk(
        StaffBook(database), SessionBook(database), ApiKeyBook(database), ZoneInfo(office.zone)
    )
