"""Handing in each part: what was seen is frozen, once, with a receipt; or nothing is."""

from datetime import timedelta

import pytest

from domain.enrollment import Stage
from domain.submission import Statement
from portal.practitioner import submitting
from tests.house import AGREED, NARRATIVE, House
from tests.portal.served import Browser, Portal
from tests.portal.test_practitioner_writing import hidden
from tests.waiting import eventually
from tests.workflows import stages

BOTH = [statement.value for statement in Statement]


async def press(browser: Browser, page: str, status: int = 303, **changes: object) -> str:
    """Open the page of a submission, agree to both statements, and press its button."""
    source = await browser.get(f"{page}/submit")
    seen = {"round": hidden(source, "round"), "version": hidden(source, "version")}
    fields = {"agreed": BOTH, **seen, **changes}
    return await browser.post(f"{page}/submit", status, **fields)


async def test_all_three_parts_are_handed_in(house: House, portal: Portal, library: str) -> None:
    """Proves: each page says what is about to be frozen, and each receipt what was: words, names,
    sizes, SHA-256 and the time with its zone; after the third the assessment begins.
    """
    enrollment_id = await house.working(library)
    browser = await portal.practitioner(enrollment_id)
    for part, about, received in (
        (1, "120 words, at least 100", "Words 120"),
        (2, "3 pieces in 1 file", "plan.pdf , 15 bytes"),
        (3, "60 words, at least 50", "Words 60"),
    ):
        await house.write(enrollment_id, part)
        page = f"/my/{enrollment_id}/parts/{part}"
        await browser.get(f"{page}/submit")
        assert about in browser.text
        leads_to = await press(browser, page)
        assert leads_to == f"{page}/receipt?round=1"
        await browser.get(f"{page}/submit")
        assert f"Part {part} was received" in browser.text
        await browser.get(leads_to)
        assert received in browser.text
        assert " CST" in browser.text or " CDT" in browser.text
    revision = (await house.standing(enrollment_id)).parts_in[2]
    receipt = await browser.get(f"/my/{enrollment_id}/parts/2/receipt")
    (artifact,) = await house.parts.artifacts(enrollment_id)
    assert artifact.stored.sha256 in receipt
    assert revision in receipt
    assert (await house.row(enrollment_id)).stage in {Stage.QUEUED, Stage.OFFERED}


async def test_what_is_about_to_be_frozen_is_said(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: before the button, the page says how much of what is frozen, and when it was saved;
    after a round, also what is as it was.
    """
    placed = await stages.judged(house, library, ("question/2",))
    browser = await portal.practitioner(placed.enrollment_id)
    await browser.get(f"/my/{placed.enrollment_id}/parts/1/submit")
    assert "Question 1: 60 words (met, locked); Question 2: 60 words" in browser.text
    assert "Unchanged since the last round: Question 2." in browser.text
    own = await house.working(f"{library}-own")
    await house.write(own, 2)
    browser = await portal.practitioner(own)
    await browser.get(f"/my/{own}/parts/2/submit")
    assert "plan.pdf 15 bytes 3" in browser.text


async def test_nothing_is_handed_in_without_both_statements(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: one statement is not enough, and the refusal stands beside them."""
    enrollment_id = await house.working(library)
    await house.write(enrollment_id, 1)
    browser, page = await portal.practitioner(enrollment_id), f"/my/{enrollment_id}/parts/1"
    for agreed in ([], ["own_work"], ["own_work", "own_work"]):
        source = await press(browser, page, 422, agreed=agreed)
        assert 'id="agreed-wrong"' in source
    await press(browser, page, 422, agreed=["something_else"])
    assert (await house.standing(enrollment_id)).parts_in == {}


async def test_a_blocked_part_is_refused_with_its_list(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a press on a part that is not complete changes nothing and leads to each field."""
    enrollment_id = await house.working(library)
    browser, page = await portal.practitioner(enrollment_id), f"/my/{enrollment_id}/parts/1"
    source = await browser.get(f"{page}/submit")
    assert "Not yet: 3 points are open" in browser.text
    assert "<button" not in source.partition("<main")[2]
    source = await browser.post(f"{page}/submit", 422, agreed=BOTH, round=1, version=0)
    assert f'href="{page}#question-1"' in source
    assert [line.kind for line in await house.timeline(enrollment_id)][-1] == "stage_entered"


async def test_what_was_not_seen_is_not_handed_in(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: text that another tab saved after this page was opened is not submitted by it."""
    enrollment_id = await house.working(library)
    await house.write(enrollment_id, 1)
    browser, page = await portal.practitioner(enrollment_id), f"/my/{enrollment_id}/parts/1"
    source = await browser.get(f"{page}/submit")
    version = hidden(source, "version")
    later = {"question/1": NARRATIVE + "and not yet read again"}
    await house.practitioner.answer(enrollment_id, 1, later)
    leads_to = await browser.post(f"{page}/submit", 303, agreed=BOTH, round=1, version=version)
    assert leads_to == f"{page}/submit"
    await browser.get(leads_to)
    assert "Nothing was submitted: this part was changed since you looked" in browser.text
    assert (await house.standing(enrollment_id)).parts_in == {}
    await press(browser, page)
    assert 1 in (await house.standing(enrollment_id)).parts_in


async def test_pressing_twice_and_pressing_late_lead_to_the_receipt(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a second press is the same submission, at once and rounds later; there is one line
    in the timeline and one receipt.
    """
    placed = await stages.judged(house, library, ("reflection",))
    browser, page = (
        await portal.practitioner(placed.enrollment_id),
        f"/my/{placed.enrollment_id}/parts/3",
    )
    assert await press(browser, page) == f"{page}/receipt?round=2"
    for number, version in ((2, 0), (2, 0), (1, 1)):
        leads_to = await browser.post(
            f"{page}/submit", 303, agreed=BOTH, round=number, version=version
        )
        assert leads_to == f"{page}/receipt?round={number}"
    lines = await house.timeline(placed.enrollment_id)
    received = [(line.round, line.facts["part"]) for line in lines if line.kind == "part_received"]
    assert sorted(received) == [(1, 1), (1, 2), (1, 3), (2, 3)]
    await browser.get(f"{page}/receipt?round=3", status=404)
    assert "counts only once you submit it" in browser.text


async def test_a_long_reading_back_says_that_it_is_not_done_yet(
    house: House, portal: Portal, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: who is not kept waiting reads that nothing is received yet; it goes on by itself,
    without another press, and then the receipt is there.
    """
    monkeypatch.setattr(submitting, "PATIENCE", timedelta(0))
    enrollment_id = await house.working(library)
    await house.write(enrollment_id, 2)
    browser, page = await portal.practitioner(enrollment_id), f"/my/{enrollment_id}/parts/2"
    await press(browser, page, 202)
    assert "It is not received yet" in browser.text

    async def is_received() -> bool:
        return 2 in (await house.standing(enrollment_id)).parts_in

    await eventually(is_received)
    await browser.get(f"{page}/receipt")
    assert "plan.pdf" in browser.text


async def test_a_receipt_is_nobody_elses(house: House, portal: Portal, library: str) -> None:
    """Proves: another practitioner sees neither the receipt nor that there is one."""
    mine, theirs = await house.working(library), await house.working(library)
    await house.write(theirs, 1)
    await house.practitioner.submit(theirs, 1, AGREED)
    browser = await portal.practitioner(mine)
    await browser.get(f"/my/{theirs}/parts/1/receipt", status=404)
    await browser.get(f"/my/{theirs}/parts/1/submit", status=404)
    await browser.post(f"/my/{theirs}/parts/1/submit", 404, agreed=BOTH, round=1, version=1)
