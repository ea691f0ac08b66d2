"""The practitioner's home: every stage and ending in words, and nothing about assessors."""

import re
from datetime import timedelta

import pytest

from adapters.records.practice_values import NoticeSent
from adapters.records.practice_views import PracticeViews
from adapters.records.result_views import ResultViews
from domain.enrollment import ClockKind, Ending, Party, Stage
from domain.notices import NoticeKind, NoticeState
from domain.part_standing import PartState
from domain.policy import Policy
from portal.practitioner.mail_words import mail_line
from portal.practitioner.standing import standing_of
from tests.house import AGREED, OPS, House
from tests.portal.served import Browser, Portal
from tests.portal.statements import counted_statements, statements_of_visits, writes
from tests.workflows import stages

WORDS = {
    Stage.VERIFYING: ("Verify your account", "Thanksgiving|business days"),
    Stage.WORKING: ("Write and submit your three parts", "365 calendar days"),
    Stage.QUEUED: ("being assessed", "12 business days"),
    Stage.OFFERED: ("being assessed", "12 business days"),
    Stage.ASSESSING: ("being assessed", "12 business days"),
    Stage.APPROVING: ("being assessed", "business days"),
    Stage.REVISING: ("Revise what was not met", "60 calendar days"),
    Stage.OUT_OF_ROUNDS: ("rounds are used up", "30 calendar days"),
    Stage.ENDED: ("Congratulations", "See what was met"),
}
"""What the page says first at each stage, and what it says of time or of what to do."""


async def home_of(portal: Portal, enrollment_id: str) -> Browser:
    """Return the practitioner's browser with the home page open."""
    browser = await portal.practitioner(enrollment_id)
    await browser.get(f"/my/{enrollment_id}")
    return browser


@pytest.mark.parametrize("stage", list(WORDS))
async def test_every_stage_is_said_in_words(
    house: House, portal: Portal, library: str, stage: Stage
) -> None:
    """Proves: wherever a journey stands, its practitioner reads what is so, until when and why."""
    placed = await stages.placed_at(house, library, stage)
    browser = await home_of(portal, placed.enrollment_id)
    said, why = WORDS[stage]
    assert said in browser.text
    assert re.search(why, browser.text), browser.text


async def test_whoever_assesses_and_how_that_goes_does_not_show(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: waiting, offered, declined, accepted and judged are one page, letter by letter, but
    for numbers and times; neither the assessor's name nor an offer is on it.
    """
    pages = set()
    placed = await stages.offered(house, library, assessors=2)
    browser = await home_of(portal, placed.enrollment_id)
    pages.add(neutral(browser.text))
    await house.assessor.decline(placed.assessor.id, placed.enrollment_id, OPS)
    await house.until_stage(placed.enrollment_id, Stage.OFFERED)
    await browser.get(f"/my/{placed.enrollment_id}")
    pages.add(neutral(browser.text))
    await house.assessor.accept(placed.assessors[1].id, placed.enrollment_id)
    await browser.get(f"/my/{placed.enrollment_id}")
    pages.add(neutral(browser.text))
    for assessor in placed.assessors:
        assert assessor.name not in browser.text
        assert assessor.address not in browser.text
    queued = await stages.placed_at(house, f"{library}-queued", Stage.QUEUED)
    await house.all_settled(queued.enrollment_id)
    pages.add(neutral((await home_of(portal, queued.enrollment_id)).text))
    assert len(pages) == 1


def neutral(text: str) -> str:
    """Return what a page says without what differs between two people and two minutes."""
    text = re.sub(r"[Ll]earner ?(Nr)?\d+|\be[a-z2-7]{12}\b", "X", text)
    return re.sub(r"\w{3} \d+ \w{3} \d{4}(, \d\d:\d\d)?", "T", text)


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        (Ending.WITHDRAWN, "You withdrew"),
        (Ending.LAPSED, "ran out"),
        (Ending.REFUNDED, "was refunded"),
        (Ending.CLOSED, "This journey is closed"),
    ],
)
async def test_every_ending_says_what_may_come_next(
    house: House, portal: Portal, library: str, ending: Ending, said: str
) -> None:
    """Proves: however a journey ended, its page says so and leads on."""
    enrollment_id = await ENDINGS[ending](house, library)
    await house.until_stage(enrollment_id, Stage.ENDED)
    browser = await home_of(portal, enrollment_id)
    assert said in browser.text
    assert "Look at the catalogue" in browser.text
    assert "Withdraw" not in browser.text
    await browser.get(f"/my/{enrollment_id}/parts/1")
    assert "cannot be written any more" in browser.text or "frozen" in browser.text


async def _withdrawn(house: House, library: str) -> str:
    enrollment_id = await house.working(library)
    await house.practitioner.withdraw(enrollment_id, OPS)
    return enrollment_id


async def _lapsed(house: House, library: str) -> str:
    policy = Policy(working_days=1, grace_days=1, working_reminders=())
    enrollment_id = await house.working(library, policy)
    await house.write(enrollment_id, 1)
    await house.forward(enrollment_id, timedelta(days=5))
    return enrollment_id


async def _refunded(house: House, library: str) -> str:
    enrollment_id = await house.working(library)
    line_id = (await house.row(enrollment_id)).line_id
    order_id = line_id.rpartition("-")[0]
    await house.orders.refund(order_id, (1,), OPS)
    return enrollment_id


async def _closed(house: House, library: str) -> str:
    placed = await stages.placed_at(house, library, Stage.OUT_OF_ROUNDS)
    await house.forward(placed.enrollment_id, timedelta(days=40))
    return placed.enrollment_id


ENDINGS = {
    Ending.WITHDRAWN: _withdrawn,
    Ending.LAPSED: _lapsed,
    Ending.REFUNDED: _refunded,
    Ending.CLOSED: _closed,
}


async def test_the_short_moments_between_have_words(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: before the first entry, with the access mail out or late, in the grace, and between
    the last part and the assessment, a sentence says what is so and that nothing is lost.
    """
    enrollment_id = await house.working(library)
    home = await PracticeViews(house.database).home(enrollment_id)
    assert home.due is not None
    grace = home.due.model_copy(update={"clock": ClockKind.GRACE})
    received = tuple(
        part.model_copy(update={"state": PartState.RECEIVED, "is_open": False})
        for part in home.parts
    )
    for changes, said in (
        ({"stage": None}, "being set up"),
        ({"stage": Stage.VERIFYING, "is_ours_to_act": True}, "our team was told"),
        ({"stage": Stage.GRANTING_ACCESS}, "nothing is left for you to do"),
        ({"stage": Stage.GRANTING_ACCESS, "is_ours_to_act": True}, "longer than we promised"),
        ({"due": grace}, "Your working period is over"),
        ({"parts": received}, "The assessment is opening"),
    ):
        standing = standing_of(home.model_copy(update=changes))
        assert said in f"{standing.title} {' '.join(standing.sentences)}"


async def test_verifying_by_the_button(house: House, portal: Portal, library: str) -> None:
    """Proves: who came by a mail verifies with one press, and pressing twice is harmless."""
    enrollment_id = await house.enrolled(library)
    browser = await home_of(portal, enrollment_id)
    for _ in range(2):
        assert await browser.post(f"/my/{enrollment_id}/verify") == f"/my/{enrollment_id}"
    await house.until_stage(enrollment_id, Stage.WORKING)
    (line,) = [x for x in await house.timeline(enrollment_id) if x.kind == "account_verified"]
    assert line.party == Party.PRACTITIONER


async def test_each_part_is_said_as_it_stands(house: House, portal: Portal, library: str) -> None:
    """Proves: nothing, a draft with its words, complete, and received are told apart."""
    enrollment_id = await house.working(library)
    await house.practitioner.answer(enrollment_id, 1, {"question/1": "Only five words so far."})
    await house.write(enrollment_id, 2)
    await house.write(enrollment_id, 3)
    await house.practitioner.submit(enrollment_id, 3, AGREED)
    view = await PracticeViews(house.database).home(enrollment_id)
    assert [part.state for part in view.parts] == [
        PartState.DRAFT,
        PartState.DRAFT,
        PartState.RECEIVED,
    ]
    assert [part.is_waiting_to_be_submitted for part in view.parts] == [False, True, False]
    assert (view.parts[0].words, view.parts[1].pieces, view.parts[2].words) == (5, 3, 60)
    browser = await home_of(portal, enrollment_id)
    for said in ("5 words, at least 100", "Part 2 is complete, but you have not submitted it"):
        assert said in browser.text
    step = standing_of(view).step
    assert step is not None
    assert step.address == f"/my/{enrollment_id}/parts/2/submit"


async def test_mails_say_what_became_of_them(house: House, portal: Portal, library: str) -> None:
    """Proves: accepted and bounced stand in plain words; a bounce asks for the address; mails to
    others, and those that were never sent, are not listed.
    """
    enrollment_id = await house.working(library)
    await house.all_settled(enrollment_id)
    browser = await home_of(portal, enrollment_id)
    assert "Your access to the portal accepted by the mail server" in browser.text
    (access,) = await house.notices(enrollment_id, "access")
    await house.ops.bounced(access.id, "550 no such mailbox")
    await browser.get(f"/my/{enrollment_id}")
    assert "came back" in browser.text
    assert "Is this address still right?" in browser.text
    assert "no such mailbox" not in browser.text


@pytest.mark.parametrize("state", list(NoticeState))
async def test_every_state_of_a_mail_has_words(state: NoticeState) -> None:
    """Proves: no mail is listed with a word of the engine."""
    notice = NoticeSent(kind=NoticeKind.PART_RECEIVED, state=state, at=OPS.at, part=2, round=1)
    line = mail_line(notice)
    assert line.about == "Receipt for part 2, round 1"
    assert state.value not in {line.became}


async def test_looking_writes_nothing_and_asks_little(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: no page of a practitioner writes, and each is a handful of queries in round 2 as in
    round 1 (traps 10 and 24).
    """
    first = (await stages.placed_at(house, library, Stage.WORKING)).enrollment_id
    second = (await stages.placed_at(house, f"{library}-2", Stage.REVISING)).enrollment_id
    await house.all_settled(second)
    practices, results = PracticeViews(house.database), ResultViews(house.database)
    for enrollment_id in (first, second):
        with counted_statements(house.database) as of_home:
            await practices.home(enrollment_id)
        with counted_statements(house.database) as of_part:
            await practices.part(enrollment_id, 1)
        with counted_statements(house.database) as of_result:
            await results.result(enrollment_id)
        assert (len(of_home), len(of_part), len(of_result)) == (9, 6, 8)
    browser = await portal.practitioner(second)
    with statements_of_visits(house.database) as seen:
        for page in ("", "/parts/1", "/parts/2", "/result", "/withdraw", "/address"):
            await browser.get(f"/my/{second}{page}")
        for part in (1, 2, 3):
            for name in ("check", "submit", "versions"):
                await browser.get(f"/my/{second}/parts/{part}/{name}")
            await browser.get(f"/my/{second}/parts/{part}/receipt?round=1")
    assert len(seen) > 18  # every page asked something
    assert writes(seen) == []


async def test_what_a_page_writes_would_be_seen(house: House, portal: Portal, library: str) -> None:
    """Proves: the eye of the test above is open: saving a draft is seen as the writing it is."""
    enrollment_id = (await stages.placed_at(house, library, Stage.WORKING)).enrollment_id
    browser = await portal.practitioner(enrollment_id)
    with statements_of_visits(house.database) as seen:
        answers = {"question/1": "How we began.", "question/2": ""}
        sent = {"round": 1, "version": 0, "answers": answers}
        await browser.send("PUT", f"/my/{enrollment_id}/parts/1/draft", sent)
    assert writes(seen)
