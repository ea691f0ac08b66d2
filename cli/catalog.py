"""``catalog``: read and import published pages, enter details, publish, look."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.catalog_view import (
    show_change,
    show_draft,
    show_listing,
    show_publication,
    show_shelf,
    show_version,
)
from cli.files import read_named_file
from cli.output import BY_DEFAULT, AsJson, ByName, ExitCode, Reason, print_json

if TYPE_CHECKING:
    from cli.office import Office
    from domain.catalog_page import CatalogDraft
    from domain.catalog_supplement import CatalogSupplement
    from office.catalog import CatalogDesk

group = typer.Typer(help="Micro-credentials: pages, details, versions.", no_args_is_help=True)

Page = Annotated[str, typer.Argument(help="Text, Markdown or HTML of the page; - reads the input.")]
Key = Annotated[str, typer.Argument(metavar="LIBRARY/SLUG", help="The micro-credential.")]
Library = Annotated[
    str | None, typer.Option(help="The library; otherwise the page's way back tells.")
]


@group.command("read")
def read(page: Page, library: Library = None, as_json: AsJson = False) -> None:
    """Show what a published page says, and every problem that it has. Keeps nothing."""
    draft = _read(page, library)
    if as_json:
        print_json(draft)
    else:
        show_draft(draft)
    if draft.problems:
        raise typer.Exit(ExitCode.REFUSED)


@group.command("import")
def import_page(
    page: Page,
    library: Library = None,
    price: Annotated[str | None, typer.Option(help="Dollars, such as 250.00.")] = None,
    member_price: Annotated[str | None, typer.Option(help="Dollars, for members.")] = None,
    pd_hours: Annotated[int | None, typer.Option(min=0, help="Hours of development.")] = None,
    issuer: Annotated[str | None, typer.Option(help="Who awards it.")] = None,
    stack: Annotated[str | None, typer.Option(help="The stack that it belongs to.")] = None,
    details: Annotated[
        str | None, typer.Option(help="JSON with the details of each outcome, and terms.")
    ] = None,
    reason: Reason = "The page was imported.",
    by_name: ByName = BY_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Make a page's entry the draft. Entered details stay with their outcomes."""
    from cli.office import grounds_now, in_office
    from office.catalog import Terms, cents_of

    terms = Terms(
        price_cents=None if price is None else cents_of(price),
        member_price_cents=None if member_price is None else cents_of(member_price),
        pd_hours=pd_hours,
        issuer=issuer,
        stack=stack,
    )
    supplement = _supplement(details)
    grounds = grounds_now(reason, by_name)
    draft = _read(page, library)
    change = in_office(lambda o: _desk(o).import_page(draft, grounds, terms, supplement))
    show_change(change, as_json)


@group.command("add-detail")
def add_detail(
    key: Key,
    outcome: Annotated[int, typer.Argument(help="Number of the outcome, from 1.")],
    text: Annotated[str, typer.Argument(help="What is scored.")],
    reason: Reason,
    by_name: ByName = BY_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Enter a detail, which is what assessors score, under an outcome of the draft."""
    from cli.office import grounds_now, in_office
    from domain.catalog_keys import catalog_key

    named, grounds = catalog_key(key), grounds_now(reason, by_name)
    change = in_office(lambda o: _desk(o).add_detail(named, outcome, text, grounds))
    show_change(change, as_json)


@group.command("publish")
def publish(
    key: Key, reason: Reason, by_name: ByName = BY_DEFAULT, as_json: AsJson = False
) -> None:
    """Put the draft up for sale as a version that never changes."""
    from cli.office import grounds_now, in_office
    from domain.catalog_keys import catalog_key

    named, grounds = catalog_key(key), grounds_now(reason, by_name)
    version = in_office(lambda o: _desk(o).publish(named, grounds))
    show_publication(version, as_json)


@group.command("list")
def list_entries(as_json: AsJson = False) -> None:
    """List every micro-credential, with how far its draft and its version are."""
    from adapters.records.catalog_book import CatalogBook
    from cli.office import in_office

    listing = in_office(lambda o: CatalogBook(o.database).listing())
    show_listing(listing, as_json)


@group.command("show")
def show(
    key: Key,
    version: Annotated[int | None, typer.Option(help="A published version.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the draft and what it lacks, or one published version as it was bought."""
    from adapters.records.catalog_book import CatalogBook
    from cli.office import in_office, known_settings
    from domain.catalog_keys import catalog_key

    named = catalog_key(key)
    zone = known_settings().programme_zone
    if version is not None:
        found = in_office(lambda o: CatalogBook(o.database).version(named, version))
        show_version(found, zone, as_json)
        return
    shelf = in_office(lambda o: CatalogBook(o.database).shelf(named))
    show_shelf(named, shelf, zone, as_json)


def _desk(office: "Office") -> "CatalogDesk":
    from adapters.records.catalog_book import CatalogBook
    from office.catalog import CatalogDesk

    return CatalogDesk(CatalogBook(office.database))


def _read(page: str, library: str | None) -> "CatalogDraft":
    from domain.catalog_page import PAGE_LIMIT_BYTES
    from office.catalog import read_page_file

    return read_page_file(read_named_file(page, PAGE_LIMIT_BYTES), library)


def _supplement(file: str | None) -> "CatalogSupplement | None":
    from office.catalog import MOST_SUPPLEMENT_BYTES, read_supplement

    if file is None:
        return None
    return read_supplement(read_named_file(file, MOST_SUPPLEMENT_BYTES))
