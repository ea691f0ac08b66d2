"""Links in mails: scoped to one person and one subject, and never dead from being clicked.

A link only opens a page; acting needs a second, deliberate step there (trap 19). It carries no name
or address, only opaque ids and a signature over them.
"""

import base64
import hashlib
import hmac
from urllib.parse import quote

from domain.sign_ins import CODE_DIGITS


class Links:
    """Makes and checks signed links."""

    def __init__(self, public_url: str, secret: str) -> None:
        self._public_url = public_url.rstrip("/")
        self._secret = secret.encode()

    def link(self, page: str, recipient_id: str, subject_id: str) -> str:
        """Return the address of ``page`` about ``subject_id`` for one recipient."""
        signature = self._signature(page, recipient_id, subject_id)
        return f"{self._public_url}/{page}/{quote(subject_id)}/{quote(recipient_id)}/{signature}"

    def is_genuine(self, page: str, recipient_id: str, subject_id: str, signature: str) -> bool:
        """Whether a link was made here for this page, recipient and subject."""
        expected = self._signature(page, recipient_id, subject_id)
        return hmac.compare_digest(expected, signature)

    def code(self, sign_in_id: str) -> str:
        """Return the digits that a mail tells for a sign-in; they are kept nowhere."""
        digest = hmac.new(self._secret, f"code\x1f{sign_in_id}".encode(), hashlib.sha256).digest()
        return f"{int.from_bytes(digest[:16]) % 10**CODE_DIGITS:0{CODE_DIGITS}}"

    def is_code(self, sign_in_id: str, code: str) -> bool:
        """Whether these are the digits of that sign-in."""
        return hmac.compare_digest(self.code(sign_in_id).encode(), code.encode())

    def _signature(self, *parts: str) -> str:
        digest = hmac.new(self._secret, "\x1f".join(parts).encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:18]).decode()
