"""One pair of eyes on the records for all who wait, so that looking costs next to nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Final, Self

from sqlalchemy import func, select

from adapters.records.database import Database
from adapters.records.tables import EnrollmentRow, NoticeRow, OrderLineRow
from domain.enrollment import Stage
from domain.notices import NoticeState

LOOK_EVERY: Final = 0.05
"""Seconds between two looks at the records."""

PATIENCE: Final = 3600.0
"""Seconds; whoever measures has an end of its own."""

ON_THEIR_WAY: Final = (NoticeState.INTENDED, NoticeState.SENDING)


async def until(is_so: Callable[[], Awaitable[object]], every: float = LOOK_EVERY) -> None:
    """Look again and again until something is so. Raises ``TimeoutError``."""
    give_up_at = time.monotonic() + PATIENCE
    while not await is_so():
        if time.monotonic() > give_up_at:
            raise TimeoutError
        await asyncio.sleep(every)


class Watch:
    """Looks for lines that became journeys at work, and for journeys whose mails are all out."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._working: dict[str, asyncio.Future[str]] = {}
        self._told: dict[str, asyncio.Future[str]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._looking = asyncio.create_task(self._look_on())
        self._looking.add_done_callback(self._tell_that_it_failed)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def working(self, line_id: str) -> str:
        """Wait until the practitioner of a line may work; returns the enrollment."""
        return await self._wait(self._working, line_id)

    async def told(self, enrollment_id: str) -> None:
        """Wait until no mail about an enrollment is on its way."""
        await self._wait(self._told, enrollment_id)

    async def accepted(self) -> int:
        """Return how many mails were accepted so far."""
        async with self._database.reading() as session:
            query = select(func.count()).where(NoticeRow.state == NoticeState.ACCEPTED)
            return await session.scalar(query) or 0

    async def _wait(self, waiting: dict[str, asyncio.Future[str]], key: str) -> str:
        if self._looking is None or self._looking.done():
            raise RuntimeError("nobody looks yet")
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        waiting[key] = future
        try:
            return await future
        finally:
            waiting.pop(key, None)

    def _tell_that_it_failed(self, looking: asyncio.Task[None]) -> None:
        """Who waits must hear it when nobody looks any more."""
        failure = None if looking.cancelled() else looking.exception()
        for future in (*self._working.values(), *self._told.values()):
            if failure is not None and not future.done():
                future.set_exception(failure)

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if self._working:
                _tell(self._working, await self._at_work(list(self._working)))
            if self._told:
                asked = list(self._told)
                busy = await self._still_told(asked)
                _tell(self._told, {each: each for each in asked if each not in busy})

    async def _at_work(self, lines: Sequence[str]) -> dict[str, str]:
        query = (
            select(OrderLineRow.id, EnrollmentRow.id)
            .join(EnrollmentRow, OrderLineRow.enrollment_id == EnrollmentRow.id)
            .where(OrderLineRow.id.in_(lines), EnrollmentRow.stage == Stage.WORKING)
        )
        async with self._database.reading() as session:
            return dict((await session.execute(query)).tuples().all())

    async def _still_told(self, enrollments: Sequence[str]) -> set[str]:
        query = select(NoticeRow.subject_id).where(
            NoticeRow.subject_id.in_(enrollments), NoticeRow.state.in_(ON_THEIR_WAY)
        )
        async with self._database.reading() as session:
            return set(await session.scalars(query))


def _tell(waiting: dict[str, asyncio.Future[str]], found: dict[str, str]) -> None:
    for key, answer in found.items():
        future = waiting.get(key)
        if future is not None and not future.done():
            future.set_result(answer)
