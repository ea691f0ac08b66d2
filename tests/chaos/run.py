"""A whole run: start the stack, let people act, inject the faults, settle, count."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
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
from tests.chaos.injecting import Injecting, Release
from tests.chaos.journal import Journal, lines_of
from tests.chaos.load import Load
from tests.chaos.plan import Plan
from tests.chaos.report import Report
from tests.chaos.settling import OnDuty, settle
from tests.chaos.stack import ChaosStack, Shape, running_stack
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
    began = time.monotonic()
    (directory / PLAN).write_text(plan.model_dump_json(indent=1))
    tell("starting the stack")
    async with running_stack(directory, shape or Shape()) as stack:
        client = await connect_to(stack.engine_address)
        async with Web(stack.portal_urls) as web:
            log = ActLog(Journal(directory / ACTS))
            acting, looking = stack.settings(), stack.settings(through_proxy=False)
            crowd = Crowd.of(client, acting, looking, web, log)
            load = Load(crowd, plan)
            injecting = Injecting(stack, load, Journal(directory / INJECTED), release)
            await crowd.open_programme()
            await _disturbed(load, injecting, tell)
            tell("everything is put right, and comes to rest")
            gone = await _settled(stack, crowd, client)
            tell("counting")
            counts = await _counted(stack, client, crowd, load, directory)
            counts.append(wrong("services that did not come back", gone))
            await crowd.close()
    killed = lines_of(stack.kill_orders.with_suffix(".jsonl"), Killed)
    report = Report(
        plan=plan,
        injected=tuple(injecting.injected),
        boundaries_reached=tuple(each.boundary for each in killed),
        counts=tuple(counts),
        stuck=tuple(load.stuck.values()),
        took=timedelta(seconds=time.monotonic() - began),
        directory=str(directory),
    )
    (directory / REPORT).write_text(report.model_dump_json(indent=1))
    return report


async def _disturbed(load: Load, injecting: Injecting, tell: Tell) -> None:
    """Let people act while faults strike; somebody of operations is on duty."""
    latest = [""]
    injecting.tell = lambda said: latest.__setitem__(0, said)
    on_duty = asyncio.create_task(OnDuty(load.crowd).work())
    telling = asyncio.create_task(_told(load, injecting, latest, tell))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(load.run())
            group.create_task(injecting.run())
    finally:
        await _ended(on_duty, telling)


async def _settled(stack: ChaosStack, crowd: Crowd, client: Client) -> list[str]:
    on_duty = asyncio.create_task(OnDuty(crowd).work())
    try:
        return await settle(stack, crowd, client)
    finally:
        await _ended(on_duty)


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
    stack: ChaosStack, client: Client, crowd: Crowd, load: Load, directory: Path
) -> list[Count]:
    files = file_store_of(stack.settings(through_proxy=False))
    return [
        told("journeys begun", load.begun + load.beside),
        *await count_mail(crowd.observer, stack.sink_log),
        *await count_acts(crowd.observer, files, directory / ACTS),
        *await count_records(crowd.observer),
        *await count_engine(client, crowd.observer),
        wrong("journeys stuck", load.stuck.values()),
    ]
