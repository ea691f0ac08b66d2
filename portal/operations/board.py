"""The board: where everything stands, and each number a way to its list. It updates by itself."""

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response

from adapters.records.board_values import Board, StageCount
from domain.enrollment import Party
from domain.values import Value
from portal.answers import page
from portal.faces import OpenSite, Operations
from portal.forms import OURS
from portal.live import PAUSE, Watch, event, told
from portal.operations.wording import ATTENTION
from portal.site import Site, now

router = APIRouter(prefix="/ops", dependencies=[OURS])

PIECES = "operations/board/pieces.html"
"""What the page shows and what is told when it changes: the same lines from the same template."""


class StageBar(Value):
    """One stage as a bar: shares of the longest one, in percent."""

    count: StageCount
    on_time_share: float
    late_share: float


class Shown(Value):
    """The board as it is shown: ``pieces`` change only when a number does."""

    pieces: str
    as_of: str


@router.get("")
async def board(request: Request, site: OpenSite, _: Operations) -> Response:
    """Show where everything stands."""
    found = await site.desks.board.board(now())
    return await page(
        request,
        "operations/board/page.html",
        face=Party.OPS,
        board=found,
        since=found.since.astimezone(site.zone).date(),
        bars=bars_of(found),
        words=ATTENTION,
    )


@router.get("/board/events")
async def events(request: Request, _: Operations) -> Response:
    """Tell how the board changes, and when it was last looked at (server-sent events)."""
    return told(_told(watch_of(request.app)))


def bars_of(found: Board) -> list[StageBar]:
    """Return the stages as bars beside each other."""
    most = max((each.journeys for each in found.stages), default=0) or 1
    return [
        StageBar(
            count=each,
            on_time_share=100 * (each.journeys - each.late) / most,
            late_share=100 * each.late / most,
        )
        for each in found.stages
    ]


def watch_of(app: FastAPI) -> Watch[Shown]:
    """Return the one watch of this process over the board."""
    if not hasattr(app.state, "board_watch"):
        app.state.board_watch = watch_over(app)
    watch: Watch[Shown] = app.state.board_watch
    return watch


def watch_over(app: FastAPI, pause: timedelta = PAUSE) -> Watch[Shown]:
    """Return a watch that looks at the board of a site so often."""
    return Watch(lambda: _look(app.state.site), pause)


async def _look(site: Site) -> Shown:
    found = await site.desks.board.board(now())
    facts = {
        "board": found,
        "since": found.since.astimezone(site.zone).date(),
        "bars": bars_of(found),
        "words": ATTENTION,
    }
    return Shown(
        pieces=site.pages.render(PIECES, facts),
        as_of=site.pages.render("operations/board/as_of.html", facts).strip(),
    )


async def _told(watch: Watch[Shown]) -> AsyncIterator[str]:
    """Tell every look, but the pieces only when they are not what was told last."""
    last = ""
    async with aclosing(watch.changes()) as changes:
        async for shown in changes:
            is_new, last = shown.pieces != last, shown.pieces
            pieces = {"pieces": shown.pieces} if is_new else {}
            facts = json.dumps({**pieces, "as_of": shown.as_of})
            yield event(facts, "board" if is_new else "seen")
