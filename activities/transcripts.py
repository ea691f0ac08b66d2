"""Making a transcript: signed where the keys are, kept once for each set of credentials.

Outside any workflow: nobody waits for it but the person who asked, and asked again it goes on.
"""

from datetime import UTC, datetime

from temporalio import activity

from activities.failures import cross
from activities.interfaces import Transcripts
from activities.transcript_contracts import TranscriptMade, TranscriptRef
from activities.transcript_ports import TranscriptSigner, TranscriptWriter
from domain.refusals import Refusal


class TranscriptActivities(Transcripts):
    """Signs and keeps. Every call may be repeated."""

    def __init__(self, transcripts: TranscriptWriter, signer: TranscriptSigner) -> None:
        self._transcripts = transcripts
        self._signer = signer

    @activity.defn(name="make_transcript")
    async def make_transcript(self, transcript: TranscriptRef) -> TranscriptMade:
        """Make the transcript of somebody; the same credentials are answered with the first."""
        try:
            prepared = await self._transcripts.prepare(transcript.person_id, datetime.now(UTC))
            if isinstance(prepared, str):
                return TranscriptMade(transcript_id=prepared)
            signed = await self._signer.sign_transcript(prepared)
        except Refusal as refusal:
            raise cross(refusal) from refusal
        return TranscriptMade(transcript_id=await self._transcripts.keep(prepared, signed))
