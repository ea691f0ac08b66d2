"""Signs transcripts (CLR 2.0) with the badges as they were signed, and sets them on paper."""

import asyncio
import json
from typing import Final
from zoneinfo import ZoneInfo

from adapters.credentials.signer import Signer
from adapters.credentials.transcript_pdf import transcript_pdf
from domain.credentials import CredentialNotSignable
from domain.transcripts import SignedTranscript, TranscriptFacts, transcript_document
from domain.values import JsonObject

MOST_BADGES: Final = 100
"""Badges of one transcript; somebody who earns one a month has as many after eight years."""


class Transcriber:
    """Makes transcripts: the port ``TranscriptSigner``."""

    def __init__(
        self, signer: Signer, *, programme_name: str, public_url: str, zone: ZoneInfo
    ) -> None:
        self._signer = signer
        self._programme_name = programme_name
        self._public_url = public_url
        self._zone = zone

    async def sign_transcript(self, facts: TranscriptFacts) -> SignedTranscript:
        """Sign a transcript and set it. Refuses ``credential_not_signable``."""
        if len(facts.badges) > MOST_BADGES:
            raise CredentialNotSignable(problem=f"a transcript has at most {MOST_BADGES} badges")
        badges: list[JsonObject] = [json.loads(body) for body in facts.badges]

        def document(issuer_id: str) -> JsonObject:
            return transcript_document(
                facts,
                badges,
                issuer_id=issuer_id,
                programme_name=self._programme_name,
                public_url=self._public_url,
            )

        signed = await self._signer.sign_document(document, facts.made_at)
        pdf = await asyncio.to_thread(
            transcript_pdf, signed.body, badges, self._programme_name, self._zone
        )
        return SignedTranscript(body=signed.body, pdf=pdf, key_id=signed.key_id)
