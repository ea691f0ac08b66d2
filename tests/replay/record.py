"""Records histories: ``python -m tests.replay.record SCENARIO …``; without one, what is missing.

A history of a release stays as it is, because its journeys may be open; new ones are added beside
it, and entered in the ledger. With ``--transcripts`` the histories stay and only what the code asks
for now is written beside them: for a change that was meant, to be read as a difference before it is
committed. With ``--fingerprints`` new turns of the workflows are written down; old ones stay.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from adapters.records.database import migrate
from tests.house import House, running_house
from tests.replay.commands import fingerprint_of, keep_fingerprint
from tests.replay.guarding import refuse_turns_taken_back
from tests.replay.ledger import AlreadyReleased, enter, refuse_released
from tests.replay.scenarios import SCENARIOS, Scenario
from tests.replay.transcript import history_file, kept_history, replayed, transcript_file
from tests.servers import start_temporal

RECORDER = "recorder"
"""Stands in place of the process and machine that a history names."""

STACK = "stackTrace"


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
    history_file(name).write_text(f"{kept}\n")
    enter(name)
    await transcribe(name)
    sys.stdout.write(f"{name}: {len(history.events)} events, {len(kept) // 1024} KB\n")


async def transcribe(name: str) -> None:
    """Write down what the code asks for now when it meets a history that is kept."""
    transcript = await replayed(kept_history(name))
    transcript_file(name).write_text(transcript.text)


def _without_machine(content: object) -> object:
    """Return a history that does not say on which machine it was made, nor where in its files."""
    if isinstance(content, list):
        return [_without_machine(each) for each in content]
    if isinstance(content, dict):
        kept = {key: _without_machine(each) for key, each in content.items() if key != STACK}
        return kept | {key: RECORDER for key in kept if key == "identity"}
    return content


async def transcribe_all(scenarios: Sequence[Scenario]) -> None:
    """Write the transcripts anew beside histories that stay."""
    for scenario in scenarios:
        await transcribe(scenario.__name__)


async def write_fingerprints() -> None:
    """Write down what the workflows do in the kept histories, unless they take something back."""
    write_down(await fingerprint_of(scenario.__name__ for scenario in SCENARIOS))


def write_down(turns: dict[str, set[str]]) -> None:
    """Keep new turns. Raises ``UnguardedChange`` and writes nothing if any workflow lost one."""
    refuse_turns_taken_back(turns)
    keep_fingerprint(turns)


def missing() -> list[Scenario]:
    """Return the scenarios of which no history is kept."""
    return [each for each in SCENARIOS if not history_file(each.__name__).exists()]


def main(arguments: Sequence[str]) -> None:
    """Record the scenarios with these names, or those that are missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    known = {scenario.__name__: scenario for scenario in SCENARIOS}
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--transcripts", action="store_true", help="keep the histories")
    only.add_argument("--fingerprints", action="store_true", help="keep the histories")
    parser.add_argument("scenarios", nargs="*", help=", ".join(known))
    options = parser.parse_args(arguments)
    chosen = [known[name] for name in options.scenarios]
    if options.fingerprints:
        asyncio.run(write_fingerprints())
    elif options.transcripts:
        asyncio.run(transcribe_all(chosen or SCENARIOS))
    else:
        try:
            refuse_released(scenario.__name__ for scenario in chosen)
        except AlreadyReleased as refused:
            parser.error(str(refused))
        asyncio.run(record(chosen or missing()))


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    # Interpreter finalisation now and then crashes in the SDK's native threads: leave without it.
    os._exit(0)
