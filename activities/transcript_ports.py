"""What a transcript needs of the outside: the book of credentials, and somebody who signs."""

from datetime import datetime
from typing import Protocol

from domain.transcripts import SignedTranscript, TranscriptFacts


class TranscriptSigner(Protocol):
    """Signs transcripts with the programme's keys, and sets them on paper."""

    async def sign_transcript(self, facts: TranscriptFacts) -> SignedTranscript:
        """Sign a transcript. Refuses ``credential_not_signable`` and ``no_signing_keys``."""
        ...


class TranscriptWriter(Protocol):
    """Where transcripts are kept."""

    async def prepare(self, person_id: str, at: datetime) -> TranscriptFacts | str:
        """Return what is to be signed, or the transcript that there is already of exactly that.

        Refuses ``nothing_to_transcribe``.
        """
        ...

    async def keep(self, facts: TranscriptFacts, signed: SignedTranscript) -> str:
        """Keep a transcript; returns the one that was kept first."""
        ...
