"""Caught mail: what the mail catcher keeps in its directory, read back.

``log.jsonl`` has one line for each letter that was answered with 250, in the order of the answers;
the letter itself lies beside it under the name that the line gives.
"""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from domain.values import Instant, Value

LOG_NAME: Final = "log.jsonl"


class CaughtLine(Value):
    """One line of the catcher's log. ``file`` is a name in the same directory."""

    instant: Instant
    message_id: str
    sender: str
    to: tuple[str, ...]
    subject: str
    file: str


class CaughtMail(CaughtLine):
    """A letter that the catcher took."""

    path: Path

    @property
    def message(self) -> EmailMessage:
        """The whole letter."""
        return message_from_bytes(self.path.read_bytes(), policy=policy.default)

    @property
    def text(self) -> str:
        """The plain text that a reader sees; empty if there is none."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """The HTML that a reader sees; empty if there is none."""
        return self._body("html")

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def whole_lines(log: bytes) -> bytes:
    """Return the log without a last line that a crash cut off; its letter was never accepted."""
    return log[: log.rfind(b"\n") + 1]


def caught_mail(directory: Path, to: str | None = None) -> list[CaughtMail]:
    """Return all letters caught in ``directory``, oldest first; with ``to``, that recipient's."""
    log = directory / LOG_NAME
    if not log.exists():
        return []
    lines = map(CaughtLine.model_validate_json, whole_lines(log.read_bytes()).splitlines())
    return [
        CaughtMail(**line.model_dump(), path=directory / line.file)
        for line in lines
        if to is None or to in line.to
    ]
