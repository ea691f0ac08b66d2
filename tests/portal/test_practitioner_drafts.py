"""Drafts as the editor's script saves them: versions, counts, refusals, without the engine."""

import json
from datetime import UTC, datetime

from adapters.unreachable import EngineUnreachable
from domain.enrollment import Party
from domain.words import count_words
from office.engine import WorkflowEngine
from tests.house import AGREED, NARRATIVE, House
from tests.portal.served import Portal

TEXTS = (
    "",
    "One.",
    "don\u2019t on-task and/or 3.5 \u2014 and -- more",
    "https://example.org/a-b?c=d www.example.org \u200bzero\u00adwidth",
    "<p class='x'>Tags</p><br>count <nothing",
    "\u65e5\u672c\u8a9e \u0395\u03bb\u03bb\u03ac\u03b4\u03b1 \u0661\u0662 \u00bd",
    "\U0001f642 ** # _ \u2022",
)


async def test_every_count_is_the_servers_own(house: House, portal: Portal, library: str) -> None:
    """Proves: what the script is told to show is what the rule says of the text as it is kept, for
    each answer and for the part; reading the draft again says the same.
    """
    enrollment_id = await house.working(library)
    browser = await portal.practitioner(enrollment_id)
    address, version = f"/my/{enrollment_id}/parts/1/draft", 0
    for text in TEXTS:
        answers = {"question/1": text, "question/2": NARRATIVE}
        sent = {"round": 1, "version": version, "answers": answers}
        saved = await browser.send("PUT", address, sent)
        counts = {key: count_words(each) for key, each in answers.items()}
        assert saved["counts"] == counts
        assert (saved["words"], saved["minimum_words"]) == (sum(counts.values()), 100)
        assert await browser.send("GET", address) == saved
        assert isinstance(saved["version"], int)
        version = saved["version"]
    assert version == len(TEXTS)


async def test_a_repeated_write_is_one_write(house: House, portal: Portal, library: str) -> None:
    """Proves: a write whose answer was lost may be sent again, although its version is old."""
    enrollment_id = await house.working(library)
    browser = await portal.practitioner(enrollment_id)
    address = f"/my/{enrollment_id}/parts/3/draft"
    sent = {"round": 1, "version": 0, "answers": {"reflection": "Once."}}
    first = await browser.send("PUT", address, sent)
    assert await browser.send("PUT", address, sent) == first
    assert first["version"] == 1
    sent["answers"] = {"reflection": "Another text."}
    refused = await browser.send("PUT", address, sent, 409)
    assert refused["code"] == "stale_version"


async def test_refusals_carry_codes_that_the_script_knows(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: signed out, not clean, submitted already, unreadable and foreign are told apart."""
    enrollment_id = await house.working(library)
    stranger = await portal.practitioner(await house.working(f"{library}-other"))
    browser = await portal.practitioner(enrollment_id)
    address = f"/my/{enrollment_id}/parts/1/draft"

    def sent(text: str, **more: object) -> dict[str, object]:
        answers = {"question/1": text, "question/2": NARRATIVE}
        return {"round": 1, "version": 0, "answers": answers} | more

    bad = await browser.send("PUT", address, sent("a\u202eb"), 422)
    assert bad["code"] == "answers_not_kept"
    assert isinstance(bad["points"], list)
    assert [(point["item"], point["code"]) for point in bad["points"]] == [
        ("question/1", "control_characters")
    ]
    for wrong in (sent("x", round=0), sent("x", more=1), {"version": 1}):
        assert (await browser.send("PUT", address, wrong, 422))["code"] == "request_not_readable"
    assert (await stranger.send("PUT", address, sent("x"), 404))["code"] == "unknown_enrollment"
    assert (await stranger.send("GET", address, status=404))["code"] == "unknown_enrollment"
    for part in (2, 4):
        other = f"/my/{enrollment_id}/parts/{part}/draft"
        assert (await browser.send("GET", other, status=422))["code"] == "unknown_part"

    await browser.send("PUT", address, sent(NARRATIVE))
    await house.practitioner.submit(enrollment_id, 1, AGREED)
    late = await browser.send("PUT", address, sent("x", version=1), 409)
    assert late["code"] == "part_already_submitted"
    owner = await portal.site.access.owner_of(enrollment_id)
    await portal.site.sessions.end_all(Party.PRACTITIONER, owner or "", datetime.now(UTC))
    assert (await browser.send("PUT", address, sent("x"), 401))["code"] == "signed_out"


async def test_writing_goes_on_while_the_engine_is_away(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a draft needs the records alone; what needs the engine says that it is away."""
    enrollment_id = await house.working(library)
    browser = await portal.practitioner(enrollment_id)

    async def away() -> WorkflowEngine:
        raise EngineUnreachable

    kept, engine = portal.site.desks.connect, portal.site.desks._engine
    portal.site.desks.connect, portal.site.desks._engine = away, None
    try:
        sent = {"round": 1, "version": 0, "answers": {"reflection": "Written all the same."}}
        await browser.send("PUT", f"/my/{enrollment_id}/parts/3/draft", sent)
        await browser.post(f"/my/{enrollment_id}/withdraw", 503, is_sure="true")
    finally:
        portal.site.desks.connect, portal.site.desks._engine = kept, engine
    draft = await house.parts.draft(enrollment_id, 3)
    assert draft.answers == {"reflection": "Written all the same."}


async def test_half_a_character_is_refused_as_unreadable(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: what no store keeps is refused before it gets to one, not answered with a failure."""
    enrollment_id = await house.working(library)
    browser = await portal.practitioner(enrollment_id)
    body = json.dumps({"round": 1, "version": 0, "answers": {"reflection": "half \ud83d"}})
    headers = {"x-form-token": browser.token, "accept": "application/json"}
    address = f"/my/{enrollment_id}/parts/3/draft"
    answer = await browser.client.put(
        address, content=body, headers={**headers, "content-type": "application/json"}
    )
    assert answer.status_code == 422
