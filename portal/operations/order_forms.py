"""Recording a school's order form: learners pasted or as a file, every problem at its line.

Nothing is recorded before everything is right and was looked at; what was typed stays.
"""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from adapters.records.session_book import Visitor
from adapters.records.shop_views import Offer, ShopViews
from domain.enrollment import Party
from domain.grounds import REASON_LIMIT, ReasonMissing, ReasonNotPlain, grounds
from domain.line_problems import LineProblem
from domain.order_form import OrderForm
from domain.order_numbers import number_fault
from domain.order_refusals import OrderFormNotValid
from domain.orders import Channel, OrderDiffers
from portal.answers import after, page
from portal.faces import OpenSite, Operations
from portal.public.pages import OPEN_FORM, Posted, posted_file
from portal.public.school_orders import NotYet, ProblemAt, read_form, totals
from portal.site import Site, now

router = APIRouter(prefix="/ops/orders", dependencies=list(OPEN_FORM))

MOST_PROBLEMS: Final = 100
"""Lines with problems that are shown at once; more than that are one mistake repeated."""


@router.get("/new")
async def new(request: Request, site: OpenSite, _: Operations) -> Response:
    """Offer the empty form."""
    return await _form_page(request, site, {}, NotYet(wrong={}))


@router.post("/new")
async def check(request: Request, site: OpenSite, visitor: Operations, given: Posted) -> Response:
    """Show what was understood, so that it can be recorded; or everything that cannot be taken."""
    learners = await _learners(request, given)
    kept = {**given, "learners": learners.decode(errors="replace")}
    if "change" in given:
        return await _form_page(request, site, kept, NotYet(wrong={}))
    offers = await ShopViews(site.database).for_sale()
    read = _read(given, learners, offers, visitor)
    if isinstance(read, NotYet):
        return await _form_page(request, site, kept, read)
    number = given["number"].strip()
    return await page(
        request,
        "operations/orders/check.html",
        face=Party.OPS,
        form=read,
        number=number,
        is_known=await ShopViews(site.database).placed(Channel.FORM, number) is not None,
        totals=totals(read, offers),
        titles={(each.entry.library, each.entry.slug): each.entry.title for each in offers},
        given=kept,
    )


@router.post("/new/record")
async def record(request: Request, site: OpenSite, visitor: Operations, given: Posted) -> Response:
    """Record the order form; the same form again is the same order."""
    learners = await _learners(request, given)
    offers = await ShopViews(site.database).for_sale()
    read = _read(given, learners, offers, visitor)
    if isinstance(read, NotYet):
        return await _form_page(request, site, given, read)
    is_settled = bool(given.get("settled"))
    because = grounds(given.get("reason", ""), visitor.name, now())
    desk = await site.desks.orders()
    try:
        order_id = await desk.take_order_form(
            read, given["number"].strip(), is_settled=is_settled, grounds=because
        )
    except OrderDiffers as refusal:
        return await _form_page(request, site, given, NotYet(wrong={"number": str(refusal)}))
    except OrderFormNotValid as refusal:  # what was for sale when it was looked at is not any more
        problems = tuple(
            ProblemAt(line=point.line, text="", sentence=point.sentence)
            for point in refusal.points
            if isinstance(point, LineProblem)
        )
        return await _form_page(request, site, given, NotYet(wrong={}, problems=problems))
    said = "The order form is recorded. "
    said += "Its lines are being started." if is_settled else "Its lines start once it is settled."
    return after(request, f"/ops/orders/{order_id}", said)


def _read(
    given: Posted, learners: bytes, offers: tuple[Offer, ...], visitor: Visitor
) -> OrderForm | NotYet:
    """Return the whole form, or everything that has to be put right; never a half."""
    wrong: dict[str, str] = {}
    if fault := number_fault(given.get("number", "")):
        wrong["number"] = fault
    try:
        grounds(given.get("reason", ""), visitor.name, now())
    except (ReasonMissing, ReasonNotPlain) as refusal:
        wrong["reason"] = str(refusal)
    read = read_form(given, learners, offers)
    if isinstance(read, NotYet):
        return NotYet(wrong=wrong | read.wrong, problems=read.problems)
    return NotYet(wrong=wrong) if wrong else read


async def _form_page(
    request: Request, site: Site, given: dict[str, str], not_yet: NotYet
) -> Response:
    has_fault = bool(not_yet.wrong or not_yet.problems)
    return await page(
        request,
        "operations/orders/new.html",
        face=Party.OPS,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if has_fault else HTTPStatus.OK,
        offers=await ShopViews(site.database).for_sale(),
        given=given,
        wrong=not_yet.wrong,
        problems=not_yet.problems,
        most=MOST_PROBLEMS,
        reason_limit=REASON_LIMIT,
    )


async def _learners(request: Request, given: Posted) -> bytes:
    """Return the list of learners: the file if one was chosen, else what was typed."""
    return await posted_file(request, "file") or given.get("learners", "").encode()
