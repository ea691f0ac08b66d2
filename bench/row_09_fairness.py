"""Row 9: how long one practitioner's mail waits behind five hundred of one order."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from activities.contracts import NoticeOutcome, NoticeRef
from activities.ports import Dispatch
from adapters.embedded.processes import LOOPBACK
from adapters.embedded.temporal_server import TemporalServer
from adapters.mail.smtp import Keeping, SmtpRelay
from adapters.mail.smtp_connection import MailServer
from adapters.temporal import connect_to
from bench.figures import Series, at_most, compared
from bench.letters import receipt_letter
from bench.running import Measured, Run
from bench.sink import running_sink
from bench.whole_system import NUMBERS
from domain.notices import NoticeState
from office.engine import WorkflowEngine
from settings import MailEncryption, Settings
from workflows.names import MAIL_QUEUE

TITLE = "Fairness: one mail behind 500 of another order"
URGENCY = 3
"""The same for all, so that order by urgency plays no part."""

PATIENCE = timedelta(minutes=2)


class OneSender:
    """Sends a letter for each notice, and remembers when the one that counts went out."""

    def __init__(self, relay: SmtpRelay, awaited: str) -> None:
        self._relay = relay
        self._awaited = awaited
        self._letter = receipt_letter(0)
        self.sent = asyncio.Event()
        self.before = 0
        """Mails that went out before the one that counts."""

    @activity.defn(name="send_notice")
    async def send_notice(self, notice: NoticeRef) -> NoticeOutcome:
        """Send one."""
        await self._relay.deliver(self._letter, _claimed)
        if notice.notice_id == self._awaited:
            self.sent.set()
        elif not self.sent.is_set():
            self.before += 1
        return NoticeOutcome(state=NoticeState.ACCEPTED)


async def _claimed() -> bool:
    return True


async def measure(run: Run) -> Measured:
    """Queue them while nobody works, then let a worker begin; in turns with first in, first out."""
    backlog = run.size(500, 120)
    fair, in_order = [], []
    server = await TemporalServer.start(run.folder("fairness"))
    try:
        client = await connect_to(server.address)
        async with running_sink(run.folder("fairness")) as port:
            for _ in range(run.pairs):
                fair.append(await _wait(client, port, backlog, is_fair=True))
                in_order.append(await _wait(client, port, backlog, is_fair=False))
    finally:
        await server.stop()
    settings, goal = Settings(), at_most(0.2, is_ratio=True)
    return Measured(
        lines=(
            compared(
                f"of {backlog} mails, sent before it",
                "",
                Series(figures=tuple(each.before for each in fair)),
                Series(figures=tuple(each.before for each in in_order)),
                "first in, first out",
                goal,
                is_count=True,
            ),
            compared(
                "wait, from the worker's start",
                "s",
                Series(figures=tuple(each.seconds for each in fair)),
                Series(figures=tuple(each.seconds for each in in_order)),
                "first in, first out",
                goal,
            ),
        ),
        setup=(
            f"1 worker, {settings.smtp_connections} connections, "
            f"{settings.mail_per_second:g} mails a second at most, as installed",
            "1 partition, fairness on; the order's mails share a key, in FIFO all do",
            "SMTP into a sink, no records",
        ),
    )


@dataclass(frozen=True)
class Waited:
    """How long the last one in the queue waited, and how many went out before it."""

    seconds: float
    before: int


async def _wait(client: Client, port: int, backlog: int, *, is_fair: bool) -> Waited:
    """Let a worker begin, and wait until the last one in the queue went out."""
    name = f"bench-{next(NUMBERS)}"
    engine = WorkflowEngine(client)
    waiting = [_dispatch(f"{name}-{number}", "the order") for number in range(backlog)]
    awaited = _dispatch(f"{name}-awaited", "somebody else" if is_fair else "the order")
    await engine.dispatch((*waiting, awaited))
    settings = Settings()
    server = MailServer(host=LOOPBACK, port=port, encryption=MailEncryption.NONE)
    relay = SmtpRelay(server, Keeping(connections=settings.smtp_connections))
    sender = OneSender(relay, awaited.notice_id)
    began = time.perf_counter()
    worker = Worker(
        client,
        task_queue=MAIL_QUEUE,
        activities=[sender.send_notice],
        max_concurrent_activities=settings.smtp_connections,
        max_task_queue_activities_per_second=settings.mail_per_second,
    )
    async with worker, asyncio.timeout(PATIENCE.total_seconds()):
        await sender.sent.wait()
        waited = time.perf_counter() - began
        for each in waiting:  # the next time begins with an empty queue
            await client.get_activity_handle(f"notice/{each.notice_id}").result()
    await relay.close()
    return Waited(waited, sender.before)


def _dispatch(notice_id: str, key: str) -> Dispatch:
    return Dispatch(notice_id=notice_id, urgency=URGENCY, fairness_key=key)
