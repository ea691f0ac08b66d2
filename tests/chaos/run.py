"""A whole run: start the stack, let people act, inject the faults, settle, count."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from temporalio.client import Client

from adapters.assembly import file_store_of
from adapters.temporal import connect_to
from tests.chaos.acts import ActLog
from tests.chaos.boundaries import Killed
from tests.chaos.browsers import Web
from tests.chaos.counting_acts import count_acts
from tests.chaos.counting_engine import count_engine
from tests.chaos.counting_mail import count_mail
from tests.chaos.counting_records import count_records
from tests.chaos.counts import Count, told, wrong
from tests.chaos.crowd import Crowd
from tests.chaos.injected import in_the_end
from tests.chaos.injecting import Injecting, Release
from tests.chaos.journal import Journal, lines_of
from tests.chaos.load import Load
from tests.chaos.occasions import Applied, gaps_opened, told_by_kind
from tests.chaos.plan import Fault, Plan
from tests.chaos.receiver import count_events, receiving
from tests.chaos.report import Report, present_commit
from tests.chaos.settling import OnDuty, settle
from tests.chaos.stack import ENGINE, MAIL, ChaosStack, Shape, running_stack
from tests.chaos.striking import strike_where_reached
from tests.waiting import pause

TELL_EVERY: Final = 0.5
PLAN, INJECTED, ACTS, REPORT = "plan.json", "injected.jsonl", "acts.jsonl", "report.json"

Tell = Callable[[str], None]
"""Says in a line how far the run has come."""


async def run(
    plan: Plan,
    directory: Path,
    *,
    shape: Shape | None = None,
    release: Release | None = None,
    tell: Tell = lambda _: None,
) -> Report:
    """Carry out a plan in a directory of its own, and return what was found."""
    began = datetime.now(UTC)
    (directory / PLAN).write_text(plan.model_dump_json(indent=1))
    tell("starting the stack")
    async with running_stack(directory, shape or Shape()) as stack:
        client = await connect_to(stack.engine_address)
        async with Web(stack.portal_urls) as web:
            log = ActLog(Journal(directory / ACTS))
            acting, looking = stack.settings(), stack.settings(through_proxy=False)
            crowd = Crowd.of(client, acting, looking, web, log)
            load, on_duty = Load(crowd, plan), OnDuty(crowd)
            injecting = Injecting(stack, load, Journal(directory / INJECTED), release)
            await crowd.open_programme()
            async with receiving(crowd.observer):
                await _disturbed(injecting, on_duty, tell)
                tell("everything is put right, and comes to rest")
                gone = await _settled(stack, on_duty, client)
            tell("counting")
            counts = await _counted(client, injecting, on_duty, directory)
            counts.append(wrong("services that did not come back", gone))
            await crowd.close()
    report = _report(injecting, counts, began, directory)
    (directory / REPORT).write_text(report.model_dump_json(indent=1))
    return report


def _report(injecting: Injecting, counts: list[Count], began: datetime, directory: Path) -> Report:
    plan, stack = injecting.load.plan, injecting.stack
    killed = tuple(lines_of(stack.kill_log, Killed))
    applied = tuple(lines_of(stack.occasions_log, Applied))
    return Report(
        plan=plan,
        began=began,
        commit=present_commit(),
        injected=in_the_end(plan, injecting.injected, killed, applied),
        killed=killed,
        met=told_by_kind(applied),
        counts=tuple(counts),
        stuck=tuple(injecting.load.stuck.values()),
        took=datetime.now(UTC) - began,
        directory=str(directory),
        unreached=tuple(sorted(plan.kill_orders - {each.order for each in killed})),
    )


async def _disturbed(injecting: Injecting, on_duty: OnDuty, tell: Tell) -> None:
    """Let people act while faults strike; somebody of operations is on duty."""
    latest, load = [""], injecting.load
    injecting.tell = lambda said: latest.__setitem__(0, said)
    beside = (
        asyncio.create_task(on_duty.work()),
        asyncio.create_task(strike_where_reached(injecting.stack)),
        asyncio.create_task(_told(load, injecting, latest, tell)),
    )
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(load.run())
            group.create_task(injecting.run())
    finally:
        await _ended(*beside)


async def _settled(stack: ChaosStack, on_duty: OnDuty, client: Client) -> list[str]:
    working = asyncio.create_task(on_duty.work())
    try:
        return await settle(stack, on_duty, client)
    finally:
        await _ended(working)


async def _ended(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task


async def _told(load: Load, injecting: Injecting, latest: list[str], tell: Tell) -> None:
    journeys, faults = len(load.plan.journeys), len(load.plan.faults)
    while True:
        tell(
            f"{load.ended} of {journeys} journeys, {len(injecting.injected)} of {faults} faults, "
            f"{load.crowd.log.written} acts, {len(load.stuck)} stuck; {latest[0]}"
        )
        await pause(TELL_EVERY)


async def _counted(
    client: Client, injecting: Injecting, on_duty: OnDuty, directory: Path
) -> list[Count]:
    stack, load, crowd = injecting.stack, injecting.load, on_duty.crowd
    files = file_store_of(stack.settings(through_proxy=False))
    gaps = _gaps(injecting)
    return [
        told("journeys begun", load.begun + load.beside),
        *await count_mail(crowd.observer, stack.sink_log, past=on_duty.past, gaps=gaps),
        *await count_acts(crowd.observer, files, directory / ACTS),
        *await count_records(crowd.observer),
        *await count_events(crowd.observer),
        *await count_engine(client, crowd.observer),
        wrong("journeys stuck", load.stuck.values()),
    ]


def _gaps(injecting: Injecting) -> int:
    """Return at most how many letters were under way when their sender could lose the reply.

    A worker that dies has a letter on each of its connections; so has every worker when the mail
    server dies, or the engine, to which it says what it has heard.
    """
    stack, plan = injecting.stack, injecting.load.plan
    connections = stack.settings().smtp_connections
    ends = sum(each.ends for each in stack.workers)
    ends += sum(each.fault is Fault.OTHER_RELEASE for each in plan.faults)
    of_all = stack.services[MAIL].ends + stack.services[ENGINE].ends
    withheld = gaps_opened(lines_of(stack.occasions_log, Applied))
    return withheld + connections * (ends + of_all * len(stack.workers))
