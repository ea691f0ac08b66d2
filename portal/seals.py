"""Seals: short signatures over what a browser keeps for us, each good for one purpose alone."""

import base64
import hashlib
import hmac


class Seals:
    """Signs and checks; ``secret`` is the installation's own."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def seal(self, purpose: str, *parts: str) -> str:
        """Return the signature of ``parts`` for one purpose, in letters that an address takes."""
        text = "\x1f".join((purpose, *parts)).encode()
        digest = hmac.new(self._secret, text, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:24]).decode()

    def is_sealed(self, seal: str, purpose: str, *parts: str) -> bool:
        """Whether the seal was made here for these parts and this purpose."""
        return hmac.compare_digest(seal.encode(), self.seal(purpose, *parts).encode())

    def closed(self, purpose: str, text: str) -> str:
        """Return ``text`` with its seal, as a cookie can carry it."""
        packed = base64.urlsafe_b64encode(text.encode()).decode()
        return f"{packed}.{self.seal(purpose, packed)}"

    def opened(self, purpose: str, letter: str) -> str | None:
        """Return the text of what ``closed`` made; None for anything else."""
        packed, _, seal = letter.partition(".")
        if not self.is_sealed(seal, purpose, packed):
            return None
        return base64.urlsafe_b64decode(packed).decode()
