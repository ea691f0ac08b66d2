"""The sample work: what we ship for the demo passes every rule that a real submission meets."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter
from pypdf import PdfReader

from adapters.documents.inspection import inspect_file
from domain.assessment import Item, items_of
from domain.catalog import CatalogEntry
from domain.catalog_page import entry_of, read_page
from domain.catalog_supplement import CatalogSupplement, supplemented
from domain.evidence import ArtifactKind, Evidence, Stored, check_file
from domain.findings import FindingCode
from domain.locators import LocatorKind, parse_locator
from domain.order_form import Learners, read_learners
from domain.roster_file import Roster, read_roster
from domain.submission import (
    Artifact,
    Draft,
    Practitioner,
    identity_warnings,
    part_items,
    preflight,
    words_of,
)

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
WORK = SAMPLES / "work"
SLUG = "running-meetings-that-decide"
PDF, RECORDING = "agenda-and-record.pdf", "meeting-recording.mp4"
TEXTS = TypeAdapter(dict[str, str])


class Pointer(BaseModel):
    """One line of the sample portfolio: the evidence, before its file has an artifact's id."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    item: str
    file: str
    at: str
    explanation: str


def texts(name: str) -> dict[str, str]:
    """The texts of a sample file, by item key."""
    return TEXTS.validate_json((WORK / name).read_bytes())


def pointers(name: str) -> list[Pointer]:
    """The lines of a sample portfolio."""
    return TypeAdapter(list[Pointer]).validate_json((WORK / name).read_bytes())


def evidence_of(lines: list[Pointer]) -> dict[str, tuple[Evidence, ...]]:
    """The lines as a draft keeps them; a file's name stands in for its artifact's id."""
    evidence: dict[str, tuple[Evidence, ...]] = {}
    for line in lines:
        piece = Evidence(
            artifact_id=line.file, locator=parse_locator(line.at), explanation=line.explanation
        )
        evidence[line.item] = (*evidence.get(line.item, ()), piece)
    return evidence


@pytest.fixture(scope="module")
def entry() -> CatalogEntry:
    """The sample micro-credential, imported and supplemented as staff would do it."""
    folder = SAMPLES / "catalog"
    reading = read_page((folder / f"{SLUG}.txt").read_text(encoding="utf-8"))
    said = (folder / f"{SLUG}.details.json").read_text(encoding="utf-8")
    return supplemented(entry_of(reading.draft), CatalogSupplement.model_validate_json(said))


@pytest.fixture(scope="module")
def items(entry: CatalogEntry) -> tuple[Item, ...]:
    """Everything that is marked under it."""
    return items_of(entry)


@pytest.fixture(scope="module")
def artifacts() -> dict[str, Artifact]:
    """Both files, looked into by the adapter that looks into uploads."""
    found: dict[str, Artifact] = {}
    for name in (PDF, RECORDING):
        content = (WORK / "artifacts" / name).read_bytes()
        stored = Stored(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
        inspection = inspect_file(WORK / "artifacts" / name, name)
        found[name] = Artifact(id=name, name=name, stored=stored, inspection=inspection)
    return found


@pytest.fixture(scope="module")
def drafts() -> tuple[Draft, ...]:
    """The three parts of the first round."""
    return (
        Draft(part=1, answers=texts("part1.json")),
        Draft(part=2, evidence=evidence_of(pointers("part2.json"))),
        Draft(part=3, answers=texts("part3.json")),
    )


class TestArtifacts:
    def test_both_files_are_sound_and_small(self, artifacts: dict[str, Artifact]) -> None:
        """Proves that an assessor could use both, and that a clone is not burdened by them."""
        assert [check_file(each.inspection, each.name) for each in artifacts.values()] == [None] * 2
        pdf, recording = artifacts[PDF].inspection, artifacts[RECORDING].inspection
        assert (pdf.kind, pdf.pages) == (ArtifactKind.PDF, 4)
        assert (recording.kind, recording.has_sound) == (ArtifactKind.VIDEO, True)
        assert recording.duration is not None
        assert timedelta(seconds=40) <= recording.duration <= timedelta(seconds=60)
        assert pdf.size < 60_000
        assert recording.size < 400_000

    def test_every_page_says_what_the_portfolio_points_at(self) -> None:
        """Proves that the pages hold text, in the order on which the locators rely."""
        pages = [page.extract_text() for page in PdfReader(WORK / "artifacts" / PDF).pages]
        headings = [text.strip().splitlines()[0] for text in pages]
        assert headings == [
            "Agenda",
            "Facts sheet for item 1",
            "Record of decisions",
            "Follow-up: the result comes back",
        ]


class TestFirstRound:
    def test_nothing_blocks_any_part(
        self,
        entry: CatalogEntry,
        items: tuple[Item, ...],
        drafts: tuple[Draft, ...],
        artifacts: dict[str, Artifact],
    ) -> None:
        """Proves that all three parts may be submitted: every item, every place, enough words."""
        for draft in drafts:
            assert preflight(entry, part_items(items, draft.part), draft, artifacts) == ()

    def test_the_words_leave_room(self, drafts: tuple[Draft, ...]) -> None:
        """Proves that the narratives stand clear of the minimum that the page asks for."""
        assert words_of(drafts[0]) >= 1_050
        assert words_of(drafts[2]) >= 520

    def test_only_what_is_marked_is_answered(
        self, items: tuple[Item, ...], drafts: tuple[Draft, ...]
    ) -> None:
        """Proves that each key is one of the micro-credential's, and that none is left out."""
        said = [key for draft in drafts for key in (*draft.answers, *draft.evidence)]
        assert sorted(said) == sorted(item.key for item in items)

    def test_pages_and_times_are_both_pointed_at(self, drafts: tuple[Draft, ...]) -> None:
        """Proves that the demo shows both kinds of place, in both files."""
        pieces = [piece for pieces in drafts[1].evidence.values() for piece in pieces]
        assert {piece.artifact_id for piece in pieces} == {PDF, RECORDING}
        kinds = {piece.locator.kind for piece in pieces}
        assert {LocatorKind.PAGE_RANGE, LocatorKind.TIME_RANGE} <= kinds

    def test_a_shorter_recording_would_be_noticed(
        self,
        entry: CatalogEntry,
        items: tuple[Item, ...],
        drafts: tuple[Draft, ...],
        artifacts: dict[str, Artifact],
    ) -> None:
        """Proves that the places are really compared with the file: cut it, and one is outside."""
        whole = artifacts[RECORDING]
        cut = whole.inspection.model_copy(update={"duration": timedelta(seconds=40)})
        shorter = artifacts | {RECORDING: whole.model_copy(update={"inspection": cut})}
        found = preflight(entry, part_items(items, 2), drafts[1], shorter)
        assert [(each.code, each.concerns) for each in found] == [
            (FindingCode.TIME_OUTSIDE, "detail/2.2")
        ]


class TestRevision:
    def test_the_feedback_is_answered_and_nothing_else(
        self, entry: CatalogEntry, items: tuple[Item, ...], artifacts: dict[str, Artifact]
    ) -> None:
        """Proves that the second round opens one detail, points elsewhere, and may be submitted."""
        revised = pointers("part2-revised.json")
        (before,) = [line for line in pointers("part2.json") if line.item == "detail/3.2"]
        assert [line.item for line in revised] == list(texts("feedback.json")) == ["detail/3.2"]
        assert revised[0].at != before.at
        assert revised[0].explanation != before.explanation
        open_items = tuple(item for item in items if item.key == "detail/3.2")
        draft = Draft(part=2, evidence=evidence_of(revised))
        assert preflight(entry, open_items, draft, artifacts) == ()


class TestPeople:
    def test_the_work_can_be_assessed_blind(
        self, drafts: tuple[Draft, ...], artifacts: dict[str, Artifact]
    ) -> None:
        """Proves that whichever sample learner hands the work in, no name or address shows."""
        answer = read_learners((SAMPLES / "order-form.csv").read_bytes())
        assert isinstance(answer, Learners)
        pages = PdfReader(WORK / "artifacts" / PDF).pages
        shown = Draft(part=1, answers={f"page/{n}": p.extract_text() for n, p in enumerate(pages)})
        revised = Draft(part=2, evidence=evidence_of(pointers("part2-revised.json")))
        for line in answer.lines:
            # First and last names count as well, not only the whole name.
            for name in (line.name, *line.name.replace(",", " ").split()):
                person = Practitioner(name=name, address=line.address)
                for draft in (*drafts, revised, shown):
                    assert identity_warnings(person, draft, artifacts) == ()

    def test_the_sample_learners_buy_what_the_samples_sell(self) -> None:
        """Proves that order form, catalogue and roster fit: each line has somebody to assess it."""
        learners = read_learners((SAMPLES / "order-form.csv").read_bytes())
        roster = read_roster((SAMPLES / "roster.csv").read_bytes())
        assert isinstance(learners, Learners)
        assert isinstance(roster, Roster)
        supplements = [
            CatalogSupplement.model_validate_json(path.read_bytes())
            for path in (SAMPLES / "catalog").glob("*.details.json")
        ]
        bought = {(line.library, line.slug) for line in learners.lines}
        assert bought <= {(each.library, each.slug) for each in supplements}
        homes = {line.organization for line in learners.lines}
        for library, _ in bought:
            # Two at least, so that the demo can show an offer that goes on to the next.
            able = [each for each in roster.lines if library in each.libraries]
            assert len([each for each in able if each.organization not in homes]) >= 2
