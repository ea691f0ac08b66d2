"""What an operator does with a release: look, ramp, make current, and see whether it is needed."""

from datetime import datetime

from adapters.releases import Routing
from domain.releases import (
    LARGEST_SHARE,
    Release,
    ReleaseIsCurrent,
    ReleaseLacksWorkers,
    ReleaseState,
    ShareOutOfRange,
    UnknownRelease,
    missing_queues,
)
from workflows.names import ALL_QUEUES


class ReleaseDesk:
    """Moves journeys between releases; nothing is moved to where nobody would work on it."""

    def __init__(self, routing: Routing) -> None:
        self._routing = routing

    async def releases(self) -> tuple[Release, ...]:
        """Return every release that the engine knows, and last what runs without one."""
        return await self._routing.releases(ALL_QUEUES)

    async def make_current(self, name: str) -> None:
        """Let every journey go on with a release from its next task.

        Going back is the same act with the name of the release before, or ``unversioned``.
        Raises ``UnknownRelease`` and ``ReleaseLacksWorkers``.
        """
        release = await self._with_workers(name)
        if release.state is not ReleaseState.CURRENT:
            await self._routing.make_current(name)

    async def ramp(self, name: str, share: float) -> None:
        """Let ``share`` per cent of the journeys go on with a release; 0 takes them back.

        Raises ``ShareOutOfRange``, ``ReleaseIsCurrent``, and what ``make_current`` raises.
        """
        if not 0 <= share <= LARGEST_SHARE:
            raise ShareOutOfRange(share=f"{share:g}")
        release = await (self._with_workers(name) if share else self.release(name))
        if release.state is ReleaseState.CURRENT:
            raise ReleaseIsCurrent(release=name)
        if share or release.state is ReleaseState.RAMPING:
            await self._routing.ramp(name, share)

    async def release(self, name: str) -> Release:
        """Return one release; raises ``UnknownRelease``."""
        for release in await self.releases():
            if release.name == name:
                return release
        raise UnknownRelease(release=name)

    async def begun_before(self, instant: datetime) -> int:
        """Return how many open journeys and orders began before ``instant``.

        At zero, what guards a change that was released by then may be taken out.
        """
        return await self._routing.begun_before(instant)

    async def _with_workers(self, name: str) -> Release:
        release = await self.release(name)
        missing = missing_queues(release, ALL_QUEUES)
        if missing:
            raise ReleaseLacksWorkers(release=name, queues=", ".join(missing))
        return release
