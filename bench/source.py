"""Sends letters as fast as a mail server takes them: ``python -m bench.source --port P …``.

What it reaches is the most that the harness can see: plain sockets, and bytes that are there
already. The commands of the next letter go out with the end of the last one (RFC 2920), on every
connection in turn, so that the server always has something to do. Prints the letters a second.
Where postfix's own ``smtp-source`` is installed, it is used in place of this one.
"""

import argparse
import asyncio
import socket
import subprocess
import sys
import time
from typing import Final

from adapters.embedded.processes import LOOPBACK
from adapters.embedded.stack import ROOT
from bench.sink import of_postfix

POSTFIX: Final = "postfix's smtp-source"
OURS: Final = "raw bytes from plain sockets"
_COMMANDS: Final = b"MAIL FROM:<laurel@example.org>\r\nRCPT TO:<somebody@example.org>\r\nDATA\r\n"


def name_of_source() -> str:
    """Return which source is used here."""
    return POSTFIX if of_postfix("smtp-source") else OURS


async def source_rate(port: int, letters: int, size: int, connections: int) -> float:
    """Let a process of its own send so many letters; returns how many a second."""
    program, began = of_postfix("smtp-source"), time.perf_counter()
    if program is None:
        given = {"port": port, "letters": letters, "size": size, "connections": connections}
        options = [word for name, value in given.items() for word in (f"--{name}", str(value))]
        return float(await _said([sys.executable, "-m", "bench.source", *options]))
    sessions = ["-s", str(connections), "-d", "-m", str(letters), "-l", str(size)]
    await _said([program, *sessions, "-t", "somebody@example.org", f"{LOOPBACK}:{port}"])
    return letters / (time.perf_counter() - began)


async def _said(program: list[str]) -> str:
    done = await asyncio.to_thread(
        subprocess.run, program, cwd=ROOT, check=True, capture_output=True, text=True
    )
    return str(done.stdout)


class _Lane:
    """One connection that is greeted; it waits for the go-ahead of its first letter."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((LOOPBACK, port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb")
        self._answered(b"220")
        self.send(b"EHLO bench.example.org\r\n")
        self._answered(b"250")
        self.send(_COMMANDS)

    def close(self) -> None:
        """Hang up."""
        self._answers.close()
        self._socket.close()

    def send(self, sent: bytes) -> None:
        """Send bytes as they are."""
        self._socket.sendall(sent)

    def may_send(self) -> None:
        """Wait until the server asks for the letter; what it took before is said by then."""
        self._answered(b"354")

    def _answered(self, code: bytes) -> None:
        """Read to the last line of that answer. Raises ``ConnectionError`` for a refusal."""
        for line in self._answers:
            if line[:1] not in b"23":
                raise ConnectionError(line.decode())
            if line.startswith(code + b" "):
                return
        raise ConnectionError("the server hung up")


def rate(port: int, letters: int, size: int, connections: int) -> float:
    """Send letters over some connections in turn; returns how many were taken a second."""
    lanes = [_Lane(port) for _ in range(connections)]
    line = b"x" * 76 + b"\r\n"
    letter = line * max(size // len(line), 1) + b".\r\n" + _COMMANDS
    for lane in lanes:
        lane.may_send()
    began = time.perf_counter()
    for _ in range(letters // connections):
        for lane in lanes:
            lane.send(letter)
        for lane in lanes:
            lane.may_send()
    took = time.perf_counter() - began
    for lane in lanes:
        lane.close()
    return letters // connections * connections / took


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for each in ("port", "letters", "size", "connections"):
        parser.add_argument(f"--{each}", type=int, required=True)
    sys.stdout.write(f"{rate(**vars(parser.parse_args()))}\n")
