"""Whether a credential was revoked, read from a signed status list that is at hand."""

from collections.abc import Callable, Mapping
from datetime import datetime

from adapters.credentials.proof_checking import ProofChecker
from adapters.credentials.public_keys import PublicKeys
from adapters.credentials.screening import read_json, refuse_unless_plain
from adapters.credentials.status_list import PURPOSE, StatusListNotReadable, decoded_list, is_set
from domain.credential_reading import (
    instant_at,
    issuer_id_of,
    object_at,
    status_index_of,
    text_at,
    texts_at,
)
from domain.refusals import Invalid
from domain.values import JsonObject
from domain.verification import CheckCode


class StatusChecker:
    """Reads our own status lists; those of others are theirs to read."""

    def __init__(self, keys: Callable[[], PublicKeys], proofs: ProofChecker) -> None:
        self._keys = keys
        self._proofs = proofs

    def of(
        self, credential: JsonObject, is_ours: bool, lists: Mapping[str, bytes], at: datetime
    ) -> CheckCode:
        """Say whether a credential was revoked, or why that cannot be said."""
        entry = object_at(credential, "credentialStatus")
        if not entry:
            return CheckCode.NO_STATUS
        address = text_at(entry, "statusListCredential")
        is_readable = texts_at(entry, "type") == ("BitstringStatusListEntry",)
        if not is_ours or not is_readable or text_at(entry, "statusPurpose") != PURPOSE:
            return CheckCode.STATUS_ELSEWHERE
        if address not in lists:
            return CheckCode.STATUS_LIST_MISSING
        try:
            revoked = self._is_revoked(credential, address, lists[address], at)
        except (Invalid, StatusListNotReadable):
            return CheckCode.STATUS_LIST_NOT_GENUINE
        return CheckCode.REVOKED if revoked else CheckCode.NOT_REVOKED

    def _is_revoked(self, credential: JsonObject, address: str, body: bytes, at: datetime) -> bool:
        """Read the bit. Raises ``StatusListNotReadable``, refuses what is no document."""
        place = status_index_of(credential)
        published = read_json(body)
        refuse_unless_plain(published)
        subject = object_at(published, "credentialSubject")
        since = instant_at(published, "validFrom")
        is_the_list = (
            text_at(published, "id") == address
            and "BitstringStatusListCredential" in texts_at(published, "type")
            and text_at(subject, "statusPurpose") == PURPOSE
            and issuer_id_of(published) in self._keys().issuer_ids
            and since is not None
            and since <= at
        )
        if place is None or not is_the_list:
            raise StatusListNotReadable("another list, or another issuer's")
        if self._proofs.embedded(published) is not CheckCode.UNCHANGED:
            raise StatusListNotReadable("not signed by its issuer")
        return is_set(decoded_list(text_at(subject, "encodedList")), place)
