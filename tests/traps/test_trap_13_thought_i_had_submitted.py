"""Trap 13: somebody thought that they had submitted, and had only saved.

One act submits; nothing else says "submitted". Its receipt stands on a page and comes by mail, and
a part that is complete and was not handed in is said so wherever its practitioner looks.
"""

from adapters.records.practice_views import PracticeViews
from domain.enrollment import Stage
from domain.submission import Statement
from tests.house import House
from tests.portal.served import Portal
from tests.portal.test_practitioner_writing import hidden

BOTH = [statement.value for statement in Statement]


async def test_saving_and_checking_never_look_like_submitting(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: saved, checked, looked at: each page says that it does not count yet, the home page
    says it first, and there is no receipt; nothing has reached the journey.
    """
    enrollment_id = await house.working(library)
    await house.write(enrollment_id, 3)
    browser, page = await portal.practitioner(enrollment_id), f"/my/{enrollment_id}/parts/3"
    fields = {"version": 1, "then": "check", "text:reflection": "x " * 60}
    await browser.post(page, 303, round=1, **fields)
    for address, said in (
        (page, "It counts only once you submit this part"),
        (f"{page}/check", "It counts only once you submit it"),
        (f"/my/{enrollment_id}", "Part 3 is complete, but you have not submitted it."),
    ):
        await browser.get(address)
        assert said in browser.text
        assert "eceived" not in browser.text.replace("Received by", "")
    source = await browser.get(f"/my/{enrollment_id}")
    assert f'<a class="button large" href="{page}/submit">Submit part 3</a>' in source
    await browser.get(f"{page}/receipt", status=404)
    assert "was not received" in browser.text
    assert (await house.standing(enrollment_id)).parts_in == {}


async def test_submitting_is_one_act_with_a_receipt_on_the_page_and_by_mail(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the press answers with the receipt, a mail says the same, the page says what became
    of that mail, and the nudge is gone.
    """
    enrollment_id = await house.working(library)
    await house.write(enrollment_id, 3)
    browser, page = await portal.practitioner(enrollment_id), f"/my/{enrollment_id}/parts/3"
    source = await browser.get(f"{page}/submit")
    seen = {"round": hidden(source, "round"), "version": hidden(source, "version")}
    leads_to = await browser.post(f"{page}/submit", agreed=BOTH, **seen)
    await browser.get(leads_to)
    assert "Part 3 was received." in browser.text
    assert "Receipt for part 3" in browser.text
    await house.all_settled(enrollment_id)
    (mail,) = await house.notices(enrollment_id, "part_received")
    assert mail.state == "accepted"
    await browser.get(leads_to)
    assert "The same by mail: accepted by the mail server" in browser.text
    await browser.get(f"/my/{enrollment_id}")
    assert "you have not submitted it" not in browser.text
    assert "Receipt for part 3, round 1 accepted by the mail server" in browser.text


async def test_the_nudge_is_for_what_is_complete_and_open_alone(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: nobody is urged to submit what is not complete, was handed in, or is over."""
    enrollment_id = await house.working(library)
    views = PracticeViews(house.database)

    async def nudged() -> list[int]:
        parts = (await views.home(enrollment_id)).parts
        return [part.part for part in parts if part.is_waiting_to_be_submitted]

    assert await nudged() == []
    await house.practitioner.answer(enrollment_id, 1, {"question/1": "Too short."})
    assert await nudged() == []
    await house.write(enrollment_id, 1)
    await house.write(enrollment_id, 2)
    assert await nudged() == [1, 2]
    await house.practitioner.submit(enrollment_id, 1, frozenset(Statement))
    assert await nudged() == [2]
    browser = await portal.practitioner(enrollment_id)
    await browser.post(f"/my/{enrollment_id}/withdraw", is_sure="true")
    await house.until_stage(enrollment_id, Stage.ENDED)
    assert await nudged() == []
