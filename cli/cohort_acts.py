"""What practitioners and assessors of the sample cohort do in their journeys.

Each act may be repeated, and does nothing where the journey has gone past it.
"""

from cli.cohort_journey import Journey, grounds_of
from cli.cohort_work import Pointer, SampleWork, sample_work
from cli.files import chunks_of
from domain.assessment import Mark, MarkKind, parts_of_items
from domain.enrollment import COLLECTING, Party, Stage
from domain.locators import parse_locator
from domain.policy import Policy
from domain.submission import Statement
from workflows.contracts import Standing

ALL_PARTS = (1, 2, 3)


async def enter(journey: Journey, policy: Policy | None = None) -> None:
    """Buy, follow the link in the mail, and get into the portal."""
    await journey.buy(policy)
    if await journey.stands(Stage.VERIFYING):
        await journey.mail_is_out()
        why = grounds_of("Followed the link in the mail.", Party.PRACTITIONER)
        await (await journey.desks.practitioner()).verify(journey.enrollment_id, why)
    await journey.until_stage(Stage.WORKING)


async def write(journey: Journey, part: int, most: int | None = None) -> None:
    """Write the draft of a part of the first round, or only its first ``most`` items."""
    if not await _is_open(journey, part, 1):
        return
    work = sample_work(journey.person.key)
    if part == 2:
        await _point_at(journey, work, work.pointers[:most])
        return
    answers = dict(list(work.narratives[part].items())[:most])
    draft = await journey.desks.parts.draft(journey.enrollment_id, part)
    if not answers.items() <= draft.answers.items():
        await (await journey.desks.practitioner()).answer(journey.enrollment_id, part, answers)


async def submit(journey: Journey, *parts: int, number: int = 1) -> None:
    """Hand in the parts of a round that are not in yet."""
    desk = await journey.desks.practitioner()
    for part in parts:
        if await _is_open(journey, part, number):
            await desk.submit(journey.enrollment_id, part, frozenset(Statement))


async def hand_in(journey: Journey, policy: Policy | None = None) -> None:
    """Get into the portal, write all three parts and hand them in."""
    await enter(journey, policy)
    for part in ALL_PARTS:
        await write(journey, part)
    await submit(journey, *ALL_PARTS)


async def revise(journey: Journey, number: int = 2) -> None:
    """Point anew at what the assessor missed; the draft is not handed in yet."""
    await journey.until_stage(Stage.REVISING, number)
    if await _is_open(journey, 2, number):
        await journey.mail_is_out()
        work, desk = sample_work(journey.person.key), await journey.desks.practitioner()
        draft = await journey.desks.parts.draft(journey.enrollment_id, 2)
        said = {piece.explanation for pieces in draft.evidence.values() for piece in pieces}
        anew = tuple(pointer for pointer in work.revised if pointer.explanation not in said)
        for pointer in anew:
            await desk.clear_evidence(journey.enrollment_id, pointer.item)
        await _point_at(journey, work, anew)


async def hand_in_again(journey: Journey, number: int = 2, *, is_revised: bool = True) -> None:
    """Hand in what was open again, revised or just as it was."""
    await journey.until_stage(Stage.REVISING, number)
    if is_revised:
        await revise(journey, number)
    await submit(journey, 2, number=number)


async def accept(journey: Journey, number: int = 1) -> None:
    """Whoever holds the offer of the round takes it."""
    if await journey.stands(Stage.OFFERED, number):
        await journey.mail_is_out()
        assessor_id = (await journey.offer()).assessor_id
        await (await journey.desks.assessor()).accept(assessor_id, journey.enrollment_id)


async def decline(journey: Journey) -> None:
    """Whoever was asked first does not take the round; it is offered on."""
    if await journey.stands(Stage.OFFERED) and (await journey.standing()).offers_made == 1:
        await journey.mail_is_out()
        why = grounds_of("I know this school too well to be fair.", Party.ASSESSOR)
        assessor_id = (await journey.offer()).assessor_id
        await (await journey.desks.assessor()).decline(assessor_id, journey.enrollment_id, why)
        await journey.until_stage(Stage.OFFERED)


async def mark(
    journey: Journey, number: int = 1, not_met: tuple[str, ...] = (), most: int | None = None
) -> None:
    """Mark every item that is open in the round, or only the first ``most``."""
    if not await journey.stands(Stage.ASSESSING, number):
        return
    desk, feedback = await journey.desks.assessor(), sample_work(journey.person.key).feedback
    assessor_id = (await journey.offer()).assessor_id
    sheet = await desk.sheet(assessor_id, journey.enrollment_id)
    is_marked = {each.item for each in sheet.marks}
    for item in sheet.open_items[:most]:
        if item not in is_marked:
            said = feedback.get(item, _FURTHER_FEEDBACK) if item in not_met else ""
            kind = MarkKind.NOT_MET if item in not_met else MarkKind.MET
            saved = Mark(item=item, kind=kind, feedback=said, version=0)
            await desk.mark(assessor_id, journey.enrollment_id, saved)


async def judge(journey: Journey, number: int = 1, not_met: tuple[str, ...] = ()) -> None:
    """Take the round if it is only offered, mark everything, and hand in the judgement."""
    await accept(journey, number)
    await mark(journey, number, not_met)
    if await journey.stands(Stage.ASSESSING, number):
        await journey.mail_is_out()
        assessor_id = (await journey.offer()).assessor_id
        await (await journey.desks.assessor()).judge(assessor_id, journey.enrollment_id)


async def withdraw(journey: Journey) -> None:
    """The practitioner ends the journey."""
    if (await journey.at()).stage != Stage.ENDED:
        await journey.mail_is_out()
        why = grounds_of("I am moving to another state this winter.", Party.PRACTITIONER)
        await (await journey.desks.practitioner()).withdraw(journey.enrollment_id, why)
    await journey.until_stage(Stage.ENDED)


_FURTHER_FEEDBACK = (
    "The answer stays with what you intend. Please add one occasion on which it was really done, "
    "and what came of it; a few sentences are enough."
)


async def _is_open(journey: Journey, part: int, number: int) -> bool:
    """Whether a part of the round may still be written."""
    return _may_write(await journey.standing(), part, number)


def _may_write(standing: Standing, part: int, number: int) -> bool:
    is_collecting = standing.stage in COLLECTING and standing.round == number
    is_wanted = part in parts_of_items(standing.open_items)
    return is_collecting and is_wanted and part not in standing.parts_in


async def _point_at(journey: Journey, work: SampleWork, pointers: tuple[Pointer, ...]) -> None:
    desk = await journey.desks.practitioner()
    there = await journey.desks.parts.artifacts(journey.enrollment_id)
    uploaded = {file.name: file.id for file in there}
    used = {pointer.file for pointer in pointers} - uploaded.keys()
    for path in work.files:
        if path.name in used:
            file = await desk.upload(journey.enrollment_id, path.name, chunks_of(path))
            uploaded[path.name] = file.id
    for pointer in pointers:
        await desk.point_at(
            journey.enrollment_id,
            pointer.item,
            uploaded[pointer.file],
            parse_locator(pointer.at),
            pointer.explanation,
        )
