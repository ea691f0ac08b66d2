"""One act on many journeys: choose it, see what it would come to, start it."""

from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BeforeValidator

from adapters.records.bulk_book import BulkBook
from domain.bulk import IN_BULK, MOST_SELECTED, NothingSelected, TooManySelected
from domain.enrollment import AttentionKind, Party
from domain.grounds import REASON_LIMIT, ReasonMissing, ReasonNotPlain, grounds
from domain.notices import NoticeKind, Recipient
from domain.previews import Act, ActKind, Preview
from domain.refusals import Invalid
from domain.values import Value
from office.bulk import BulkDesk
from portal.answers import after, page
from portal.faces import OpenSite, Operations
from portal.failures import status_of
from portal.forms import OURS
from portal.operations.journey_acts import DAYS_AT_FIRST, Press, Reason
from portal.operations.wording import ACTS, ATTENTION, BULK_ACTS
from portal.site import Site, now

router = APIRouter(prefix="/ops/bulk", dependencies=[OURS])

_NONE = BeforeValidator(lambda given: given or None)


class Refused(Value):
    """One refusal that some journeys of a selection would meet."""

    sentence: str
    enrollment_ids: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many journeys would meet it."""
        return len(self.enrollment_ids)


class Outlook(Value):
    """What an act would come to on a selection."""

    possible: tuple[str, ...]
    unchanged: tuple[str, ...]
    refused: tuple[Refused, ...]
    mails: tuple[tuple[NoticeKind, Recipient, int], ...]
    final: tuple[str, ...]


async def selection(
    enrollment: Annotated[list[str] | None, Form(max_length=5 * MOST_SELECTED)] = None,
    chosen: Annotated[str, Form(alias="selection", max_length=50 * MOST_SELECTED)] = "",
) -> tuple[str, ...]:
    """Return the journeys that were ticked in a list, or that an earlier step carried along.

    Raises ``NothingSelected`` and ``TooManySelected``.
    """
    ids = tuple(dict.fromkeys([*(enrollment or ()), *chosen.split()]))
    if not ids:
        raise NothingSelected
    if len(ids) > MOST_SELECTED:
        raise TooManySelected(count=len(ids), most=MOST_SELECTED)
    return ids


async def bulk_act(
    kind: Annotated[ActKind | None, _NONE, Form()] = None,
    days: Annotated[int, Form(ge=-1, le=100_000)] = DAYS_AT_FIRST,
    attention: Annotated[AttentionKind | None, _NONE, Form()] = None,
) -> Act | None:
    """Return the act that was chosen; None while none was."""
    if kind is None:
        return None
    return Act(
        kind=kind,
        days=days if kind is ActKind.EXTEND else 0,
        attention=attention if kind is ActKind.CLOSE_ATTENTION else None,
    )


Selected = Annotated[tuple[str, ...], Depends(selection)]
Chosen = Annotated[Act | None, Depends(bulk_act)]


async def bulk_desk(site: OpenSite) -> BulkDesk:
    """Return where acts in bulk are started."""
    return await site.desks.bulk()


Desk = Annotated[BulkDesk, Depends(bulk_desk)]


@router.get("")
async def recent(request: Request, site: OpenSite, _: Operations) -> Response:
    """List the newest acts in bulk."""
    return await page(
        request,
        "operations/bulk/recent.html",
        face=Party.OPS,
        acts=await BulkBook(site.database).recent(),
        words=BULK_ACTS,
    )


@router.post("")
async def choose(
    request: Request, site: OpenSite, _: Operations, selected: Selected, act: Chosen
) -> Response:
    """Ask what is to be done, then show what it would come to; nothing is changed."""
    if act is None:
        return await _choosing(request, selected)
    if act.kind is ActKind.CLOSE_ATTENTION and act.attention is None:
        return await _choosing(request, selected, act, "Say which attention is to be closed.")
    return await _outlook_page(request, site, selected, act)


@router.post("/start")
async def start(
    request: Request,
    site: OpenSite,
    visitor: Operations,
    selected: Selected,
    act: Chosen,
    desk: Desk,
    reason: Reason = "",
    press: Press = "",
) -> Response:
    """Start what was shown; its own page says how far it is."""
    if act is None:
        return await _choosing(request, selected)
    try:
        because = grounds(reason, visitor.name, now())
    except (ReasonMissing, ReasonNotPlain) as refusal:
        return await _outlook_page(request, site, selected, act, refusal, reason)
    token = f"{visitor.subject_id}/{press}"
    bulk_id = await desk.start(act, selected, because, token)
    return after(request, f"/ops/bulk/{bulk_id}", "It is started.")


async def _choosing(
    request: Request, selected: tuple[str, ...], act: Act | None = None, wrong: str = ""
) -> Response:
    return await page(
        request,
        "operations/bulk/choose.html",
        face=Party.OPS,
        selected=selected,
        act=act,
        kinds=IN_BULK,
        words=BULK_ACTS,
        attention_kinds=ATTENTION,
        days=act.days if act and act.days else DAYS_AT_FIRST,
        wrong=wrong,
    )


async def _outlook_page(
    request: Request,
    site: Site,
    selected: tuple[str, ...],
    act: Act,
    refusal: Invalid | None = None,
    reason: str = "",
) -> Response:
    return await page(
        request,
        "operations/bulk/outlook.html",
        face=Party.OPS,
        status=status_of(refusal) if refusal else HTTPStatus.OK,
        selected=selected,
        act=act,
        words=BULK_ACTS,
        button=ACTS[act.kind],
        outlook=outlook_of(await site.desks.previews.previews(act, selected, now())),
        wrong=str(refusal) if refusal else "",
        reason=reason,
        reason_limit=REASON_LIMIT,
        press=uuid4().hex,
    )


def outlook_of(previews: Sequence[Preview]) -> Outlook:
    """Return what the previews of a selection come to together."""
    refused: dict[str, list[str]] = {}
    for each in previews:
        if each.refusal is not None:
            refused.setdefault(each.refusal.sentence, []).append(each.enrollment_id)
    going = [each for each in previews if each.refusal is None and each.changes_something]
    unchanged = [each for each in previews if each.refusal is None and not each.changes_something]
    mails = Counter((notice.kind, notice.to) for each in going for notice in each.sent)
    final = dict.fromkeys(sentence for each in going for sentence in each.final)
    return Outlook(
        possible=tuple(each.enrollment_id for each in going),
        unchanged=tuple(each.enrollment_id for each in unchanged),
        refused=tuple(
            Refused(sentence=sentence, enrollment_ids=tuple(ids))
            for sentence, ids in sorted(refused.items())
        ),
        mails=tuple((kind, to, count) for (kind, to), count in sorted(mails.items())),
        final=tuple(final),
    )
