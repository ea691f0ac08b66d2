"""The embedded machinery with the real programs: servers start, survive, and leave nothing."""

import os
import select
import sys
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from signal import SIGKILL
from subprocess import PIPE, Popen

import aiosmtplib
import psutil
import pytest
from temporalio import workflow
from temporalio.client import WorkflowExecutionStatus
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from adapters.embedded.processes import Child, NotStarted
from adapters.embedded.stack import EmbeddedStack, forget
from adapters.embedded.temporal_server import TemporalServer
from adapters.temporal import connect, connect_to
from adapters.time_skipping import current_time, fast_forward
from settings import Settings

QUEUE = "embedded-tests"
PYTHON_SLEEPER = [sys.executable, "-c", "import signal; signal.pause()"]
DEAF_SLEEPER = """
import signal, pathlib, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
while True: signal.pause()
"""
WORKER_STUB = """
import os, pathlib, signal, sys
assert sys.argv[1] == "--ready-file"
names = sorted(name for name in os.environ if name.startswith(("LAUREL_", "TEMPORAL_")))
pathlib.Path(sys.argv[0]).with_name("environment").write_text("\\n".join(
    f"{name}={os.environ[name]}" for name in names))
pathlib.Path(sys.argv[2]).write_text("ready")
signal.pause()
"""
OWNER = """
import os, pathlib, sys
from adapters.embedded.processes import Child
child = Child.start("sleeper", sys.argv[2:], log_directory=pathlib.Path(sys.argv[1]))
os.write(1, f"{child.pid}\\n".encode())
import signal; signal.pause()
"""


@workflow.defn
class Snooze:
    """Waits for two days."""

    @workflow.run
    async def run(self) -> str:
        await workflow.sleep(timedelta(days=2))
        return "awake"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[TemporalServer]:
    """An embedded Temporal server with an empty database."""
    running = await TemporalServer.start(tmp_path)
    yield running
    await running.stop()


@pytest.fixture
def worker_stub(tmp_path: Path) -> list[str]:
    """A program that says it is ready as a worker does, and notes its environment."""
    program = tmp_path / "stub" / "worker_stub.py"
    program.parent.mkdir()
    program.write_text(WORKER_STUB)
    return [sys.executable, str(program)]


def exists(file: Path) -> Callable[[], Awaitable[bool]]:
    """Probe for a file."""

    async def probe() -> bool:
        return file.exists()

    return probe


def is_alive(pid: int) -> bool:
    """Tell whether a process still runs; one that only waits to be collected does not."""
    with suppress(psutil.NoSuchProcess):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


async def test_a_child_that_ends_early_is_reported_with_its_last_words(tmp_path: Path) -> None:
    """Proves: a server that cannot start fails at once and says why, not after a timeout."""
    child = Child.start(
        "broken", [sys.executable, "-c", "raise SystemExit('no licence')"], log_directory=tmp_path
    )
    with pytest.raises(NotStarted, match="no licence"):
        await child.wait_until(exists(tmp_path / "never"), within=timedelta(seconds=20))


async def test_a_child_that_never_gets_ready_is_reported(tmp_path: Path) -> None:
    """Proves: waiting for readiness has a bound."""
    child = Child.start("silent", PYTHON_SLEEPER, log_directory=tmp_path)
    with pytest.raises(NotStarted, match="not ready"):
        await child.wait_until(exists(tmp_path / "never"), within=timedelta(milliseconds=100))
    child.kill()


async def test_a_child_that_ignores_the_request_to_end_is_ended(tmp_path: Path) -> None:
    """Proves: stopping has a bound, and after it the child is gone."""
    ready = tmp_path / "ready"
    child = Child.start(
        "deaf", [sys.executable, "-c", DEAF_SLEEPER, str(ready)], log_directory=tmp_path
    )
    await child.wait_until(exists(ready))
    await child.stop(within=timedelta(milliseconds=100))
    assert child.exit_status == -SIGKILL


if sys.platform == "linux":  # the only system that can promise it

    async def test_a_child_dies_with_an_owner_that_is_killed(tmp_path: Path) -> None:
        """Proves: SIGKILL of the owner, which no handler sees, leaves no child behind."""
        owner = Popen(
            [sys.executable, "-c", OWNER, str(tmp_path), *PYTHON_SLEEPER],
            stdout=PIPE,
            cwd=Path(__file__).parents[2],
        )
        assert owner.stdout is not None
        child = os.pidfd_open(int(owner.stdout.readline()))
        assert select.select([child], [], [], 0)[0] == []  # it runs
        owner.kill()
        owner.communicate()
        assert select.select([child], [], [], 10)[0] == [child]
        os.close(child)


async def test_the_server_lets_a_workflow_sleep_two_days_in_seconds(server: TemporalServer) -> None:
    """Proves: the dynamic configuration is in force, and the clock module moves one workflow."""
    client = await connect_to(server.address)
    async with Worker(
        client, task_queue=QUEUE, workflows=[Snooze], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        handle = await client.start_workflow(Snooze.run, id="snooze", task_queue=QUEUE)
        bystander = await client.start_workflow(Snooze.run, id="other", task_queue=QUEUE)
        assert await fast_forward(client, "snooze", timedelta(days=1))
        ahead = await current_time(client, "snooze") - datetime.now(UTC)
        assert timedelta(hours=23) < ahead < timedelta(hours=25)
        await fast_forward(client, "snooze", timedelta(days=1, seconds=1))
        assert await handle.result() == "awake"
    assert (await bystander.describe()).status == WorkflowExecutionStatus.RUNNING


async def test_the_server_keeps_what_it_acknowledged_when_killed(tmp_path: Path) -> None:
    """Proves: SIGKILL of the server and a new start on the same file lose no workflow."""
    server = await TemporalServer.start(tmp_path)
    client = await connect_to(server.address)
    await client.start_workflow(Snooze.run, id="kept", task_queue=QUEUE)
    psutil.Process(server.pid).kill()
    await server.stop()
    again = await TemporalServer.start(tmp_path)
    client = await connect_to(again.address)
    description = await client.get_workflow_handle("kept").describe()
    await again.stop()
    assert description.status == WorkflowExecutionStatus.RUNNING


async def test_two_servers_run_side_by_side(server: TemporalServer, tmp_path: Path) -> None:
    """Proves: no port is fixed, so a developer's own server is never in the way."""
    second = await TemporalServer.start(tmp_path / "second")
    assert second.address != server.address
    assert await server.takes_work()
    assert await second.takes_work()
    await second.stop()


async def test_a_client_finds_the_embedded_server_of_its_data_directory(
    server: TemporalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: a second terminal meets the running server, and a named address wins over it."""
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("TEMPORAL_ADDRESS", raising=False)
    settings = Settings(data_dir=tmp_path)
    client = await connect(settings)
    assert client.service_client.config.target_host == server.address
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    elsewhere = await connect(settings, is_lazy=True)
    assert elsewhere.service_client.config.target_host == "127.0.0.1:1"


async def test_a_stack_takes_mail_and_replaces_a_killed_worker(
    tmp_path: Path, worker_stub: list[str]
) -> None:
    """Proves: all parts work together, a dead worker is replaced, and nothing is left running."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    async with EmbeddedStack(tmp_path / "var", workers=2, worker_program=worker_stub) as stack:
        await _send_mail(stack.settings.smtp_port)
        assert any(b"two business days" in file.read_bytes() for file in _files(stack.mail_dir))
        first, second = stack.worker(0), stack.worker(1)
        stack.kill_worker(0)
        assert first.exit_status == -SIGKILL
        await stack.restart_worker(0)
        assert stack.worker(0).is_running
        assert second.is_running
        started = {child.pid for child in psutil.Process().children(recursive=True)} - before
        assert len(started) >= 4  # Temporal, mail, two workers
    assert not [pid for pid in started if is_alive(pid)]


async def test_a_stack_is_cut_off_from_every_other_installation(
    tmp_path: Path, worker_stub: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: a rehearsal never meets the database, mail server or Temporal of the environment."""
    monkeypatch.setenv("LAUREL_DATABASE_URL", "postgresql+asyncpg://db.example.org/laurel")
    monkeypatch.setenv("LAUREL_SMTP_HOST", "smtp.example.org")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example.org:7233")
    monkeypatch.setenv("TEMPORAL_API_KEY", "secret")
    monkeypatch.setenv("LAUREL_PROGRAMME_NAME", "Rural Leaders")
    async with EmbeddedStack(tmp_path / "var", worker_program=worker_stub) as stack:
        seen = Path(worker_stub[1]).with_name("environment").read_text().splitlines()
    assert not [line for line in seen if "example.org" in line and "@" not in line]
    assert not [line for line in seen if line.startswith("TEMPORAL_API_KEY")]
    assert f"TEMPORAL_ADDRESS={stack.temporal.address}" in seen
    assert "LAUREL_PROGRAMME_NAME=Rural Leaders" in seen


async def test_a_data_directory_serves_one_stack_at_a_time(tmp_path: Path) -> None:
    """Proves: a second stack is refused before it touches anything, and works afterwards."""
    async with EmbeddedStack(tmp_path, workers=0) as stack:
        with pytest.raises(NotStarted, match="Another Laurel"):
            await EmbeddedStack(tmp_path, workers=0).__aenter__()
        with pytest.raises(NotStarted, match="Another Laurel"):
            forget(tmp_path)
        assert await stack.temporal.takes_work()
    async with EmbeddedStack(tmp_path, workers=0) as again:
        assert await again.temporal.takes_work()


async def test_a_stack_whose_worker_fails_leaves_nothing_running(tmp_path: Path) -> None:
    """Proves: a start that fails half-way stops what had started."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    broken = [sys.executable, "-c", "raise SystemExit('no queue')"]
    with pytest.raises(NotStarted, match="no queue"):
        await EmbeddedStack(tmp_path, worker_program=broken).__aenter__()
    after = {child.pid for child in psutil.Process().children(recursive=True)}
    assert not [pid for pid in after - before if is_alive(pid)]


async def _send_mail(port: int) -> None:
    """Send one message to the catcher, as a notice is sent."""
    message = EmailMessage()
    message["From"], message["To"] = "laurel@example.org", "practitioner@example.org"
    message["Subject"] = "Access"
    message.set_content(textwrap.dedent("You will have access within two business days."))
    await aiosmtplib.send(message, hostname="127.0.0.1", port=port)


def _files(directory: Path) -> list[Path]:
    """Return every file below ``directory``."""
    return [path for path in directory.rglob("*") if path.is_file()]
