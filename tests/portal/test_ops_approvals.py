"""Approvals: a judgement is confirmed or passed back by somebody who does not know whose it is."""

from collections.abc import Sequence

from domain.enrollment import Stage
from domain.notices import NoticeKind
from tests.house import House
from tests.portal.pressing import hidden, press, said
from tests.portal.served import Portal
from tests.workflows.stages import APPROVED, judged


def nowhere(source: str, words: Sequence[str]) -> bool:
    """Whether none of these words stands anywhere on a page."""
    return not any(word and word in source for word in words)


async def test_an_approver_confirms_a_judgement(house: House, portal: Portal, library: str) -> None:
    """Proves: the mail's link leads past the sign-in to the judgement, with every mark, its
    feedback and the work; the page names nobody and no school; confirming tells the practitioner.
    """
    placed = await judged(house, library, policy=APPROVED)
    journey = placed.enrollment_id
    link = portal.site.links.link("approvals", "ops", journey).removeprefix(portal.url)
    stranger = portal.browser()
    address = f"/ops/approvals/{journey}"
    await stranger.client.get(link)
    answer = await stranger.client.get(link)
    assert answer.headers["location"] == address
    await stranger.get(address, status=401)

    ops = await portal.operations()
    source = await ops.get(address)
    assert "not yet: 1 item not met" in ops.text
    assert "Show the log of a whole week." in ops.text
    assert "word word word" in ops.text
    assert "File 1.pdf" in ops.text
    learner = await house.learner_of(journey)
    assert nowhere(source, (learner.name, learner.address, learner.organization, "plan.pdf"))
    file = await ops.client.get(f"{address}/files/1")
    assert (file.status_code, file.headers["content-type"]) == (200, "application/pdf")
    await ops.client.get(f"{address}/files/99")

    fields = hidden(source, 'aria-labelledby="approve-title"')
    leads_to = await press(ops, address, fields, "I agree.")
    await press(ops, address, fields, "I agree.")
    assert "The judgement is confirmed" in await said(ops, leads_to)
    await house.until_stage(journey, Stage.REVISING)
    assert len(await house.notices(journey, NoticeKind.NOT_YET)) == 1
    await ops.get(address)
    assert "Nothing to approve" in ops.text
    assert (await ops.client.get(f"{address}/files/1")).status_code == 404


async def test_an_approver_passes_a_judgement_back(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: passing back needs a note, which the assessor reads; the practitioner hears nothing;
    deciding on a judgement that is gone is refused.
    """
    placed = await judged(house, library, policy=APPROVED)
    journey, address = placed.enrollment_id, f"/ops/approvals/{placed.enrollment_id}"
    ops = await portal.operations()
    source = await ops.get(address)
    confirm = hidden(source, 'aria-labelledby="approve-title"')
    fields = hidden(source, 'aria-labelledby="pass_back-title"')
    await press(ops, address, fields, "", status=422)
    assert "No reason is given." in ops.text
    await press(ops, address, fields, "Look at detail 1.2 again.")
    await house.until_stage(journey, Stage.ASSESSING)
    await house.all_settled(journey)
    (passed,) = await house.notices(journey, NoticeKind.PASSED_BACK)
    letter = await ops.get(f"/ops/journeys/{journey}/letters/{passed.id}")
    assert "Look at detail 1.2 again." in letter
    assert await house.notices(journey, NoticeKind.NOT_YET) == []
    await press(ops, address, confirm, "I agree.", status=409)
    assert "Nothing to approve" in ops.text
