"""Trap 8: an assessor's work is lost with the session, with the engine, or with the assignment."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.unreachable import EngineUnreachable
from domain.assessment import MarkKind
from domain.enrollment import Stage
from office.engine import WorkflowEngine
from tests.house import ITEMS, OPS, House
from tests.portal.served import Portal, running_portal
from tests.waiting import eventually
from tests.workflows import stages

ITEM = "detail/1.2"
WORDS = "Half an hour of careful words about the log."


@pytest.fixture
async def portal(house: House) -> AsyncIterator[Portal]:
    """The portal of the traps' own house."""
    async with running_portal(house) as portal:
        yield portal


def mark(version: int = 0, feedback: str = WORDS) -> dict[str, object]:
    """Return what a page sends of a mark."""
    return {"round": 1, "version": version, "kind": "not_met", "feedback": feedback}


async def test_what_was_marked_survives_signing_out(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a mark is on the server as soon as it is saved: signed out and in again, in another
    browser, it stands on the page; and nothing can be saved without being signed in.
    """
    placed = await stages.accepted(house, library)
    address = f"/assessing/rounds/{placed.enrollment_id}"
    browser = await portal.assessor(placed.assessor)
    await browser.send("PUT", f"{address}/marks/{ITEM}", mark())
    await browser.post("/sign-out", face="assessor")
    refused = await browser.send("PUT", f"{address}/marks/{ITEM}", mark(1, "More."), status=401)
    assert refused["code"] == "signed_out"

    elsewhere = await portal.assessor(placed.assessor)
    await elsewhere.get(address)
    assert WORDS in elsewhere.text
    await elsewhere.send("PUT", f"{address}/marks/{ITEM}", mark(1, "More."))


async def test_marks_are_saved_while_the_engine_is_down(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: what an assessor writes needs the records alone; only handing in waits for the
    engine, says so, and changes nothing.
    """
    placed = await stages.accepted(house, library)
    address = f"/assessing/rounds/{placed.enrollment_id}"
    browser = await portal.assessor(placed.assessor)

    async def unreachable() -> WorkflowEngine:
        raise EngineUnreachable

    portal.site.desks.connect = unreachable
    await browser.send("PUT", f"{address}/marks/{ITEM}", mark())
    await browser.get(address)
    assert WORDS in browser.text
    await browser.post(f"{address}/judge", status=503, round=1, marks_version=1)
    assert "nothing was changed" in browser.text


async def test_the_judgement_is_of_what_was_saved(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: handing in sends no marks: the journey reads the saved ones, so a browser that
    crashed after the last mark loses nothing.
    """
    placed = await stages.accepted(house, library)
    address = f"/assessing/rounds/{placed.enrollment_id}"
    browser = await portal.assessor(placed.assessor)
    for item in ITEMS:
        sent = mark() if item == ITEM else {**mark(feedback=""), "kind": "met"}
        await browser.send("PUT", f"{address}/marks/{item}", sent)
    later = await portal.assessor(placed.assessor)
    await later.post(f"{address}/judge", round=1, marks_version=len(ITEMS))
    await house.until_stage(placed.enrollment_id, Stage.REVISING)
    view = await portal.site.desks.views.journey(placed.enrollment_id)
    judged = next(line for line in view.timeline if line.what == "judged")
    assert judged.facts["not_met"] == [ITEM]


@pytest.mark.parametrize("way", ["reassigned", "overdue"])
async def test_drafted_marks_are_kept_when_the_round_goes_to_somebody_else(
    house: House, portal: Portal, library: str, way: str
) -> None:
    """Proves: given to another assessor by operations, or gone back to the queue when overdue, a
    round takes no words from who wrote them: they can read them, and a late save is refused
    without touching them. The next assessor starts with an empty sheet of their own.
    """
    placed = await stages.accepted(house, library, assessors=2)
    enrollment_id, address = placed.enrollment_id, f"/assessing/rounds/{placed.enrollment_id}"
    first, second = placed.assessors
    browser = await portal.assessor(first)
    await browser.send("PUT", f"{address}/marks/{ITEM}", mark())
    if way == "reassigned":
        await house.ops.reassign(enrollment_id, 1, OPS, second.id)
    else:
        await until_released(house, enrollment_id)
    await house.until_stage(enrollment_id, Stage.OFFERED)
    refused = await browser.send("PUT", f"{address}/marks/{ITEM}", mark(1, "Late."), status=403)
    assert refused["code"] == "not_your_assignment"

    source = await browser.get("/assessing/done")
    assignment = source.split('href="/assessing/done/')[1].split('"')[0]
    await browser.get(f"/assessing/done/{assignment}")
    assert WORDS in browser.text
    assert "Late." not in browser.text

    await house.assessor.accept(second.id, enrollment_id)
    theirs = await portal.assessor(second)
    await theirs.get(address)
    assert WORDS not in theirs.text
    await house.assessor.mark_now(second.id, enrollment_id, ITEM, MarkKind.MET, "")
    await browser.get(f"/assessing/done/{assignment}")
    assert WORDS in browser.text


async def until_released(house: House, enrollment_id: str) -> None:
    """Let the time to assess pass, and then the days after which the round goes back."""
    due = (await house.row(enrollment_id)).waiting_until
    assert due is not None
    await house.forward_to(enrollment_id, due + timedelta(seconds=1))

    async def is_overdue() -> bool:
        return (await house.row(enrollment_id)).waiting_until != due

    await eventually(is_overdue)
    until = (await house.row(enrollment_id)).waiting_until
    assert until is not None
    await house.forward_to(enrollment_id, until + timedelta(seconds=1))
