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
from adapters.records.closure_book import ClosureBook
from adapters.records.closure_views import ClosureEffects, ClosureViews
from domain.catalog import (
    DETAIL_LIMIT,
    DETAILS_LIMIT,
    OUTCOMES_LIMIT,
    SLUG_LIMIT,
    TITLE_LIMIT,
    CatalogKey,
)
from domain.catalog_details import DetailPlace
from domain.catalog_page import CatalogDraft
from domain.catalog_supplement import CatalogSupplement
from domain.closures import CalendarYear, Closed, closure_name, refuse_closure
from office.catalog import MOST_CENTS, Terms, read_page_file
from portal.api.acts import MOST
from portal.api.answering import Asked, Reasoned, RequestKey, router
from portal.api.calling import CalendarActor, CalendarReader, CatalogActor, CatalogReader, because
from portal.faces import OpenSite
from portal.site import now

api = router("Catalogue")
calendar_api = router("Calendar")

Part = Annotated[str, Path(max_length=SLUG_LIMIT, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class PageShown(Asked):
    """The text of a published library page."""

    page: str = Field(min_length=1, max_length=2_000_000)
    library: str | None = Field(default=None, max_length=100)


class TermsWanted(Asked):
    """What an entry costs (cents) and yields. What is left out stays as it was."""

    price_cents: int | None = Field(strict=True, default=None, ge=0, le=MOST_CENTS)
    member_price_cents: int | None = Field(strict=True, default=None, ge=0, le=MOST_CENTS)
    pd_hours: int | None = Field(strict=True, default=None, ge=0, le=10_000)
    issuer: str | None = Field(default=None, max_length=TITLE_LIMIT)
    stack: str | None = Field(default=None, max_length=TITLE_LIMIT)

    def as_terms(self) -> Terms:
        """Return the terms as the catalogue's desk takes them."""
        return Terms.model_validate(self.model_dump())


class PageAsked(PageShown, Reasoned):
    """A page that becomes the draft, with the terms and details that go with it."""

    terms: TermsWanted = TermsWanted()
    details: list[list[str]] | None = Field(default=None, max_length=OUTCOMES_LIMIT)


class TermsAsked(Reasoned):
    """The terms of a draft."""

    terms: TermsWanted


class DetailAsked(Reasoned):
    """A detail that is scored under an outcome, which is counted from 1."""

    outcome: int = Field(strict=True, ge=1, le=OUTCOMES_LIMIT)
    text: str = Field(min_length=1, max_length=DETAIL_LIMIT)


class PlaceAsked(Reasoned):
    """A detail of the draft as it was seen: outcome and number (both from 1), and its words."""

    outcome: int = Field(strict=True, ge=1, le=OUTCOMES_LIMIT)
    number: int = Field(strict=True, ge=1, le=DETAILS_LIMIT)
    seen: str = Field(min_length=1, max_length=DETAIL_LIMIT)

    def place(self) -> DetailPlace:
        """Return the place as the catalogue's desk takes it."""
        return DetailPlace(outcome=self.outcome, number=self.number, seen=self.seen)


class RewordingAsked(PlaceAsked):
    """Other words for a detail."""

    text: str = Field(min_length=1, max_length=DETAIL_LIMIT)


class MovingAsked(PlaceAsked):
    """Another number for a detail within its outcome."""

    to: int = Field(strict=True, ge=1, le=DETAILS_LIMIT)


class ClosureForeseen(Asked):
    """A day on which the programme is closed, and what explanations call it."""

    day: date
    name: str = Field(min_length=1, max_length=100)


class ClosureAsked(ClosureForeseen, Reasoned):
    """A day that is closed from now on."""


@api.get("/catalog")
async def catalog(site: OpenSite, _: CatalogReader) -> list[CatalogListing]:
    """List every entry with its draft and its published version."""
    return list(await CatalogBook(site.database).listing())


@api.get("/catalog/{library}/{slug}")
async def entry(site: OpenSite, _: CatalogReader, library: Part, slug: Part) -> Shelf:
    """Return one entry: its draft and its versions."""
    return await CatalogBook(site.database).shelf(CatalogKey(library=library, slug=slug))


@api.get("/catalog/{library}/{slug}/versions/{number}")
async def version(
    site: OpenSite,
    _: CatalogReader,
    library: Part,
    slug: Part,
    number: Annotated[int, Path(ge=1, le=MOST)],
) -> PublishedVersion:
    """Return one published version as it was bought."""
    key = CatalogKey(library=library, slug=slug)
    return await CatalogBook(site.database).version(key, number)


@api.put("/catalog/page")
async def read_page(_: CatalogReader, asked: PageShown) -> CatalogDraft:
    """Return what a page says, with every problem that it has; nothing is kept."""
    return read_page_file(asked.page.encode(), asked.library)


@api.post("/catalog")
async def import_page(
    site: OpenSite, key: CatalogActor, _: RequestKey, asked: PageAsked
) -> DraftChange:
    """Make a page's entry the draft; every problem of the page is a point of the refusal."""
    draft = read_page_file(asked.page.encode(), asked.library)
    return await site.desks.catalog.import_page(
        draft, because(key, asked.reason), asked.terms.as_terms(), _supplement(asked, draft)
    )


def _supplement(asked: PageAsked, draft: CatalogDraft) -> CatalogSupplement | None:
    """Return the details that were sent along with a page, one list for each outcome."""
    if asked.details is None or not draft.slug:
        return None
    return CatalogSupplement(
        library=draft.library, slug=draft.slug, details=tuple(map(tuple, asked.details))
    )


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


@api.post("/catalog/{library}/{slug}/details/change")
async def change_detail(
    site: OpenSite,
    key: CatalogActor,
    _: RequestKey,
    library: Part,
    slug: Part,
    asked: RewordingAsked,
) -> DraftChange:
    """Say a detail of the draft in other words."""
    named = CatalogKey(library=library, slug=slug)
    grounds = because(key, asked.reason)
    return await site.desks.catalog.change_detail(named, asked.place(), asked.text, grounds)


@api.post("/catalog/{library}/{slug}/details/remove")
async def remove_detail(
    site: OpenSite, key: CatalogActor, _: RequestKey, library: Part, slug: Part, asked: PlaceAsked
) -> DraftChange:
    """Take a detail out of the draft."""
    named = CatalogKey(library=library, slug=slug)
    grounds = because(key, asked.reason)
    return await site.desks.catalog.remove_detail(named, asked.place(), grounds)


@api.post("/catalog/{library}/{slug}/details/move")
async def move_detail(
    site: OpenSite, key: CatalogActor, _: RequestKey, library: Part, slug: Part, asked: MovingAsked
) -> DraftChange:
    """Put a detail at another number of its outcome."""
    named = CatalogKey(library=library, slug=slug)
    grounds = because(key, asked.reason)
    return await site.desks.catalog.move_detail(named, asked.place(), asked.to, grounds)


@api.post("/catalog/{library}/{slug}/terms")
async def set_terms(
    site: OpenSite, key: CatalogActor, _: RequestKey, library: Part, slug: Part, asked: TermsAsked
) -> DraftChange:
    """Set what the draft costs and yields."""
    return await site.desks.catalog.set_terms(
        CatalogKey(library=library, slug=slug), asked.terms.as_terms(), because(key, asked.reason)
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


@calendar_api.put("/calendar/closures/preview")
async def foresee_closing(
    site: OpenSite, _: CalendarReader, asked: ClosureForeseen
) -> ClosureEffects:
    """Return what closing a day would do to the due times that run; nothing is done."""
    zone = site.settings.programme_zone
    name = closure_name(asked.name)
    calendar = await ClosureBook(site.database, zone).calendar()
    refuse_closure(asked.day, name, now().astimezone(site.zone).date(), calendar)
    return await ClosureViews(site.database, zone).effects(asked.day, name)


@calendar_api.post("/calendar/closures")
async def close_day(
    site: OpenSite, key: CalendarActor, _: RequestKey, asked: ClosureAsked
) -> Closed:
    """Close a day; due times that were promised before stay as they are."""
    return await site.desks.calendar.close(asked.day, asked.name, because(key, asked.reason))
