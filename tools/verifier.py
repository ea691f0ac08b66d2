"""Install what the independent check of credentials needs, or say plainly that it cannot run.

``make test`` runs this. The check (``tests/verifier``) is a Node program with packages of its own;
it shares nothing with Laurel. Without Node its tests are skipped, and they say so themselves.
"""

import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "verifier"
LOCK = FOLDER / "package-lock.json"
INSTALLED = FOLDER / "node_modules" / ".package-lock.json"
"""Npm's own note of what it installed; written last."""
PATIENCE_SECONDS = 300

MISSING = """\
The independent check of credentials needs Node 20.15 or newer with npm: {reason}.
All other tests run; those of this check are skipped. To have them, install Node
(Debian, Ubuntu: apt-get install nodejs npm), then run `make verifier`.
"""


def why_not() -> str | None:
    """Return why the check cannot run here, ``None`` when it can."""
    if shutil.which("node") is None:
        return "there is no `node` here"
    if not INSTALLED.exists():
        return "its packages are not installed"
    return "its packages are older than their lock file" if _is_outdated() else None


def _is_outdated() -> bool:
    return INSTALLED.stat().st_mtime < LOCK.stat().st_mtime


def install() -> str | None:
    """Install exactly what the lock file names; returns why that did not work."""
    npm = shutil.which("npm")
    if npm is None:
        return "there is no `npm` here"
    try:
        done = subprocess.run(  # noqa: S603  a command of this file alone
            [npm, "ci", "--silent"],
            cwd=FOLDER,
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return "`npm ci` took too long and was given up"
    if done.returncode:
        told = (done.stderr or done.stdout).strip().splitlines()
        return f"`npm ci` failed ({told[-1] if told else done.returncode})"
    INSTALLED.touch()  # newer than the lock file, whatever times the packages brought along
    return None


def main() -> int:
    """Install when needed; the tests run in either case."""
    reason = why_not()
    if reason is not None and shutil.which("node") is not None:
        sys.stdout.write("Installing the independent check of credentials …\n")
        reason = install() or why_not()
    sys.stdout.write(
        MISSING.format(reason=reason)
        if reason
        else "Credentials are checked independently by tests/verifier\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
