"""Access: operations' own people, and who is signed in where."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import Response

from adapters.records.access_log import AccessLog
from adapters.records.session_book import OwnedSession
from domain.addresses import AddressNotValid, normalized_address
from domain.enrollment import Party
from domain.grounds import OpsActionKind, ReasonMissing, ReasonNotPlain
from domain.refusals import Refusal
from domain.staff import LastOfStaff, OwnAccess, StaffNameNotValid
from portal.answers import after, page
from portal.faces import OpenSite, Operations
from portal.failures import status_of
from portal.forms import OURS
from portal.operations.webhooks import because
from portal.site import Site, now

staff_router = APIRouter(prefix="/ops/staff", dependencies=[OURS])
sessions_router = APIRouter(prefix="/ops/sessions", dependencies=[OURS])

STAFF_ACTS: Final = (
    OpsActionKind.STAFF_ADDED,
    OpsActionKind.STAFF_SWITCHED_OFF,
    OpsActionKind.STAFF_SWITCHED_ON,
)
SESSION_ACTS: Final = (OpsActionKind.SESSION_ENDED, OpsActionKind.SESSIONS_ENDED)

ROLES: Final = {
    Party.PRACTITIONER: "practitioner",
    Party.ASSESSOR: "assessor",
    Party.OPS: "operations",
}
"""As what somebody is signed in."""

WORDS: Final = {
    OpsActionKind.STAFF_ADDED: "was added",
    OpsActionKind.STAFF_SWITCHED_OFF: "was switched off",
    OpsActionKind.STAFF_SWITCHED_ON: "was switched on",
    OpsActionKind.SESSION_ENDED: "was signed out of one browser",
    OpsActionKind.SESSIONS_ENDED: "was signed out everywhere",
    OpsActionKind.KEY_MADE: "was made",
    OpsActionKind.KEY_REVOKED: "was revoked",
}
"""What became of somebody, or of a key."""

Reason = Annotated[str, Form()]
StaffId = Annotated[str, Path(max_length=40)]


@staff_router.get("")
async def staff(request: Request, site: OpenSite, visitor: Operations) -> Response:
    """List operations' own people, with the form for one more."""
    return await _staff_page(request, site, visitor.subject_id)


@staff_router.post("")
async def add(
    request: Request,
    site: OpenSite,
    visitor: Operations,
    name: Annotated[str, Form(max_length=500)] = "",
    address: Annotated[str, Form(max_length=500)] = "",
    reason: Reason = "",
) -> Response:
    """Add somebody; a refusal keeps what was typed."""
    try:
        added = await site.access_desk.add(name, address, because(visitor, reason))
    except (StaffNameNotValid, AddressNotValid, ReasonMissing, ReasonNotPlain) as refusal:
        typed = {"name": name, "address": address, "reason": reason}
        return await _staff_page(request, site, visitor.subject_id, refusal, typed)
    if not added.is_active:
        said = f"{added.name} is on the list already, and is switched off."
    else:
        said = f"{added.name} signs in with a code that is mailed to {added.address}."
    return after(request, "/ops/staff", said)


@staff_router.post("/{staff_id}/switch-off")
async def switch_off(
    request: Request, site: OpenSite, visitor: Operations, staff_id: StaffId, reason: Reason = ""
) -> Response:
    """Let somebody in no more, and sign them out."""
    grounds = because(visitor, reason)
    try:
        is_changed = await site.access_desk.switch_off(staff_id, grounds, visitor.subject_id)
    except (OwnAccess, LastOfStaff) as refusal:
        return await _staff_page(request, site, visitor.subject_id, refusal)
    said = "They are signed out everywhere, and let in no more."
    return after(request, "/ops/staff", said if is_changed else "It was so already.")


@staff_router.post("/{staff_id}/switch-on")
async def switch_on(
    request: Request, site: OpenSite, visitor: Operations, staff_id: StaffId, reason: Reason = ""
) -> Response:
    """Let somebody in again."""
    is_changed = await site.access_desk.switch_on(staff_id, because(visitor, reason))
    return after(
        request, "/ops/staff", "They may sign in again." if is_changed else "It was so already."
    )


async def _staff_page(
    request: Request,
    site: Site,
    own_id: str,
    refusal: Refusal | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    return await page(
        request,
        "operations/access/staff.html",
        face=Party.OPS,
        status=status_of(refusal) if refusal else HTTPStatus.OK,
        staff=await site.staff.everybody(),
        own_id=own_id,
        acts=await AccessLog(site.database).latest(STAFF_ACTS),
        words=WORDS,
        typed=typed or {"name": "", "address": "", "reason": ""},
        wrong=str(refusal) if refusal else "",
        code=refusal.code if refusal else "",
    )


@sessions_router.get("")
async def sessions(
    request: Request,
    site: OpenSite,
    visitor: Operations,
    address: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """List where operations are signed in, or whoever has an address."""
    wrong = ""
    found: tuple[OwnedSession, ...] = ()
    try:
        found = (
            await site.sessions.running_at(normalized_address(address), now()) if address else ()
        )
    except AddressNotValid as refusal:
        wrong = str(refusal)
    return await page(
        request,
        "operations/access/sessions.html",
        face=Party.OPS,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        own_session=visitor.session_id,
        staff_sessions=await site.sessions.running_before(Party.OPS, now()),
        address=address,
        found=found,
        wrong=wrong,
        roles=ROLES,
        acts=await AccessLog(site.database).latest(SESSION_ACTS),
        words=WORDS,
    )


@sessions_router.post("/end")
async def end_one(
    request: Request,
    site: OpenSite,
    visitor: Operations,
    session_id: Annotated[str, Form(max_length=64)] = "",
    reason: Reason = "",
) -> Response:
    """Sign one browser out."""
    await site.access_desk.end_session(session_id, because(visitor, reason))
    return after(request, "/ops/sessions", "That browser is signed out.")


@sessions_router.post("/end-all")
async def end_every(
    request: Request,
    site: OpenSite,
    visitor: Operations,
    party: Annotated[Party, Form()],
    subject_id: Annotated[str, Form(max_length=40)] = "",
    reason: Reason = "",
) -> Response:
    """Sign somebody out everywhere in one role."""
    grounds = because(visitor, reason)
    count = await site.access_desk.end_sessions(party, subject_id, grounds)
    browsers = "1 browser" if count == 1 else f"{count} browsers"
    return after(request, "/ops/sessions", f"They are signed out of {browsers}.")
