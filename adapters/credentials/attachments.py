"""The credential attached to a PDF, looked for in a process of its own.

A PDF from outside can keep any reader busy or fill its memory. So it is read by a child with
limits on processor, memory and time, which is ended when they are used up (as in
``adapters.documents.isolated``, where files of practitioners are looked into).
"""

import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import ConfigDict

from adapters.documents.limits import STOPPED
from domain.credential_forms import (
    BadgeDamaged,
    BadgeLocked,
    BadgeTooComplex,
    CredentialForm,
)
from domain.refusals import Refusal
from domain.values import Value

BUDGET: Final = timedelta(seconds=20)
"""From start to answer, for one PDF; a certificate of ours takes half a second."""

_PROJECT: Final = Path(__file__).resolve().parents[2]


class Trouble(StrEnum):
    """Why a PDF could not be read to its end."""

    DAMAGED = "damaged"
    LOCKED = "locked"
    TOO_COMPLEX = "too_complex"


class Found(Value):
    """What the child says: the credentials among the attachments, two of them at most."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    trouble: Trouble | None = None
    credentials: tuple[bytes, ...] = ()


class PdfReaderFailed(Exception):
    """The reading process ended with an error of its own, or was stopped with the portal."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(f"the look into a PDF ended with exit code {exit_code}")


_REFUSALS: Final[dict[Trouble, type[Refusal]]] = {
    Trouble.DAMAGED: BadgeDamaged,
    Trouble.LOCKED: BadgeLocked,
    Trouble.TOO_COMPLEX: BadgeTooComplex,
}


def credentials_in(pdf: bytes, budget: timedelta = BUDGET) -> Sequence[bytes]:
    """Return the credentials among the attachments of ``pdf``, two at most, byte for byte.

    Refuses ``badge_damaged``, ``badge_locked`` and ``badge_too_complex``; raises
    ``PdfReaderFailed``. Blocks for up to ``budget``.
    """
    found = _read_apart(pdf, budget)
    if found.trouble is not None:
        raise _REFUSALS[found.trouble](form=CredentialForm.PDF.upper())
    return found.credentials


def _read_apart(pdf: bytes, budget: timedelta) -> Found:
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "adapters.credentials"],
            cwd=_PROJECT,
            input=pdf,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=budget.total_seconds(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Found(trouble=Trouble.TOO_COMPLEX)
    if ended.returncode > 0 or ended.returncode in STOPPED:
        raise PdfReaderFailed(ended.returncode)
    if ended.returncode < 0:  # ended by the kernel: the limits are used up
        return Found(trouble=Trouble.TOO_COMPLEX)
    return Found.model_validate_json(ended.stdout)
