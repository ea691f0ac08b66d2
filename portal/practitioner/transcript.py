"""A practitioner's transcript: every award that counts, in one signed document and on paper."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from adapters.records.transcript_book import TranscriptBook
from domain.enrollment import Party
from portal.answers import after, page
from portal.faces import OpenSite, Practitioner
from portal.forms import OURS

router = APIRouter(prefix="/my/transcript", dependencies=[OURS])

_KEPT: Final = {"cache-control": "private, no-store", "x-content-type-options": "nosniff"}
"""What is served here is about one person, and changes with their next award."""


def _book(site: OpenSite) -> TranscriptBook:
    return TranscriptBook(site.database)


Transcripts = Annotated[TranscriptBook, Depends(_book)]
"""A parameter of routes: kept transcripts."""


@router.get("")
async def transcript(request: Request, transcripts: Transcripts, visitor: Practitioner) -> Response:
    """Show what the transcript lists, with its files if it is made."""
    return await page(
        request,
        "practitioner/transcript.html",
        face=Party.PRACTITIONER,
        view=await transcripts.view(visitor.subject_id),
    )


@router.post("")
async def make(request: Request, site: OpenSite, visitor: Practitioner) -> Response:
    """Have the transcript made where the keys are; the same awards again are the same one.

    Raises ``NothingToTranscribe``.
    """
    desk = await site.desks.transcripts()
    made = await desk.make(visitor.subject_id)
    said = "Your transcript is made." if made else "It is being made. Load this page in a moment."
    return after(request, "/my/transcript", said)


@router.get("/transcript.json")
async def as_json(transcripts: Transcripts, visitor: Practitioner) -> Response:
    """Give out the signed transcript, byte for byte as it was kept."""
    found = await transcripts.transcript(visitor.subject_id)
    return _file(found.body, "transcript.json", "application/vc+ld+json")


@router.get("/transcript.pdf")
async def as_pdf(transcripts: Transcripts, visitor: Practitioner) -> Response:
    """Give out the transcript on paper; the signed one is attached to it."""
    found = await transcripts.transcript(visitor.subject_id)
    return _file(found.pdf, "transcript.pdf", "application/pdf")


def _file(content: bytes, name: str, kind: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', **_KEPT}
    return Response(content, media_type=kind, headers=headers)
