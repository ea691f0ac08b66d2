"""Changing a draft: details entered, corrected, removed, moved; terms; publishing a version."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from adapters.records.catalog_book import DraftChange
from adapters.records.catalog_views import CatalogViews
from domain.catalog import DETAILS_LIMIT, CatalogKey, publication_problems
from domain.catalog_changes import changes_between, fingerprint_of
from domain.catalog_details import DetailPlace
from domain.catalog_keys import NoDraft
from domain.enrollment import Party
from domain.grounds import REASON_LIMIT, Grounds, grounds
from domain.refusals import Invalid, Refusal
from office.catalog import PriceNotValid, Terms, TermsNotValid, cents_of
from portal.answers import after, page
from portal.faces import OpenSite, Operations
from portal.failures import status_of
from portal.operations.catalog import Named, entry_page
from portal.operations.tried import tried
from portal.public.pages import OPEN_FORM, Posted
from portal.site import Site, now

router = APIRouter(prefix="/ops/catalog", dependencies=list(OPEN_FORM))


class NoDetailGiven(Invalid):
    """The form was sent empty."""

    code = "no_detail_given"
    sentence = "Enter at least one detail, under the outcome that it belongs to."


class DetailAct(StrEnum):
    """What is done with one detail."""

    SAVE = "save"
    REMOVE = "remove"
    EARLIER = "earlier"
    LATER = "later"


_SAID = {
    DetailAct.SAVE: "The detail is corrected.",
    DetailAct.REMOVE: "The detail is removed.",
    DetailAct.EARLIER: "The detail stands earlier.",
    DetailAct.LATER: "The detail stands later.",
}

Change = Callable[[Grounds], Awaitable[DraftChange]]
Number = Annotated[int, Form(ge=1, le=DETAILS_LIMIT)]


@router.post("/{library}/{slug}/details")
async def add_details(
    request: Request, site: OpenSite, visitor: Operations, key: Named, given: Posted
) -> Response:
    """Add the details that were typed under the outcomes, one on each line; all or none."""
    texts = {
        int(name.removeprefix("outcome-")): [line for line in text.splitlines() if line.strip()]
        for name, text in given.items()
        if name.removeprefix("outcome-").isdecimal() and text.strip()
    }

    async def add(because: Grounds) -> DraftChange:
        if not any(texts.values()):
            raise NoDetailGiven
        return await site.desks.catalog.add_details(key, texts, because)

    count = sum(map(len, texts.values()))
    said = "The detail is entered." if count == 1 else f"{count} details are entered."
    return await _changed(request, site, visitor.name, key, "details", given, add, said)


@router.post("/{library}/{slug}/details/change")
async def change_detail(
    request: Request,
    site: OpenSite,
    visitor: Operations,
    key: Named,
    given: Posted,
    outcome: Number,
    number: Number,
    act: Annotated[DetailAct, Form()],
    seen: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
) -> Response:
    """Correct, remove or move one detail; it is known by its place and the words seen there."""
    place = DetailPlace(outcome=outcome, number=number, seen=seen)
    desk = site.desks.catalog

    async def change(because: Grounds) -> DraftChange:
        match act:
            case DetailAct.SAVE:
                return await desk.change_detail(key, place, text, because)
            case DetailAct.REMOVE:
                return await desk.remove_detail(key, place, because)
            case DetailAct.EARLIER:
                return await desk.move_detail(key, place, number - 1, because)
            case DetailAct.LATER:
                return await desk.move_detail(key, place, number + 1, because)

    form = f"detail-{outcome}-{number}"
    return await _changed(request, site, visitor.name, key, form, given, change, _SAID[act])


@router.post("/{library}/{slug}/terms")
async def set_terms(
    request: Request, site: OpenSite, visitor: Operations, key: Named, given: Posted
) -> Response:
    """Set what the draft costs and yields."""
    field = ""
    try:
        because = grounds(given.get("reason", ""), visitor.name, now())
        field = "price"
        price = cents_of(given.get("price", ""))
        field = "member_price"
        member_price = cents_of(given.get("member_price", ""))
        field = "pd_hours"
        hours = _hours(given.get("pd_hours", ""))
        field = ""
        terms = Terms(
            price_cents=price,
            member_price_cents=member_price,
            pd_hours=hours,
            issuer=given.get("issuer", ""),
            stack=given.get("stack", ""),
        )
        change = await site.desks.catalog.set_terms(key, terms, because, given.get("seen", ""))
    except Refusal as refusal:
        is_of_field = isinstance(refusal, PriceNotValid | TermsNotValid)
        refused = tried("terms", given, refusal, field if is_of_field else "")
        return await entry_page(request, site, key, refused)
    said = "The terms are set; they count from the next version on."
    return after(request, _home(key), said if change.is_changed else "They were so already.")


@router.get("/{library}/{slug}/publish")
async def ask(request: Request, site: OpenSite, _: Operations, key: Named) -> Response:
    """Show what is still missing, and what a new version would change; nothing is changed."""
    return await _publish_page(request, site, key)


@router.post("/{library}/{slug}/publish")
async def publish(
    request: Request, site: OpenSite, visitor: Operations, key: Named, given: Posted
) -> Response:
    """Put the draft that was looked at up for sale, or refuse."""
    try:
        because = grounds(given.get("reason", ""), visitor.name, now())
        version = await site.desks.catalog.publish(key, because, given.get("seen", ""))
    except Refusal as refusal:
        return await _publish_page(request, site, key, refusal, given.get("reason", ""))
    same = "" if version.is_new else ", which had this content already"
    return after(request, _home(key), f"Version {version.number} is for sale{same}.")


def _home(key: CatalogKey) -> str:
    return f"/ops/catalog/{key.library}/{key.slug}"


def _hours(text: str) -> int:
    if not text.strip().isdecimal() or len(text.strip()) > 4:
        raise TermsNotValid(fields="the hours")
    return int(text)


async def _changed(
    request: Request,
    site: Site,
    name: str,
    key: CatalogKey,
    form: str,
    given: Posted,
    change: Change,
    said: str,
) -> Response:
    """Do a change of the draft; a refusal shows the entry again with what was typed."""
    try:
        changed = await change(grounds(given.get("reason", ""), name, now()))
    except Refusal as refusal:
        return await entry_page(request, site, key, tried(form, given, refusal))
    said = said if changed.is_changed else "Nothing was to be changed: it is so already."
    return after(request, f"{_home(key)}#outcomes", said)


async def _publish_page(
    request: Request,
    site: Site,
    key: CatalogKey,
    refusal: Refusal | None = None,
    reason: str = "",
) -> Response:
    facts = await CatalogViews(site.database).entry(key)
    draft, published = facts.shelf.draft, facts.shelf.published
    if draft is None:
        raise NoDraft(key=key)
    return await page(
        request,
        "operations/catalog/publish.html",
        face=Party.OPS,
        status=status_of(refusal) if refusal else HTTPStatus.OK,
        key=key,
        facts=facts,
        draft=draft,
        published=published,
        problems=publication_problems(draft),
        changes=changes_between(published.entry, draft) if published else (),
        seen=fingerprint_of(draft),
        refusal=refusal,
        reason=reason,
        reason_limit=REASON_LIMIT,
        press=uuid4().hex,
    )
