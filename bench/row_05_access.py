"""Row 5: from the settled order to the access mail in the mail server's hands, at half the peak."""

import asyncio
from datetime import timedelta

from sqlalchemy import select

from adapters.records.tables import EnrollmentRow, NoticeRow, OrderLineRow, OrderRow
from bench.figures import alone, at_most, percentile, series, told
from bench.people import People
from bench.running import Measured, Run
from bench.stack import SETUP
from bench.whole_system import NUMBERS, shared_town, throughput
from domain.notices import NoticeKind, NoticeState

TITLE = "From settled to the access mail accepted, at half of the peak"
SHARE = 0.5
SECOND = timedelta(seconds=1)


async def measure(run: Run) -> Measured:
    """Let whole journeys come in at half the rate of row 2, and look at their access mails."""
    peak = (await run.once(throughput)).ours.rate.middle
    town = await run.shared(shared_town)
    orders = run.size(60, 10)
    before = await _waits(town.people)
    async with asyncio.TaskGroup() as group:
        for _ in range(orders):
            group.create_task(town.people.pursue(next(NUMBERS)))
            await asyncio.sleep(1 / (SHARE * peak))
    waits = (await _waits(town.people))[len(before) :]
    return Measured(
        lines=(
            alone("p99", "s", series(percentile(waits, 99)), at_most(1.0)),
            told("p50", "s", percentile(waits, 50)),
            told("orders a second", "/s", SHARE * peak),
        ),
        setup=(*SETUP, f"{len(waits)} orders, in equal steps, each journey played to its award"),
    )


async def _waits(people: People) -> list[float]:
    """Return the seconds that each access mail took, in the order in which they were paid."""
    query = (
        select(OrderRow.settled_at, NoticeRow.settled_at)
        .join(OrderLineRow, OrderLineRow.order_id == OrderRow.id)
        .join(EnrollmentRow, EnrollmentRow.line_id == OrderLineRow.id)
        .join(NoticeRow, NoticeRow.subject_id == EnrollmentRow.id)
        .where(NoticeRow.kind == NoticeKind.ACCESS, NoticeRow.state == NoticeState.ACCEPTED)
        .order_by(OrderRow.settled_at)
    )
    async with people.house.database.reading() as session:
        rows = (await session.execute(query)).all()
    return [(accepted - settled) / SECOND for settled, accepted in rows if settled and accepted]
