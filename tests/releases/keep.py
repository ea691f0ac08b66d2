"""Keeps a release for the tests: ``python -m tests.releases.keep 0.2.0 COMMIT``.

Done once, when a release is made (docs/releasing.md). Only this needs the history of the
repository; the tests read the archive, so that they run in any copy of the files.
"""

import argparse
import hashlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

KEPT = (
    *("activities", "adapters", "domain", "office", "workflows", "settings.py", "worker.py"),
    ":(glob)tests/replay/histories/*.json",
)
"""What a worker needs, and the histories that the release was tested with."""


def archive_of(name: str) -> Path:
    """Return where a release is kept."""
    return HERE / f"laurel-{name}.zip"


def digest_file_of(name: str) -> Path:
    """Return where the digest of its archive stands, as ``sha256sum --check`` reads it."""
    return HERE / f"laurel-{name}.zip.sha256"


def keep(name: str, commit: str) -> None:
    """Write the archive of a release and its digest."""
    command = ["git", "archive", "--format=zip", "-9", commit, *KEPT]
    content = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    archive_of(name).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    digest_file_of(name).write_text(f"{digest}  {archive_of(name).name}\n")


def main(arguments: Sequence[str]) -> None:
    """Keep the release that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="of the release, as LAUREL_BUILD_ID gives it")
    parser.add_argument("commit", help="that was released")
    options = parser.parse_args(arguments)
    keep(options.name, options.commit)


if __name__ == "__main__":
    main(sys.argv[1:])
