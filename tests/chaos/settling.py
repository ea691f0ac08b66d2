"""After the last fault: everything is put right, people do their duty, and all comes to rest."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import func, select
from temporalio.client import Client

from activities.contracts import SweepReport, SweepRequest
from adapters.records.drift_book import STUCK_AFTER
from adapters.records.tables import NoticeRow, OrderLineRow
from adapters.records.upload_tables import UploadRow
from domain.enrollment import Party
from domain.notice_rules import NoticeNoLongerApplies, NoticeStillOut
from domain.notices import NoticeState
from domain.orders import LineState
from domain.uploads import UploadState
from tests.chaos.acts import GaveUp, persist, until
from tests.chaos.crowd import Crowd, because
from tests.chaos.stack import MAIL, ChaosStack, Service
from tests.waiting import pause
from workflows.names import JOURNEYS_QUEUE

WITHIN: Final = 180.0
"""Seconds after which what is still in motion counts as stuck."""

WITHOUT_HELP: Final = 45.0
"""Seconds that everything has to come to rest by itself, before the sweep comes by."""

LATER: Final = STUCK_AFTER + timedelta(minutes=5)
"""By how much the sweep of the end is ahead: a regular one would come some minutes later."""

SWEEP_WITHIN: Final = timedelta(minutes=2)
ON_DUTY_EVERY: Final = 1.0

_OUT: Final = (NoticeState.INTENDED, NoticeState.SENDING)
_TROUBLE: Final = (NoticeState.REFUSED, NoticeState.UNKNOWN)


@dataclass
class OnDuty:
    """The member of operations who sends again what was refused, or of which nobody knows."""

    crowd: Crowd
    seen: set[str] = field(default_factory=set)

    async def work(self) -> None:
        """Look again and again, until this is cancelled."""
        while True:
            await self.look()
            await pause(ON_DUTY_EVERY)

    async def look(self) -> None:
        """Send everything again that did not arrive and still applies."""
        found = await persist(self._troubles)
        why = because("The mail server did not take it.", Party.OPS)
        for notice_id in found or ():
            if notice_id in self.seen:
                continue
            resend = partial(self.crowd.house.ops.resend, notice_id, why)
            await persist(resend, NoticeNoLongerApplies, NoticeStillOut)
            self.seen.add(notice_id)

    async def _troubles(self) -> tuple[str, ...]:
        async with self.crowd.observer.reading() as session:
            # One whose sender may still be at it is left alone; it repeats by itself, once.
            rows = await session.scalars(
                select(NoticeRow.id).where(
                    NoticeRow.state.in_(_TROUBLE),
                    NoticeRow.superseded_by.is_(None),
                    (NoticeRow.state == NoticeState.REFUSED)
                    | (NoticeRow.repeats > 0)
                    | (NoticeRow.kind == "awarded"),
                )
            )
            return tuple(rows)


async def settle(stack: ChaosStack, crowd: Crowd, client: Client) -> list[str]:
    """Bring everything to rest; returns the services that did not come back."""
    for place in stack.kill_orders.iterdir():
        place.unlink()
    # Whoever waits for a silent mail server waits for minutes: it is started anew, as people would.
    stack.services[MAIL].kill()
    gone = [each.name for each in stack.services.values() if not await _is_back(stack, each)]
    await _at_rest(crowd, WITHOUT_HELP)
    await _sweep(client)
    await _at_rest(crowd, WITHIN)
    await _sweep(client)
    return gone


async def _is_back(stack: ChaosStack, service: Service) -> bool:
    service.is_held = False
    try:
        await stack.until_ready(service)
    except TimeoutError:  # counted: a run that ends without a table says nothing
        return False
    return True


async def _at_rest(crowd: Crowd, within: float) -> None:
    async def is_at_rest() -> bool:
        return await in_motion(crowd) == 0

    with suppress(GaveUp):  # what still moves is counted
        await until("everything to come to rest", is_at_rest, within)


async def in_motion(crowd: Crowd) -> int:
    """Return how many notices, order lines and uploads are on their way."""
    async with crowd.observer.reading() as session:
        counts = [
            await session.scalar(select(func.count()).select_from(table).where(is_moving))
            for table, is_moving in (
                (NoticeRow, NoticeRow.state.in_(_OUT)),
                (
                    NoticeRow,
                    (NoticeRow.state == NoticeState.UNKNOWN)
                    & (NoticeRow.repeats == 0)
                    & (NoticeRow.kind != "awarded"),
                ),
                (OrderLineRow, OrderLineRow.state.in_((LineState.WAITING, LineState.REFUNDING))),
                (UploadRow, UploadRow.state == UploadState.ARRIVED),
            )
        ]
    return sum(each or 0 for each in counts)


async def _sweep(client: Client) -> SweepReport:
    """Run the sweep that would come some minutes later, at its own instant."""
    at = datetime.now(UTC) + LATER
    report: SweepReport = await client.execute_activity(
        "sweep",
        SweepRequest(at=at),
        id=f"sweep-{at.timestamp()}",
        task_queue=JOURNEYS_QUEUE,
        result_type=SweepReport,
        start_to_close_timeout=SWEEP_WITHIN,
        heartbeat_timeout=timedelta(seconds=30),
    )
    return report
