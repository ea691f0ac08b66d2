"""Journeys for programs: lists, one journey, what an act would do, and doing it."""

from pydantic import Field

from adapters.records.board_values import Board
from adapters.records.case_views import CaseViews
from adapters.records.keyset import PAGE, Page
from adapters.records.letter_book import LetterBook, LetterView
from adapters.records.list_values import (
    AttentionFilter,
    AttentionItem,
    JourneyFilter,
    JourneyLine,
    JourneyOrder,
    MailTrouble,
    NoticeFilter,
    NoticeTrouble,
    PromiseState,
)
from adapters.records.view_values import JourneyView
from domain.enrollment import AttentionKind, Ending, Party, Stage
from domain.notice_rules import UnknownNotice
from domain.previews import Preview
from portal.api.acts import MOST, WantedAct, press_of
from portal.api.answering import Asked, Reasoned, RequestKey, Told, router
from portal.api.calling import JourneyActor, JourneyReader, because
from portal.api.paging import VISIBLE, After, Lines, Named, Text
from portal.faces import OpenSite
from portal.site import now

api = router("Journeys")


class PreviewAsked(Asked):
    """An act to look at before it is done."""

    act: WantedAct


class ActAsked(Reasoned):
    """An act on one journey. ``as_of`` is that of a preview: then it is done only if still so."""

    act: WantedAct
    as_of: int | None = Field(strict=True, default=None, ge=0, le=MOST)


class ClosingAsked(Reasoned):
    """Which attention is closed: its kind, and on what it is open."""

    subject: str = Field(min_length=1, max_length=60, pattern=VISIBLE)
    kind: AttentionKind


@api.get("/board")
async def board(site: OpenSite, _: JourneyReader) -> Board:
    """Return where everything stands, in numbers."""
    return await site.desks.board.board(now())


@api.get("/journeys")
async def journeys(
    site: OpenSite,
    _: JourneyReader,
    stage: Stage | None = None,
    waiting_on: Party | None = None,
    library: Text = None,
    text: Text = None,
    attention: AttentionKind | None = None,
    promise: PromiseState | None = None,
    ending: Ending | None = None,
    has_attention: bool = False,
    is_open: bool = False,
    is_late: bool = False,
    order: JourneyOrder = JourneyOrder.DUE,
    after: After = "",
    lines: Lines = PAGE,
) -> Page[JourneyLine]:
    """List journeys; everything that is given must hold."""
    wanted = JourneyFilter(
        stage=stage,
        waiting_on=waiting_on,
        library=library,
        text=text,
        attention=attention,
        promise=promise,
        ending=ending,
        has_attention=has_attention,
        is_open=is_open,
        is_late_at=now() if is_late else None,
    )
    return await site.desks.board.journeys(wanted, order, after, lines)


@api.get("/journeys/{enrollment_id}")
async def journey(site: OpenSite, _: JourneyReader, enrollment_id: Named) -> JourneyView:
    """Return everything about one journey."""
    return await site.desks.views.journey(enrollment_id)


@api.put("/journeys/{enrollment_id}/preview")
async def preview(
    site: OpenSite, _: JourneyReader, enrollment_id: Named, asked: PreviewAsked
) -> Preview:
    """Return what an act would do now; nothing is done."""
    return await site.desks.previews.preview(asked.act.as_act(), enrollment_id, now())


@api.post("/journeys/{enrollment_id}/acts")
async def act(
    site: OpenSite,
    key: JourneyActor,
    request_key: RequestKey,
    enrollment_id: Named,
    asked: ActAsked,
) -> Told:
    """Do an act: the same acts, with the same refusals, as on the pages of operations."""
    turn = asked.as_of
    if turn is None:
        turn = (await CaseViews(site.database).case(enrollment_id)).last_sequence
    press = press_of(key, request_key)
    grounds = because(key, asked.reason)
    said = await site.desks.acting.do(asked.act.as_act(), enrollment_id, grounds, press, turn)
    return Told(sentence=said)


@api.get("/journeys/{enrollment_id}/letters/{notice_id}")
async def letter(
    site: OpenSite, _: JourneyReader, enrollment_id: Named, notice_id: Named
) -> LetterView:
    """Return a letter as it was handed over, with what the mail server said."""
    case = await CaseViews(site.database).case(enrollment_id)
    view = await LetterBook(site.database).letter(notice_id)
    if view.subject_id not in case.subjects:
        raise UnknownNotice(notice=notice_id)
    return view


@api.get("/attention")
async def attention(
    site: OpenSite,
    _: JourneyReader,
    kind: AttentionKind | None = None,
    after: After = "",
    lines: Lines = PAGE,
) -> Page[AttentionItem]:
    """List everything that operations must look at, oldest first."""
    return await site.desks.board.attention(AttentionFilter(kind=kind), after, lines)


@api.post("/attention/close")
async def close_attention(
    site: OpenSite, key: JourneyActor, _: RequestKey, asked: ClosingAsked
) -> Told:
    """Close attention that was seen to, also on an order or on a line without a journey."""
    grounds = because(key, asked.reason)
    is_closed = await (await site.desks.ops()).close_attention(asked.subject, asked.kind, grounds)
    return Told(sentence="It is closed." if is_closed else "Nothing of that kind was open there.")


@api.get("/mail-trouble")
async def mail_trouble(
    site: OpenSite,
    _: JourneyReader,
    trouble: MailTrouble | None = None,
    with_seen: bool = False,
    after: After = "",
    lines: Lines = PAGE,
) -> Page[NoticeTrouble]:
    """List notices in trouble, the latest first."""
    wanted = NoticeFilter(trouble=trouble, with_seen=with_seen)
    return await site.desks.board.notices(wanted, after, lines)
