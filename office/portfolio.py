"""Part 2 as its practitioner works on it: evidence for one detail, piece by piece.

A write names the draft that its page showed and the very piece that it changes, so it never lands
on another one (traps 9 and 10).
"""

from datetime import UTC, datetime

from adapters.records.part_book import PartBook
from domain.answers import Seen
from domain.evidence import Evidence
from domain.evidence_fields import PieceChanged, PlaceFields, locator_of, piece_ref, refuse_outside
from domain.submission import MOST_CHARACTERS, Artifact, Draft, UnknownArtifact
from domain.values import Value
from domain.words import clean_text


class WrittenPiece(Value):
    """A piece of evidence as somebody wrote it."""

    item: str
    artifact_id: str
    place: PlaceFields
    explanation: str


class PortfolioDesk:
    """Acts of a practitioner on the evidence of one enrollment."""

    def __init__(self, parts: PartBook) -> None:
        self._parts = parts

    async def checked(self, enrollment_id: str, written: WrittenPiece) -> Evidence:
        """Return what was written as evidence, with its place compared with the file.

        Raises ``UnknownArtifact``, ``PlaceMissing``, ``PlaceOutside`` and what reading a place and
        a text raise.
        """
        artifact = await self._artifact(enrollment_id, written.artifact_id)
        locator = locator_of(artifact.inspection.kind, written.place)
        refuse_outside(locator, artifact.inspection, artifact.name)
        return Evidence(
            artifact_id=artifact.id,
            locator=locator,
            explanation=clean_text(written.explanation, MOST_CHARACTERS),
        )

    async def put(
        self, enrollment_id: str, seen: Seen, item: str, piece: Evidence, replaces: str | None
    ) -> Draft:
        """Add a piece to a detail, or put it in the place of the piece ``replaces``.

        What stands there already is not written again, so a write whose answer was lost may be
        repeated. Raises ``StaleVersion``, ``StaleRound``, ``PieceChanged`` and ``ItemLocked``.
        """
        draft = await self._parts.draft(enrollment_id, seen.part)
        pieces = draft.evidence.get(item, ())
        is_there = any(piece_ref(each) == replaces for each in pieces)
        if piece in pieces and not is_there:
            return draft
        if replaces is None:
            return await self._saved(enrollment_id, seen, draft, item, (*pieces, piece))
        if not is_there:
            raise PieceChanged
        changed = [piece if piece_ref(each) == replaces else each for each in pieces]
        if tuple(changed) == pieces:
            return draft
        return await self._saved(enrollment_id, seen, draft, item, tuple(dict.fromkeys(changed)))

    async def remove(self, enrollment_id: str, seen: Seen, item: str, piece: str) -> Draft:
        """Take a piece away. Raises ``StaleVersion``, ``StaleRound``, ``ItemLocked``."""
        draft = await self._parts.draft(enrollment_id, seen.part)
        pieces = draft.evidence.get(item, ())
        kept = tuple(each for each in pieces if piece_ref(each) != piece)
        if kept == pieces:
            return draft
        return await self._saved(enrollment_id, seen, draft, item, kept)

    async def _saved(
        self,
        enrollment_id: str,
        seen: Seen,
        draft: Draft,
        item: str,
        pieces: tuple[Evidence, ...],
    ) -> Draft:
        evidence = {key: each for key, each in draft.evidence.items() if key != item}
        if pieces:
            evidence[item] = pieces
        written = draft.model_copy(update={"evidence": evidence, "version": seen.version})
        return await self._parts.save(enrollment_id, written, datetime.now(UTC), seen.round)

    async def _artifact(self, enrollment_id: str, artifact_id: str) -> Artifact:
        for each in await self._parts.artifacts(enrollment_id):
            if each.id == artifact_id:
                return each
        raise UnknownArtifact(artifact=artifact_id)
