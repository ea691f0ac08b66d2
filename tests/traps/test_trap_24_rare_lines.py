"""Trap 24: a list of what is rare, for which all that is common is read, or much of it sorted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.assessor_list import overdue_assessments
from adapters.records.database import Database, make_engine
from adapters.records.journey_list import numbers_query
from adapters.records.list_values import JourneyFilter, JourneyOrder, MailTrouble, NoticeFilter
from adapters.records.trouble_list import troubles
from bench.programme import NOW, Programme, seed
from tests.plans import plan_of
from tests.servers import PostgresTemplate

MANY = 3000
ADDRESS = str(Programme().batch(range(11))["people"][10][2])
INDEXES = (
    "ix_enrollments_ended_with_attention",
    "ix_notices_failed",
    "ix_notices_delayed",
)

MUCH_FAILED = """
UPDATE notices SET state = 'refused' WHERE id LIKE '%-3' OR id LIKE '%-5';
INSERT INTO attention (subject_id, kind, opened_at, opened_why, closed_why)
    SELECT subject_id, 'mail_refused', max(intended_at), '', '' FROM notices
    WHERE state = 'refused' GROUP BY subject_id
    ON CONFLICT DO NOTHING;
UPDATE notices SET state = 'intended', attempts = 9 WHERE id LIKE '%-7';
ANALYZE;
"""
"""Rare among much is many at last: so many that it costs something to sort them."""


@pytest.fixture(scope="module")
async def records(postgres_template: PostgresTemplate) -> AsyncIterator[Database]:
    """Many journeys, and much mail that failed or hangs."""
    async with postgres_template.copy(Path()) as url:
        engine = make_engine(url)
        await seed(engine, MANY)
        await run(engine, MUCH_FAILED)
        yield Database(engine)
        await engine.dispose()


async def run(engine: AsyncEngine, statements: str) -> None:
    """Run statements one after the other."""
    async with engine.begin() as connection:
        for statement in statements.split(";"):
            if statement.strip():
                await connection.execute(text(statement))


def with_attention() -> Select[str, int]:
    """Return the query of the journeys that need somebody to look, due soonest first."""
    return numbers_query(JourneyFilter(has_attention=True), JourneyOrder.DUE, None, 51)


def mail(trouble: MailTrouble | None = None) -> Select[str]:
    """Return the query of the notices in one trouble or in any, intended last first."""
    return select(troubles(NoticeFilter(trouble=trouble), limit=51).c.id)


def one_address() -> Select[str, int]:
    """Return the query of whoever has one address."""
    return numbers_query(JourneyFilter(text=ADDRESS), JourneyOrder.DUE, None, 51)


async def test_ended_journeys_with_attention_are_found_among_themselves(records: Database) -> None:
    """Proves: whether an ended journey needs attention is not asked of all that ever ended."""
    plan = await plan_of(records, with_attention())
    assert "ix_enrollments_with_attention" in plan, plan
    assert "ix_enrollments_ended_with_attention" in plan, plan
    assert "Seq Scan" not in plan, plan


@pytest.mark.parametrize(
    ("trouble", "indexes"),
    [
        (None, {"ix_notices_failed", "ix_notices_delayed"}),
        (MailTrouble.REFUSED, {"ix_notices_failed"}),
        (MailTrouble.DELAYED, {"ix_notices_delayed"}),
    ],
)
async def test_mail_in_trouble_is_walked_and_not_sorted(
    records: Database, trouble: MailTrouble | None, indexes: set[str]
) -> None:
    """Proves: a page of what failed or hangs walks an index of nothing else in the order of the
    list, and stops at its end.
    """
    plan = await plan_of(records, mail(trouble))
    assert {index for index in INDEXES if index in plan} == indexes, plan
    assert "Sort" not in plan, plan


async def test_overdue_clocks_are_found_among_themselves(records: Database) -> None:
    """Proves: which assessments are overdue is not asked of the clock of every assessment."""
    plan = await plan_of(records, select(overdue_assessments(NOW).c.id))
    assert "ix_due_times_overdue" in plan, plan
    assert "pk_due_times" not in plan, plan
    assert "Seq Scan on due_times" not in plan, plan


async def test_one_address_is_one_word(records: Database) -> None:
    """Proves: an address is looked up in the words as a whole, once for each part of the list,
    and not by the pieces that it shares with others.
    """
    plan = await plan_of(records, one_address())
    asked = [line for line in plan.splitlines() if "word >=" in line]
    assert len(asked) == 3, plan
    assert all(ADDRESS in line for line in asked), plan
    assert "Seq Scan" not in plan, plan
    async with records.reading() as session:
        (found,) = (await session.execute(one_address())).all()
    assert found.id == "e000010"
