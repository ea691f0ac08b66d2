"""Trap 24: a list that asks a query for each line, or reads everything to show a page."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.board_views import BoardViews
from adapters.records.database import Database, make_engine
from adapters.records.invariants import InvariantBook
from adapters.records.journey_list import numbers_query
from adapters.records.keyset import unsealed
from adapters.records.list_values import (
    AttentionFilter,
    JourneyFilter,
    JourneyOrder,
    NoticeFilter,
    OrderFilter,
)
from adapters.records.report_values import ReportFilter
from adapters.records.report_views import ReportViews
from bench.programme import NOW, ZONE, seed
from domain.months import month_of
from tests.plans import plan_of
from tests.portal.statements import counted_statements
from tests.servers import PostgresTemplate

FEW, MANY = 20, 2000
TILES = 7
LAST = month_of(NOW, ZONE)

Ask = Callable[[Database], Awaitable[object]]

LISTS: dict[str, Ask] = {
    "journeys": lambda database: BoardViews(database, ZONE).journeys(JourneyFilter()),
    "journeys searched": lambda database: BoardViews(database, ZONE).journeys(
        JourneyFilter(text="example org", is_open=True)
    ),
    "orders": lambda database: BoardViews(database, ZONE).orders(OrderFilter()),
    "attention": lambda database: BoardViews(database, ZONE).attention(AttentionFilter()),
    "mail": lambda database: BoardViews(database, ZONE).notices(NoticeFilter(with_seen=True)),
    "assessors": lambda database: BoardViews(database, ZONE).assessors(NOW),
    "breaches": lambda database: InvariantBook(database).breaches(6, NOW),
}


@pytest.fixture(scope="module")
async def programmes(postgres_template: PostgresTemplate) -> AsyncIterator[list[Database]]:
    """A programme of few enrollments and one of many."""
    async with seeded(postgres_template, FEW) as few, seeded(postgres_template, MANY) as many:
        yield [Database(few), Database(many)]


@asynccontextmanager
async def seeded(template: PostgresTemplate, count: int) -> AsyncIterator[AsyncEngine]:
    """Give a database with so many enrollments."""
    async with template.copy(Path()) as url:
        engine = make_engine(url)
        await seed(engine, count)
        yield engine
        await engine.dispose()


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_is_one_query_however_many_there_are(
    programmes: list[Database], name: str
) -> None:
    """Proves: each list asks one query, for a page of few and for one of many."""
    for database in programmes:
        with counted_statements(database) as statements:
            await LISTS[name](database)
        assert len(statements) == 1, statements


async def test_the_board_is_a_query_for_each_tile_and_reports_have_a_fixed_number(
    programmes: list[Database],
) -> None:
    """Proves: neither board nor report nor checks ask more of a larger programme."""
    report = ReportFilter(first=LAST.moved(-11), last=LAST)
    counts = []
    for database in programmes:
        asked = []
        for ask in (
            BoardViews(database, ZONE).board(NOW),
            ReportViews(database, ZONE).report(report),
            InvariantBook(database).count(NOW),
        ):
            with counted_statements(database) as statements:
                await ask
            asked.append(len(statements))
        counts.append(asked)
    few, many = counts
    assert few[:2] == many[:2] == [TILES, 7]
    # Examples are asked for where something is broken: at most one query more for each sentence.
    assert max(few[2], many[2]) <= 12


@pytest.mark.parametrize(
    ("order", "index"),
    [
        (JourneyOrder.DUE, "ix_enrollments_due"),
        (JourneyOrder.NEWEST, "ix_enrollments_opened"),
        (JourneyOrder.ACTIVITY, "ix_enrollments_active"),
    ],
)
async def test_a_page_walks_an_index_and_stops(
    programmes: list[Database], order: JourneyOrder, index: str
) -> None:
    """Proves: the first page and a later one are read from the index of their order; enrollments
    are never read from one end to the other.
    """
    _, many = programmes
    first = await BoardViews(many, ZONE).journeys(JourneyFilter(is_open=True), order)
    for after in ("", first.after or ""):
        wanted = JourneyFilter(is_open=True)
        query = numbers_query(wanted, order, unsealed(after, order), 50)
        plan = await plan_of(many, query)
        assert index in plan, plan
        assert "Seq Scan on enrollments" not in plan, plan


async def test_a_part_is_looked_into_only_where_the_page_has_room(
    programmes: list[Database],
) -> None:
    """Proves: when what is due fills a page, nothing is looked for among what has ended."""
    _, many = programmes
    query = numbers_query(JourneyFilter(), JourneyOrder.DUE, None, 50)
    plan = await plan_of(many, query, is_run=True)
    passed = [line for line in plan.splitlines() if "ix_enrollments_ended" in line]
    assert len(passed) == 1, plan
    assert "never executed" in passed[0], plan


async def test_the_plan_of_a_bad_query_would_show(programmes: list[Database]) -> None:
    """Proves: the test above can fail: without its indexes the same list reads everything."""
    _, many = programmes
    async with many.engine.connect() as connection, connection.begin() as doomed:
        await connection.execute(text("DROP INDEX ix_enrollments_opened"))
        bad = "EXPLAIN SELECT id FROM enrollments ORDER BY opened_at DESC, id DESC LIMIT 50"
        plan = "\n".join(line for (line,) in await connection.execute(text(bad)))
        await doomed.rollback()
    assert "Seq Scan on enrollments" in plan
