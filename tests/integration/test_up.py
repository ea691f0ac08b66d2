"""The portal of the embedded stack, and ``starter.py up``, which a newcomer meets first."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil
import pytest

from adapters.embedded.processes import LOOPBACK, NotStarted, free_ports
from adapters.embedded.stack import EmbeddedStack
from tests.architecture.source import ROOT
from tests.waiting import eventually

STUB = """
import json, os, pathlib, signal, socket, sys
here, said = pathlib.Path(sys.argv[0]), dict(zip(sys.argv[1::2], sys.argv[2::2]))
seen = {name: text for name, text in os.environ.items() if name.startswith("LAUREL_")}
here.with_suffix(".json").write_text(json.dumps(seen | {"port": said.get("--port")}))
if "--port" in said:
    listening = socket.create_server(("127.0.0.1", int(said["--port"])))
pathlib.Path(said["--ready-file"]).write_text("ready")
signal.pause()
"""


class Stubs:
    """A worker and a portal that do nothing but note what they were told."""

    def __init__(self, folder: Path) -> None:
        self._files = {name: folder / f"{name}.py" for name in ("worker", "portal")}
        for file in self._files.values():
            file.write_text(STUB)

    def stack(self, data_dir: Path) -> EmbeddedStack:
        """A stack of the two."""
        worker, portal = ([sys.executable, str(file)] for file in self._files.values())
        return EmbeddedStack(data_dir, worker_program=worker, portal=True, portal_program=portal)

    def told(self, name: str) -> dict[str, str]:
        """What one of them found in its environment and arguments."""
        said: dict[str, str] = json.loads(self._files[name].with_suffix(".json").read_text())
        return said


@pytest.fixture
def stubs(tmp_path: Path) -> Stubs:
    """Programs in the place of the worker and of the portal."""
    return Stubs(tmp_path)


def keep_port(data_dir: Path, port: int) -> None:
    """Let a stack begin with a port that no other test wants."""
    data_dir.mkdir(parents=True)
    (data_dir / "portal.port").write_text(str(port))


@contextmanager
def taken(port: int) -> Iterator[None]:
    """Somebody else listens on the port."""
    with socket.create_server((LOOPBACK, port)):
        yield


async def test_links_in_mails_lead_to_the_portal_that_runs(stubs: Stubs, tmp_path: Path) -> None:
    """Proves: worker and portal are told the same address, the caught mail, the engine's pages."""
    data_dir, (port,) = tmp_path / "var", free_ports(1)
    keep_port(data_dir, port)
    async with stubs.stack(data_dir) as stack:
        engine = stack.temporal.ui_url
        assert stack.portal.is_running
        assert stack.settings.public_url == f"http://127.0.0.1:{port}"
    assert not stack.portal.is_running
    assert stubs.told("portal")["port"] == str(port)
    for name in ("worker", "portal"):
        told = stubs.told(name)
        assert told["LAUREL_PUBLIC_URL"] == f"http://127.0.0.1:{port}"
        assert told["LAUREL_MAIL_CATCHER_DIR"] == str(stack.mail_dir)
        assert told["LAUREL_ENGINE_UI_URL"] == engine


async def test_the_portal_keeps_its_address_while_it_can(stubs: Stubs, tmp_path: Path) -> None:
    """Proves: a link in yesterday's mail leads to today's portal; a port that somebody else took
    is left to them, and the new one is kept.
    """
    data_dir, (port,) = tmp_path / "var", free_ports(1)
    keep_port(data_dir, port)
    async with stubs.stack(data_dir) as stack:
        assert stack.settings.public_url.endswith(f":{port}")
    with taken(port):
        async with stubs.stack(data_dir) as stack:
            other = stack.settings.public_url
    assert not other.endswith(f":{port}")
    async with stubs.stack(data_dir) as stack:
        assert stack.settings.public_url == other


async def test_a_portal_that_fails_stops_what_had_started(stubs: Stubs, tmp_path: Path) -> None:
    """Proves: nothing is left running half, and the message says what the portal said."""
    broken = [sys.executable, "-c", "raise SystemExit('no templates')"]
    stack = stubs.stack(tmp_path / "var")
    stack._portal_program = tuple(broken)
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    with pytest.raises(NotStarted, match="no templates"):
        await stack.__aenter__()
    left = [c for c in psutil.Process().children(recursive=True) if c.pid not in before]
    assert [each for each in left if each.status() != psutil.STATUS_ZOMBIE] == []


async def test_up_says_kindly_that_it_runs_already(stubs: Stubs, tmp_path: Path) -> None:
    """Proves: a second start in the same directory ends at once with a sentence, not a trace."""
    data_dir, (port,) = tmp_path / "var", free_ports(1)
    keep_port(data_dir, port)
    async with stubs.stack(data_dir):
        again = subprocess.run(
            [sys.executable, "starter.py", "up", "--data-dir", str(data_dir)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert again.returncode == 1
    assert again.stderr.startswith("Another Laurel is using")
    assert len(again.stderr.splitlines()) == 1


async def test_up_serves_a_page_lets_operations_in_and_ends_in_order(tmp_path: Path) -> None:
    """Proves: the real portal answers beside the real worker, the printed link lets operations in
    with a click and not before, the inbox is there, and Ctrl-C ends everything with exit code 0.
    """
    data_dir, (port,) = tmp_path / "var", free_ports(1)
    keep_port(data_dir, port)
    log = tmp_path / "up.log"
    with log.open("wb") as output:
        up = subprocess.Popen(
            [sys.executable, "starter.py", "up", "--no-cohort", "--data-dir", str(data_dir)],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        await eventually(lambda: _says(up, log, "Sign in as operations"))
        running = psutil.Process(up.pid).children(recursive=True)
        assert len(running) >= 4  # Temporal, mail, worker, portal
        await _looked_around(f"http://127.0.0.1:{port}", log.read_text())
        up.send_signal(signal.SIGINT)
        assert up.wait(timeout=20) == 0, log.read_text()
    finally:
        up.kill()
    assert not [each for each in running if each.is_running()]
    lines = [line for line in log.read_text().splitlines() if str(data_dir) not in line]
    assert max(map(len, lines)) <= 100


async def _says(process: "subprocess.Popen[bytes]", log: Path, text: str) -> bool:
    assert process.poll() is None, log.read_text()
    return text in log.read_text() and log.read_text().endswith("\n")


async def _looked_around(portal: str, said: str) -> None:
    """Open the first page, the inbox, and the link for operations."""
    link = re.search(rf"{portal}/ops/sign-in/\S+", said)
    assert link is not None
    assert f"{portal}/dev/mail" in said
    async with httpx2.AsyncClient(base_url=portal, headers={"accept": "text/html"}) as browser:
        assert (await browser.get("/")).status_code == 200
        assert (await browser.get("/dev/mail")).status_code == 200
        opened = await browser.get(link[0])
        assert opened.status_code == 200
        before = set(browser.cookies)  # of the form; opening a link signs nobody in
        token = re.search(r'name="form-token" content="([^"]+)"', opened.text)
        assert token is not None
        followed = await browser.post(link[0], data={"form_token": token[1]})
        assert (followed.status_code, followed.headers["location"]) == (303, "/ops")
        assert [name for name in set(browser.cookies) - before if "ops" in name]
