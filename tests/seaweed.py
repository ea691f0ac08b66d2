"""A real S3 server for the tests: SeaweedFS, one process, on free loopback ports.

It takes about three seconds to start, so a fixture keeps one for the session.
"""

import json
import socket
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from obstore.exceptions import BaseError
from obstore.store import S3Store

_LOOPBACK: Final = "127.0.0.1"
_READY_WITHIN_SECONDS: Final = 60.0
_BETWEEN_PROBES_SECONDS: Final = 0.1
_ATTEMPTS: Final = 3
"""A free port can be taken by somebody else between its choice and its use."""


@dataclass(frozen=True)
class Seaweed:
    """A running server and the one identity that it knows."""

    endpoint: str
    access_key_id: str = "laurel"
    secret_access_key: str = "only-for-tests"
    region: str = "us-east-1"
    bucket: str = "artifacts"

    def store(self, prefix: str | None = None) -> S3Store:
        """Return the library's own view of the bucket, past Laurel's adapter."""
        return S3Store(
            self.bucket,
            prefix=prefix,
            endpoint=self.endpoint,
            access_key_id=self.access_key_id,
            secret_access_key=self.secret_access_key,
            region=self.region,
            client_options={"allow_http": True},
            retry_config={"max_retries": 0},
        )


class SeaweedDidNotStart(Exception):
    """The server ended, or did not answer in time; the end of its log is the message."""


@contextmanager
def seaweed() -> Iterator[Seaweed]:
    """Run a server with a bucket in a folder of its own, and end it afterwards."""
    with ExitStack() as stack:
        for attempt in range(1, _ATTEMPTS + 1):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="weed")))
            try:
                server = stack.enter_context(_running(folder))
            except SeaweedDidNotStart:
                if attempt == _ATTEMPTS:
                    raise
            else:
                yield server
                return


@contextmanager
def _running(folder: Path) -> Iterator[Seaweed]:
    log = folder / "log"
    write_identity(folder)
    ports = _free_ports(8)
    server = Seaweed(endpoint=f"http://{_LOOPBACK}:{ports[0]}")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [weed_program(), *weed_arguments(folder, ports)],
            cwd=folder,
            env={"HOME": str(folder), "TMPDIR": str(folder)},  # no settings of the person's own
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _await_ready(server, process, log)
        yield server
    finally:
        process.kill()  # a polite end takes it fifteen seconds, and nothing of it is kept
        process.wait()
        remove_sockets(ports)


def write_identity(folder: Path) -> None:
    """Let a server in this folder know the one identity."""
    server = Seaweed(endpoint="")
    identity = {
        "name": server.access_key_id,
        "credentials": [{"accessKey": server.access_key_id, "secretKey": server.secret_access_key}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))


def weed_program() -> str:
    """Return the path of the server's program."""
    return str(Path(sysconfig.get_path("scripts")) / "weed")


def weed_arguments(folder: Path, ports: list[int]) -> list[str]:
    """Return what a server in this folder is started with; eight ports, that of S3 first."""
    s3, s3_grpc, filer, filer_grpc, master, master_grpc, volume, volume_grpc = ports
    return [
        "-logtostderr=true",
        "server",
        "-s3",
        f"-dir={folder}",
        f"-ip={_LOOPBACK}",
        f"-ip.bind={_LOOPBACK}",
        f"-master.port={master}",
        f"-master.port.grpc={master_grpc}",
        "-master.telemetry=false",
        "-master.electionTimeout=1s",
        "-master.volumeSizeLimitMB=64",
        "-master.volumePreallocate=false",
        f"-volume.port={volume}",
        f"-volume.port.grpc={volume_grpc}",
        "-volume.max=1000",
        f"-filer.port={filer}",
        f"-filer.port.grpc={filer_grpc}",
        f"-filer.localSocket={folder / 'filer.sock'}",
        f"-s3.port={s3}",
        f"-s3.port.grpc={s3_grpc}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        f"-s3.localSocket={folder / 's3.sock'}",
        f"-s3.config={folder / 's3.json'}",
    ]


def remove_sockets(ports: list[int]) -> None:
    """Remove what the server leaves where no option moves it to."""
    for left in Path("/tmp").glob("seaweedfs-*-grpc-*.sock"):  # noqa: S108 - the server's choice
        if left.stem.rpartition("-")[2] in map(str, ports):
            left.unlink(missing_ok=True)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((_LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]


def _await_ready(server: Seaweed, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once an object can be written; that makes the bucket too."""
    store = server.store()
    give_up_at = time.monotonic() + _READY_WITHIN_SECONDS
    while time.monotonic() < give_up_at:
        try:
            store.put("ready", b"yes")
        except (BaseError, OSError):
            if _has_ended_after_a_pause(process):
                break
        else:
            store.delete("ready")
            return
    raise SeaweedDidNotStart(log.read_text(errors="replace")[-2000:])


def _has_ended_after_a_pause(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(_BETWEEN_PROBES_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True
