"""An assessor's work from the command line: offers, marks, judgement."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.desks import assessor_desk
from cli.journeys import Enrollment
from cli.office import Office, grounds_now, in_office, reaching_engine
from cli.output import (
    BY_DEFAULT,
    AsJson,
    ByName,
    Reason,
    complain,
    print_json,
    print_list,
    print_table,
    say,
    shown_instant,
)
from domain.assessment import MarkKind
from domain.enrollment import Party

if TYPE_CHECKING:
    from adapters.records.mark_book import OfferLine, Sheet
    from domain.assessment import Mark
    from workflows.contracts import JudgementRecorded

group = typer.Typer(help="An assessor's rounds.", no_args_is_help=True)
AssessorId = Annotated[str, typer.Argument(metavar="ASSESSOR", help="The assessor's id.")]


@group.command()
def offers(assessor: AssessorId, as_json: AsJson = False) -> None:
    """List what is offered to an assessor and what is in their hands."""

    async def act(office: Office) -> "tuple[tuple[OfferLine, ...], str]":
        async with reaching_engine():
            return await (await assessor_desk(office)).offers(assessor), office.zone

    lines, zone = in_office(act)
    if as_json:
        print_list(lines)
        return
    if not lines:
        complain("Nothing is offered to this assessor now.")
        return
    print_table(
        ("enrollment", "round", "micro-credential", "state", "items", "due"),
        [
            (
                line.enrollment_id,
                line.round,
                line.title,
                line.state,
                line.items,
                shown_instant(line.due_at, zone) if line.due_at else "-",
            )
            for line in lines
        ],
    )


@group.command()
def accept(assessor: AssessorId, enrollment: Enrollment) -> None:
    """Take an offered round."""

    async def act(office: Office) -> None:
        async with reaching_engine():
            await (await assessor_desk(office)).accept(assessor, enrollment)

    in_office(act)
    say("The round is yours. Thank you.")


@group.command()
def decline(
    assessor: AssessorId, enrollment: Enrollment, reason: Reason, by: ByName = BY_DEFAULT
) -> None:
    """Leave an offered round to the next assessor."""
    grounds = grounds_now(reason, by).model_copy(update={"party": Party.ASSESSOR})

    async def act(office: Office) -> None:
        async with reaching_engine():
            await (await assessor_desk(office)).decline(assessor, enrollment, grounds)

    in_office(act)
    say("Declined; it is offered to the next assessor.")


@group.command()
def recuse(
    assessor: AssessorId, enrollment: Enrollment, reason: Reason, by: ByName = BY_DEFAULT
) -> None:
    """Step back from an accepted round."""
    grounds = grounds_now(reason, by).model_copy(update={"party": Party.ASSESSOR})

    async def act(office: Office) -> None:
        async with reaching_engine():
            await (await assessor_desk(office)).recuse(assessor, enrollment, grounds)

    in_office(act)
    say("You have stepped back; the round is offered to the next assessor.")


@group.command()
def sheet(assessor: AssessorId, enrollment: Enrollment, as_json: AsJson = False) -> None:
    """Show what is to be marked, and the marks so far."""

    async def act(office: Office) -> "Sheet":
        async with reaching_engine():
            return await (await assessor_desk(office)).sheet(assessor, enrollment)

    found = in_office(act)
    if as_json:
        print_json(found)
        return
    marks = {mark.item: mark for mark in found.marks}
    locked = {each.item: each.round for each in found.locked}
    rows = []
    for item in found.items:
        mark = marks.get(item.key)
        standing = f"met in round {locked[item.key]}" if item.key in locked else ""
        said = mark.kind if mark and mark.kind else standing or "open"
        rows.append((item.key, item.text, said))
    say(f"Enrollment {found.enrollment_id}, round {found.round}")
    print_table(("item", "what is asked", "mark"), rows)


@group.command()
def mark(
    assessor: AssessorId,
    enrollment: Enrollment,
    item: Annotated[str, typer.Argument(help="Such as detail/1.2, question/1, reflection.")],
    kind: Annotated[MarkKind, typer.Argument(help="What you say of it.")],
    feedback: Annotated[str, typer.Option(help="Needed where it is not met.")] = "",
    as_json: AsJson = False,
) -> None:
    """Mark one item; it is kept at once."""

    async def act(office: Office) -> "tuple[Mark, int]":
        async with reaching_engine():
            desk = await assessor_desk(office)
            return await desk.mark_now(assessor, enrollment, item, kind, feedback)

    written, _ = in_office(act)
    if as_json:
        print_json(written)
    else:
        say(f"{item}: {written.kind} (version {written.version}).")


@group.command()
def judge(assessor: AssessorId, enrollment: Enrollment, as_json: AsJson = False) -> None:
    """Hand in the marks as they stand."""

    async def act(office: Office) -> "JudgementRecorded":
        async with reaching_engine():
            return await (await assessor_desk(office)).judge(assessor, enrollment)

    recorded = in_office(act)
    if as_json:
        print_json(recorded)
        return
    said = "proficient" if recorded.judgement.proficient else "not yet"
    say(f"Judgement: {said}." + (" It waits for approval." if recorded.awaits_approval else ""))
