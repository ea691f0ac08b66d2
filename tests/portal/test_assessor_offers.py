"""Offers: looking changes nothing, every answer is about the round that was seen."""

from datetime import timedelta

from domain.assignment import AssignmentState
from domain.enrollment import Stage
from domain.grounds import grounds
from portal.site import now
from tests.house import OPS, House
from tests.portal import assessing
from tests.portal.everything import everything
from tests.portal.served import Portal
from tests.portal.test_assessor_work import assignments_of
from tests.workflows import stages


async def test_looking_at_an_offer_changes_nothing(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: opening the offer, also by the link in the mail and many times, leaves every record
    as it was; only a button answers (trap 19).
    """
    placed = await stages.offered(house, library)
    browser = await portal.assessor(placed.assessor)
    link = portal.site.links.link("offers", placed.assessor.id, placed.enrollment_id)
    before = await everything(house.database, placed.enrollment_id)
    for _ in range(3):
        await browser.get(f"/assessing/offers/{placed.enrollment_id}")
        await portal.browser().get(link)
    assert await everything(house.database, placed.enrollment_id) == before
    assert await house.assessor.offers(placed.assessor.id)


async def test_an_offer_says_what_is_asked_and_until_when(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: items, words, files with their measures, a rough time, until when to answer, and
    until when to assess if it is accepted now: the very time that accepting then sets.
    """
    assessor = await house.hire(library)
    enrollment_id, _ = await assessing.handed_in(house, library)
    await house.until_stage(enrollment_id, Stage.OFFERED)
    browser = await portal.assessor(assessor)
    await browser.get(f"/assessing/offers/{enrollment_id}")
    for said in (
        *("6 items", "2 answers, 120 words", "3 details with evidence", "1 answer, 60 words"),
        *("4 (", "12 pages", "9 slides", "0:04 of recordings", "led to 4 places"),
        *("roughly 25 minutes", "Answer by", "+ 2 business days", "+ 10 business days"),
    ):
        assert said in browser.text, said
    promised = browser.text.split("Assess by ")[1].split(", if you accept now")[0]

    await browser.post(f"/assessing/offers/{enrollment_id}/accept", round=1)
    await browser.get(f"/assessing/rounds/{enrollment_id}")
    assert f"Due: {promised}" in browser.text


async def test_a_round_is_accepted_once_and_the_link_then_leads_on(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: pressing twice is harmless, and the offer's address leads to the round from then
    on; a stranger to the round meets "no such round" everywhere.
    """
    placed = await stages.offered(house, library)
    enrollment_id = placed.enrollment_id
    browser = await portal.assessor(placed.assessor)
    accept = f"/assessing/offers/{enrollment_id}/accept"
    for _ in range(2):
        assert await browser.post(accept, round=1) == f"/assessing/rounds/{enrollment_id}"
    (assignment,) = await assignments_of(house, enrollment_id)
    assert assignment.state == AssignmentState.ACCEPTED
    await browser.get(f"/assessing/offers/{enrollment_id}", status=303)
    await browser.get(f"/assessing/rounds/{enrollment_id}")

    stranger = await portal.assessor(await house.hire(library))
    for address in (f"offers/{enrollment_id}", f"rounds/{enrollment_id}", "rounds/e-nobody"):
        await stranger.get(f"/assessing/{address}", status=404)
        assert "no such round among yours" in stranger.text
    await stranger.post(accept, status=404, round=1)


async def test_a_declined_offer_goes_on_with_its_reason(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a conflict of interest is declined with its kind of reason in the assessor's name,
    the next one is offered, and the page then says kindly that it is over.
    """
    placed = await stages.offered(house, library, assessors=2)
    browser = await portal.assessor(placed.assessor)
    address = f"/assessing/offers/{placed.enrollment_id}"
    await browser.post(f"{address}/decline", status=422, round=1, why="other", words=" ")
    assert "Choose why you cannot" in browser.text
    await browser.post(f"{address}/decline", round=1, why="conflict", words="We taught together.")
    view = await portal.site.desks.views.journey(placed.enrollment_id)
    assert [
        (line.by, line.why)
        for line in view.timeline
        if line.what == "assignment_ended" and line.facts["outcome"] == "declined"
    ] == [
        (
            placed.assessor.name,
            "Conflict of interest: I believe that I know whose work this is. We taught together.",
        )
    ]
    await browser.get(address, status=410)
    assert browser.text.count("You declined this offer") == 2  # title and heading
    await browser.post(f"{address}/accept", status=410, round=1)
    next_one = await portal.assessor(placed.assessors[1])
    await next_one.get(address)


async def test_an_offer_that_lapsed_or_is_no_longer_needed_says_so(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: whoever answers too late, or an offer whose enrollment was withdrawn, meets a page
    that says what became of it and that nothing is left to do.
    """
    placed = await stages.offered(house, library, assessors=2)
    address = f"/assessing/offers/{placed.enrollment_id}"
    due = (await house.row(placed.enrollment_id)).waiting_until
    assert due is not None
    await house.forward_to(placed.enrollment_id, due + timedelta(seconds=1))
    await house.all_settled(placed.enrollment_id)
    late = await portal.assessor(placed.assessor)
    await late.get(address, status=410)
    assert "No answer had come by its time" in late.text
    await late.post(f"{address}/accept", status=410, round=1)

    await house.practitioner.withdraw(placed.enrollment_id, OPS)
    await house.until_stage(placed.enrollment_id, Stage.ENDED)
    second = await portal.assessor(placed.assessors[1])
    await second.get(address, status=410)
    assert "no longer needed" in second.text


async def test_an_answer_is_about_the_round_that_was_seen(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a form of round 1 that is sent when round 2 is offered neither accepts nor declines
    round 2 (trap 10).
    """
    placed = await stages.judged(house, library)
    await house.submit_all(placed.enrollment_id)
    await house.until_stage(placed.enrollment_id, Stage.OFFERED)
    browser = await portal.assessor(placed.assessor)
    address = f"/assessing/offers/{placed.enrollment_id}"
    await browser.get(address)
    assert "You assessed an earlier round of this work" in browser.text
    assert "5 more were met in an earlier round" in browser.text
    await browser.post(f"{address}/accept", status=409, round=1)
    await browser.post(f"{address}/decline", status=409, round=1, why="away")
    (offer,) = await house.assessor.offers(placed.assessor.id)
    assert (offer.round, offer.state) == (2, AssignmentState.OFFERED)
    await browser.post(f"{address}/accept", round=2)


async def test_an_offer_taken_over_by_operations_is_over_for_the_first(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a round that operations gave to somebody else cannot be accepted from an open page
    of the first one, and its link says what happened.
    """
    placed = await stages.offered(house, library, assessors=2)
    browser = await portal.assessor(placed.assessor)
    address = f"/assessing/offers/{placed.enrollment_id}"
    await browser.get(address)
    because = grounds("is away, as we hear", "operations", now())
    await house.ops.reassign(placed.enrollment_id, 1, because, placed.assessors[1].id)
    await browser.post(f"{address}/accept", status=410, round=1)
    assert "given to somebody else" in browser.text
