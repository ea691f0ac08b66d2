"""Records the histories anew: ``python -m tests.replay.record [SCENARIO …]``.

Before the first release that is how they change. After it, histories of journeys that may still be
open are kept as they are, and new ones are added beside them.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from temporalio.client import WorkflowHistory

from adapters.records.database import migrate
from tests.house import House, running_house
from tests.replay.scenarios import SCENARIOS, Scenario
from tests.replay.transcript import HISTORIES, replayed
from tests.servers import start_temporal

RECORDER = "recorder"
"""Stands in place of the process and machine that a history names."""


async def record(scenarios: Sequence[Scenario]) -> None:
    """Play scenarios one after the other and keep their histories with transcripts."""
    async with await start_temporal() as temporal:
        with tempfile.TemporaryDirectory() as directory:
            url = f"sqlite+aiosqlite:///{directory}/records.db"
            await migrate(url)
            address = temporal.client.service_client.config.target_host
            async with running_house(address, url, Path(directory)) as house:
                for scenario in scenarios:
                    await _keep(house, scenario)


async def _keep(house: House, scenario: Scenario) -> None:
    name = scenario.__name__
    workflow_id = await scenario(house, f"library-{name.replace('_', '-')}")
    history = await house.client.get_workflow_handle(workflow_id).fetch_history()
    kept = json.dumps(_without_machine(json.loads(history.to_json())), separators=(",", ":"))
    transcript = await replayed(WorkflowHistory.from_json(workflow_id, kept))
    (HISTORIES / f"{name}.json").write_text(f"{kept}\n")
    (HISTORIES / f"{name}.transcript.txt").write_text(transcript.text)
    sys.stdout.write(f"{name}: {len(history.events)} events, {len(kept) // 1024} KB\n")


def _without_machine(content: object) -> object:
    """Return a history that does not say on which machine it was made."""
    if isinstance(content, list):
        return [_without_machine(each) for each in content]
    if isinstance(content, dict):
        return {
            key: RECORDER if key == "identity" else _without_machine(each)
            for key, each in content.items()
        }
    return content


def main(names: Sequence[str]) -> None:
    """Record the scenarios with these names, or all."""
    known = {scenario.__name__: scenario for scenario in SCENARIOS}
    asyncio.run(record([known[name] for name in names] or SCENARIOS))


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    # Interpreter finalisation now and then crashes in the SDK's native threads: leave without it.
    os._exit(0)
