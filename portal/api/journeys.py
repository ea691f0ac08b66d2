"""Journeys for programs: lists, one journey, what an act would do, and acts alone or in bulk."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from adapters.records.board_values import Board
from adapters.records.bulk_book import BulkBook
from adapters.records.keyset import PAGE, Page
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
from domain.bulk import MOST_SELECTED, BulkLine, BulkProgress
from domain.enrollment import AttentionKind, Ending, Party, Stage
from domain.previews import Act, Preview
from domain.values import Value
from office.acting import ActingDesk
from office.previews import Previews
from portal.api.answering import Asked, Reasoned, RequestKey, Told, router
from portal.api.calling import JourneyActor, JourneyReader, because
from portal.api.paging import After, Lines, Named
from portal.faces import OpenSite
from portal.operations.bulk import Desk as BulkActs
from portal.site import Site, now

api = router("Journeys")


class ActAsked(Reasoned):
    """An act on one journey. ``as_of`` is that of a preview: then it is done only if still so."""

    act: Act
    as_of: int | None = Field(default=None, ge=0)


class PreviewAsked(Asked):
    """An act to look at before it is done."""

    act: Act


class BulkAsked(Reasoned):
    """An act on many journeys."""

    act: Act
    enrollments: list[str] = Field(min_length=1, max_length=MOST_SELECTED)


class BulkBegun(Value):
    """An act in bulk that was begun."""

    bulk_id: str


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
    library: Annotated[str | None, Query(max_length=200)] = None,
    text: Annotated[str | None, Query(max_length=200)] = None,
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
    return await _previews(site).preview(asked.act, enrollment_id, now())


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
        turn = (await _previews(site).preview(asked.act, enrollment_id, now())).as_of
    press = f"api-{key.id}-{request_key}"
    grounds = because(key, asked.reason)
    acting = ActingDesk(site.desks)
    return Told(sentence=await acting.do(asked.act, enrollment_id, grounds, press, turn))


@api.post("/bulk-acts")
async def act_in_bulk(
    desk: BulkActs, key: JourneyActor, request_key: RequestKey, asked: BulkAsked
) -> BulkBegun:
    """Begin an act on many journeys; it is carried out by itself, one after the other."""
    token = f"api-{key.id}-{request_key}"
    grounds = because(key, asked.reason)
    return BulkBegun(bulk_id=await desk.start(asked.act, asked.enrollments, grounds, token))


@api.get("/bulk-acts/{bulk_id}")
async def bulk_act(site: OpenSite, _: JourneyReader, bulk_id: Named) -> BulkProgress:
    """Return how far an act in bulk has come."""
    return await BulkBook(site.database).progress(bulk_id)


@api.get("/bulk-acts/{bulk_id}/lines")
async def bulk_lines(
    site: OpenSite,
    _: JourneyReader,
    bulk_id: Named,
    after: Annotated[int, Query(ge=0, description="Number of the last line before.")] = 0,
    lines: Lines = PAGE,
) -> list[BulkLine]:
    """Return what came of the journeys of an act in bulk, in the order of their numbers."""
    return list(await BulkBook(site.database).lines(bulk_id, after, lines))


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


def _previews(site: Site) -> Previews:
    return Previews(site.database, site.settings.programme_zone)
