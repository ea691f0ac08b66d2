"""What the engine stores can be shown to anybody: no name, address or free text is in it.

Played with a person who left traces wherever a person can; then everything that the engine keeps
about it is read back, decoded, and searched for every trace.
"""

import base64
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from temporalio.api.workflowservice.v1 import DescribeActivityExecutionRequest
from temporalio.client import Client

from activities.contracts import NoticeRef
from domain.assessment import MarkKind
from domain.assignment import NobodyToReassign
from domain.enrollment import Stage
from domain.grounds import Grounds, grounds
from domain.locators import Page
from domain.order_form import LearnerLine, OrderForm
from domain.policy import Approval, Policy
from tests import artifacts
from tests.house import AGREED, ENTRY, Assessor, House
from tests.smtp_servers import At
from tests.waiting import eventually
from workflows.names import intake_id, journey_id

QUEUE_OF_NOBODY = "nobody-listens-here"

NAME, OLD_NAME = "Quillon Vesterhågen", "quillon.vesterhagen"
ADDRESS = f"{OLD_NAME}@brackwater.example.org"
NEW_ADDRESS = "q.v.moved@tarnfield.example.org"
SCHOOL = "Brackwater Academy"
PAYER, PAYER_ADDRESS = "Odalys Pemberwick", "accounts@pemberwick.example.org"
DISTRICT, PURCHASE_ORDER = "Tarnfield District", "PO-MARIGOLD-77"
ANSWER = "Wednesdayish gatherings with counsellor Ambrosine"
EXPLANATION = "Page one shows the rota that Ambrosine signed"
FILE_NAME = "vesterhagen-rota-final.pdf"
FEEDBACK = "The rota lacks a fortnight; ask Ambrosine"
ASSESSOR_SCHOOL = "Larkhollow Preparatory"
REASONS = {
    deed: f"{deed}, because of what {witness} said"
    for deed, witness in {
        "verified": "Bartolomea",
        "declined": "Cassiopeio",
        "recused": "Demelzara",
        "extended": "Eudoraline",
        "passed back": "Fitzgeralda",
        "confirmed": "Gwendolynne",
        "settled": "Hieronyma",
        "reassigned": "Ignatzine",
        "moved": "Jacquetta",
    }.items()
}
OFFICER = "Thaddea Okonquist"
PERSONAL = (
    *(NAME, OLD_NAME, ADDRESS, NEW_ADDRESS, SCHOOL, PAYER, PAYER_ADDRESS, DISTRICT),
    *(PURCHASE_ORDER, ANSWER, EXPLANATION, FILE_NAME, FEEDBACK, ASSESSOR_SCHOOL, OFFICER),
    *("Vesterh", "Ambrosine", "Pemberwick", "Brackwater", "Tarnfield", "Larkhollow"),
    *REASONS.values(),
    *(reason.rpartition(" ")[0].rpartition(" ")[2] for reason in REASONS.values()),
)


def because(deed: str) -> Grounds:
    """Return the grounds of a deed, in words that name somebody."""
    return grounds(REASONS[deed], OFFICER, datetime.now(UTC))


def words_in(content: object) -> Iterator[str]:
    """Yield everything that is written in a message of the engine, payloads decoded."""
    if isinstance(content, dict):
        if "data" in content and "metadata" in content:
            yield base64.b64decode(content["data"]).decode(errors="replace")
        for key, each in content.items():
            yield key
            yield from words_in(each)
    elif isinstance(content, list):
        for each in content:
            yield from words_in(each)
    else:
        yield str(content)


def everything_in(message: Message) -> str:
    """Return all words of a message."""
    return "\n".join(words_in(MessageToDict(message)))


async def kept_about_workflow(client: Client, workflow_id: str) -> str:
    """Return everything that the engine keeps about a workflow: history, memo, attributes, id."""
    handle = client.get_workflow_handle(workflow_id)
    description = everything_in((await handle.describe()).raw_description)
    events = [everything_in(event) async for event in handle.fetch_history_events()]
    return "\n".join([description, *events])


async def kept_about_activity(client: Client, activity_id: str) -> str:
    """Return everything that the engine keeps about an activity: input, outcome, failure, beats."""
    return everything_in(
        await client.workflow_service.describe_activity_execution(
            DescribeActivityExecutionRequest(
                namespace=client.namespace,
                activity_id=activity_id,
                include_input=True,
                include_outcome=True,
                include_heartbeat_details=True,
                include_last_failure=True,
            )
        )
    )


async def activity_ids(client: Client, about: set[str], at_least: int) -> list[str]:
    """Return the activities outside of workflows that name one of these ids, once listed."""
    found: list[str] = []

    async def are_listed() -> bool:
        found[:] = [
            each.activity_id
            async for each in client.list_activities("")
            if about & set(each.activity_id.split("/"))
        ]
        return len(found) >= at_least

    await eventually(are_listed)
    return found


def found_in(kept: str, needles: tuple[str, ...]) -> list[str]:
    """Return which of ``needles`` are there, in whatever case."""
    folded = kept.casefold()
    return [needle for needle in needles if needle.casefold() in folded]


async def ordered(house: House, library: str, number: str) -> tuple[str, str]:
    """Order for one learner on a school's form, settled a while later."""
    await house.publish(library)
    desk = house.order_desk(Policy(approval=Approval.ALWAYS))
    line = LearnerLine(
        line_number=2,
        name=NAME,
        address=ADDRESS,
        organization=SCHOOL,
        library=library,
        slug=ENTRY.slug,
    )
    form = OrderForm(
        payer_name=PAYER,
        payer_address=PAYER_ADDRESS,
        payer_organization=DISTRICT,
        purchase_order=PURCHASE_ORDER,
        lines=(line,),
    )
    order_id = await desk.take_order_form(form, number, is_settled=False)
    await desk.settle(order_id, because("settled"))
    return order_id, await house.enrollment_of(order_id)


async def submitted(house: House, enrollment_id: str) -> None:
    """Write whatever is open, with a file of a telling name, and hand it in."""

    async def chunks() -> AsyncIterator[bytes]:
        yield artifacts.pdf(2)

    work = await house.parts.open_work(enrollment_id)
    for part in sorted({item.part for item in work.items if item.key in work.open_keys}):
        keys = [i.key for i in work.items if i.part == part and i.key in work.open_keys]
        if part == 2:
            artifact = await house.practitioner.upload(enrollment_id, FILE_NAME, chunks())
            for key in keys:
                await house.practitioner.point_at(
                    enrollment_id, key, artifact.id, Page(number=1), EXPLANATION
                )
        else:
            answers = dict.fromkeys(keys, f"{ANSWER}. " * 20)
            await house.practitioner.answer(enrollment_id, part, answers)
        await house.practitioner.submit(enrollment_id, part, AGREED)


async def holder(house: House, enrollment_id: str) -> str:
    """Return the assessor to whom the open round is offered."""
    await house.until_stage(enrollment_id, Stage.OFFERED)
    offer = (await house.standing(enrollment_id)).offer
    assert offer is not None
    return offer.assessor_id


async def judged(
    house: House, assessor_id: str, enrollment_id: str, missed: str, decision: str
) -> None:
    """Mark every open item, judge, and let the approver decide."""
    sheet = await house.assessor.sheet(assessor_id, enrollment_id)
    for item in sheet.open_items:
        kind = MarkKind.NOT_MET if item == missed else MarkKind.MET
        await house.assessor.mark_now(assessor_id, enrollment_id, item, kind, FEEDBACK)
    await house.assessor.judge(assessor_id, enrollment_id)
    version = (await house.assessor.sheet(assessor_id, enrollment_id)).marks_version
    await house.assessor.decide_approval(
        enrollment_id,
        sheet.round,
        version,
        because(decision),
        is_confirmed=decision == "confirmed",
    )


async def assessed_by_the_third(house: House, enrollment_id: str) -> str:
    """Decline, recuse, a refused reassignment; returns who judged, after being passed back."""
    first = await holder(house, enrollment_id)
    await house.assessor.decline(first, enrollment_id, because("declined"))
    second = await holder(house, enrollment_id)
    await house.assessor.accept(second, enrollment_id)
    await house.assessor.recuse(second, enrollment_id, because("recused"))
    third = await holder(house, enrollment_id)
    with pytest.raises(NobodyToReassign):
        await house.ops.reassign(enrollment_id, 1, because("reassigned"), first)
    await house.assessor.accept(third, enrollment_id)
    await judged(house, third, enrollment_id, "detail/1.2", "passed back")
    await house.until_stage(enrollment_id, Stage.ASSESSING)
    await judged(house, third, enrollment_id, "detail/1.2", "confirmed")
    await house.until_stage(enrollment_id, Stage.REVISING)
    return third


async def awarded(house: House, library: str, number: str) -> tuple[str, str, list[Assessor]]:
    """Play a journey of two rounds in which everybody leaves words behind."""
    assessors = [await house.hire(library, organization=ASSESSOR_SCHOOL) for _ in range(3)]
    house.smtp.expect(At.RECIPIENT, f"450 4.2.1 {NEW_ADDRESS} {ADDRESS} {NAME} is busy")
    house.smtp.expect(At.END, *[f"250 2.0.0 kept for {NEW_ADDRESS} and {PAYER_ADDRESS}"] * 4)
    order_id, enrollment_id = await ordered(house, library, number)
    await house.until_stage(enrollment_id, Stage.VERIFYING)
    await house.ops.correct_address(enrollment_id, NEW_ADDRESS, because("moved"))
    await house.practitioner.verify(enrollment_id, because("verified"))
    await house.until_stage(enrollment_id, Stage.WORKING)
    await submitted(house, enrollment_id)
    judge = await assessed_by_the_third(house, enrollment_id)
    await house.ops.extend(enrollment_id, 3, because("extended"))
    await submitted(house, enrollment_id)
    await house.until_stage(enrollment_id, Stage.OFFERED)
    await house.assessor.accept(judge, enrollment_id)
    await judged(house, judge, enrollment_id, "", "confirmed")
    await house.until_stage(enrollment_id, Stage.ENDED)
    return order_id, enrollment_id, assessors


async def test_the_engine_keeps_no_name_and_no_word_of_anybody(house: House, library: str) -> None:
    """Proves: histories, inputs, results, failures, ids and search attributes of a journey of
    two rounds, its order and everything that was done for them hold no name, address, organization,
    answer, explanation, feedback, reason or file name, even when a mail server
    repeats an address in its replies.
    """
    number = f"form-{library}"
    order_id, enrollment_id, assessors = await awarded(house, library, number)
    notices = [*await house.all_settled(enrollment_id), *await house.all_settled(order_id)]
    assert any(NEW_ADDRESS in notice.reply for notice in notices)
    files = {artifact.id for artifact in await house.parts.artifacts(enrollment_id)}
    about = {enrollment_id, *files, *(notice.id for notice in notices)}
    activities = await activity_ids(house.client, about, at_least=len(notices) + len(files))

    kept = [
        await kept_about_workflow(house.client, journey_id(enrollment_id)),
        await kept_about_workflow(house.client, intake_id("form", number)),
        *[await kept_about_activity(house.client, each) for each in activities],
    ]
    theirs = tuple(words for each in assessors for words in (each.name, each.address))
    assert found_in("\n".join(kept), (*PERSONAL, *theirs)) == []
    assert enrollment_id in kept[0]
    assert "detail/1.2" in kept[0]


@pytest.mark.parametrize("needle", [NAME, ADDRESS, FEEDBACK])
async def test_the_search_finds_what_is_planted(house: House, library: str, needle: str) -> None:
    """Proves: the test above can fail: the same words in the input of a workflow or of an activity
    are found, whatever the engine does to keep them.
    """
    workflow_id = f"planted/{library}"
    planted = NoticeRef(notice_id=f"of {needle}")
    workflow = await house.client.start_workflow(
        "CredentialJourney", planted, id=workflow_id, task_queue=QUEUE_OF_NOBODY
    )
    activity = await house.client.start_activity(
        "send_notice",
        planted,
        id=workflow_id,
        task_queue=QUEUE_OF_NOBODY,
        start_to_close_timeout=timedelta(minutes=1),
    )
    try:
        assert found_in(await kept_about_workflow(house.client, workflow_id), PERSONAL)
        assert found_in(await kept_about_activity(house.client, workflow_id), (needle,))
    finally:
        await workflow.terminate()
        await activity.terminate()
