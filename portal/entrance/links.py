"""Links in mails: opening one shows a page with a button, and only the button does something.

Mail scanners open links; so a link never dies from it and never acts (trap 19). Each is scoped to
one person and one subject.
"""

from contextlib import suppress
from enum import StrEnum
from typing import Annotated, assert_never

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from adapters.records.session_book import Means
from domain.enrollment import EnrollmentClosed, NotAtThisStage, Party
from domain.grounds import grounds
from domain.refusals import NotAllowed, NotFound
from portal.answers import after, page
from portal.entrance.sessions import let_in
from portal.faces import HOMES, OpenSite
from portal.forms import OURS
from portal.site import now, site_of
from settings import is_on_this_machine

router = APIRouter(dependencies=[OURS])


class LinkedPage(StrEnum):
    """Where a link in a mail leads."""

    VERIFY = "verify"
    PORTAL = "portal"
    OFFERS = "offers"
    ASSESSMENT = "assessment"
    APPROVALS = "approvals"
    OPS = "ops"
    ENTER = "enter"


class LinkNotGood(NotFound):
    """The link was not made here, or was cut on its way."""

    code = "link_not_good"
    sentence = (
        "This link is not complete. Open it from the mail again, or copy its whole address; or ask "
        "for a fresh one on the sign-in page."
    )


class TaskOver(NotAllowed):
    """What the link was for is over; whoever has the old mail gets nowhere with it."""

    code = "task_over"
    sentence = (
        "This offer or assessment is over, and its link with it. Sign in to see the work that you "
        "have now."
    )


class Link:
    """A genuine link: whom it is for, and what it is about."""

    def __init__(self, leads_to: LinkedPage, subject_id: str, recipient_id: str) -> None:
        self.leads_to = leads_to
        self.subject_id = subject_id
        self.recipient_id = recipient_id


async def genuine(
    request: Request, leads_to: LinkedPage, subject_id: str, recipient_id: str, signature: str
) -> Link:
    """Return the link of this address, or refuse one that was not made here."""
    site = site_of(request)
    is_ours = site.links.is_genuine(leads_to, recipient_id, subject_id, signature)
    # Staff sign in with a code; a link for them is for trying Laurel out on one machine.
    is_closed = leads_to is LinkedPage.OPS and not is_on_this_machine(site.settings.public_url)
    if not is_ours or is_closed:
        raise LinkNotGood
    if leads_to in _OF_A_TASK and not await site.access.holds(recipient_id, subject_id):
        raise TaskOver
    return Link(leads_to, subject_id, recipient_id)


_OF_A_TASK = frozenset({LinkedPage.OFFERS, LinkedPage.ASSESSMENT})
"""Links that are good while their assessor has the round, and no longer (trap 19)."""

Genuine = Annotated[Link, Depends(genuine)]
ADDRESS = "/{leads_to}/{subject_id}/{recipient_id}/{signature}"


@router.get(ADDRESS)
async def open_link(request: Request, site: OpenSite, link: Genuine) -> Response:
    """Show what the link is for, and the button; nothing is changed."""
    if link.leads_to is LinkedPage.ENTER:
        await site.doorkeeper.by_link(link.subject_id)
    if link.leads_to is LinkedPage.APPROVALS:
        return after(request, f"/ops/approvals/{link.subject_id}")
    return await page(request, "entrance/link.html", link=link)


@router.post(ADDRESS)
async def follow_link(request: Request, site: OpenSite, link: Genuine) -> Response:
    """Sign its owner in, and do what the link is for."""
    if link.leads_to is LinkedPage.VERIFY:
        reason = grounds(
            "Followed the link in the mail.", "the practitioner", now(), Party.PRACTITIONER
        )
        with suppress(NotAtThisStage, EnrollmentClosed):  # verified before: they only come in
            await (await site.desks.practitioner()).verify(link.subject_id, reason)
    if link.leads_to is LinkedPage.ENTER:
        asked = await site.doorkeeper.by_link(link.subject_id)
        return await _entered(request, asked.party, HOMES[asked.party], asked.subject_id)
    party, address = _destination(link)
    return await _entered(request, party, address, link.recipient_id)


async def _entered(request: Request, party: Party, address: str, subject_id: str) -> Response:
    response = after(request, address)
    await let_in(request, response, party, subject_id, Means.LINK)
    return response


def _destination(link: Link) -> tuple[Party, str]:
    match link.leads_to:
        case LinkedPage.VERIFY | LinkedPage.PORTAL:
            return Party.PRACTITIONER, f"/my/{link.subject_id}"
        case LinkedPage.OFFERS:
            return Party.ASSESSOR, f"/assessing/offers/{link.subject_id}"
        case LinkedPage.ASSESSMENT:
            return Party.ASSESSOR, f"/assessing/rounds/{link.subject_id}"
        case LinkedPage.OPS | LinkedPage.APPROVALS | LinkedPage.ENTER:
            return Party.OPS, "/ops"
        case _ as unreachable:
            assert_never(unreachable)
