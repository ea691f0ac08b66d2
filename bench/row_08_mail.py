"""Row 8: mail a second of one worker, beside a bare loop into the same mail server."""

import asyncio
import subprocess
import time
from collections.abc import Awaitable, Callable, Sequence
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
from bench.figures import Line, absent, at_least, compared, series, told
from bench.letters import access_letter
from bench.people import People
from bench.running import Measured, Run
from bench.sink import HOW_TO_GET, of_postfix, running_sink
from bench.stack import SETUP, MeasuredStack, running_system
from bench.whole_system import NUMBERS
from domain.letters import Letter
from domain.notices import NoticeKind, NoticeState, Recipient
from settings import MailEncryption

TITLE = "Mail a second, one worker"
CONNECTIONS: Final = 4
GOAL: Final = at_least(0.8, is_ratio=True)


async def measure(run: Run) -> Measured:
    """Send the same letters by the relay and by a bare loop, in turns; then by a whole worker."""
    letters = [access_letter(number) for number in range(run.size(1000, 100))]
    relayed, raw = [], []
    async with running_sink(run.folder("mail")) as port:
        source = await _source(port, len(letters))
        await _relayed(letters[:50], port)
        for _ in range(run.pairs):
            relayed.append(await _relayed(letters, port))
            raw.append(await _raw(letters, port))
    whole, setup = await _whole(run)
    loop = series(*raw)
    harness = source.ours if source.ours else None
    of_relay = compared(
        "the relay, connections kept open",
        "/s",
        series(*relayed),
        loop,
        "bare aiosmtplib loop",
        GOAL,
        harness=harness,
    )
    through = compared(
        "queue, claim, records and relay together",
        "/s",
        series(*whole),
        series(*[loop.middle] * len(whole)),
        "bare aiosmtplib loop",
        GOAL,
    )
    sink = "postfix's smtp-sink" if of_postfix("smtp-sink") else "a sink of our own, no disk"
    return Measured(
        lines=(of_relay, through, source),
        setup=(
            f"{CONNECTIONS} connections, letters of {len(_wire(letters[0])):,} bytes",
            sink,
            *setup,
        ),
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


async def _source(port: int, letters: int) -> Line:
    """Let postfix's own source send as many, over as many connections that it keeps open."""
    name, program = "postfix's smtp-source", of_postfix("smtp-source")
    if program is None:
        return absent(name, "/s", None, HOW_TO_GET)
    size = str(len(_wire(access_letter(0))))
    sessions = ["-s", str(CONNECTIONS), "-d", "-m", str(letters), "-l", size]
    began = time.perf_counter()
    await asyncio.to_thread(
        subprocess.run,
        [program, *sessions, "-t", "somebody@example.org", f"{LOOPBACK}:{port}"],
        check=True,
    )
    return told(name, "/s", letters / (time.perf_counter() - began))


async def _whole(run: Run) -> tuple[list[float], tuple[str, ...]]:
    """Let a worker that was away find notices on its queue; returns mails a second of each time."""
    async with (
        running_system(run.folder("system")) as system,
        People(system.house, system.url) as people,
    ):
        enrollment_id = await people.buy(next(NUMBERS))
        await people.watch.told(enrollment_id)
        backlog, times = run.size(300, 40), range(run.pairs)
        rates = [await _backlog(system, people, enrollment_id, backlog) for _ in times]
    return rates, SETUP


async def _backlog(
    system: MeasuredStack, people: People, enrollment_id: str, notices: int
) -> float:
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
