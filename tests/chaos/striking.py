"""Carrying out the orders that a worker cannot: a server is killed while the worker stands still.

The harness kills by the handle of what it started itself; nothing that stands in a file is a
process to be killed.
"""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.chaos.boundaries import REACHED, Killed, Victim
from tests.chaos.journal import Journal
from tests.chaos.stack import ChaosStack, Service
from tests.waiting import pause

LOOK_EVERY: Final = 0.02
FRESH: Final = 1.0
"""Seconds since a worker last said that it stands at a boundary; after that it is gone itself."""

READY_WITHIN: Final = 1.0


async def strike_where_reached(stack: ChaosStack) -> None:
    """Kill the server that is ordered wherever a worker has come to, until this is cancelled."""
    log = Journal(stack.kill_log)
    while True:
        for place in sorted(stack.kill_orders.glob(f"*{REACHED}")):
            await _strike(stack, place, log)
        await pause(LOOK_EVERY)


async def _strike(stack: ChaosStack, place: Path, log: Journal) -> None:
    order = place.name.removesuffix(REACHED)
    boundary, _, name = order.rpartition(".")
    service = stack.services[name]
    try:
        if not _is_stood_at(place):
            place.rename(place.with_name(order))  # for the next worker that comes there
        elif await _serves(service) and _is_stood_at(place):
            assert service.child is not None
            pid, at = service.child.pid, datetime.now(UTC)
            service.kill()
            log.write(Killed(at=at, boundary=boundary, pid=pid, victim=Victim(name)))
            place.unlink()
    except FileNotFoundError:
        return  # the worker went on: it had stood there long enough


def _is_stood_at(place: Path) -> bool:
    return time.time() - place.stat().st_mtime < FRESH


async def _serves(service: Service) -> bool:
    """Tell whether a server is at work: killing one that is down already would prove nothing."""
    try:
        async with asyncio.timeout(READY_WITHIN):
            return not service.is_held and await service.does_its_work()
    except TimeoutError:
        return False
