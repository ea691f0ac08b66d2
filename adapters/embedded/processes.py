"""Servers and workers as child processes that never outlive the process that started them."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Self

from adapters.embedded import leash

LOOPBACK = "127.0.0.1"
POLL = timedelta(milliseconds=20)
READY_WITHIN = timedelta(seconds=90)
STOPPED_WITHIN = timedelta(seconds=10)
LOG_TAIL = 2_000
"""Characters of a child's log that an error quotes."""

Probe = Callable[[], Awaitable[bool]]
"""Answers whether a child does its work yet; asked again until it does."""


class NotStarted(Exception):
    """A child process ended, or stayed silent, before it was ready."""


class Child:
    """A running child: its own process group, its output in a file, its life tied to ours."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log_file: Path) -> None:
        self.name = name
        self.log_file = log_file
        self._process = process

    @classmethod
    def start(
        cls,
        name: str,
        program: Sequence[str],
        *,
        log_directory: Path,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
        on_owner_death: signal.Signals = signal.SIGKILL,
        user: int | None = None,
    ) -> Self:
        """Start ``program`` in ``directory``, with ``environment`` or ours; ``user`` needs root.

        Call it from the thread that lives longest: Linux takes the death of the starting *thread*
        for the death of the owner.
        """
        log_directory.mkdir(parents=True, exist_ok=True)
        log_file = log_directory / f"{name}.log"
        account = leash.KEEP_USER if user is None else str(user)
        tie = [str(os.getpid()), str(int(on_owner_death)), account]
        with log_file.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  programs of this project only
                [sys.executable, "-I", "-S", leash.__file__, *tie, *program],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=directory,
                env=environment,
                process_group=0,  # Ctrl-C reaches us alone, and we stop our children in order
            )
        return cls(name, process, log_file)

    @property
    def pid(self) -> int:
        """Process id, which is that of the process group too."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """Exit status, negative for a signal; None while the child runs."""
        return self._process.poll()

    @property
    def is_running(self) -> bool:
        """Whether the child has not ended."""
        return self.exit_status is None

    async def wait_until(self, is_ready: Probe, within: timedelta = READY_WITHIN) -> None:
        """Return when ``is_ready`` says yes; raise ``NotStarted`` if the child ends or is late."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                while not await is_ready():
                    if not self.is_running:
                        raise NotStarted(f"{self.name} ended early. Its log says:\n{self.log()}")
                    await asyncio.sleep(POLL.total_seconds())
        except TimeoutError as late:
            raise NotStarted(f"{self.name} is not ready. Its log says:\n{self.log()}") from late

    async def stop(
        self, within: timedelta = STOPPED_WITHIN, by: signal.Signals = signal.SIGTERM
    ) -> None:
        """Ask the child to end, and end it when it has not done so in time.

        The child alone is asked: what it started is its own to finish, such as a look into a file.
        """
        self._process.send_signal(by)
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(self._process.wait, within.total_seconds())
        self.kill()

    def kill(self) -> None:
        """End the child and what it started, at once, and collect it."""
        with suppress(ProcessLookupError):  # the whole group, which may have gone already
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def log(self) -> str:
        """Return the end of what the child wrote."""
        return self.log_file.read_text(errors="replace")[-LOG_TAIL:]


def environment_without(*prefixes: str) -> dict[str, str]:
    """Return our environment without the variables whose names start with one of ``prefixes``."""
    return {name: text for name, text in os.environ.items() if not name.startswith(prefixes)}


def free_ports(count: int) -> list[int]:
    """Return loopback ports that nobody holds at this moment, all different.

    Somebody may take one before it is used: whoever starts a server on one tries again with
    others when the server ends early.
    """
    holders = [socket.socket() for _ in range(count)]
    try:
        for holder in holders:
            holder.bind((LOOPBACK, 0))
        return [int(holder.getsockname()[1]) for holder in holders]
    finally:
        for holder in holders:
            holder.close()


def is_free(port: int) -> bool:
    """Tell whether a server could listen there at this moment."""
    with socket.socket() as probe:
        # As servers do: connections of an earlier one that still fade away are not in the way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


async def is_listening(port: int, host: str = LOOPBACK) -> bool:
    """Tell whether somebody accepts connections there."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return True
