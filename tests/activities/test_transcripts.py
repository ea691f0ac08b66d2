"""Transcripts: every badge that counts, as it was signed, and nothing else; made once a set."""

import asyncio
import io
import json
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

import pypdf
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.credential_contracts import AwardRef, CorrectionRef, StatusListRef
from activities.steps import EndJourney, RecordAward
from activities.transcript_contracts import TranscriptRef
from activities.transcripts import TranscriptActivities
from adapters.credentials.canonical import LinkedData
from adapters.credentials.proof_checking import ProofChecker
from adapters.credentials.signer import Signer
from adapters.credentials.transcript import MOST_BADGES, Transcriber
from adapters.credentials.transcript_pdf import transcript_pdf
from adapters.credentials.verifying import CredentialVerifier
from adapters.records.database import Database
from adapters.records.state_tables import TranscriptRow
from adapters.records.tables import EnrollmentRow
from adapters.records.transcript_book import TranscriptBook
from domain.credentials import CorrectionKind, CredentialNotSignable
from domain.enrollment import Ending
from domain.transcripts import (
    NothingToTranscribe,
    TranscriptFacts,
    UnknownTranscript,
    transcript_document,
)
from domain.values import JsonObject
from domain.verification import CheckCode, Verdict
from tests.house import ENTRY
from tests.issuing import PUBLIC_URL, Issuing, signer
from tests.traps.books import NOW, ZONE, Books, because, learner, order_of

AT_ONCE = 4
PROGRAMME = "School Leader Micro-Credentials"
SECOND = ENTRY.model_copy(update={"slug": "open-doors", "title": "Open Doors"})


def transcriber() -> Transcriber:
    """Return who signs transcripts in tests."""
    return Transcriber(
        signer(), programme_name=PROGRAMME, public_url=PUBLIC_URL, zone=ZoneInfo(ZONE)
    )


class Transcripts:
    """The book of transcripts beside those of credentials."""

    def __init__(self, issuing: Issuing) -> None:
        self.issuing = issuing
        self.book = TranscriptBook(issuing.books.database)
        self.activities = TranscriptActivities(self.book, transcriber())

    async def issued(self, number: int = 1) -> str:
        """Return the enrollment of somebody new with a credential."""
        enrollment_id = await self.issuing.awarded(number)
        await self.issuing.activities.issue_credential(AwardRef(enrollment_id=enrollment_id))
        return enrollment_id

    async def another(self, number: int = 1) -> str:
        """Return an enrollment of the same person in something else, with a credential."""
        books = self.issuing.books
        await books.publish(SECOND)
        order = order_of(number + 100, learner(number))
        line = order.lines[0].model_copy(update={"slug": SECOND.slug})
        order_id = await books.ordered(order.model_copy(update={"lines": (line,)}))
        (chunk,) = await books.opened(order_id)
        enrollment_id = chunk.journeys[0].enrollment_id
        award = (RecordAward(round=1), EndJourney(ending=Ending.AWARDED))
        await books.enter(enrollment_id, *award)
        await self.issuing.activities.issue_credential(AwardRef(enrollment_id=enrollment_id))
        return enrollment_id

    async def correct(self, enrollment_id: str, kind: CorrectionKind) -> None:
        """Revoke or reissue."""
        latest = (await self.issuing.views.of_enrollment(enrollment_id))[-1]
        await self.issuing.corrections.ask(f"k-{latest.id}", latest.id, kind, because())
        reference = CorrectionRef(correction_id=f"k-{latest.id}")
        done = await self.issuing.activities.correct_credential(reference)
        for list_id in done.status_lists:
            await self.issuing.activities.publish_status_list(StatusListRef(list_id=list_id))

    async def person(self, enrollment_id: str) -> str:
        """Return whose an enrollment is."""
        return (await self.issuing.books.row(EnrollmentRow, enrollment_id)).person_id

    async def made(self, person_id: str) -> JsonObject:
        """Make the transcript and return it taken apart."""
        await self.activities.make_transcript(TranscriptRef(person_id=person_id))
        document: JsonObject = json.loads((await self.book.transcript(person_id)).body)
        return document


def badges_in(document: JsonObject) -> list[JsonObject]:
    """Return the badges of a transcript."""
    subject = document["credentialSubject"]
    assert isinstance(subject, dict)
    badges: list[JsonObject] = subject["verifiableCredential"]
    return badges


def proof_of(document: JsonObject) -> CheckCode:
    """Say what the proof of a document is worth."""
    return ProofChecker(signer().public_keys, LinkedData()).embedded(document)


@pytest.fixture
async def transcripts(database: AsyncEngine) -> Transcripts:
    """Books with one micro-credential for sale, on either database."""
    books = Books(Database(database))
    await books.publish()
    return Transcripts(Issuing(books))


async def test_a_transcript_holds_what_counts_and_is_made_once(transcripts: Transcripts) -> None:
    """Proves: however often it is asked for, one transcript of a set of awards is kept, and its
    bytes stay; another award, a reissue and a revocation each make another one.
    """
    first = await transcripts.issued()
    person = await transcripts.person(first)
    reference = TranscriptRef(person_id=person)
    calls = [transcripts.activities.make_transcript(reference) for _ in range(AT_ONCE)]
    assert len({each.transcript_id for each in await asyncio.gather(*calls)}) == 1
    (kept,) = await transcripts.issuing.books.rows(TranscriptRow)
    await transcripts.activities.make_transcript(reference)
    assert (await transcripts.book.transcript(person)).body == kept.body

    second = await transcripts.another()
    assert (await transcripts.book.view(person)).transcript_id is None
    with pytest.raises(UnknownTranscript):
        await transcripts.book.transcript(person)
    assert len(badges_in(await transcripts.made(person))) == 2

    await transcripts.correct(second, CorrectionKind.REISSUE)
    replaced = badges_in(await transcripts.made(person))
    (_, replacement) = await transcripts.issuing.views.of_enrollment(second)
    assert f"{PUBLIC_URL}/credentials/{replacement.id}" in {each["id"] for each in replaced}
    assert len(replaced) == 2
    await transcripts.correct(second, CorrectionKind.REVOKE)
    (only,) = badges_in(await transcripts.made(person))
    assert only == json.loads(kept.body)["credentialSubject"]["verifiableCredential"][0]
    # What counts now is what counted at first, so its transcript is that of then.
    assert (await transcripts.book.transcript(person)).body == kept.body
    await transcripts.correct(first, CorrectionKind.REVOKE)
    with pytest.raises(NothingToTranscribe):
        await transcripts.book.prepare(person, NOW)


async def test_every_proof_holds_and_no_badge_can_be_taken_out(transcripts: Transcripts) -> None:
    """Proves: the transcript's proof and that of each badge in it hold, each badge verifies as if
    it came alone; a changed word, a missing badge or another name does not pass.
    """
    enrollment_id = await transcripts.issued()
    await transcripts.another()
    person = await transcripts.person(enrollment_id)
    document = await transcripts.made(person)
    assert proof_of(document) is CheckCode.UNCHANGED
    verifier = CredentialVerifier(signer().public_keys, PROGRAMME, ZoneInfo(ZONE))
    for badge in badges_in(document):
        content = json.dumps(badge).encode()
        address = str(verifier.status_list_named_in(content))
        listed = await transcripts.issuing.views.status_list(address.rpartition("/")[2])
        found = await verifier.verify(content, {address: listed.body}, datetime.now(UTC))
        assert found.verdict is Verdict.VALID
    for spoil in (_without_a_badge, _with_another_name, _with_a_changed_badge):
        spoiled = json.loads(json.dumps(document))
        spoil(spoiled)
        assert proof_of(spoiled) is CheckCode.CHANGED_AFTER_SIGNING, spoil.__name__


def _without_a_badge(document: JsonObject) -> None:
    badges_in(document).pop()


def _with_another_name(document: JsonObject) -> None:
    subject = document["credentialSubject"]
    assert isinstance(subject, dict)
    subject["identifier"][0]["identityHash"] = "Somebody Else"


def _with_a_changed_badge(document: JsonObject) -> None:
    badges_in(document)[0]["name"] = "Sturdier Hands"


async def test_the_paper_carries_the_signed_transcript(transcripts: Transcripts) -> None:
    """Proves: what is attached is the signed transcript byte for byte, the paper is tagged and
    archivable, names every award, and is the same each time it is set.
    """
    enrollment_id = await transcripts.issued()
    person = await transcripts.person(enrollment_id)
    document = await transcripts.made(person)
    kept = await transcripts.book.transcript(person)
    reader = pypdf.PdfReader(io.BytesIO(kept.pdf))
    assert reader.attachments["transcript.json"] == [kept.body]
    assert "/StructTreeRoot" in reader.root_object
    assert b"pdfaid:part" in kept.pdf
    text = reader.pages[0].extract_text()
    assert "Learner Nr1" in text
    assert "Steady Hands" in text
    # A long address is broken where the line ends, at marks that nobody sees.
    unbroken = "".join(each for each in text if each.isprintable() and not each.isspace())
    assert str(badges_in(document)[0]["id"]) in unbroken
    again = transcript_pdf(kept.body, badges_in(document), PROGRAMME, ZoneInfo(ZONE))
    assert again == kept.pdf


def facts_named(name: str, badges: tuple[bytes, ...]) -> TranscriptFacts:
    """Return what a transcript says of somebody with this name."""
    return TranscriptFacts(
        person_id="p1",
        recipient_id="6fa459ea-ee8a-3ca4-894e-db77e160355e",
        name=name,
        credential_ids=("c1",),
        badges=badges,
        fingerprint="f",
        made_at=NOW,
    )


@pytest.mark.parametrize("name", ["Ζωή Παπά", "Łukasz Ł", "محمد", "王小明", "A 🎓", "N" * 200])
async def test_everybody_gets_a_paper(name: str) -> None:
    """Proves: a name in letters that no font has, or one without an end, still makes a paper."""
    signed = await transcriber().sign_transcript(facts_named(name, ()))
    assert signed.pdf.startswith(b"%PDF-")
    attached = pypdf.PdfReader(io.BytesIO(signed.pdf)).attachments["transcript.json"][0]
    assert name in attached.decode()


def _spoiled(document: JsonObject, _: str) -> JsonObject:
    return document


async def test_what_a_signature_would_not_cover_is_not_signed() -> None:
    """Proves: a word that no vocabulary knows, in the transcript or in a badge of it, and too many
    badges, are refused before anything is signed.
    """
    facts = facts_named("Learner Nr1", ())
    document = transcript_document(
        facts, (), issuer_id="did:key:x", programme_name=PROGRAMME, public_url=PUBLIC_URL
    )
    subject = document["credentialSubject"]
    assert isinstance(subject, dict)
    by: Signer = signer()
    for spoiled in (
        {**document, "remark": "x"},
        {**document, "credentialSubject": {**subject, "school": "x"}},
        {**document, "credentialSubject": {**subject, "verifiableCredential": [{"rank": 1}]}},
    ):
        with pytest.raises(CredentialNotSignable, match="would not cover"):
            await by.sign_document(partial(_spoiled, spoiled), NOW)
    many = facts_named("Learner Nr1", (b"{}",) * (MOST_BADGES + 1))
    with pytest.raises(CredentialNotSignable, match="at most"):
        await transcriber().sign_transcript(many)
