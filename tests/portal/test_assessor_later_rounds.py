"""A later round: only what was not met is open, and what changed since is shown."""

import re

from domain.assessment import MarkKind
from domain.enrollment import Stage
from tests.house import ITEMS, House
from tests.portal import assessing
from tests.portal.served import Portal
from tests.portal.sheets import fields_of
from tests.workflows import stages

NOT_MET = ("question/1", "detail/1.1")


def section(source: str, item: str) -> str:
    """Return the source of one item on its page."""
    anchor = "item-" + re.sub(r"[/.]", "-", item)
    return re.split(
        r"<section class=\"card|<details class=\"locked|</form>",
        source[source.index(f'id="{anchor}"') :],
    )[0]


async def test_only_what_is_open_has_fields_and_the_rest_is_folded_with_its_provenance(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: what was met is locked, says in which round and by whom without a name, and cannot
    be marked; its evidence can still be looked at (trap 21).
    """
    enrollment_id, assessor, _ = await assessing.second_round(house, library, NOT_MET)
    browser = await portal.assessor(assessor)
    source = await browser.get(f"/assessing/rounds/{enrollment_id}")
    marked = {name.partition(":")[2] for name in fields_of(source) if name.startswith("version:")}
    assert marked == set(NOT_MET)
    for item in set(ITEMS) - set(NOT_MET):
        locked = section(source, item)
        assert "met in round 1, locked" in locked
        assert "Met by you in round 1" in locked
        assert "<textarea" not in locked
    assert "files/3#t=1,3" in section(source, "detail/1.2")

    sent = {"round": 2, "version": 1, "kind": "not_met", "feedback": "After all."}
    address = f"/assessing/rounds/{enrollment_id}/marks/detail/1.2"
    refused = await browser.send("PUT", address, sent, status=409)
    assert refused["code"] == "item_locked"


async def test_the_change_since_the_last_round_is_shown(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: words that were put in and taken out stand as such beside what the last round asked
    for; evidence that is new, explained anew or taken out is named so.
    """
    enrollment_id, assessor, _ = await assessing.second_round(house, library, NOT_MET)
    browser = await portal.assessor(assessor)
    source = await browser.get(f"/assessing/rounds/{enrollment_id}")
    question = section(source, "question/1")
    assert "<ins> another</ins>" in question
    assert "<ins>Then we wrote it down.</ins>" in question
    assert "Show the log of a whole week." in question  # what was asked for
    assert "Round 1, you:" in question

    detail = section(source, "detail/1.1")
    assert "on this page.<ins> All five days.</ins>" in detail
    assert re.search(r"File 5\.jpg.*?new in this round", detail, re.DOTALL)
    gone = detail[detail.index('class="piece gone"') :]
    assert "File 2.png" in gone
    assert "taken out since the last round" in gone
    assert "File 2.png" not in detail[: detail.index('class="piece gone"')]


async def test_another_assessor_sees_what_was_asked_for_and_by_nobody_by_name(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: an assessor who did not judge the round before meets its feedback and what was met
    as those of "an assessor", with empty marks of their own.
    """
    placed = await stages.judged(house, library)
    enrollment_id = placed.enrollment_id
    second = await house.hire(library)
    await house.submit_all(enrollment_id)
    await house.until_stage(enrollment_id, Stage.OFFERED)
    first = await portal.assessor(placed.assessor)
    await first.post(f"/assessing/offers/{enrollment_id}/decline", round=2, why="away")
    await house.assessor.accept(second.id, enrollment_id)

    browser = await portal.assessor(second)
    source = await browser.get(f"/assessing/rounds/{enrollment_id}")
    assert "Round 1, an assessor:" in browser.text
    assert "Show the log of a whole week." in browser.text
    assert "Met by an assessor in round 1" in browser.text
    assert placed.assessor.name not in source
    assert fields_of(source)["version:detail/1.2"] == "0"


async def test_a_second_round_is_judged_by_what_was_open(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: with the open items met, the page says that everything is met, earlier rounds
    included, and handing in awards the credential.
    """
    enrollment_id, assessor, _ = await assessing.second_round(house, library, ("detail/1.1",))
    await house.assessor.mark_now(assessor.id, enrollment_id, "detail/1.1", MarkKind.MET, "")
    browser = await portal.assessor(assessor)
    judge = f"/assessing/rounds/{enrollment_id}/judge"
    await browser.get(judge)
    assert "proficient. Every item is met, those of the earlier rounds included." in browser.text
    await browser.post(judge, round=2, marks_version=1)
    assert (await house.until_stage(enrollment_id, Stage.ENDED)).ending == "awarded"
    await browser.get(f"/assessing/rounds/{enrollment_id}", status=410)
    assert "This round is done" in browser.text
