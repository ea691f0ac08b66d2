"""The last release, unpacked and run: its worker as a process, against today's servers.

``await start_last_worker("old", directory, environment, log_directory)`` is all that a test needs.
"""

import hashlib
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from adapters.embedded.processes import Child
from tests.releases.keep import archive_of, digest_file_of

LAST = "0.1.0"
"""Its name; it was released before workers told the engine a name."""

UNKNOWN_TO_IT = frozenset({"LAUREL_BUILD_ID", "LAUREL_POLICY", "PYTHONPATH"})
"""What its process must not inherit: our name, today's figures, and our code."""


class Altered(Exception):
    """The archive is not the one that was released."""


def checked_archive(name: str = LAST) -> Path:
    """Return the archive of a release; raises ``Altered``."""
    archive = archive_of(name)
    kept = digest_file_of(name).read_text().split()[0]
    if hashlib.sha256(archive.read_bytes()).hexdigest() != kept:
        raise Altered(archive.name)
    return archive


def unpacked(directory: Path, name: str = LAST) -> Path:
    """Unpack a release below ``directory``, once; returns the root of its tree."""
    tree = directory / f"laurel-{name}"
    if not tree.exists():
        with zipfile.ZipFile(checked_archive(name)) as archive:
            archive.extractall(tree)
    return tree


def histories_of_release(name: str = LAST) -> dict[str, str]:
    """Return the digest of each history that a release was tested with, by its file's name."""
    with zipfile.ZipFile(checked_archive(name)) as archive:
        return {
            Path(file).name: hashlib.sha256(archive.read(file)).hexdigest()
            for file in archive.namelist()
            if file.startswith("tests/replay/histories/") and file.endswith(".json")
        }


async def start_last_worker(
    child: str, directory: Path, environment: Mapping[str, str], log_directory: Path
) -> Child:
    """Start a worker of the last release and wait until it asks for work.

    ``environment`` is that of today's processes: the same database, mail server and engine.
    """
    tree = unpacked(directory)
    known = {name: value for name, value in environment.items() if name not in UNKNOWN_TO_IT}
    return await start_worker(child, tree, known, log_directory)


async def start_worker(
    child: str, tree: Path, environment: Mapping[str, str], log_directory: Path
) -> Child:
    """Start a worker from a tree of sources and wait until it asks for work."""
    ready_file = log_directory / f"{child}.ready"
    ready_file.unlink(missing_ok=True)
    started = Child.start(
        child,
        [sys.executable, str(tree / "worker.py"), "--ready-file", str(ready_file)],
        log_directory=log_directory,
        environment=environment,
        directory=tree,
    )

    async def is_ready() -> bool:
        return ready_file.exists()

    await started.wait_until(is_ready)
    return started
