"""What operations do with credentials: issue what is missing, take one back, issue one anew."""

from http import HTTPStatus
from typing import Final
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response

from domain.credentials import CorrectionKind
from domain.enrollment import Party
from domain.grounds import REASON_LIMIT, grounds
from domain.refusals import Refusal
from domain.values import Value
from office.credentials import Correction
from portal.answers import after, page
from portal.credentials.parts import CredentialId
from portal.faces import OpenSite, Operations
from portal.failures import status_of
from portal.forms import OURS
from portal.operations.credentials import TONES, AwardId, award_page
from portal.operations.journey_acts import Press, Reason
from portal.site import Site, now

router = APIRouter(prefix="/ops/credentials", dependencies=[OURS])


class CorrectionWords(Value):
    """How a correction is called, and what it does, one sentence each."""

    title: str
    button: str
    effects: tuple[str, ...]
    hint: str


CORRECTIONS: Final = {
    CorrectionKind.REVOKE: CorrectionWords(
        title="Take this credential back",
        button="Take it back",
        effects=(
            "From then on everybody who checks it learns that it does not count any more.",
            "Its holder is written to, with the reason below.",
            "The award itself stays. While it does, you can issue another credential.",
            "This cannot be undone: a credential that was taken back never counts again.",
        ),
        hint="Its holder reads it in the letter; nobody else outside of operations does.",
    ),
    CorrectionKind.REISSUE: CorrectionWords(
        title="Issue this credential anew",
        button="Issue it anew",
        effects=(
            "Another credential takes its place, and says what the records say now: the name and "
            "the address of the practitioner as they are today.",
            "The one that is replaced does not count any more; its page leads to the new one.",
            "Its holder is written to, with the reason below, and finds new files.",
            "What they chose to show stays as they chose it.",
        ),
        hint="Its holder reads it in the letter; nobody else outside of operations does.",
    ),
}
"""A test holds it complete."""


@router.post("/awards/{enrollment_id}/issue")
async def issue(
    request: Request,
    site: OpenSite,
    visitor: Operations,
    enrollment_id: AwardId,
    reason: Reason = "",
) -> Response:
    """Make the credential of an award that has none that counts."""
    try:
        because = grounds(reason, visitor.name, now())
        view = await (await site.desks.credential_desk()).issue_again(enrollment_id, because)
    except Refusal as refusal:
        return await award_page(request, site, enrollment_id, refusal, reason)
    return after(request, f"/ops/credentials/{view.id}", "The credential is issued.")


@router.get("/{credential_id}/{kind}")
async def ask(
    request: Request,
    site: OpenSite,
    _: Operations,
    credential_id: CredentialId,
    kind: CorrectionKind,
) -> Response:
    """Show what a correction does; nothing is changed."""
    return await _correction_page(request, site, credential_id, kind)


@router.post("/{credential_id}/{kind}")
async def do(
    request: Request,
    site: OpenSite,
    visitor: Operations,
    credential_id: CredentialId,
    kind: CorrectionKind,
    reason: Reason = "",
    press: Press = "",
) -> Response:
    """Carry a correction out; a second press of the same form is the same one."""
    try:
        because = grounds(reason, visitor.name, now())
        desk = await site.desks.credential_desk()
        act = desk.revoke if kind is CorrectionKind.REVOKE else desk.reissue
        came_of_it = await act(credential_id, because, press)
    except Refusal as refusal:
        return await _correction_page(request, site, credential_id, kind, refusal, reason, press)
    number = came_of_it.replacement_id or credential_id
    return after(request, f"/ops/credentials/{number}", _said(kind, came_of_it))


def _said(kind: CorrectionKind, came_of_it: Correction) -> str:
    if not came_of_it.is_done:
        return "It is being carried out, and goes on by itself. Look again in a minute."
    if kind is CorrectionKind.REVOKE:
        return "The credential is taken back, and its holder is written to."
    return "This credential took the place of the earlier one, and its holder is written to."


async def _correction_page(
    request: Request,
    site: Site,
    credential_id: str,
    kind: CorrectionKind,
    refusal: Refusal | None = None,
    reason: str = "",
    press: str = "",
) -> Response:
    return await page(
        request,
        "operations/credentials/correct.html",
        face=Party.OPS,
        status=status_of(refusal) if refusal else HTTPStatus.OK,
        credential=await site.desks.credentials.credential(credential_id),
        kind=kind,
        words=CORRECTIONS[kind],
        tones=TONES,
        refusal=refusal,
        reason=reason,
        reason_limit=REASON_LIMIT,
        press=press or uuid4().hex,
    )
