"""The ledger of kept histories: what was recorded once is not recorded anew.

A history that was recorded again would replay whatever the code does now, and prove nothing for
the journeys that are open. ``ledger.sha256`` is written as ``sha256sum --check`` reads it; what
the last release was tested with is held by its archive too, which nobody edits in passing.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from tests.releases.last import histories_of_release
from tests.replay.transcript import HISTORIES, history_file

LEDGER = Path(__file__).parent / "ledger.sha256"


RETIRED: dict[str, str] = {}
"""Histories that were taken out, each with the day on which nothing was open any more that began
before their branch was guarded (`starter.py release begun-before`); the branch went with them."""


class AlreadyReleased(Exception):
    """The history belongs to a release: journeys of it may be open."""


def entered(ledger: Path = LEDGER) -> dict[str, str]:
    """Return the digest of every history that was entered, by its file's name."""
    lines = (line.split() for line in ledger.read_text().splitlines())
    return {file: digest for digest, file in lines}


def present(histories: Path = HISTORIES) -> dict[str, str]:
    """Return the digest of every history that is there, by its file's name."""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(histories.glob("*.json"))
    }


def refuse_released(names: Iterable[str]) -> None:
    """Raise ``AlreadyReleased`` for histories that the last release was tested with."""
    released = sorted({history_file(name).name for name in names} & histories_of_release().keys())
    if released:
        raise AlreadyReleased(
            f"{', '.join(released)}: of a release. Record another scenario beside it "
            "(docs/releasing.md, “Changing what a workflow asks for”)."
        )


def enter(name: str, ledger: Path = LEDGER) -> None:
    """Enter a history that was just recorded."""
    known = entered(ledger) if ledger.exists() else {}
    file = history_file(name)
    known[file.name] = hashlib.sha256(file.read_bytes()).hexdigest()
    lines = (f"{digest}  {file}\n" for file, digest in sorted(known.items()))
    ledger.write_text("".join(lines))
