"""Row 10: a file of one GiB through the portal, beside a plain copy to the same disk."""

import asyncio
import base64
import os
import shutil
import time
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

import uvicorn
from starlette.types import Receive, Scope, Send

from adapters.embedded.processes import LOOPBACK, free_ports, is_listening
from bench.accounts import MIB, memory_mib
from bench.figures import alone, at_least, at_most, compared, series, told
from bench.people import NotPressed, People, Presser
from bench.running import Measured, Run
from bench.stack import SETUP, running_system
from bench.watching import LOOK_EVERY, PATIENCE, until
from bench.whole_system import NUMBERS
from portal.uploads.tus_headers import BYTES, VERSION

TITLE = "Upload of 1 GiB: throughput, memory of the portal"
BLOCK: Final = 1 * MIB
TUS: Final = {"tus-resumable": VERSION}


async def measure(run: Run) -> Measured:
    """Upload and copy the same file in turns; then let one upload become a file."""
    megabytes = run.size(1024, 64)
    source = run.directory / "source.bin"
    await asyncio.to_thread(_fill, source, megabytes)
    uploaded, copied = [], []
    async with (
        running_system(run.folder("system")) as system,
        People(system.house, system.url) as people,
    ):
        enrollment_id = await people.buy(next(NUMBERS))
        somebody = await people.practitioner(enrollment_id)
        base = f"/my/{enrollment_id}/uploads"
        memory = Memory(system.embedded.portal.pid)
        await _uploaded(somebody, base, source, megabytes, memory)
        for _ in range(run.pairs):
            uploaded.append(await _uploaded(somebody, base, source, megabytes, memory))
            copied.append(await asyncio.to_thread(_copied, source, megabytes))
        until_file = await _to_a_file(people, somebody, enrollment_id, source, megabytes)
    forced = await asyncio.to_thread(_copied, source, megabytes, is_forced=True)
    sink = await _into_nothing(source, megabytes)
    return Measured(
        lines=(
            compared(
                f"{megabytes} MiB, to the last byte acknowledged",
                "MiB/s",
                series(*uploaded),
                series(*copied),
                "plain copy",
                at_least(0.5, is_ratio=True),
                harness=sink,
            ),
            told("a copy that is forced to the disk", "MiB/s", forced),
            told("the same client into a server that drops it", "MiB/s", sink),
            alone(
                "memory of the portal above idle, MiB",
                "",
                series(memory.grown),
                at_most(64),
                clock=False,
            ),
            told("from the last byte until it is one file, looked into", "s", until_file),
        ),
        setup=(*SETUP, "neither the store nor the copy forces a file to the disk"),
    )


class Memory:
    """How far a process grew beyond what it held at first."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._idle = memory_mib(pid)
        self.grown = 0.0

    def look(self) -> None:
        """Look now."""
        self.grown = max(self.grown, memory_mib(self._pid) - self._idle)


def _fill(file: Path, megabytes: int) -> None:
    with file.open("wb") as stream:
        for _ in range(megabytes):
            stream.write(os.urandom(BLOCK))


def _copied(source: Path, megabytes: int, *, is_forced: bool = False) -> float:
    """Copy, and return MiB a second."""
    target = source.with_suffix(".copy")
    began = time.perf_counter()
    with source.open("rb") as given, target.open("wb") as taken:
        shutil.copyfileobj(given, taken, BLOCK)
        if is_forced:
            os.fsync(taken.fileno())
    rate = megabytes / (time.perf_counter() - began)
    target.unlink()
    return rate


async def _uploaded(
    somebody: Presser, base: str, source: Path, megabytes: int, memory: Memory
) -> float:
    """Upload all but the last announced byte, so that nobody puts it together; MiB a second."""
    place = await _begun(somebody, base, megabytes * MIB + 1)
    began = time.perf_counter()
    await _sent(somebody, place, source, megabytes, memory)
    rate = megabytes / (time.perf_counter() - began)
    await somebody.send("DELETE", place, HTTPStatus.NO_CONTENT, TUS)
    return rate


async def _begun(somebody: Presser, base: str, size: int) -> str:
    named = base64.b64encode(b"lesson.bin").decode()
    headers = {**TUS, "upload-length": str(size), "upload-metadata": f"filename {named}"}
    answer = await somebody.send("POST", base, HTTPStatus.CREATED, headers)
    return str(answer.headers["location"])


async def _sent(
    somebody: Presser, place: str, source: Path, megabytes: int, memory: Memory | None
) -> None:
    headers = {**TUS, **somebody.headers, "content-type": BYTES, "upload-offset": "0"}
    size = megabytes * MIB
    sending = asyncio.create_task(
        asyncio.to_thread(_patched, somebody.address, place, headers, source, size)
    )
    while not sending.done():
        if memory is not None:
            memory.look()
        await asyncio.wait({sending}, timeout=LOOK_EVERY)
    status = sending.result()
    if status != HTTPStatus.NO_CONTENT:
        raise NotPressed(f"PATCH {place}: {status}")


def _patched(
    address: tuple[str, int], path: str, headers: dict[str, str], source: Path, size: int
) -> int:
    """Send a file from the disk as the kernel sends it; returns the status of the answer."""
    connection = HTTPConnection(*address, timeout=PATIENCE)
    connection.putrequest("PATCH", path)
    for name, value in {**headers, "content-length": str(size)}.items():
        connection.putheader(name, value)
    connection.endheaders()
    with source.open("rb") as stream:
        connection.sock.sendfile(stream)
    status = connection.getresponse().status
    connection.close()
    return status


async def _to_a_file(
    people: People, somebody: Presser, enrollment_id: str, source: Path, megabytes: int
) -> float:
    place = await _begun(somebody, f"/my/{enrollment_id}/uploads", megabytes * MIB)
    await _sent(somebody, place, source, megabytes, None)
    began = time.perf_counter()
    await people.file_of(enrollment_id)
    return time.perf_counter() - began


async def _drop(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request when its body has come, and keep none of it."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": HTTPStatus.NO_CONTENT, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _into_nothing(source: Path, megabytes: int) -> float:
    """Return how fast the same client is when nobody keeps anything; MiB a second."""
    (port,) = free_ports(1)
    server = uvicorn.Server(uvicorn.Config(_drop, host=LOOPBACK, port=port, log_config=None))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    await until(partial(is_listening, port))
    began = time.perf_counter()
    await asyncio.to_thread(_patched, (LOOPBACK, port), "/", {}, source, megabytes * MIB)
    rate = megabytes / (time.perf_counter() - began)
    server.should_exit = True
    await serving
    return rate
