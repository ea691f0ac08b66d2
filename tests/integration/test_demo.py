"""The demo, played once as its readers start it, against what the README shows of it."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT
from tools.verifier import why_not

PATIENCE_SECONDS = 180
INDEPENDENT = re.compile(
    r"An independent check of .*? it counts\. |A check that shares .*? more\. "
)
OF_ONE_RUN = (
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d C[SD]T"), ""),
    (re.compile(r"(has to [^.]*\.) .*? \(America/Chicago\)"), r"\1"),
    (re.compile(r"/credentials/\w+"), "/credentials/…"),
    (re.compile(r"Played in \d+ s"), "Played in … s"),
    (re.compile(r"network shut inside Node"), "no network interface"),
)
"""What differs from run to run: instants, due times with their holidays, and opaque numbers."""


def without_times(story: str) -> str:
    """Return a story as one line, without what differs from run to run."""
    told = " ".join(story.split())
    for pattern, instead in OF_ONE_RUN:
        told = pattern.sub(instead, told)
    return " ".join(told.split()) + " "


def test_the_readme_shows_what_the_demo_prints(tmp_path: Path) -> None:
    """Proves: `starter.py demo` plays from order to credential, everybody who checks it calls it
    genuine, and the README's story is what it prints, instants and holidays aside.
    """
    story = re.search(
        r"<!-- story -->\n```text\n(.*)\n```\n<!-- /story -->",
        (ROOT / "README.md").read_text(),
        re.DOTALL,
    )
    assert story is not None
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LAUREL_", "TEMPORAL_"))
    }
    played = subprocess.run(
        [sys.executable, ROOT / "starter.py", "demo", "--data-dir", tmp_path],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=PATIENCE_SECONDS,
    )
    assert (played.returncode, played.stderr) == (0, "")
    printed = without_times(played.stdout.replace(str(tmp_path), "var/demo"))
    shown = without_times(story[1])
    if why_not() is not None:
        printed, shown = (INDEPENDENT.sub("", text) for text in (printed, shown))
    assert printed == shown
