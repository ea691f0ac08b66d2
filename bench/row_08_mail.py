"""Row 8: mail a second of one worker, beside a bare loop into the same mail server."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from aiosmtplib import SMTP
from sqlalchemy import insert, select

from activities.ports import Dispatch
from adapters.embedded.processes import LOOPBACK
from adapters.mail.letters import as_message
from adapters.mail.smtp import Keeping, SmtpRelay
from adapters.mail.smtp_connection import MailServer
from adapters.records.tables import EnrollmentRow, NoticeRow, OrderLineRow
from bench.figures import Line, at_least, compared, series, told
from bench.letters import receipt_letter
from bench.people import People
from bench.running import Measured, Run
from bench.sink import HOW_TO_GET, of_postfix, running_sink
from bench.source import POSTFIX, name_of_source, source_rate
from bench.stack import MeasuredStack, running_system, setup_with
from bench.whole_system import NUMBERS
from domain.letters import Letter
from domain.notices import NoticeKind, NoticeState, Recipient
from settings import MailEncryption

TITLE = "Mail a second, one worker"
CONNECTIONS: Final = 4
GOAL: Final = at_least(0.8, is_ratio=True)


@dataclass
class Rates:
    """Mails a second of each side, in turns; all send to the same server."""

    source: list[float] = field(default_factory=list)
    relay: list[float] = field(default_factory=list)
    loop: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)


async def measure(run: Run) -> Measured:
    """Send by the relay, by a bare loop and by a whole worker, in turns, into the same server."""
    letters = [receipt_letter(number) for number in range(run.size(1000, 100))]
    rates, size = Rates(), len(_wire(letters[0]))
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(running_sink(run.folder("mail")))
        system = await stack.enter_async_context(
            running_system(run.folder("system"), mail_port=port)
        )
        people = await stack.enter_async_context(People(system.house, system.url))
        enrollment_id = await people.buy(next(NUMBERS))
        await people.watch.told(enrollment_id)
        await _relayed(letters[:50], port)
        for _ in range(run.pairs):
            rates.source.append(await source_rate(port, len(letters), size, CONNECTIONS))
            rates.relay.append(await _relayed(letters, port))
            rates.loop.append(await _raw(letters, port))
            backlog = run.size(300, 40)
            rates.whole.append(await _backlog(system, people, enrollment_id, backlog))
    return Measured(lines=_lines(rates), setup=_setup(size))


def _lines(rates: Rates) -> tuple[Line, ...]:
    loop, source = series(*rates.loop), series(*rates.source)
    ours = {
        "the relay, connections kept open": rates.relay,
        "queue, claim, records and relay together": rates.whole,
    }
    lines = (
        compared(
            name, "/s", series(*taken), loop, "bare aiosmtplib loop", GOAL, harness=source.middle
        )
        for name, taken in ours.items()
    )
    hint = "" if name_of_source() == POSTFIX else HOW_TO_GET
    return (*lines, told(f"the harness: {name_of_source()}", "/s", source.middle, hint))


def _setup(size: int) -> tuple[str, ...]:
    postfix = of_postfix("smtp-sink")
    sink = "postfix's smtp-sink" if postfix else "a sink of our own, without a disk"
    return (
        *setup_with(f"mail over SMTP to {sink}; all sides send there"),
        f"{CONNECTIONS} connections, letters of {size:,} bytes: receipts of a part, as the whole "
        "worker writes them too",
        "the system stands still while another side sends",
    )


def _wire(letter: Letter) -> bytes:
    return as_message(letter).as_bytes()


async def _rate(work: Sequence[Letter], send: Callable[[Letter], Awaitable[None]]) -> float:
    """Send letters over so many connections at a time; returns how many a second."""
    left, began = list(work), time.perf_counter()

    async def lane() -> None:
        while left:
            await send(left.pop())

    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(lane())
    return len(work) / (time.perf_counter() - began)


async def _relayed(letters: Sequence[Letter], port: int) -> float:
    server = MailServer(host=LOOPBACK, port=port, encryption=MailEncryption.NONE)
    relay = SmtpRelay(server, Keeping(connections=CONNECTIONS))

    async def claim() -> bool:
        return True

    async def send(letter: Letter) -> None:
        await relay.deliver(letter, claim)

    rate = await _rate(letters, send)
    await relay.close()
    return rate


async def _raw(letters: Sequence[Letter], port: int) -> float:
    """Send over connections of the library alone, each letter made into bytes as the relay does."""
    clients = [SMTP(hostname=LOOPBACK, port=port, start_tls=False) for _ in range(CONNECTIONS)]
    for client in clients:
        await client.connect()
    free = list(clients)

    async def send(letter: Letter) -> None:
        client = free.pop()
        await client.sendmail("laurel@example.org", [letter.to_address], _wire(letter))
        free.append(client)

    rate = await _rate(letters, send)
    for client in clients:
        await client.quit()
    return rate


async def _backlog(
    system: MeasuredStack, people: People, enrollment_id: str, notices: int
) -> float:
    """Let a worker that was away find notices on its queue; returns mails a second."""
    await system.embedded.worker().stop()
    dispatches = await _intended(system, enrollment_id, notices)
    await system.house.engine.dispatch(dispatches)
    await system.embedded.restart_worker()
    began = time.perf_counter()
    await people.watch.told(enrollment_id)
    return notices / (time.perf_counter() - began)


async def _intended(
    system: MeasuredStack, enrollment_id: str, notices: int
) -> tuple[Dispatch, ...]:
    """Put notices into the log, as the turns of journeys do."""
    async with system.house.database.transaction() as session:
        order_id = await session.scalar(
            select(OrderLineRow.order_id)
            .join(EnrollmentRow, EnrollmentRow.line_id == OrderLineRow.id)
            .where(EnrollmentRow.id == enrollment_id)
        )
        ids = [f"n-bench-{next(NUMBERS)}" for _ in range(notices)]
        now = datetime.now(UTC)
        same = {
            "subject_id": enrollment_id,
            "order_id": order_id,
            "kind": NoticeKind.PART_RECEIVED,
            "recipient": Recipient.PRACTITIONER,
            "round": 1,
            "part": 1,
            "state": NoticeState.INTENDED,
            "intended_at": now,
            "attempts": 0,
            "repeats": 0,
            "reply": "",
        }
        rows = [{**same, "id": each, "ordinal": place} for place, each in enumerate(ids, 10)]
        await session.execute(insert(NoticeRow), rows)
    key = str(order_id)
    return tuple(Dispatch(notice_id=each, urgency=3, fairness_key=key) for each in ids)
