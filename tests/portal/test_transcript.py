"""The transcript's pages: asked for, made by a worker, given out as it was kept."""

import asyncio
import json

import pytest
from temporalio.service import RPCError, RPCStatusCode

from domain.enrollment import Stage
from office.engine import WorkflowEngine
from office.transcripts import TranscriptDesk
from tests.house import House
from tests.portal.served import Portal
from tests.servers import start_temporal
from tests.waiting import eventually
from tests.workflows import stages


async def test_a_transcript_is_made_and_given_out(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the list of journeys leads to the transcript of an award; nothing can be had before
    it is made; it is made by a worker, and the files are what was kept, private to their owner.
    """
    placed = await stages.judged(house, library, ())
    await house.until_stage(placed.enrollment_id, Stage.ENDED)
    views = portal.site.desks.credentials

    async def is_issued() -> bool:
        return bool(await views.of_enrollment(placed.enrollment_id))

    await eventually(is_issued)
    (credential,) = await views.of_enrollment(placed.enrollment_id)
    browser = await portal.practitioner(placed.enrollment_id)
    assert "/my/transcript" in await browser.get("/my")
    await browser.get("/my/transcript")
    assert "Steady Hands" in browser.text
    await browser.get("/my/transcript/transcript.pdf", status=404)
    await browser.get(await browser.post("/my/transcript"))
    assert "Your transcript is made" in browser.text

    signed = json.loads(await browser.get("/my/transcript/transcript.json"))
    assert browser.last is not None
    assert browser.last.headers["content-type"] == "application/vc+ld+json"
    assert browser.last.headers["cache-control"] == "private, no-store"
    (badge,) = signed["credentialSubject"]["verifiableCredential"]
    assert badge == json.loads((await views.signed(credential.id)).body)
    await browser.get("/my/transcript/transcript.pdf")
    assert browser.last is not None
    assert browser.last.content.startswith(b"%PDF-")
    assert await browser.post("/my/transcript") == "/my/transcript"
    assert json.loads(await browser.get("/my/transcript/transcript.json")) == signed


async def test_without_an_award_there_is_none(house: House, portal: Portal, library: str) -> None:
    """Proves: who has no award is told so, on the page and when the form is sent all the same."""
    browser = await portal.practitioner(await house.enrolled(library))
    await browser.get("/my/transcript")
    assert "There is none yet that counts" in browser.text
    await browser.post("/my/transcript", status=404)
    assert "Once a micro-credential is awarded" in browser.text


async def test_the_making_goes_on_when_the_engine_is_gone_meanwhile() -> None:
    """Proves: whoever waits for a transcript while the engine stops is told that it is being made,
    and not that something broke; whoever asks only then is told that the engine is not reached.
    """
    engine = await start_temporal()
    desk = TranscriptDesk(WorkflowEngine(engine.client))  # nobody works for it
    waiting = asyncio.create_task(desk.make("p-of-nobody"))

    async def is_asked_for() -> bool:
        return [each async for each in engine.client.list_activities("")] != []

    await eventually(is_asked_for)
    await engine.shutdown()
    assert await waiting is None
    with pytest.raises(RPCError) as unreachable:
        await desk.make("p-of-somebody-else")
    assert unreachable.value.status is RPCStatusCode.UNAVAILABLE
