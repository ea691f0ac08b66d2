"""After the last fault: everything is put right, people do their duty, and all comes to rest."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import func, select
from temporalio.client import Client

from activities.contracts import SweepReport, SweepRequest
from adapters.records.credential_tables import CredentialRow
from adapters.records.drift_book import STUCK_AFTER
from adapters.records.round_tables import AwardRow
from adapters.records.tables import NoticeRow, OrderLineRow
from adapters.records.upload_tables import UploadRow
from domain.enrollment import Party
from domain.notice_rules import NoticeNoLongerApplies
from domain.notices import NoticeState
from domain.orders import LineState
from domain.refusals import Refusal
from domain.uploads import UploadState
from tests.chaos.acts import OUT_OF_REACH, GaveUp, persist, until
from tests.chaos.crowd import Crowd, because
from tests.chaos.stack import MAIL, PROXY, ChaosStack, Service
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
_CREDENTIALS_THAT_COUNT: Final = select(CredentialRow.enrollment_id).where(
    CredentialRow.revoked_at.is_(None)
)


@dataclass
class OnDuty:
    """The member of operations who sends again what was refused, or of which nobody knows."""

    crowd: Crowd
    past: set[str] = field(default_factory=set)
    """Notices of which they were told that they no longer apply."""

    async def work(self) -> None:
        """Look again and again, until this is cancelled."""
        while True:
            with suppress(GaveUp):  # the next look comes; what is never dealt with is counted
                await self.look()
            await pause(ON_DUTY_EVERY)

    async def look(self) -> None:
        """Send everything again that did not arrive and still applies."""
        why = because("The mail server did not take it.", Party.OPS)
        for notice_id in await self.left():
            resend = partial(self.crowd.house.ops.resend, notice_id, why)
            try:
                await persist(resend)
            except NoticeNoLongerApplies:
                self.past.add(notice_id)
            except Refusal:
                continue  # on its way at this moment, as a rule: it is looked at again

    async def left(self) -> tuple[str, ...]:
        """Return what they have to deal with."""
        found = await persist(self._troubles)
        return tuple(each for each in found or () if each not in self.past)

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


async def settle(stack: ChaosStack, on_duty: OnDuty, client: Client) -> list[str]:
    """Bring everything to rest; returns the services that did not come back."""
    while places := list(stack.kill_orders.iterdir()):  # a worker may just rename one
        for place in places:
            place.unlink(missing_ok=True)
    # Whoever waits for a silent mail server waits for minutes: it is started anew, as people would.
    # So is the proxy: what it was ordered to do and did not come to is forgotten with it.
    for name in (MAIL, PROXY):
        stack.services[name].kill()
    gone = [each.name for each in stack.services.values() if not await _is_back(stack, each)]
    for within in (WITHOUT_HELP, WITHIN):
        await _at_rest(on_duty, within)
        try:
            await _sweep(client)
        except OUT_OF_REACH:
            gone.append("sweep")
    return gone


async def _is_back(stack: ChaosStack, service: Service) -> bool:
    service.is_held = False
    try:
        await stack.until_ready(service)
    except TimeoutError:  # counted: a run that ends without a table says nothing
        return False
    return True


async def _at_rest(on_duty: OnDuty, within: float) -> None:
    async def is_at_rest() -> bool:
        return not await on_duty.left() and await in_motion(on_duty.crowd) == 0

    with suppress(GaveUp):  # what still moves is counted
        await until("everything to come to rest", is_at_rest, within)


async def in_motion(crowd: Crowd) -> int:
    """Return how many notices, order lines, uploads and credentials are on their way."""
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
                # Issuing comes after the award; an attempt whose worker died is made again later.
                (AwardRow, AwardRow.enrollment_id.not_in(_CREDENTIALS_THAT_COUNT)),
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
