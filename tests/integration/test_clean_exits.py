"""Every process ends cleanly, every time (temporalio/sdk-python#300)."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from adapters.embedded.stack import ROOT, EmbeddedStack
from adapters.records.opening import bring_up_to_date
from cli.output import ExitCode
from settings import Settings

TIMES = 20
UNKNOWN = ["withdraw", "nobody", "--reason", "Tried twenty times."]
"""A command that goes to the engine and is refused by what it answers."""


def command(arguments: list[str], environment: dict[str, str]) -> int:
    """Run one command of the command line and return its exit code."""
    ended = subprocess.run(
        [sys.executable, "starter.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return ended.returncode


async def test_twenty_commands_that_use_the_engine_end_cleanly(tmp_path: Path) -> None:
    """Proves: a command that used the Temporal client ends with its own exit code, never with a
    crash of the interpreter, twenty times over.
    """

    async def prepare(settings: Settings) -> None:
        await bring_up_to_date(settings.database_url)

    async with EmbeddedStack(tmp_path / "stack", prepare=prepare) as stack:
        environment = stack.environment
        with ThreadPoolExecutor(4) as pool:
            codes = list(pool.map(lambda _: command(UNKNOWN, environment), range(TIMES)))
    assert codes == [ExitCode.REFUSED] * TIMES


def test_a_worker_that_cannot_reach_its_servers_says_so_and_ends(tmp_path: Path) -> None:
    """Proves: a worker without a Temporal server ends with an error, not with a crash."""
    ended = subprocess.run(
        [sys.executable, "worker.py"],
        cwd=ROOT,
        env={
            "PATH": "",
            "LAUREL_DATA_DIR": str(tmp_path),
            "TEMPORAL_ADDRESS": "127.0.0.1:1",
        },
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
