"""A transcript before a program that shares nothing with Laurel: its proof and each badge's."""

import json
import subprocess
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.credentials.transcript import Transcriber
from domain.transcripts import TranscriptFacts
from tests.integration.independence import (
    FACTS,
    ISSUED,
    PROGRAMME,
    Bench,
    bench_in,
    needs_the_independent_check,
)
from tests.issuing import PUBLIC_URL
from tools.verifier import FOLDER


async def transcript(bench: Bench) -> bytes:
    """Return a transcript of two badges as it was signed."""
    other = FACTS.model_copy(update={"id": "c9f1k2m7q9w3z5x8b6n1", "slug": "open-doors"})
    badges = tuple([(await bench.issuer.signer.sign(each)).body for each in (FACTS, other)])
    by = Transcriber(
        bench.issuer.signer,
        programme_name=PROGRAMME,
        public_url=PUBLIC_URL,
        zone=ZoneInfo("America/Chicago"),
    )
    facts = TranscriptFacts(
        person_id="p1",
        recipient_id=FACTS.recipient_id,
        name=FACTS.recipient_name,
        credential_ids=(FACTS.id, other.id),
        badges=badges,
        fingerprint="f",
        made_at=ISSUED,
    )
    return (await by.sign_transcript(facts)).body


def codes(bench: Bench, content: bytes) -> list[str]:
    """Return what the program says of the transcript, then of each badge."""
    context: Path = Path(str(files("openbadgeslib.ob3.contexts") / "clr_context_2.0.1.json"))
    run = subprocess.run(
        ["node", FOLDER / "transcript.mjs", bench.documents, context, bench.write(content)],
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(run.stdout)
    assert {each["issuer"] for each in said} == {bench.issuer.public.issuer_id}
    return [each["code"] for each in said]


async def test_the_transcript_and_each_badge_verify(tmp_path: Path) -> None:
    """Proves: in safe mode, which refuses whatever a signature does not cover, the transcript's
    proof and both inner proofs hold; without a badge, or with a changed one, it does not pass.
    """
    needs_the_independent_check()
    bench = await bench_in(tmp_path)
    body = await transcript(bench)
    assert codes(bench, body) == ["unchanged"] * 3
    document = json.loads(body)
    document["credentialSubject"]["verifiableCredential"].pop()
    assert codes(bench, json.dumps(document).encode()) == ["changed_after_signing", "unchanged"]
    spoiled = json.loads(body)
    spoiled["credentialSubject"]["verifiableCredential"][0]["name"] = "Another"
    changed = ["changed_after_signing", "changed_after_signing", "unchanged"]
    assert codes(bench, json.dumps(spoiled).encode()) == changed
