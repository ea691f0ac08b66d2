"""The transcript: all awards of a person that count, in one document with the signed badges inside.

It follows Comprehensive Learner Record 2.0 (1EdTech). A badge is put in as it was signed and is
checked by its own proof; the proof of the transcript says which badges belong together, and that
none was taken out. What was revoked is not in it; what was reissued is in it as its replacement.
"""

import hashlib
from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid5

from domain.credential_document import CONTEXTS, utc_text
from domain.refusals import NotFound
from domain.values import Instant, JsonObject, Value

CLR_CONTEXT: Final = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"


class NothingToTranscribe(NotFound):
    """A transcript lists credentials that count; this person has none."""

    code = "nothing_to_transcribe"
    sentence = (
        "There is no credential to put into a transcript yet. Once a micro-credential is awarded "
        "and its credential is made, the transcript can be had here."
    )


class UnknownTranscript(NotFound):
    """No transcript has this number."""

    code = "unknown_transcript"
    sentence = "There is no transcript {transcript}. Open your transcript again from the menu."


class TranscriptFacts(Value):
    """What a transcript says, before it is signed.

    ``badges`` are the credentials that count as they were signed (``credential_ids`` in the same
    order, oldest award first). ``fingerprint`` tells whether a transcript of exactly these exists.
    """

    person_id: str
    recipient_id: str
    name: str
    credential_ids: tuple[str, ...]
    badges: tuple[bytes, ...]
    fingerprint: str
    made_at: Instant


class SignedTranscript(Value):
    """A transcript as it was signed, and on paper. Both are handed on as they are."""

    body: bytes
    pdf: bytes
    key_id: str


class KeptTranscript(Value):
    """A transcript of the book. ``credential_ids`` are not kept: they stand in ``body``."""

    id: str
    made_at: Instant
    body: bytes
    pdf: bytes


def fingerprint_of(name: str, credential_ids: Sequence[str]) -> str:
    """Return what changes when another transcript is due: other credentials, or another name."""
    return hashlib.sha256("\x1f".join((name, *credential_ids)).encode()).hexdigest()


def transcript_document(
    facts: TranscriptFacts,
    badges: Sequence[JsonObject],
    *,
    issuer_id: str,
    programme_name: str,
    public_url: str,
) -> JsonObject:
    """Return the transcript with these badges, ready to be signed.

    It is nobody's page: its id is no address, so that nothing about a person has to be public.
    """
    vc_context, ob_context, extensions = CONTEXTS
    return {
        "@context": [vc_context, CLR_CONTEXT, ob_context, extensions],
        "id": f"urn:uuid:{uuid5(UUID(facts.recipient_id), facts.fingerprint)}",
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": f"Transcript of {facts.name}",
        "description": "All micro-credentials of one person that counted when this was made.",
        "partial": False,
        "issuer": {
            "id": issuer_id,
            "type": ["Profile"],
            "name": programme_name,
            "url": public_url,
        },
        "validFrom": utc_text(facts.made_at),
        "credentialSubject": {
            "id": f"urn:uuid:{facts.recipient_id}",
            "type": ["ClrSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": facts.name,
                    "identityType": "name",
                }
            ],
            "verifiableCredential": list(badges),
        },
    }
