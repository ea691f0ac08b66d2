"""A practitioner's work from the command line: write, upload, point at evidence, check, submit."""

import codecs
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from cli.desks import practitioner_desk
from cli.files import CHUNK, FileMissing, chunks_of, read_named_file
from cli.journeys import Enrollment
from cli.office import Office, in_office, reaching_engine
from cli.output import AsJson, ExitCode, complain, print_json, print_list, progress, say
from domain.refusals import Invalid
from domain.submission import MOST_CHARACTERS, Statement
from domain.words import TextTooLong

if TYPE_CHECKING:
    from domain.findings import Finding
    from domain.submission import Artifact, Draft

group = typer.Typer(help="A practitioner's three parts.", no_args_is_help=True)

ANSWERS_LIMIT = 5 * 1024 * 1024
PartNumber = Annotated[int, typer.Argument(metavar="PART", help="1, 2 or 3.")]
_ANSWERS = TypeAdapter(dict[str, str])


class AnswersNotValid(Invalid):
    """The file of answers is not JSON of item and text."""

    code = "answers_not_valid"
    sentence = 'The file has to be JSON in UTF-8, such as {{"question/1": "My answer …"}}.'


@group.command()
def answer(
    enrollment: Enrollment,
    part: PartNumber,
    file: Annotated[str, typer.Argument(help="JSON of item and text, or - for input.")],
    as_json: AsJson = False,
) -> None:
    """Write answers of part 1 or 3 into the draft."""
    answers = _answers(read_named_file(file, ANSWERS_LIMIT))

    async def act(office: Office) -> "Draft":
        async with reaching_engine():
            return await (await practitioner_desk(office)).answer(enrollment, part, answers)

    draft = in_office(act)
    if as_json:
        print_json(draft)
    else:
        say(f"Part {part} is saved as version {draft.version}.")


def _answers(data: bytes) -> dict[str, str]:
    if len(data) > ANSWERS_LIMIT:  # cut off by the reading, so no longer JSON
        raise TextTooLong(limit=MOST_CHARACTERS)
    try:
        return _ANSWERS.validate_json(data.removeprefix(codecs.BOM_UTF8))
    except ValidationError:
        raise AnswersNotValid from None


@group.command()
def upload(
    enrollment: Enrollment,
    file: Annotated[str, typer.Argument(help="The file.")],
    name: Annotated[str, typer.Option(help="Its name, if another one is to be shown.")] = "",
    as_json: AsJson = False,
) -> None:
    """Upload an artifact; what it really is is looked up in its content."""
    path = Path(file)
    if not path.is_file():
        raise FileMissing(name=file)
    size = path.stat().st_size

    async def act(office: Office) -> "Artifact":
        async with reaching_engine():
            desk = await practitioner_desk(office)
            with progress("Uploading", size // CHUNK + 1) as advance:
                chunks = chunks_of(path, advance)
                return await desk.upload(enrollment, name or path.name, chunks)

    artifact = in_office(act)
    if as_json:
        print_json(artifact)
        return
    problem = artifact.inspection.problem
    found = problem.value.replace("_", " ") if problem else artifact.inspection.kind.value
    say(f"{artifact.name} is artifact {artifact.id}: {found}, {artifact.stored.size:,} bytes.")


@group.command()
def evidence(
    enrollment: Enrollment,
    item: Annotated[str, typer.Argument(help="A detail, such as detail/1.2.")],
    artifact: Annotated[str, typer.Option(help="Number of the uploaded file.")],
    at: Annotated[str, typer.Option(help='Where in it: "page 3", "from 1:05 to 2:10", …')],
    explanation: Annotated[str, typer.Option(help="How it shows the detail.")],
    as_json: AsJson = False,
) -> None:
    """Point at the evidence for a detail."""
    from domain.locators import parse_locator

    locator = parse_locator(at)

    async def act(office: Office) -> "Draft":
        async with reaching_engine():
            desk = await practitioner_desk(office)
            return await desk.point_at(enrollment, item, artifact, locator, explanation)

    draft = in_office(act)
    if as_json:
        print_json(draft)
    else:
        say(f"Part 2 is saved as version {draft.version}.")


@group.command()
def preflight(enrollment: Enrollment, part: PartNumber, as_json: AsJson = False) -> None:
    """List everything that blocks a part; exit code 2 while there is something."""

    async def act(office: Office) -> "tuple[tuple[Finding, ...], tuple[Finding, ...]]":
        async with reaching_engine():
            desk = await practitioner_desk(office)
            return await desk.preflight(enrollment, part), await desk.warnings(enrollment, part)

    findings, warnings = in_office(act)
    if as_json:
        print_list(findings)
    elif not findings:
        say(f"Part {part} can be submitted.")
    for finding in () if as_json else findings:
        complain(f"{finding.code}: {finding.sentence}")
    for warning in () if as_json else warnings:
        complain(f"Please look: {warning.sentence}")
    if findings:
        raise typer.Exit(ExitCode.REFUSED)


@group.command()
def submit(
    enrollment: Enrollment,
    part: PartNumber,
    student_privacy: Annotated[
        bool, typer.Option("--student-privacy", help="No student can be recognised.")
    ] = False,
    own_work: Annotated[bool, typer.Option("--own-work", help="This is my own work.")] = False,
    as_json: AsJson = False,
) -> None:
    """Submit a part for good; both statements have to be agreed."""
    agreed = {Statement.STUDENT_PRIVACY: student_privacy, Statement.OWN_WORK: own_work}

    async def act(office: Office) -> "object":
        async with reaching_engine():
            desk = await practitioner_desk(office)
            given = frozenset(statement for statement, is_given in agreed.items() if is_given)
            return await desk.submit(enrollment, part, given)

    received = in_office(act)
    if as_json:
        print_json(received)
    else:
        say(f"Part {part} is received. A receipt goes out by mail.")
