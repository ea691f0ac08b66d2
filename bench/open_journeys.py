"""Opening many journeys at once: their rows in bulk, their workflows by the engine."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import func, insert, select

from activities.ports import JourneyToStart
from adapters.records.tables import EnrollmentRow, OrderLineRow, OrderRow, PersonRow
from bench.watching import until
from domain.enrollment import Stage
from domain.policy import Policy
from domain.values import opaque_id
from tests.house import ENTRY, ITEMS, House

AT_ONCE: Final = 40
LIBRARY: Final = "general"


async def open_journeys(house: House, numbers: range) -> list[str]:
    """Open journeys of practitioners who have not verified their accounts; they wait for that."""
    await house.publish(LIBRARY)
    now = datetime.now(UTC)
    journeys = [_journey(number, now) for number in numbers]
    await _write(house, numbers, journeys, now)
    for first in range(0, len(journeys), AT_ONCE):
        async with asyncio.TaskGroup() as group:
            for each in journeys[first : first + AT_ONCE]:
                group.create_task(house.engine.start_journeys((each,)))
    await _all_wait(house, numbers.stop)
    return [each.enrollment_id for each in journeys]


def _journey(number: int, at: datetime) -> JourneyToStart:
    enrollment_id = f"e-open-{number}"
    journey = {
        "enrollment_id": enrollment_id,
        "settled_at": at.isoformat(),
        "items": list(ITEMS),
        "policy": Policy().model_dump(mode="json"),
        "issues_credential": True,
    }
    return JourneyToStart(enrollment_id=enrollment_id, journey=journey)


async def _write(
    house: House, numbers: range, journeys: Sequence[JourneyToStart], at: datetime
) -> None:
    sold = opaque_id("m", LIBRARY, ENTRY.slug)
    people, orders, lines, enrollments = [], [], [], []
    for number, journey in zip(numbers, journeys, strict=True):
        person, order = f"p-open-{number}", f"o-open-{number}"
        line, address = f"{order}-1", f"open{number}@example.org"
        person_and_sold = {"person_id": person, "version_id": f"{sold}-1"}
        same = {**person_and_sold, "micro_credential_id": sold}
        people.append({"id": person, "name": "Learner", "address": address, "organization": ""})
        orders.append(
            {
                "id": order,
                "channel": "online",
                "external_id": order,
                "fingerprint": "f",
                "payer_name": "Payer",
                "payer_address": address,
                "payer_organization": "",
                "purchase_order": "",
                "placed_at": at,
                "settled_at": at,
                "is_complete": True,
            }
        )
        lines.append(
            {
                "id": line,
                "order_id": order,
                "number": 1,
                "price_cents": 0,
                **same,
                "state": "enrolled",
                "enrollment_id": journey.enrollment_id,
            }
        )
        enrollments.append(
            {
                "id": journey.enrollment_id,
                "line_id": line,
                "library": LIBRARY,
                **same,
                "journey": journey.journey,
                "opened_at": at,
                "last_at": at,
                "stage": "starting",
                "waiting_on": "engine",
                "round": 1,
                "last_sequence": 0,
                "open_attention": 0,
            }
        )
    async with house.database.transaction() as session:
        for table, rows in (
            *((PersonRow, people), (OrderRow, orders)),
            *((OrderLineRow, lines), (EnrollmentRow, enrollments)),
        ):
            await session.execute(insert(table), rows)


async def _all_wait(house: House, count: int) -> None:
    """Wait until so many journeys, all that there are, stand where somebody is waited for."""
    query = select(func.count()).where(EnrollmentRow.stage == Stage.VERIFYING)

    async def all_do() -> bool:
        async with house.database.reading() as session:
            return (await session.scalar(query) or 0) >= count

    await until(all_do, every=0.5)
