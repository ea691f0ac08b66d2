"""Row 7: finding and reserving an assessor among ten thousand, with a hundred thousand waiting."""

import math
import random
import time
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Final

import asyncpg

from activities.contracts import Entry
from adapters.records.asking_order import keep_in_order
from adapters.records.calendar_book import current_calendar
from adapters.records.database import Database, make_engine, migrate
from adapters.records.roster_waiting import waiting_for
from adapters.records.round_tables import AssessorRow
from adapters.records.steps.places import reserve_best, waiting_round
from adapters.records.steps.turn import Turn
from adapters.records.tables import EnrollmentRow
from bench.bulk import plain
from bench.figures import Line, Series, alone, at_most, compared, percentile, series
from bench.programme import NOW, ZONE
from bench.running import Measured, Run
from tests.servers import running_postgres

TITLE = "Finding and reserving an assessor, p95, PostgreSQL"
MILLISECONDS: Final = at_most(10)
DURABLE: Final = (
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "shared_buffers=256MB",
)
TODAY: Final = date(2026, 5, 20)
LIBRARIES: Final = 10

_GROUND: Final = """
INSERT INTO micro_credentials (id, library, slug, published_version)
    SELECT 'm' || l, 'library-' || l, 'slug', 1 FROM generate_series(0, {libraries} - 1) l;
INSERT INTO catalog_versions
    (id, micro_credential_id, number, title, library, content, published_at)
    SELECT 'm' || l || '-1', 'm' || l, 1, 'Title', 'library-' || l, '{{}}', '{now}'
    FROM generate_series(0, {libraries} - 1) l;
"""

_ASSESSORS: Final = """
INSERT INTO assessors (id, name, address, person_address, organization, organization_key, capacity,
        load, is_active, last_offered_at)
    SELECT 's' || n, 'Assessor ' || n, 'assessor' || n || '@example.org', '', 'School ' || n % 900,
        'school' || n % 900, 5, n % 5, true, timestamptz '{now}' - n * interval '1 minute'
    FROM generate_series({first}, {last} - 1) n;
INSERT INTO qualifications (library, assessor_id, share_in_use, last_offered_at)
    SELECT 'library-' || (substring(id from 2)::int + next) % {libraries}, id,
        load::float / capacity, last_offered_at
    FROM assessors, generate_series(0, 1) next
    WHERE substring(id from 2)::int BETWEEN {first} AND {last} - 1;
INSERT INTO leaves (assessor_id, first_day, last_day)
    SELECT 's' || n, date '2026-05-01', date '2026-06-01'
    FROM generate_series({first}, {last} - 1, 20) n;
"""

_WAITING: Final = """
INSERT INTO people (id, name, address, organization)
    SELECT 'p' || n, 'Learner', 'learner' || n || '@example.org', 'School ' || n % 900
    FROM generate_series({first}, {last} - 1) n;
INSERT INTO orders (id, channel, external_id, fingerprint, payer_name, payer_address,
        payer_organization, purchase_order, placed_at, is_complete)
    SELECT 'o' || n, 'online', 'shop-' || n, 'f', 'Payer', 'p@example.org', '', '', '{now}', true
    FROM generate_series({first}, {last} - 1) n;
INSERT INTO order_lines (id, order_id, number, person_id, version_id, micro_credential_id,
        price_cents, state)
    SELECT 'o' || n || '-1', 'o' || n, 1, 'p' || n, 'm' || n % {libraries} || '-1',
        'm' || n % {libraries}, 9900, 'enrolled' FROM generate_series({first}, {last} - 1) n;
INSERT INTO enrollments (id, person_id, micro_credential_id, version_id, line_id, journey, library,
        opened_at, stage, waiting_on, round, last_sequence, last_at, open_attention)
    SELECT 'e' || n, 'p' || n, 'm' || n % {libraries}, 'm' || n % {libraries} || '-1',
        'o' || n || '-1', '{{}}', 'library-' || n % {libraries}, '{now}', 'queued', 'ops', 1, 0,
        '{now}', 0 FROM generate_series({first}, {last} - 1) n;
INSERT INTO rounds (enrollment_id, number, library, is_resubmission, open_items, opened_at,
        waiting_since, marks_version)
    SELECT 'e' || n, 1, 'library-' || n % {libraries}, n % 7 = 0, '{{}}', '{now}',
        timestamptz '{now}' - n * interval '1 minute', 0
    FROM generate_series({first}, {last} - 1) n;
"""


async def measure(run: Run) -> Measured:
    """Reserve among few, then among a hundredfold; the same for finding who waited longest."""
    few = (run.size(100, 50), run.size(1_000, 200))
    many = (run.size(10_000, 500), run.size(100_000, 2_000))
    async with running_postgres(*DURABLE) as url:
        await migrate(url)
        await _fill(url, (0, 0), few)
        among_few = await _asked(run, url, few)
        await _fill(url, few, many)
        among_many = await _asked(run, url, many)
    factor = math.log(many[0]) / math.log(few[0])
    return Measured(
        lines=tuple(
            line
            for name in among_many
            for line in _lines(
                name, among_few[name], among_many[name], many[0] / few[0], bound=factor
            )
        ),
        setup=(
            f"PostgreSQL 18, {', '.join(DURABLE)}; each reservation is a transaction to its commit",
            "its place is given back after the clock stopped",
            f"{few[0]:,} assessors and {few[1]:,} waiting, then {many[0]:,} and {many[1]:,}, in "
            f"{LIBRARIES} libraries",
        ),
    )


def _lines(name: str, few: Series, many: Series, times: float, *, bound: float) -> tuple[Line, ...]:
    goal = at_most(round(bound, 2), is_ratio=True)
    return (
        alone(f"{name}, p95", "ms", many, MILLISECONDS),
        compared(f"{name}, growth at {times:g} ×", "ms", many, few, "few", goal),
    )


async def _fill(url: str, have: tuple[int, int], want: tuple[int, int]) -> None:
    session = await asyncpg.connect(plain(url))
    given = {"libraries": LIBRARIES, "now": NOW.isoformat()}
    if have == (0, 0):
        await session.execute(_GROUND.format(**given))
    await session.execute(_ASSESSORS.format(first=have[0], last=want[0], **given))
    await session.execute(_WAITING.format(first=have[1], last=want[1], **given))
    await session.execute("VACUUM ANALYZE")
    await session.close()


async def _asked(run: Run, url: str, there: tuple[int, int]) -> dict[str, Series]:
    """Return the p95 of each block, for reserving and for finding who waits."""
    engine, chance = make_engine(url), random.Random(7)  # noqa: S311  a draw, not a secret
    database, times = Database(engine), run.size(100, 15)
    assessors, waiting = there

    async def reserve() -> float:
        return await _reserve(database, f"e{chance.randrange(waiting)}")

    async def wake() -> float:
        return await _wake(database, f"s{chance.randrange(assessors)}")

    found = {
        "finding and reserving": await _blocks(run, reserve, times),
        "finding who waited longest for a place": await _blocks(run, wake, times),
    }
    await engine.dispose()
    return found


async def _blocks(run: Run, ask: Callable[[], Awaitable[float]], times: int) -> Series:
    for _ in range(5):
        await ask()
    blocks = [percentile([await ask() for _ in range(times)], 95) for _ in range(run.pairs)]
    return series(*blocks)


async def _reserve(database: Database, enrollment_id: str) -> float:
    """Rank and reserve as the turn of a journey does; milliseconds, to the commit."""
    async with database.transaction() as session:
        enrollment = await session.get_one(EnrollmentRow, enrollment_id, with_for_update=True)
        turn = Turn(
            session=session,
            entry=Entry(enrollment_id=enrollment_id, sequence=1, at=NOW, steps=()),
            enrollment=enrollment,
            calendar=await current_calendar(session, ZONE),
            has_row_locks=True,
        )
        began = time.perf_counter()  # the turn was there for its own sake
        waiting = await waiting_round(session, enrollment, 1)
        found = await reserve_best(turn, waiting)
    took = (time.perf_counter() - began) * 1000
    if found is None:
        raise RuntimeError("nobody was free, so nothing was measured")
    await _give_back(database, found[0].id)
    return took


async def _give_back(database: Database, assessor_id: str) -> None:
    """Free the place and let its offer be forgotten: each reservation finds the roster the same.

    Else the places of the few would all be taken before the last block.
    """
    offered_at = NOW - timedelta(minutes=int(assessor_id.removeprefix("s")))  # as they were filled
    async with database.transaction() as session:
        assessor = await session.get_one(AssessorRow, assessor_id)
        assessor.load -= 1
        assessor.last_offered_at = offered_at
        await keep_in_order(session, assessor)


async def _wake(database: Database, assessor_id: str) -> float:
    """Find who waited longest for a place of an assessor that became free; milliseconds."""
    async with database.reading() as session:
        assessor = await session.get_one(AssessorRow, assessor_id)
        began = time.perf_counter()
        await waiting_for(session, assessor, TODAY, frozenset())
    return (time.perf_counter() - began) * 1000
