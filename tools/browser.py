"""Find the browser that the tests of pages need, or install it; say plainly when neither works.

``make test`` runs this. Looked for in this order: what LAUREL_TEST_BROWSER names, a Chromium of the
machine, one that Playwright installed before. Then it is installed: from Debian's packages where
that is allowed, else as Playwright's own copy.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_SECONDS = 600

MISSING = """\
The tests of pages need Chromium, and it could be neither found nor installed here. Either
  - install it:  apt-get install chromium   (Debian, Ubuntu), or
  - let Playwright do it:  .venv/bin/python -m playwright install --with-deps chromium, or
  - name one:  LAUREL_TEST_BROWSER=/path/to/chromium make test
All other tests run; those of pages fail until then.
"""


def of_this_machine() -> str | None:
    """Return the browser that is named, or found on the path; Playwright's own is not."""
    named = os.environ.get("LAUREL_TEST_BROWSER")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


def found() -> str | None:
    """Return the browser that the tests will use, if there is one."""
    return of_this_machine() or _playwrights()


def _playwrights() -> str | None:
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return str(own) if own.exists() else None


def install() -> None:
    """Try the ways there are, until one of them leaves a browser behind."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        quiet = ["apt-get", "-qq", "-y", "--no-install-recommends"]
        _tried(["apt-get", "-qq", "update"])
        _tried([*quiet, "install", "chromium", "fonts-dejavu-core"])
    if found() is None:
        _tried([sys.executable, "-m", "playwright", "install", "chromium"])


def _tried(command: Sequence[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(  # noqa: S603  commands of this file alone
            command, env=environment, check=False, timeout=PATIENCE_SECONDS, capture_output=True
        )
    except subprocess.TimeoutExpired:
        sys.stderr.write(f"{command[0]} took too long and was given up.\n")


def main() -> int:
    """Find or install; the tests run in either case, for most of them need no browser."""
    if found() is None:
        sys.stdout.write("Installing Chromium for the tests of pages …\n")
        install()
    browser = found()
    sys.stdout.write(f"Tests of pages use {browser}\n" if browser else MISSING)
    return 0


if __name__ == "__main__":
    sys.exit(main())
