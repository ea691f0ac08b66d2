"""The public addresses that a credential names: itself, what was achieved, where its status is.

They are signed, so they must stay: a credential keeps leading to its page for as long as anybody
holds it. All are absolute, below the installation's public address.
"""

import hashlib

from domain.values import Value


class CredentialAddresses(Value):
    """Writes the addresses of one installation, and reads its own again."""

    public_url: str
    """Without a slash at its end."""

    def credential(self, credential_id: str) -> str:
        """Return where a credential can be checked; it is also the id in the document."""
        return f"{self.public_url}/credentials/{credential_id}"

    def achievement(self, library: str, slug: str, version: int) -> str:
        """Return the page of the published version that was pursued."""
        return f"{self.public_url}/micro-credentials/{library}/{slug}/versions/{version}"

    def status_list(self, list_id: str) -> str:
        """Return where the status list is published."""
        return f"{self.public_url}/credentials/status/{list_id}"

    def status_list_id(self, address: str) -> str | None:
        """Return the id of the list that is published at ``address``, None if it is not ours."""
        start = self.status_list("")
        list_id = address.removeprefix(start)
        is_ours = address.startswith(start) and bool(list_id) and "/" not in list_id
        return list_id if is_ours else None

    def credential_id(self, address: str) -> str | None:
        """Return the id of the credential at ``address``, None if it is not one of ours."""
        start = self.credential("")
        credential_id = address.removeprefix(start)
        is_ours = address.startswith(start) and bool(credential_id) and "/" not in credential_id
        return credential_id if is_ours else None

    def key(self, key_id: str) -> str:
        """Return where one public key is published as a single JWK."""
        return f"{self.public_url}/keys/{key_id}"


def outcome_anchor(achievement: str, number: int) -> str:
    """Return the address of an essential outcome on the page of its achievement, from 1."""
    return f"{achievement}#outcome-{number}"


def level_anchor(achievement: str, number: int, level: int) -> str:
    """Return the address of a level of an outcome, from 1: not yet, then met."""
    return f"{outcome_anchor(achievement, number)}-level-{level}"


def status_anchor(achievement: str) -> str:
    """Return the address of the overall result on the page of its achievement."""
    return f"{achievement}#status"


def criteria_anchor(achievement: str) -> str:
    """Return the address of the criteria.

    Not the achievement's own: two things of one name would be one thing to whoever reads the
    statements, and a text could move from one to the other without breaking the signature.
    """
    return f"{achievement}#criteria"


def creator_anchor(achievement: str) -> str:
    """Return the address of who designed the achievement, where that is not the issuer."""
    return f"{achievement}#creator"


def address_salt(credential_id: str, recipient_id: str) -> str:
    """Return the salt of a hashed e-mail address: another one in each credential, always the same.

    It is public, as the standard wants it: it stops one table from serving for all credentials, and
    hides no address from whoever guesses it.
    """
    return hashlib.sha256(f"salt\x1f{credential_id}\x1f{recipient_id}".encode()).hexdigest()[:32]


def hashed_address(address: str, salt: str) -> str:
    """Return an e-mail address as Open Badges 3.0 writes it, hashed with its salt."""
    return "sha256$" + hashlib.sha256((address + salt).encode()).hexdigest()
