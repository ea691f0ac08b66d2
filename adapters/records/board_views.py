"""What operations look at: the board, and the lists behind its numbers. Each list is one query."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar, TypeVarTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, select

from adapters.records import (
    assessor_list,
    attention_list,
    board_counts,
    journey_list,
    order_list,
    trouble_list,
)
from adapters.records.board_values import AttentionCount, Board, TroubleCount
from adapters.records.database import Database
from adapters.records.keyset import PAGE, Cursor, Page, page_of, unsealed
from adapters.records.list_values import (
    AssessorLine,
    AttentionFilter,
    AttentionItem,
    JourneyFilter,
    JourneyLine,
    JourneyOrder,
    ListedOrder,
    NoticeFilter,
    NoticeTrouble,
    OrderFilter,
)
from adapters.records.tables import MicroCredentialRow

RECENT = timedelta(days=30)
"""How far the board looks back for promises and endings."""

Columns = TypeVarTuple("Columns")
LineT = TypeVar("LineT")


class BoardViews:
    """Reads for operations; never writes, never asks the engine.

    Every list takes the cursor of the page before (``""`` for the first) and refuses one that is
    damaged or of another order with ``cursor_not_valid``.
    """

    def __init__(self, database: Database, zone: str) -> None:
        self._database = database
        self._zone = zone

    async def board(self, now: datetime) -> Board:
        """Return where everything stands: one query for each tile.

        It looks back to the beginning of a local day, so that a date in an address means the same.
        """
        day = (now - RECENT).astimezone(ZoneInfo(self._zone)).date()
        since = datetime.combine(day, time(), ZoneInfo(self._zone)).astimezone(UTC)
        async with self._database.reading() as session:
            return Board(
                at=now,
                since=since,
                stages=await board_counts.stage_counts(session, now),
                promise=await board_counts.promise_count(session, since),
                attention=await board_counts.attention_counts(session),
                queue=await board_counts.queue_standing(session),
                mail=await board_counts.trouble_counts(session),
                overdue=await board_counts.overdue_count(session, now),
                endings=await board_counts.ending_counts(session, since),
            )

    async def journeys(
        self,
        wanted: JourneyFilter,
        order: JourneyOrder = JourneyOrder.DUE,
        after: str = "",
        limit: int = PAGE,
    ) -> Page[JourneyLine]:
        """Return one page of journeys."""
        last = unsealed(after, order)
        query = journey_list.journeys_query(wanted, order, last, limit)
        return await self._page(query, limit, journey_list.line_of, journey_list.cursor_of(order))

    async def orders(
        self, wanted: OrderFilter, after: str = "", limit: int = PAGE
    ) -> Page[ListedOrder]:
        """Return one page of orders, placed last first."""
        last = unsealed(after, order_list.ORDER)
        query = order_list.orders_query(wanted, last, limit)
        return await self._page(query, limit, order_list.line_of, order_list.cursor_of)

    async def attention(
        self, wanted: AttentionFilter, after: str = "", limit: int = PAGE
    ) -> Page[AttentionItem]:
        """Return one page of what is open, oldest first."""
        last = unsealed(after, attention_list.ORDER)
        query = attention_list.attention_query(wanted, last, limit)
        return await self._page(query, limit, attention_list.line_of, attention_list.cursor_of)

    async def notices(
        self, wanted: NoticeFilter, after: str = "", limit: int = PAGE
    ) -> Page[NoticeTrouble]:
        """Return one page of the notices in trouble, intended last first."""
        last = unsealed(after, trouble_list.ORDER)
        query = trouble_list.troubles_query(wanted, last, limit)
        return await self._page(query, limit, trouble_list.line_of, trouble_list.cursor_of)

    async def assessors(
        self, now: datetime, *, is_overdue_only: bool = False, after: str = "", limit: int = PAGE
    ) -> Page[AssessorLine]:
        """Return one page of assessors with what they hold, overdue for longest first."""
        last = unsealed(after, assessor_list.ORDER)
        today = now.astimezone(ZoneInfo(self._zone)).date()
        query = assessor_list.assessors_query(now, today, is_overdue_only, last, limit)
        return await self._page(query, limit, assessor_list.line_of, assessor_list.cursor_of)

    async def attention_counts(self) -> tuple[AttentionCount, ...]:
        """Return how much attention of each kind is open, most first."""
        async with self._database.reading() as session:
            return await board_counts.attention_counts(session)

    async def trouble_counts(self) -> tuple[TroubleCount, ...]:
        """Return how many notices are in each trouble that nobody has seen to."""
        async with self._database.reading() as session:
            return await board_counts.trouble_counts(session)

    async def libraries(self) -> tuple[str, ...]:
        """Return every library that has a micro-credential, by name, for a filter's choices."""
        query = select(MicroCredentialRow.library).distinct().order_by(MicroCredentialRow.library)
        async with self._database.reading() as session:
            return tuple(await session.scalars(query))

    async def _page(
        self,
        query: Select[*Columns],
        limit: int,
        line_of: Callable[[Row[*Columns]], LineT],
        cursor_of: Callable[[Row[*Columns]], Cursor],
    ) -> Page[LineT]:
        async with self._database.reading() as session:
            rows = (await session.execute(query)).all()
        return page_of(rows, limit, line_of, cursor_of)
