"""Assessing without scripts: marks, both texts, judgement, stepping back."""

import pytest

from domain.assessment import MOST_FEEDBACK, Mark, MarkKind, Obstacle
from domain.assignment import AssignmentState
from domain.enrollment import Stage
from domain.grounds import grounds
from domain.policy import Approval, Policy
from portal.site import now
from tests.house import ITEMS, House
from tests.portal.served import Portal
from tests.portal.sheets import fields_of, save
from tests.portal.test_assessor_work import assignments_of
from tests.workflows import stages

OPEN = "detail/1.2"


async def marks_of(house: House, assessor_id: str, enrollment_id: str) -> dict[str, Mark]:
    """Return what an assessor has marked."""
    sheet = await house.marks.sheet(assessor_id, enrollment_id)
    return {mark.item: mark for mark in sheet.marks}


async def test_a_whole_round_is_assessed_without_scripts(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: with forms alone every item is marked, words before the mark are kept, the page
    that hands in says what is missing and then what it comes to, the judgement is recorded, and
    the practitioner is told with the obstacle.
    """
    placed = await stages.accepted(house, library)
    enrollment_id = placed.enrollment_id
    browser = await portal.assessor(placed.assessor)
    leads_to = await save(
        browser, enrollment_id, {f"feedback:{OPEN}": "Which\r\nweek?", "at": OPEN}
    )
    assert leads_to == f"/assessing/rounds/{enrollment_id}#item-detail-1-2"
    kept = (await marks_of(house, placed.assessor.id, enrollment_id))[OPEN]
    assert (kept.kind, kept.feedback) == (None, "Which\nweek?")

    others = {f"kind:{item}": "met" for item in ITEMS if item != OPEN}
    await save(browser, enrollment_id, others)
    source = await browser.get(f"/assessing/rounds/{enrollment_id}/judge")
    assert "Detail 1.2 has no mark" in browser.text
    assert "marks_version" not in source

    await save(
        browser,
        enrollment_id,
        {f"kind:{OPEN}": "unscorable", f"obstacle:{OPEN}": "no_sound"},
    )
    source = await browser.get(f"/assessing/rounds/{enrollment_id}/judge")
    assert "The judgement will be: not yet. 1 of 6 items opens again" in browser.text
    assert "unscorable: no sound" in browser.text
    version = source.split('name="marks_version" value="')[1].split('"')[0]
    judge = f"/assessing/rounds/{enrollment_id}/judge"
    assert await browser.post(judge, round=1, marks_version=version) == "/assessing"
    await browser.get("/assessing")
    assert "Handed in: not yet." in browser.text
    await house.until_stage(enrollment_id, Stage.REVISING)
    (assignment,) = await assignments_of(house, enrollment_id)
    assert assignment.state == AssignmentState.COMPLETED
    await house.all_settled(enrollment_id)
    (told,) = await house.notices(enrollment_id, "not_yet")
    letter = next(each.body for each in house.smtp.received if f"<{told.id}@".encode() in each.body)
    assert b"Detail 1.2: unscorable: no sound" in letter


async def test_feedback_that_is_missing_is_named_before_handing_in(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: not met without words is no judgement: the page says where, and a form that is sent
    all the same is refused.
    """
    placed = await stages.accepted(house, library)
    browser = await portal.assessor(placed.assessor)
    marks = {f"kind:{item}": "met" for item in ITEMS} | {f"kind:{OPEN}": "not_met"}
    await save(browser, placed.enrollment_id, marks)
    judge = f"/assessing/rounds/{placed.enrollment_id}/judge"
    await browser.get(judge)
    assert "Detail 1.2 is not met and needs feedback" in browser.text
    await browser.post(judge, status=422, round=1, marks_version=6)
    assert (await house.row(placed.enrollment_id)).stage == Stage.ASSESSING


async def test_two_windows_show_both_texts_and_lose_neither(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: what one window saved is not overwritten by another one that is older: the page
    shows both texts, saves what the two do not dispute, and saving again keeps the reader's own
    (trap 9). What a window did not touch is no dispute.
    """
    placed = await stages.accepted(house, library)
    enrollment_id, address = placed.enrollment_id, f"/assessing/rounds/{placed.enrollment_id}"
    first, second = [await portal.assessor(placed.assessor) for _ in range(2)]
    older = fields_of(await second.get(address))
    await save(
        first,
        enrollment_id,
        {
            f"kind:{OPEN}": "not_met",
            f"feedback:{OPEN}": "First window.",
            "kind:question/1": "met",
        },
    )
    mine = {f"kind:{OPEN}": "met", f"feedback:{OPEN}": "Second window.", "kind:question/2": "met"}
    source = await second.post(address, 409, **older | mine)
    assert "Saved meanwhile in another window" in second.text
    for said in ("First window.", "Second window.", "Not everything was saved"):
        assert said in second.text
    kept = await marks_of(house, placed.assessor.id, enrollment_id)
    assert kept[OPEN].feedback == "First window."
    assert {kept["question/1"].kind, kept["question/2"].kind} == {MarkKind.MET}

    await second.post(address, 303, **fields_of(source))
    kept = await marks_of(house, placed.assessor.id, enrollment_id)
    assert (kept[OPEN].kind, kept[OPEN].feedback) == (MarkKind.MET, "Second window.")


@pytest.mark.parametrize(
    ("feedback", "said"),
    [("x" * (MOST_FEEDBACK + 1), "too long"), ("See \u202ehere", "hidden control character")],
)
async def test_feedback_that_cannot_be_kept_is_refused_at_its_field(
    house: House, portal: Portal, library: str, feedback: str, said: str
) -> None:
    """Proves: text that is refused stays in its field with a sentence beside it, and everything
    else of the form is saved.
    """
    placed = await stages.accepted(house, library)
    browser = await portal.assessor(placed.assessor)
    source = await save(
        browser,
        placed.enrollment_id,
        {f"feedback:{OPEN}": feedback, "kind:reflection": "met"},
        status=422,
    )
    assert said in browser.text
    assert fields_of(source)[f"feedback:{OPEN}"] == feedback
    assert set(await marks_of(house, placed.assessor.id, placed.enrollment_id)) == {"reflection"}


async def test_a_judgement_is_of_the_marks_that_were_seen(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a mark that is changed in another window after the summary was opened is not handed
    in unseen; the summary is shown anew. A form of another round does nothing.
    """
    placed = await stages.accepted(house, library)
    await house.marked(placed.assessor, placed.enrollment_id)
    seen = (await house.marks.sheet(placed.assessor.id, placed.enrollment_id)).marks_version
    browser = await portal.assessor(placed.assessor)
    judge = f"/assessing/rounds/{placed.enrollment_id}/judge"
    await house.assessor.mark_now(
        placed.assessor.id, placed.enrollment_id, OPEN, MarkKind.NOT_MET, "On second thoughts."
    )
    await browser.post(judge, status=409, round=1, marks_version=seen)
    assert "a mark was changed after this page was made" in browser.text
    assert "On second thoughts." in browser.text
    await browser.post(judge, status=409, round=2, marks_version=seen + 1)
    assert (await house.row(placed.enrollment_id)).stage == Stage.ASSESSING


async def test_what_an_approver_passed_back_comes_with_the_note(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: while the approver looks, the marks can be read and not changed; passed back, the
    note stands on the page and the marks are open again.
    """
    placed = await stages.judged(house, library, policy=Policy(approval=Approval.ALWAYS))
    enrollment_id, address = placed.enrollment_id, f"/assessing/rounds/{placed.enrollment_id}"
    browser = await portal.assessor(placed.assessor)
    await browser.get("/assessing")
    assert "handed in with the approver" in browser.text
    source = await browser.get(address)
    assert "You have handed this round in" in browser.text
    assert "<textarea" not in source
    late = {
        "round": "1",
        f"version:{OPEN}": "1",
        f"kind:{OPEN}": "met",
        f"feedback:{OPEN}": "Late.",
    }
    await browser.post(address, 409, **late)
    assert "Late." in browser.text  # the words are given back

    because = grounds("Detail 1.2 looks met to me.", "Rita Approver", now())
    await house.assessor.decide_approval(enrollment_id, 1, 1, because, is_confirmed=False)
    await house.until_stage(enrollment_id, Stage.ASSESSING)
    await browser.get(address)
    assert "Detail 1.2 looks met to me." in browser.text
    await save(browser, enrollment_id, {f"kind:{OPEN}": "met"})


async def test_stepping_back_keeps_the_marks_and_gives_the_round_on(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: with a reason the round goes to the next assessor, what was marked is kept and can
    be read by who wrote it; the round itself is closed to them, and the next one starts afresh.
    """
    placed = await stages.accepted(house, library, assessors=2)
    enrollment_id, address = placed.enrollment_id, f"/assessing/rounds/{placed.enrollment_id}"
    browser = await portal.assessor(placed.assessor)
    await save(browser, enrollment_id, {f"kind:{OPEN}": "not_met", f"feedback:{OPEN}": "Kept?"})
    open_page = fields_of(await browser.get(address))
    await browser.get(f"{address}/recuse")
    await browser.post(f"{address}/recuse", status=422, round=1, why="other")
    await browser.post(f"{address}/recuse", round=1, why="conflict")
    await house.until_stage(enrollment_id, Stage.OFFERED)

    await browser.get(address, status=410)
    assert "You stepped back from this round" in browser.text
    await browser.get(f"{address}/judge", status=410)
    await browser.get(f"{address}/files/1", status=403)
    await browser.post(address, 409, **open_page | {f"feedback:{OPEN}": "More words."})
    assert "More words." in browser.text  # not saved, and given back
    left = next(
        each
        for each in await assignments_of(house, enrollment_id)
        if each.assessor_id == placed.assessor.id
    )
    await browser.get(f"/assessing/done/{left.id}")
    assert "Kept?" in browser.text

    await house.assessor.accept(placed.assessors[1].id, enrollment_id)
    next_one = await portal.assessor(placed.assessors[1])
    source = await next_one.get(address)
    assert "Kept?" not in source
    assert fields_of(source)[f"version:{OPEN}"] == "0"


async def test_a_mark_of_a_script_carries_round_and_version(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a script's save is answered with the new version; one that is based on an older
    version, or on another round, is refused, with what was saved meanwhile (traps 9 and 10).
    """
    placed = await stages.accepted(house, library)
    browser = await portal.assessor(placed.assessor)
    address = f"/assessing/rounds/{placed.enrollment_id}/marks/{OPEN}"
    sent = {"round": 1, "version": 0, "kind": "unscorable", "obstacle": "no_sound", "feedback": "?"}
    answer = await browser.send("PUT", address, sent)
    assert (answer["version"], answer["marks_version"]) == (1, 1)
    refused = await browser.send("PUT", address, sent | {"feedback": "other"}, status=409)
    assert refused["code"] == "stale_version"
    assert refused["points"] == [
        {
            "item": OPEN,
            "kind": "unscorable",
            "feedback": "?",
            "obstacle": Obstacle.NO_SOUND,
            "version": 1,
        }
    ]
    stale = await browser.send("PUT", address, sent | {"round": 2, "version": 1}, status=409)
    assert stale["code"] == "stale_round"
    for wrong in ({"kind": "good"}, {"version": -1}, {"extra": 1}):
        await browser.send("PUT", address, sent | wrong, status=422)
    unknown = f"/assessing/rounds/{placed.enrollment_id}/marks/detail/9.9"
    assert (await browser.send("PUT", unknown, sent, status=422))["code"] == "unknown_item"

    stranger = await portal.assessor(await house.hire(library))
    await stranger.send("PUT", address, sent, status=404)
    assert len(await marks_of(house, placed.assessor.id, placed.enrollment_id)) == 1
