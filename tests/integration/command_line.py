"""One whole Laurel for the tests of the command line, with short cuts to the state they begin in.

What is tested is a process of its own (``forked.py``); what only has to be so beforehand is done at
the same desks in this process, which takes no second for each step.
"""

from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from adapters.embedded.stack import EmbeddedStack
from adapters.records.catalog_book import CatalogBook
from adapters.records.opening import bring_up_to_date, open_database
from adapters.records.roster_book import RosterBook
from adapters.records.view_values import JourneyView, OrderView
from cli.desks import assessor_desk, order_desk, practitioner_desk, views_of
from cli.office import Office, grounds_now
from domain.assessment import MarkKind
from domain.catalog import CatalogKey
from domain.catalog_supplement import CatalogSupplement
from domain.enrollment import Stage
from domain.locators import parse_locator
from domain.orders import Channel, Learner, Line, Order
from domain.policy import Policy
from domain.roster import assessor_id_of
from domain.submission import Statement
from office.catalog import CatalogDesk, read_page_file
from office.engine import WorkflowEngine
from office.roster import RosterDesk
from settings import PREFIX, Settings
from tests.artifacts import pdf
from tests.command_line import Outcome
from tests.integration.forked import ForkedCommandLine
from tests.waiting import eventually

WIDTH = 100
WHY = ("--reason", "The team asked for it.")
OPS = grounds_now("Prepared by the test.", "the test")
SLUG = "steady-hands"
AT_ONCE = 3
"""Commands that run at the same time; the machine has few cores."""
NUMBERS = count(1)

PAGE = """Back to Micro-Credential Library

Steady Hands

Overview – Steady Hands is about a week that nobody has to be afraid of.

Essential Outcomes – Steady Hands identifies the following two essential outcomes:

  1. Plan the week.
  2. Keep the plan.

Requirements

Part 1 – Overview Questions

Write a narrative that answers the following questions (20-word minimum):

  1. How do you plan?
  2. Why do you plan like that?

Part 2 – Skill Demonstration Product with Self-Analysis

Collect artifacts for every detail.

Part 3 – Reflection and Application

Look back (10-word minimum).
"""
DETAILS = (("A written plan.",), ("A log that was kept.",))
ITEMS = ("question/1", "question/2", "detail/1.1", "detail/2.1", "reflection")
ANSWERS = {
    1: {
        "question/1": "We plan the week on Friday, all of us, around one table and one calendar.",
        "question/2": "A plan that everybody made is a plan that everybody keeps until it is done.",
    },
    3: {"reflection": "Calm weeks begin with short and honest talks before the weekend begins."},
}


@dataclass(frozen=True)
class Laurel:
    """A running Laurel: its command line, and the same records and engine in this process."""

    stack: EmbeddedStack
    office: Office
    starter: ForkedCommandLine
    folder: Path

    def file(self, content: str | bytes, name: str = "") -> Path:
        """Write a file that a command may be given."""
        path = self.folder / (name or f"file-{next(NUMBERS)}")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def together(self, commands: Sequence[tuple[object, ...]]) -> list[Outcome]:
        """Run commands that do not depend on each other; the outcomes keep their order."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda command: self.starter(*command), commands))

    async def library(self, name: str, *assessors: str, capacity: int = 5) -> CatalogKey:
        """Publish the small micro-credential in a library with assessors of its own."""
        key = CatalogKey(library=name, slug=SLUG)
        desk = CatalogDesk(CatalogBook(self.office.database))
        supplement = CatalogSupplement(library=name, slug=SLUG, details=DETAILS)
        draft = read_page_file(PAGE.encode(), name)
        await desk.import_page(draft, OPS, supplement=supplement)
        await desk.publish(key, OPS)
        for assessor in assessors:
            await self.hire(name, assessor, capacity)
        return key

    async def hire(self, library: str, assessor: str, capacity: int = 5) -> None:
        """Put an assessor on the roster, known by the part of the address before the @."""
        who = f"Assessor {assessor.title()},{assessor}@assess.example.org,Fir District"
        data = f"name,email,organization,capacity,libraries\n{who},{capacity},{library}\n"
        roster = RosterBook(self.office.database, self.office.zone)
        await RosterDesk(roster, self.office.wake).import_file(data.encode(), OPS)

    async def bought(
        self, library: str, learner: Learner | None = None, policy: Policy | None = None
    ) -> OrderView:
        """Take a paid order of one new learner, and wait until its line is opened."""
        number = next(NUMBERS)
        learner = learner or Learner(name=f"Lea Nr{number}", address=f"lea{number}@example.org")
        order = Order(
            channel=Channel.ONLINE,
            external_id=f"web-{number}",
            payer_name="A Payer",
            payer_address="payer@example.org",
            lines=(Line(learner=learner, library=library, slug=SLUG),),
        )
        office = self.office
        if policy is not None:
            settings = office.settings.model_copy(update={"policy": policy})
            office = Office(settings, office.database, await office.engine())
        order_id = await (await order_desk(office)).take_paid_order(order)
        return await self.opened(order_id)

    async def opened(self, order_id: str) -> OrderView:
        """Return an order once none of its lines waits any more."""

        async def is_open() -> bool:
            lines = (await views_of(self.office).order(order_id)).lines
            return all(line.state != "waiting" for line in lines)

        await eventually(is_open)
        return await views_of(self.office).order(order_id)

    async def enrolled(self, library: str, policy: Policy | None = None) -> str:
        """Return an enrollment whose account is not verified yet."""
        enrollment = (await self.bought(library, policy=policy)).lines[0].enrollment_id or ""
        await self.until(enrollment, Stage.VERIFYING)
        return enrollment

    async def at_work(self, library: str, policy: Policy | None = None) -> str:
        """Return an enrollment that is in the portal."""
        enrollment = await self.enrolled(library, policy)
        await (await practitioner_desk(self.office)).verify(enrollment, OPS)
        await self.until(enrollment, Stage.WORKING)
        return enrollment

    async def submitted(self, library: str, policy: Policy | None = None) -> str:
        """Return an enrollment whose three parts are in."""
        enrollment = await self.at_work(library, policy)
        desk = await practitioner_desk(self.office)
        for part, answers in ANSWERS.items():
            await desk.answer(enrollment, part, answers)
        artifact = await desk.upload(enrollment, "plan.pdf", chunks(pdf()))
        for item in ("detail/1.1", "detail/2.1"):
            place = parse_locator("page 3")
            await desk.point_at(enrollment, item, artifact.id, place, "The plan is there.")
        for part in (1, 2, 3):
            await desk.submit(enrollment, part, frozenset(Statement))
        return enrollment

    async def assessed(self, enrollment: str, assessor: str, *not_met: str) -> None:
        """Accept the offer, mark every open item, and judge."""
        await self.until(enrollment, Stage.OFFERED)
        desk, assessor_id = await assessor_desk(self.office), id_of(assessor)
        await desk.accept(assessor_id, enrollment)
        for item in (await desk.sheet(assessor_id, enrollment)).open_items:
            kind = MarkKind.NOT_MET if item in not_met else MarkKind.MET
            said = "The log ends in March." if item in not_met else ""
            await desk.mark_now(assessor_id, enrollment, item, kind, said)
        await desk.judge(assessor_id, enrollment)

    async def view(self, enrollment: str) -> JourneyView:
        """Return everything that the records say about a journey."""
        return await views_of(self.office).journey(enrollment)

    async def until(self, enrollment: str, stage: Stage) -> None:
        """Wait until the records say that a journey is at a stage."""

        async def is_there() -> bool:
            return (await self.view(enrollment)).stage == stage

        await eventually(is_there)

    async def mail_is_out(self) -> None:
        """Wait until the mail server has answered to every notice."""

        async def is_quiet() -> bool:
            return await views_of(self.office).notices_on_their_way() == 0

        await eventually(is_quiet)

    async def happened(self, enrollment: str, what: str) -> list[tuple[str, str, str]]:
        """Return party, name and reason of each such line in a timeline."""
        timeline = (await self.view(enrollment)).timeline
        return [(line.party, line.by, line.why) for line in timeline if line.what == what]


@asynccontextmanager
async def running_laurel(folder: Path) -> AsyncIterator[Laurel]:
    """Give a whole Laurel: servers, a worker, and a command line that knows where they are."""

    async def prepare(settings: Settings) -> None:
        await bring_up_to_date(settings.database_url)

    async with (
        EmbeddedStack(folder / "stack", prepare=prepare) as stack,
        open_database(stack.settings.database_url) as database,
    ):
        office = Office(stack.settings, database, WorkflowEngine(await stack.connect()))
        ours = ("TEMPORAL_", PREFIX)
        settings = {k: v for k, v in stack.environment.items() if k.startswith(ours)}
        starter = ForkedCommandLine().with_settings(**settings)
        yield Laurel(stack, office, starter, folder)


def id_of(assessor: str) -> str:
    """Return the id of an assessor who is known by the part before the @."""
    return assessor_id_of(f"{assessor}@assess.example.org")


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    """Yield a file as an upload does."""
    yield content


def refused(outcome: Outcome, code: str) -> str:
    """Check that a command with ``--json`` was refused with ``code``; return its sentence."""
    assert (outcome.code, outcome.refusal, outcome.err) == (2, code, "")
    error = outcome.json["error"]
    assert isinstance(error, dict)
    assert set(error) == {"code", "message"}
    return str(error["message"])


def points_of(outcome: Outcome) -> list[dict[str, object]]:
    """Return what a refusal lists one by one."""
    problems = outcome.json["problems"]
    assert isinstance(problems, list)
    return problems
