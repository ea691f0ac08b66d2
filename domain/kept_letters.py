"""Letters as they were handed over, kept for operations to read again.

What signs somebody in never is: a link or a code that lies in the records would open the portal to
whoever reads them (trap 19).
"""

import re
from datetime import datetime
from typing import Final

from domain.letters import Letter, LetterFacts
from domain.values import Instant, Value

LEFT_OUT: Final = (
    "[Here stood what signs the reader in, a personal link or a code. It is not kept.]"
)
"""What stands in a kept letter where its link or its code was."""

SHORTEST_SIGNATURE: Final = 16
"""Characters from which the last piece of a link is a signature that occurs nowhere by chance."""


class KeptLetter(Value):
    """What one letter said and to whom, without what signs its reader in."""

    to_name: str
    to_address: str
    subject: str
    text: str
    handed_at: Instant
    """When it was about to be handed to the mail server."""


def kept(letter: Letter, facts: LetterFacts, at: datetime) -> KeptLetter:
    """Return what is kept of ``letter``, which was written from ``facts``."""
    secrets = [secret for secret in (facts.link, facts.code) if secret]
    return KeptLetter(
        to_name=letter.to_name,
        to_address=letter.to_address,
        subject=_without(secrets, letter.subject),
        text=_without(secrets, letter.text),
        handed_at=at,
    )


def _without(secrets: list[str], text: str) -> str:
    """Leave out each secret, and every word that carries the signature of a link.

    A template of an organization's own may write a link in another form than it was given.
    """
    for secret in secrets:
        signature = secret.rstrip("/").rpartition("/")[2]
        if len(signature) >= SHORTEST_SIGNATURE:
            text = re.sub(rf"\S*{re.escape(signature)}\S*", LEFT_OUT, text)
        text = text.replace(secret, LEFT_OUT)
    return text
