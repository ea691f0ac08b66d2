"""What a practitioner does: verify, draft, upload, check, submit, withdraw."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from activities.contracts import Actor, ArtifactRef, Frozen, PartRef
from activities.document_ports import FileStorage
from adapters.records.part_book import PartBook
from domain.answers import Seen
from domain.assessment import StaleVersion
from domain.enrollment import Party, StaleRound
from domain.evidence import Evidence, Stored
from domain.findings import Finding
from domain.grounds import Grounds
from domain.locators import Locator
from domain.refusals import Invalid
from domain.submission import (
    MOST_CHARACTERS,
    Artifact,
    Draft,
    PartBlocked,
    Statement,
    StatementsMissing,
)
from domain.uploads import LARGEST_ARTIFACT
from domain.words import clean_text
from office.engine import WorkflowEngine
from office.requests import Requests, request_key
from workflows import names
from workflows.contracts import Done, PartReceived, SubmitPart, VerifyAccount, Withdraw

LONGEST_NAME = 255


class FileNameMissing(Invalid):
    """A file needs a name that people can read."""

    code = "file_name_missing"
    sentence = "Give the file a name of 1 to 255 letters."


class PractitionerDesk:
    """Acts of a practitioner on one enrollment."""

    def __init__(
        self, engine: WorkflowEngine, requests: Requests, parts: PartBook, files: FileStorage
    ) -> None:
        self._engine = engine
        self._requests = requests
        self._parts = parts
        self._files = files

    async def verify(self, enrollment_id: str, grounds: Grounds) -> Done:
        """The account is verified, by its link or by ops."""
        key = request_key("verify", enrollment_id)
        request = VerifyAccount(actor=await self._requests.actor(key, grounds))
        return await self._requests.send(enrollment_id, "verify_account", request, Done, key)

    async def answer(self, enrollment_id: str, part: int, answers: dict[str, str]) -> Draft:
        """Write answers into the draft of a part; other answers stay as they are."""
        cleaned = {key: clean_text(text, MOST_CHARACTERS) for key, text in answers.items()}
        draft = await self._parts.draft(enrollment_id, part)
        written = draft.model_copy(update={"answers": {**draft.answers, **cleaned}})
        return await self._parts.save(enrollment_id, written, _now())

    async def upload(self, enrollment_id: str, name: str, chunks: AsyncIterator[bytes]) -> Artifact:
        """Keep a file and look into it. Raises ``FileTooLarge``, ``FileNameMissing``."""
        shown = shown_name(name)
        await self._parts.open_work(enrollment_id)
        stored: Stored = await self._files.put(chunks, LARGEST_ARTIFACT)
        artifact_id = await self._parts.add_artifact(enrollment_id, shown, stored, _now())
        await self._engine.run(
            "inspect_artifact",
            ArtifactRef(enrollment_id=enrollment_id, artifact_id=artifact_id),
            activity_id=names.inspection_id(artifact_id),
        )
        artifacts = await self._parts.artifacts(enrollment_id)
        return next(each for each in artifacts if each.id == artifact_id)

    async def point_at(
        self, enrollment_id: str, item: str, artifact_id: str, locator: Locator, explanation: str
    ) -> Draft:
        """Add a piece of evidence for a detail to the draft of part 2."""
        piece = Evidence(
            artifact_id=artifact_id,
            locator=locator,
            explanation=clean_text(explanation, MOST_CHARACTERS),
        )
        draft = await self._parts.draft(enrollment_id, 2)
        pieces = draft.evidence.get(item, ())
        if piece in pieces:
            return draft
        written = draft.model_copy(update={"evidence": {**draft.evidence, item: (*pieces, piece)}})
        return await self._parts.save(enrollment_id, written, _now())

    async def clear_evidence(self, enrollment_id: str, item: str) -> Draft:
        """Take all evidence for a detail out of the draft, to point anew."""
        draft = await self._parts.draft(enrollment_id, 2)
        kept = {key: pieces for key, pieces in draft.evidence.items() if key != item}
        if kept == draft.evidence:
            return draft
        written = draft.model_copy(update={"evidence": kept})
        return await self._parts.save(enrollment_id, written, _now())

    async def warnings(self, enrollment_id: str, part: int) -> tuple[Finding, ...]:
        """Return where the practitioner's identity shows; it blocks nothing."""
        return await self._parts.warnings(enrollment_id, part)

    async def preflight(self, enrollment_id: str, part: int) -> tuple[Finding, ...]:
        """Return everything that blocks a part."""
        return await self._parts.preflight(enrollment_id, part)

    async def submit(
        self,
        enrollment_id: str,
        part: int,
        agreed: frozenset[Statement],
        seen: Seen | None = None,
    ) -> PartReceived:
        """Freeze a part and hand it in. Raises ``PartBlocked`` with the findings.

        What was ``seen`` is submitted, or nothing: ``StaleVersion``, ``StaleRound``.
        """
        if agreed != frozenset(Statement):
            raise StatementsMissing
        work = await self._parts.open_work(enrollment_id)
        draft = await self._parts.draft(enrollment_id, part)
        if seen is not None and seen.round != work.round:
            raise StaleRound(named=seen.round, open=work.round)
        if seen is not None and seen.version != draft.version:
            raise StaleVersion(current=draft.version, based_on=seen.version)
        revision_id = await self._frozen(enrollment_id, work.round, part, draft.version)
        request = SubmitPart(
            actor=Actor(party=Party.PRACTITIONER),
            round=work.round,
            part=part,
            revision_id=revision_id,
        )
        key = request_key("submit", revision_id)
        return await self._requests.send(enrollment_id, "submit_part", request, PartReceived, key)

    async def _frozen(self, enrollment_id: str, number: int, part: int, version: int) -> str:
        frozen = await self._engine.work(
            "freeze_part",
            PartRef(enrollment_id=enrollment_id, round=number, part=part, draft_version=version),
            Frozen,
            activity_id=names.freezing_id(enrollment_id, number, part, version),
        )
        if frozen.revision_id is None:
            findings = await self._parts.findings(frozen.preflight_id or "")
            raise PartBlocked(part, findings)
        return frozen.revision_id

    async def withdraw(self, enrollment_id: str, grounds: Grounds) -> Done:
        """End the journey."""
        key = request_key("withdraw", enrollment_id)
        request = Withdraw(actor=await self._requests.actor(key, grounds))
        return await self._requests.send(enrollment_id, "withdraw", request, Done, key)


def shown_name(name: str) -> str:
    """Return a file's name as it is kept and shown, without folders. Raises ``FileNameMissing``."""
    shown = clean_text(name, LONGEST_NAME).replace("\\", "/").rpartition("/")[2].strip()
    if not shown:
        raise FileNameMissing
    return shown


def _now() -> datetime:
    return datetime.now(UTC)
