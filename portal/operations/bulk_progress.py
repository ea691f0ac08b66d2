"""How far an act in bulk is: a page that says it when it is loaded, and tells what changes live."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from adapters.records.bulk_book import PAGE, BulkBook
from domain.bulk import BulkProgress, BulkResult
from domain.enrollment import Party
from portal.answers import after, page
from portal.faces import OpenSite, Operations
from portal.forms import OURS
from portal.live import LONGEST_STREAM, event, told
from portal.operations.bulk import Desk
from portal.operations.wording import BULK_ACTS, RESULTS

router = APIRouter(prefix="/ops/bulk", dependencies=[OURS])

PAUSE: Final = timedelta(milliseconds=500)
"""Between two looks at the records for somebody who watches."""

BulkId = Annotated[str, Path(max_length=40)]


@router.get("/{bulk_id}")
async def progress(
    request: Request,
    site: OpenSite,
    _: Operations,
    bulk_id: BulkId,
    after_: Annotated[int, Query(alias="after", ge=0)] = 0,
) -> Response:
    """Show how far an act is, and the result of each journey."""
    book = BulkBook(site.database)
    lines = await book.lines(bulk_id, after_)
    return await page(
        request,
        "operations/bulk/progress.html",
        face=Party.OPS,
        progress=await book.progress(bulk_id),
        lines=lines,
        next=lines[-1].number if len(lines) == PAGE else None,
        is_first=after_ == 0,
        words=BULK_ACTS,
        results=RESULTS,
        waiting=BulkResult.WAITING,
    )


@router.get("/{bulk_id}/events")
async def events(site: OpenSite, _: Operations, bulk_id: BulkId) -> Response:
    """Tell how far an act is whenever that changes, until it has ended (server-sent events)."""
    book = BulkBook(site.database)
    await book.progress(bulk_id)  # an unknown act is refused before anything is streamed
    return told(changes(book, bulk_id))


@router.post("/{bulk_id}/stop")
async def stop(request: Request, _: Operations, desk: Desk, bulk_id: BulkId) -> Response:
    """Go no further than the journey in hand."""
    await desk.stop(bulk_id)
    said = "It stops after the journey in hand. What is done stays done."
    return after(request, f"/ops/bulk/{bulk_id}", said)


@router.post("/{bulk_id}/go-on")
async def go_on(request: Request, _: Operations, desk: Desk, bulk_id: BulkId) -> Response:
    """Take it up again where nobody carries it out any more."""
    await desk.go_on(bulk_id)
    return after(request, f"/ops/bulk/{bulk_id}", "It goes on.")


async def changes(
    book: BulkBook, bulk_id: str, longest: timedelta = LONGEST_STREAM
) -> AsyncIterator[str]:
    """Yield an event whenever an act has come further: the first at once, its end as the last."""
    last = ""
    for _ in range(longest // PAUSE):
        found = await book.progress(bulk_id)
        said = _said(found)
        if said != last:
            yield event(said)
            last = said
        if found.is_ended:
            return
        await asyncio.sleep(PAUSE.total_seconds())


def _said(found: BulkProgress) -> str:
    facts = {
        "settled": found.settled,
        "total": found.total,
        "is_ended": found.is_ended,
        "counts": {RESULTS[state][0]: count for state, count in sorted(found.counts.items())},
    }
    return json.dumps(facts)
