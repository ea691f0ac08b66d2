"""Trap 4: reminders that are skipped because nothing ran on the day they were due."""

import asyncio
from datetime import timedelta

from domain.enrollment import AttentionKind, Stage
from domain.notices import NoticeKind
from tests.house import House
from tests.traps.outage import Outpost
from tests.waiting import eventually


async def test_an_outage_over_two_reminders_catches_up_once(house: House, library: str) -> None:
    """Proves: probe."""
    outpost = Outpost.of(house)
    journey = await outpost.opened(library)
    async with outpost.at_work():
        enrollment_id = await outpost.start(journey)
        await house.until_stage(enrollment_id, Stage.VERIFYING)
        standing = await house.standing(enrollment_id)
        assert standing.due
    reminders = standing.due.reminders
    print(reminders)
    from adapters.time_skipping import current_time

    print(await current_time(house.client, f"enrollment/{enrollment_id}"))
    try:
        async with asyncio.timeout(6):
            await house.forward_to(enrollment_id, reminders[1].at + timedelta(hours=1))
    except TimeoutError:
        print("TIMEOUT")
    print(await current_time(house.client, f"enrollment/{enrollment_id}"))
    async with outpost.at_work():
        async with asyncio.timeout(6):
            await house.forward(enrollment_id, timedelta(minutes=1))
        print(await current_time(house.client, f"enrollment/{enrollment_id}"))
        print([(n.kind, n.intended_at) for n in await house.all_settled(enrollment_id)])
