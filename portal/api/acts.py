"""Acts as programs ask for them, and acts in bulk."""

from typing import Annotated, Final

from fastapi import Query
from pydantic import Field

from adapters.records.bulk_book import BulkBook
from adapters.records.keyset import PAGE
from domain.api_keys import ApiKey
from domain.bulk import MOST_SELECTED, BulkLine, BulkProgress
from domain.enrollment import AttentionKind
from domain.previews import Act, ActKind
from domain.values import Value
from portal.api.answering import Asked, Reasoned, RequestKey, Told, router
from portal.api.calling import JourneyActor, JourneyReader, because
from portal.api.paging import VISIBLE, Lines, Named
from portal.faces import OpenSite
from portal.operations.bulk import Desk as BulkActs

api = router("Acts in bulk")

MOST: Final = 1_000_000
"""Counts and turns beyond this are mistyped."""

Id = Annotated[str, Field(min_length=1, max_length=60, pattern=VISIBLE)]


class WantedAct(Asked):
    """An act with what it needs: ``days`` to extend, ``address`` to correct, and so on."""

    kind: ActKind
    days: int = Field(strict=True, default=0, ge=-1, le=100_000)
    assessor_id: Id | None = None
    notice_id: Id | None = None
    address: str = Field(default="", max_length=300)
    attention: AttentionKind | None = None
    subject_id: Id | None = None
    round: int | None = Field(strict=True, default=None, ge=1, le=MOST)
    judgement: int | None = Field(strict=True, default=None, ge=1, le=MOST)

    def as_act(self) -> Act:
        """Return the act that the pages of operations know."""
        return Act.model_validate(self.model_dump())


class BulkAsked(Reasoned):
    """An act on many journeys."""

    act: WantedAct
    enrollments: list[Id] = Field(min_length=1, max_length=MOST_SELECTED)


class BulkBegun(Value):
    """An act in bulk that was begun."""

    bulk_id: str


def press_of(key: ApiKey, request_key: str) -> str:
    """Return what tells an act of a program from a second, equal one."""
    return f"api-{key.id}-{request_key}"


@api.get("/bulk-acts")
async def recent_bulk_acts(site: OpenSite, _: JourneyReader) -> list[BulkProgress]:
    """List the newest acts in bulk."""
    return list(await BulkBook(site.database).recent())


@api.post("/bulk-acts")
async def act_in_bulk(
    desk: BulkActs, key: JourneyActor, request_key: RequestKey, asked: BulkAsked
) -> BulkBegun:
    """Begin an act on many journeys; it is carried out by itself, one after the other."""
    token = press_of(key, request_key)
    grounds = because(key, asked.reason)
    bulk_id = await desk.start(asked.act.as_act(), asked.enrollments, grounds, token)
    return BulkBegun(bulk_id=bulk_id)


@api.get("/bulk-acts/{bulk_id}")
async def bulk_act(site: OpenSite, _: JourneyReader, bulk_id: Named) -> BulkProgress:
    """Return how far an act in bulk has come."""
    return await BulkBook(site.database).progress(bulk_id)


@api.get("/bulk-acts/{bulk_id}/lines")
async def bulk_lines(
    site: OpenSite,
    _: JourneyReader,
    bulk_id: Named,
    after: Annotated[int, Query(ge=0, le=MOST, description="Number of the last line before.")] = 0,
    lines: Lines = PAGE,
) -> list[BulkLine]:
    """Return what came of the journeys of an act in bulk, in the order of their numbers."""
    book = BulkBook(site.database)
    await book.progress(bulk_id)  # an unknown act is refused, not shown as one without lines
    return list(await book.lines(bulk_id, after, lines))


@api.post("/bulk-acts/{bulk_id}/stop")
async def stop_bulk_act(desk: BulkActs, _: JourneyActor, __: RequestKey, bulk_id: Named) -> Told:
    """Go no further than the journey in hand."""
    await desk.stop(bulk_id)
    return Told(sentence="It stops after the journey in hand. What is done stays done.")


@api.post("/bulk-acts/{bulk_id}/go-on")
async def go_on_with_bulk_act(
    desk: BulkActs, _: JourneyActor, __: RequestKey, bulk_id: Named
) -> Told:
    """Take it up again where nobody carries it out any more."""
    await desk.go_on(bulk_id)
    return Told(sentence="It goes on.")
