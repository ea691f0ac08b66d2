"""One piece of evidence: choose the file, say where to look in it, explain what it shows.

A form names the round and the version that its page showed, and the very piece that it changes; a
write that is based on anything else is refused, and both texts are shown (traps 9 and 10).
"""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from adapters.records.portfolio_values import DetailView, FileView, PieceView, PortfolioView
from domain.answers import Seen
from domain.assessment import ItemLocked, StaleVersion, UnknownItem
from domain.enrollment import Party
from domain.evidence_fields import (
    PieceChanged,
    PlaceFields,
    PlaceMissing,
    PlaceOutside,
    fields_of,
    piece_ref,
)
from domain.locators import LocatorBackwards, LocatorNotUnderstood
from domain.refusals import Refusal
from domain.values import Value
from domain.words import ControlCharacters, TextTooLong
from office.portfolio import PortfolioDesk, WrittenPiece
from portal.answers import after, page
from portal.assessor.showing import opened_at
from portal.faces import OpenSite
from portal.forms import OURS
from portal.practitioner.drafting import spoken_clock
from portal.practitioner.evidence_facts import evidence_facts
from portal.practitioner.owning import OwnEnrollment
from portal.practitioner.portfolio import PREFIX, OwnPortfolio, own_portfolio, portfolio_page
from portal.practitioner.posted import field_id
from portal.site import now

router = APIRouter(prefix=f"{PREFIX}/evidence", dependencies=[OURS])

_WRONG_PLACE: Final = (PlaceMissing, PlaceOutside, LocatorNotUnderstood, LocatorBackwards)
_WRONG_TEXT: Final = (ControlCharacters, TextTooLong)


def _seen(
    round_number: Annotated[int, Form(alias="round", ge=1)],
    version: Annotated[int, Form(ge=0)],
) -> Seen:
    return Seen(part=2, round=round_number, version=version)


def _written(
    item: Annotated[str, Form(max_length=40)],
    file: Annotated[str, Form(max_length=40)],
    first: Annotated[str, Form(max_length=40)] = "",
    last: Annotated[str, Form(max_length=40)] = "",
    explanation: Annotated[str, Form()] = "",
) -> WrittenPiece:
    return WrittenPiece(
        item=item,
        artifact_id=file,
        place=PlaceFields(first=first, last=last),
        explanation=explanation,
    )


def portfolio_desk(site: OpenSite) -> PortfolioDesk:
    """Return where evidence is worked on."""
    return PortfolioDesk(site.desks.parts)


Desk = Annotated[PortfolioDesk, Depends(portfolio_desk)]
PostedSeen = Annotated[Seen, Depends(_seen)]
PostedPiece = Annotated[WrittenPiece, Depends(_written)]
PieceRef = Annotated[str, Form(max_length=40)]


class PieceSent(Value):
    """What the script sends: a piece as it was written, and what it is based on."""

    round: int
    version: int
    item: str
    piece: str
    file: str
    first: str
    last: str
    explanation: str


class PieceKept(Value):
    """What the script gets back: the new version, what the piece is found again by, the time."""

    version: int
    piece: str
    saved: str


@router.get("")
async def form(
    request: Request, view: OwnPortfolio, item: str, piece: str = "", file: str = ""
) -> Response:
    """Show the form of a new or a written piece; without a file, the files to choose from."""
    detail = _open_detail(view, item)
    if not view.is_writable:
        return after(request, _address(view, item), "Nothing of part 2 can be changed now.")
    shown = detail.piece(piece)
    if piece and shown is None:
        return after(
            request, _address(view, item), "This piece was changed in between. Look again."
        )
    chosen = view.file(file) if file else shown.file if shown else None
    if chosen is None or not chosen.is_usable:
        return await page(
            request,
            "practitioner/evidence_file.html",
            face=Party.PRACTITIONER,
            view=view,
            detail=detail,
            piece=piece,
            field_id=field_id,
        )
    is_same_file = shown is not None and shown.piece.artifact_id == chosen.id
    written = WrittenPiece(
        item=item,
        artifact_id=chosen.id,
        place=fields_of(shown.piece.locator) if shown and is_same_file else PlaceFields(),
        explanation=shown.piece.explanation if shown else "",
    )
    return await _form(request, view, detail, chosen, written, piece)


@router.post("")
async def save(
    request: Request,
    site: OpenSite,
    desk: Desk,
    enrollment_id: OwnEnrollment,
    seen: PostedSeen,
    written: PostedPiece,
    piece: PieceRef = "",
) -> Response:
    """Save a piece, based on the version that the form showed."""
    try:
        evidence = await desk.checked(enrollment_id, written)
        await desk.put(enrollment_id, seen, written.item, evidence, piece or None)
    except (*_WRONG_PLACE, *_WRONG_TEXT) as refusal:
        view = await own_portfolio(site, enrollment_id)
        chosen = view.file(written.artifact_id)
        if chosen is None or not chosen.is_usable:
            raise
        detail = _open_detail(view, written.item)
        return await _form(request, view, detail, chosen, written, piece, refusal, seen)
    except (StaleVersion, PieceChanged):
        view = await own_portfolio(site, enrollment_id)
        return await _both(request, view, written, piece)
    view = await own_portfolio(site, enrollment_id)
    return after(request, _address(view, written.item), "The evidence is saved.")


@router.put("")
async def keep(
    site: OpenSite, desk: Desk, enrollment_id: OwnEnrollment, sent: PieceSent
) -> PieceKept:
    """Keep a piece for the script, which saves at every pause."""
    written = WrittenPiece(
        item=sent.item,
        artifact_id=sent.file,
        place=PlaceFields(first=sent.first, last=sent.last),
        explanation=sent.explanation,
    )
    seen = Seen(part=2, round=sent.round, version=sent.version)
    evidence = await desk.checked(enrollment_id, written)
    draft = await desk.put(enrollment_id, seen, sent.item, evidence, sent.piece or None)
    return PieceKept(
        version=draft.version, piece=piece_ref(evidence), saved=spoken_clock(now(), site.zone)
    )


@router.post("/remove")
async def remove(
    request: Request,
    site: OpenSite,
    desk: Desk,
    enrollment_id: OwnEnrollment,
    seen: PostedSeen,
    item: Annotated[str, Form(max_length=40)],
    piece: PieceRef,
) -> Response:
    """Take a piece away, based on the version that the page showed."""
    try:
        await desk.remove(enrollment_id, seen, item, piece)
    except StaleVersion as refusal:
        view = await own_portfolio(site, enrollment_id)
        return await portfolio_page(request, view, status=HTTPStatus.CONFLICT, refusal=refusal)
    view = await own_portfolio(site, enrollment_id)
    return after(request, _address(view, item), "The piece of evidence is removed.")


async def _form(
    request: Request,
    view: PortfolioView,
    detail: DetailView,
    chosen: FileView,
    written: WrittenPiece,
    piece: str,
    refusal: Refusal | None = None,
    seen: Seen | None = None,
) -> Response:
    """Show the form; after a refusal with what was sent, so that none of it is lost."""
    basis = seen or Seen(part=2, round=view.round, version=view.version)
    return await page(
        request,
        "practitioner/evidence.html",
        face=Party.PRACTITIONER,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        view=view,
        detail=detail,
        file=chosen,
        written=written,
        piece=piece,
        seen=basis,
        field_id=field_id,
        wrong_place=str(refusal) if isinstance(refusal, _WRONG_PLACE) else "",
        wrong_text=str(refusal) if isinstance(refusal, _WRONG_TEXT) else "",
        script_facts=evidence_facts(
            view, detail, chosen, basis, piece, is_refused=refusal is not None
        ),
    )


async def _both(
    request: Request, view: PortfolioView, written: WrittenPiece, piece: str
) -> Response:
    """Show what was refused beside what stands; nothing of either is lost (trap 9)."""
    detail = _open_detail(view, written.item)
    theirs: PieceView | None = detail.piece(piece)
    return await page(
        request,
        "practitioner/evidence_both.html",
        face=Party.PRACTITIONER,
        status=HTTPStatus.CONFLICT,
        view=view,
        detail=detail,
        file=view.file(written.artifact_id),
        written=written,
        piece=piece if theirs else "",
        is_replacing=bool(piece),
        field_id=field_id,
        opened_at=opened_at,
    )


def _open_detail(view: PortfolioView, item: str) -> DetailView:
    detail = view.detail(item)
    if detail is None:
        raise UnknownItem(item=item, items=", ".join(each.key for each in view.details))
    if not detail.is_open:
        raise ItemLocked(item=item, round=view.round - 1)
    return detail


def _address(view: PortfolioView, item: str) -> str:
    return f"/my/{view.enrollment_id}/parts/2#{field_id(item)}"
