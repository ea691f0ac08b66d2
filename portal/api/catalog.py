"""The catalogue and the calendar for programs."""

from datetime import date
from typing import Annotated

from fastapi import Path, Query
from pydantic import Field

from adapters.records.catalog_book import (
    CatalogBook,
    CatalogListing,
    DraftChange,
    PublishedVersion,
    Shelf,
)
from domain.catalog import CatalogKey
from domain.closures import CalendarYear, Closed
from office.catalog import Terms, read_page_file
from portal.api.answering import Reasoned, RequestKey, router
from portal.api.calling import CalendarActor, CalendarReader, CatalogActor, CatalogReader, because
from portal.faces import OpenSite
from portal.site import now

api = router("Catalogue")
calendar_api = router("Calendar")

Part = Annotated[str, Path(max_length=100, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class PageAsked(Reasoned):
    """The text of a published library page, and the terms that go with it."""

    page: str = Field(min_length=1, max_length=2_000_000)
    library: str | None = Field(default=None, max_length=100)
    terms: Terms = Terms()


class DetailAsked(Reasoned):
    """A detail that is scored under an outcome, which is counted from 1."""

    outcome: int = Field(ge=1, le=50)
    text: str = Field(min_length=1, max_length=2000)


class ClosureAsked(Reasoned):
    """A day on which the programme is closed, and what explanations call it."""

    day: date
    name: str = Field(min_length=1, max_length=100)


@api.get("/catalog")
async def catalog(site: OpenSite, _: CatalogReader) -> list[CatalogListing]:
    """List every entry with its draft and its published version."""
    return list(await CatalogBook(site.database).listing())


@api.get("/catalog/{library}/{slug}")
async def entry(site: OpenSite, _: CatalogReader, library: Part, slug: Part) -> Shelf:
    """Return one entry: its draft and its versions."""
    return await CatalogBook(site.database).shelf(CatalogKey(library=library, slug=slug))


@api.post("/catalog")
async def import_page(
    site: OpenSite, key: CatalogActor, _: RequestKey, asked: PageAsked
) -> DraftChange:
    """Make a page's entry the draft; every problem of the page is a point of the refusal."""
    draft = read_page_file(asked.page.encode(), asked.library)
    return await site.desks.catalog.import_page(draft, because(key, asked.reason), asked.terms)


@api.post("/catalog/{library}/{slug}/details")
async def add_detail(
    site: OpenSite, key: CatalogActor, _: RequestKey, library: Part, slug: Part, asked: DetailAsked
) -> DraftChange:
    """Add a detail to an outcome of the draft."""
    return await site.desks.catalog.add_detail(
        CatalogKey(library=library, slug=slug),
        asked.outcome,
        asked.text,
        because(key, asked.reason),
    )


@api.post("/catalog/{library}/{slug}/publish")
async def publish(
    site: OpenSite, key: CatalogActor, _: RequestKey, library: Part, slug: Part, asked: Reasoned
) -> PublishedVersion:
    """Put the draft up for sale; the same content again is the same version."""
    return await site.desks.catalog.publish(
        CatalogKey(library=library, slug=slug), because(key, asked.reason)
    )


@calendar_api.get("/calendar")
async def calendar(
    site: OpenSite,
    _: CalendarReader,
    year: Annotated[int | None, Query(ge=1, le=9999)] = None,
) -> CalendarYear:
    """Return the days of a year on which the programme is closed."""
    return await site.desks.calendar.year(year, now())


@calendar_api.post("/calendar/closures")
async def close_day(
    site: OpenSite, key: CalendarActor, _: RequestKey, asked: ClosureAsked
) -> Closed:
    """Close a day; due times that were promised before stay as they are."""
    return await site.desks.calendar.close(asked.day, asked.name, because(key, asked.reason))
