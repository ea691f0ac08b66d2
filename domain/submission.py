"""The three parts: drafts, the preflight, and what is frozen when a part is submitted.

A preflight lists everything that blocks a part; a blocked part is refused with that list and leaves
no trace in the journey (domain.md, "The three parts").
"""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from domain.assessment import Item
from domain.catalog import CatalogEntry
from domain.evidence import Evidence, Inspection, Stored, check_file, check_locator
from domain.findings import Finding, FindingCode
from domain.refusals import Conflict, Invalid, NotFound
from domain.values import Instant, Value
from domain.words import count_words

MOST_CHARACTERS = 200_000
"""Characters in one answer; some thirty thousand words."""

MOST_EVIDENCE = 40
"""Pieces of evidence for one detail."""


class Statement(StrEnum):
    """What a practitioner agrees to with each submission."""

    STUDENT_PRIVACY = "student_privacy"
    OWN_WORK = "own_work"


class Draft(Value):
    """What was written for one part so far: text by item key, evidence by item key."""

    part: int = Field(ge=1, le=3)
    version: int = 0
    answers: dict[str, str] = Field(default_factory=dict)
    evidence: dict[str, tuple[Evidence, ...]] = Field(default_factory=dict)


class Artifact(Value):
    """An uploaded file: what the practitioner called it, and what was really found in it."""

    id: str
    name: str
    stored: Stored
    inspection: Inspection


class ReceiptEntry(Value):
    """One file of a receipt, as it was read back from storage."""

    name: str
    size: int
    sha256: str


class Receipt(Value):
    """What a practitioner gets for a submitted part."""

    revision_id: str
    part: int
    round: int
    words: int
    received_at: Instant
    files: tuple[ReceiptEntry, ...] = ()


class Practitioner(Value):
    """What must not show in a blind assessment."""

    name: str
    address: str


def preflight(
    entry: CatalogEntry,
    open_items: tuple[Item, ...],
    draft: Draft,
    artifacts: Mapping[str, Artifact],
) -> tuple[Finding, ...]:
    """Return everything that blocks the part of ``draft``; empty when it may be submitted."""
    if draft.part == 2:
        return tuple(_evidence_findings(open_items, draft, artifacts))
    return tuple(_narrative_findings(entry, open_items, draft))


def words_of(draft: Draft) -> int:
    """Return the words of all answers of a part, by the published rule."""
    return sum(count_words(text) for text in draft.answers.values())


def _narrative_findings(
    entry: CatalogEntry, open_items: tuple[Item, ...], draft: Draft
) -> list[Finding]:
    findings = [
        Finding(
            code=FindingCode.ANSWER_MISSING,
            sentence=f"{item.label} has no answer yet. Write one, then check again.",
            concerns=item.key,
        )
        for item in open_items
        if not count_words(draft.answers.get(item.key, ""))
    ]
    least, there_are = entry.part(draft.part).minimum_words or 0, words_of(draft)
    if there_are < least:
        findings.append(
            Finding(
                code=FindingCode.TOO_FEW_WORDS,
                sentence=(
                    f"Part {draft.part} has {there_are:,} words; it needs at least {least:,}. "
                    f"{least - there_are:,} more are needed."
                ),
                concerns=f"part/{draft.part}",
            )
        )
    return findings


def _evidence_findings(
    open_items: tuple[Item, ...], draft: Draft, artifacts: Mapping[str, Artifact]
) -> list[Finding]:
    findings: list[Finding] = []
    for item in open_items:
        pieces = draft.evidence.get(item.key, ())
        if not pieces:
            findings.append(
                Finding(
                    code=FindingCode.EVIDENCE_MISSING,
                    sentence=(
                        f"{item.label} has no evidence yet: “{_short(item.text)}”. Add a file, "
                        "say where to look in it, and explain how it shows this detail."
                    ),
                    concerns=item.key,
                )
            )
        for piece in pieces:
            findings.extend(_piece_findings(item, piece, artifacts))
    return findings


def _piece_findings(
    item: Item, piece: Evidence, artifacts: Mapping[str, Artifact]
) -> list[Finding]:
    artifact = artifacts.get(piece.artifact_id)
    if artifact is None:
        return [
            Finding(
                code=FindingCode.ARTIFACT_UNKNOWN,
                sentence=f"{item.label} points at a file that is not here. Upload it again.",
                concerns=item.key,
            )
        ]
    found = check_file(artifact.inspection, artifact.name) or check_locator(
        piece.locator, artifact.inspection, artifact.name
    )
    findings = [found.model_copy(update={"concerns": item.key})] if found else []
    if not count_words(piece.explanation):
        findings.append(
            Finding(
                code=FindingCode.EXPLANATION_MISSING,
                sentence=f"Explain how “{artifact.name}” shows {item.label.lower()}.",
                concerns=item.key,
            )
        )
    return findings


def _short(text: str, limit: int = 120) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def identity_warnings(
    practitioner: Practitioner, draft: Draft, artifacts: Mapping[str, Artifact]
) -> tuple[Finding, ...]:
    """Return where the practitioner's own name or address shows: a warning, it blocks nothing."""
    needles = {practitioner.name.casefold(), practitioner.address.casefold()} - {""}
    texts = [(key, f"the text of {key}", text) for key, text in draft.answers.items()]
    for key, pieces in draft.evidence.items():
        for piece in pieces:
            texts.append((key, f"the explanation of {key}", piece.explanation))
            if piece.artifact_id in artifacts:
                texts.append((key, f"a file name of {key}", artifacts[piece.artifact_id].name))
    return tuple(
        Finding(
            code=FindingCode.IDENTITY_SHOWN,
            sentence=f"Your name or address shows in {where}. Assessment is blind: leave it out.",
            concerns=where,
            item=key,
        )
        for key, where, text in texts
        if any(needle in text.casefold() for needle in needles)
    )


def carried_forward(previous: Draft | None, draft: Draft, open_keys: frozenset[str]) -> Draft:
    """Return the content to freeze: open items from ``draft``, locked ones as they were met."""
    if previous is None:
        return draft
    answers = {key: text for key, text in previous.answers.items() if key not in open_keys}
    evidence = {key: each for key, each in previous.evidence.items() if key not in open_keys}
    answers |= {key: text for key, text in draft.answers.items() if key in open_keys}
    evidence |= {key: each for key, each in draft.evidence.items() if key in open_keys}
    return draft.model_copy(update={"answers": answers, "evidence": evidence})


def seeded_draft(previous: Draft | None, part: int, open_keys: frozenset[str]) -> Draft:
    """Return what a round begins with: what was submitted before, as far as it is open again.

    What was met is not offered for writing; it is carried over at the freezing.
    """
    if previous is None:
        return Draft(part=part)
    return Draft(
        part=part,
        answers={key: text for key, text in previous.answers.items() if key in open_keys},
        evidence={key: each for key, each in previous.evidence.items() if key in open_keys},
    )


def part_items(items: tuple[Item, ...], part: int) -> tuple[Item, ...]:
    """Return the items of one part."""
    return tuple(item for item in items if item.part == part)


class PartBlocked(Invalid):
    """The preflight found something; the list stands in the records."""

    code = "part_blocked"
    sentence = "Part {part} cannot be submitted yet: {count} points are open. Run the preflight."

    def __init__(self, part: int, findings: tuple[Finding, ...]) -> None:
        self.points = findings
        super().__init__(part=part, count=len(findings))


class StatementsMissing(Invalid):
    """Both statements must be agreed."""

    code = "statements_missing"
    sentence = "Agree to both statements first: student privacy is kept, and this is your own work."


class PartAlreadySubmitted(Conflict):
    """The part of this round is in already."""

    code = "part_already_submitted"
    sentence = "Part {part} of round {round} was submitted already; it is frozen."


class PartLocked(Conflict):
    """Everything in this part was met in an earlier round."""

    code = "part_locked"
    sentence = "Everything in part {part} was met already; it is not open in round {round}."


class UnknownRevision(NotFound):
    """No such frozen revision of this part and round."""

    code = "unknown_revision"
    may_pass = True
    sentence = "There is no frozen revision {revision} for part {part} of round {round}."


class UnknownArtifact(NotFound):
    """No such file in this enrollment."""

    code = "unknown_artifact"
    sentence = "There is no file {artifact} in this enrollment. Upload it first."


class FileDamaged(Conflict):
    """Storage does not give back a file as it was uploaded."""

    code = "file_damaged"
    sentence = (
        "A file of this part cannot be read back as it was uploaded. Nothing was submitted; "
        "upload the file again. Operations have been told."
    )


class TooMuchEvidence(Invalid):
    """So many pieces for one detail that no assessor could look at them all."""

    code = "too_much_evidence"
    sentence = "{item} has {count} pieces of evidence; {most} are the most. Choose the best ones."


class UnknownPart(Invalid):
    """There are three parts."""

    code = "unknown_part"
    sentence = "There are parts 1, 2 and 3; there is no part {part}."
