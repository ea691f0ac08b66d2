"""Signing in without a link at hand: a fresh link by mail, or a code for operations.

Every answer is the same for known and unknown addresses, and the work is done after it was given,
so that neither words nor time tell who is known.
"""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Query, Request
from fastapi.responses import Response

from adapters.records.session_book import Means
from domain.addresses import normalized_address
from domain.enrollment import Party
from domain.refusals import Invalid
from domain.sign_ins import CodeNotGood
from portal.answers import after, page
from portal.entrance.sessions import let_in
from portal.faces import HOMES, OpenSite
from portal.forms import OURS
from portal.site import Site
from portal.throttling import Limit, is_within, refuse_too_often

router = APIRouter(prefix="/sign-in", dependencies=[OURS])

Address = Annotated[str, Form(max_length=254)]
Destination = Annotated[str, Form(max_length=300)]


class NoSuchFace(Invalid):
    """There are three faces to sign in to."""

    code = "no_such_face"
    sentence = "Choose whether you learn, assess or work in operations."


def destination(party: Party, wanted: str) -> str:
    """Return where somebody is led after signing in: where they wanted to go, on our own site."""
    home = HOMES[party]
    is_ours = wanted == home or wanted.startswith(f"{home}/")
    return wanted if is_ours and "\\" not in wanted else home


@router.get("")
async def ask_who(
    request: Request,
    party: Annotated[str, Query(alias="as", max_length=20)] = "",
    to: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """Ask who is coming, and where to write to them."""
    chosen = party if party in HOMES else Party.PRACTITIONER
    return await page(request, "entrance/sign_in.html", party=chosen, to=to)


@router.post("")
async def ask_mail(
    request: Request,
    site: OpenSite,
    tasks: BackgroundTasks,
    party: Annotated[Party, Form(alias="as")],
    address: Address,
    to: Destination = "",
) -> Response:
    """Send what lets somebody in, if anybody has this address; the answer never tells."""
    if party not in HOMES:
        raise NoSuchFace
    await refuse_too_often(request, Limit.SIGN_IN_BY_CALLER)
    wanted = normalized_address(address)
    if await is_within(request, Limit.MAIL_TO_ADDRESS, f"{party}\x1f{wanted}"):
        tasks.add_task(_send, site, party, wanted)
    template = "entrance/code.html" if party is Party.OPS else "entrance/link_sent.html"
    response = await page(request, template, address=address, party=party, to=to, wrong="")
    response.background = tasks
    return response


@router.post("/code")
async def enter_code(
    request: Request,
    site: OpenSite,
    address: Address,
    code: Annotated[str, Form(max_length=40)],
    to: Destination = "",
) -> Response:
    """Let a member of operations in who has the code of the latest mail."""
    await refuse_too_often(request, Limit.SIGN_IN_BY_CALLER)
    await refuse_too_often(request, Limit.CODE_FOR_ADDRESS, normalized_address(address))
    try:
        asked = await site.doorkeeper.by_code(address, code)
    except CodeNotGood as refusal:
        return await page(
            request,
            "entrance/code.html",
            address=address,
            party=Party.OPS,
            to=to,
            wrong=str(refusal),
        )
    response = after(request, destination(Party.OPS, to))
    await let_in(request, response, Party.OPS, asked.subject_id, Means.CODE)
    return response


async def _send(site: Site, party: Party, address: str) -> None:
    desk = await site.door()
    await desk.ask(party, address)
