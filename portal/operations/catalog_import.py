"""Importing the page of a library: pasted or as a file, read, looked at, then kept as the draft.

While the page has problems its text stands beside them to be corrected, and nothing is kept.
"""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from adapters.records.catalog_views import CatalogViews
from domain.catalog_changes import changes_between
from domain.catalog_page import CatalogDraft
from domain.catalog_supplement import CatalogSupplement
from domain.enrollment import Party
from domain.grounds import REASON_LIMIT, grounds
from domain.refusals import Invalid, Refusal
from office.catalog import ImportOutlook, PageHasProblems, read_page_file, read_supplement
from portal.answers import after, page
from portal.faces import OpenSite, Operations
from portal.operations.tried import UNTRIED, Tried, tried
from portal.public.pages import OPEN_FORM, Posted, posted_file
from portal.site import Site, now

router = APIRouter(prefix="/ops/catalog", dependencies=list(OPEN_FORM))


class PageMissing(Invalid):
    """There is nothing to read."""

    code = "page_missing"
    sentence = "Paste the text of the page, or choose its file."


@router.get("/import")
async def form(request: Request, site: OpenSite, _: Operations) -> Response:
    """Ask for the page."""
    return await _form_page(request, site, {})


@router.post("/import")
async def check(request: Request, site: OpenSite, _: Operations, given: Posted) -> Response:
    """Read the page and show what it says: its problems, or what would be kept."""
    data = await posted_file(request, "file") or given.get("page", "").encode()
    details = await posted_file(request, "details_file") or given.get("details", "").encode()
    kept = {**given, "page": _text(data), "details": _text(details)}
    if not data.strip():
        return await _form_page(request, site, kept, tried("import", kept, PageMissing(), "page"))
    draft = read_page_file(data, given.get("library") or None)
    if draft.problems or "change" in given:
        return await _form_page(request, site, kept, draft=draft)
    return await _check_page(request, site, kept, draft)


@router.post("/import/keep")
async def keep(request: Request, site: OpenSite, visitor: Operations, given: Posted) -> Response:
    """Make the page's entry the draft; the same page again changes nothing."""
    draft = read_page_file(given.get("page", "").encode(), given.get("library") or None)
    try:
        because = grounds(given.get("reason", ""), visitor.name, now())
        supplement = _supplement(given)
        change = await site.desks.catalog.import_page(draft, because, supplement=supplement)
    except PageHasProblems:
        return await _form_page(request, site, given, draft=draft)
    except Refusal as refusal:
        return await _check_page(request, site, given, draft, tried("import", given, refusal))
    key = change.entry.key
    said = "The page is the draft now." if change.is_changed else "The draft was so already."
    return after(request, f"/ops/catalog/{key.library}/{key.slug}", said)


def _text(data: bytes) -> str:
    text = data.decode("utf-8-sig", errors="replace")
    return "" if "\0" in text else text


def _supplement(given: Posted) -> CatalogSupplement | None:
    details = given.get("details", "")
    return read_supplement(details.encode()) if details.strip() else None


async def _form_page(
    request: Request,
    site: Site,
    given: Posted,
    refused: Tried = UNTRIED,
    draft: CatalogDraft | None = None,
) -> Response:
    has_fault = bool(refused.form or (draft and draft.problems))
    return await page(
        request,
        "operations/catalog/import.html",
        face=Party.OPS,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if has_fault else HTTPStatus.OK,
        given=given,
        tried=refused,
        draft=draft,
        libraries=await CatalogViews(site.database).libraries(),
    )


async def _check_page(
    request: Request, site: Site, given: Posted, draft: CatalogDraft, refused: Tried = UNTRIED
) -> Response:
    outlook: ImportOutlook | None = None
    try:
        outlook = await site.desks.catalog.import_outlook(draft, _supplement(given))
    except Refusal as refusal:
        return await _form_page(request, site, given, tried("import", given, refusal), draft)
    known = outlook.known
    return await page(
        request,
        "operations/catalog/check.html",
        face=Party.OPS,
        status=refused.status,
        given=given,
        draft=draft,
        entry=outlook.entry,
        known=known,
        changes=changes_between(known, outlook.entry) if known else (),
        tried=refused,
        reason_limit=REASON_LIMIT,
    )
