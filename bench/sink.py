"""A mail server that takes every letter and keeps none: ``python -m bench.sink --port P``.

It answers as fast as it can read, so that whoever sends is what is measured. Where postfix's own
``smtp-sink`` is installed, it is used in place of this one.
"""

import argparse
import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from adapters.embedded.processes import LOOPBACK, Child, free_ports, is_listening
from adapters.embedded.stack import ROOT

HOW_TO_GET: Final = "postfix's smtp-source and smtp-sink are not here: apt install postfix"
_END: Final = b"\r\n.\r\n"
_ANSWERS: Final = {b"EHLO": b"250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n", b"DATA": b"354 go\r\n"}


class Conversation(asyncio.Protocol):
    """One connection; a letter is read to its end and forgotten."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._read = b""
        self._is_letter = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  a stream server's are
        self._transport = transport
        transport.write(b"220 sink.example.org\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every line that is whole, and every letter."""
        self._read += data
        while self._took_a_letter() or self._took_a_line():
            pass

    def _took_a_letter(self) -> bool:
        _, end, rest = self._read.partition(_END)
        if not (self._is_letter and end):
            return False
        self._is_letter, self._read = False, rest
        self._transport.write(b"250 2.0.0 gone\r\n")
        return True

    def _took_a_line(self) -> bool:
        line, end, rest = self._read.partition(b"\r\n")
        if self._is_letter or not end:
            return False
        verb, self._read = line[:4].upper(), rest
        if verb == b"QUIT":
            self._transport.write(b"221 2.0.0 bye\r\n")
            self._transport.close()
            return False
        self._transport.write(_ANSWERS.get(verb, b"250 2.0.0 ok\r\n"))
        self._is_letter = verb == b"DATA"
        return True


def of_postfix(name: str) -> str | None:
    """Find one of postfix's programs; they lie where only root looks."""
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    return shutil.which(name, path=places)


@asynccontextmanager
async def running_sink(logs: Path) -> AsyncIterator[int]:
    """Run a sink until the end of the block; gives its port."""
    (port,) = free_ports(1)
    postfix = of_postfix("smtp-sink")
    ours = [sys.executable, "-m", "bench.sink", "--port", str(port)]
    program = [postfix, "-u", "nobody", f"{LOOPBACK}:{port}", "128"] if postfix else ours
    if postfix and os.geteuid() != 0:
        program = [postfix, f"{LOOPBACK}:{port}", "128"]
    child = Child.start("sink", program, log_directory=logs, directory=ROOT)
    try:
        await child.wait_until(partial(is_listening, port))
        yield port
    finally:
        await child.stop()


async def serve(port: int) -> None:
    """Take letters until the process is ended."""
    loop = asyncio.get_running_loop()
    async with await loop.create_server(Conversation, LOOPBACK, port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    asyncio.run(serve(parser.parse_args().port))
