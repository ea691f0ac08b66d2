"""``demo``: one whole journey with real input on the real engine, told as a story.

Everything that a practitioner, an assessor and operations do here goes through the same desks as
their commands. Only the clock is moved: where somebody stays silent for days, the journey's own
clock is fast-forwarded.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from activities.contracts import Offer
from adapters.embedded.stack import EmbeddedStack
from adapters.records.catalog_book import CatalogBook
from adapters.records.invariants import InvariantBook
from adapters.records.opening import bring_up_to_date, open_database
from adapters.records.roster_book import RosterBook
from adapters.time_skipping import current_time, fast_forward
from cli.checks import print_invariants
from cli.demo_credential import is_issued, tell_credential
from cli.desks import assessor_desk, order_desk, practitioner_desk, views_of
from cli.files import chunks_of
from cli.office import Office, grounds_now, known_settings
from cli.output import progress, say
from cli.story import tell
from domain.assessment import MarkKind
from domain.catalog import CatalogKey
from domain.catalog_page import CatalogDraft
from domain.enrollment import Stage
from domain.locators import parse_locator
from domain.orders import Channel, Learner, Line, Order
from domain.submission import Statement
from office.assessing import AssessorDesk
from office.catalog import CatalogDesk, read_page_file, read_supplement
from office.engine import WorkflowEngine
from office.practising import PractitionerDesk
from office.roster import RosterDesk
from settings import Settings
from workflows.names import journey_id

SAMPLES: Final = Path(__file__).resolve().parents[1] / "samples"
WORK: Final = SAMPLES / "work"
PAGE: Final = "running-meetings-that-decide"
NOT_MET: Final = "detail/3.2"
PATIENCE: Final = timedelta(seconds=45)
STEPS: Final = 13
PRACTITIONER: Final = Learner(
    name="Marisol Ventura",
    address="marisol.ventura@lindenbrook.example.org",
    organization="Lindenbrook School District",
)


class StoryStuck(Exception):
    """A step of the demo did not come about in time."""


async def play(data_dir: Path) -> bool:
    """Play the journey in a stack of its own; ``True`` when it ended in the award, unbroken."""
    began = time.monotonic()
    programme = known_settings()

    async def prepare(settings: Settings) -> None:
        await bring_up_to_date(settings.database_url)

    async with (
        EmbeddedStack(data_dir, programme=programme, prepare=prepare) as stack,
        open_database(stack.settings.database_url) as database,
    ):
        engine = WorkflowEngine(await stack.connect())
        office = Office(stack.settings, database, engine)
        with progress("Playing a journey", STEPS) as advance:
            player = Player(office, engine, advance)
            enrollment_id = await player.play()
        is_unbroken = await _tell(office, enrollment_id)
        is_genuine = await tell_credential(office, enrollment_id, data_dir / "credential")
    say(f"\nPlayed in {time.monotonic() - began:.0f} s; nothing of it is running any more.")
    say(f"The mails as they were caught: {data_dir / 'mail'}")
    say(f"The engine's own pages: start `starter.py up --data-dir {data_dir}` and open the")
    say(f"address that it prints; the journey is the workflow {journey_id(enrollment_id)}.")
    return is_unbroken and is_genuine


async def _tell(office: Office, enrollment_id: str) -> bool:
    views = views_of(office)
    view = await views.journey(enrollment_id)
    tell(view, await views.due_times(enrollment_id))
    invariants = await InvariantBook(office.database).count(datetime.now(UTC))
    say("\nWhat must always be true, counted (`starter.py check`):")
    print_invariants(invariants)
    is_awarded = view.ending == "awarded"
    is_told = all(notice.state in {"accepted", "cancelled"} for notice in view.notices)
    return is_awarded and is_told and not any(each.breaches for each in invariants)


class Player:
    """Plays the parts of everybody, one step after the other."""

    def __init__(self, office: Office, engine: WorkflowEngine, advance: Callable[[], None]) -> None:
        self._office = office
        self._engine = engine
        self._advance = advance
        self._views = views_of(office)
        self._enrollment_id = ""
        self._key = CatalogKey(library="missouri", slug=PAGE)

    async def play(self) -> str:
        """Play from the catalogue to the credential; returns the enrollment."""
        await self._prepare_programme()
        await self._buy()
        await self._verify()
        practitioner = await practitioner_desk(self._office)
        files = await self._upload(practitioner)
        await self._submit(practitioner, files)
        assessor = await assessor_desk(self._office)
        await self._let_the_first_offer_lapse()
        await self._assess(assessor, not_met=(NOT_MET,))
        await self._until_stage(Stage.REVISING)
        await self._revise(practitioner, files)
        await self._assess(assessor)
        await self._until_stage(Stage.ENDED)
        await self._mail_is_out()
        await self._until("the credential", self._is_issued)
        self._advance()
        return self._enrollment_id

    async def _is_issued(self) -> bool:
        return await is_issued(self._office, self._enrollment_id)

    async def _prepare_programme(self) -> None:
        """Import a published page with its details, publish it, and import the roster."""
        grounds = grounds_now("Prepared for the demo.", "operations")
        catalog = CatalogDesk(CatalogBook(self._office.database))
        page = await _read(SAMPLES / "catalog" / f"{PAGE}.txt")
        draft: CatalogDraft = read_page_file(page)
        details = read_supplement(await _read(SAMPLES / "catalog" / f"{PAGE}.details.json"))
        await catalog.import_page(draft, grounds, supplement=details)
        await catalog.publish(self._key, grounds)
        self._advance()
        roster = RosterDesk(RosterBook(self._office.database, self._office.zone), self._office.wake)
        await roster.import_file(await _read(SAMPLES / "roster.csv"), grounds)
        self._advance()

    async def _buy(self) -> None:
        order = Order(
            channel=Channel.ONLINE,
            external_id="demo-1001",
            payer_name="Lindenbrook District Office",
            payer_address="office@lindenbrook.example.org",
            lines=(Line(learner=PRACTITIONER, library=self._key.library, slug=self._key.slug),),
        )
        order_id = await (await order_desk(self._office)).take_paid_order(order)

        async def is_enrolled() -> bool:
            line = (await self._views.order(order_id)).lines[0]
            self._enrollment_id = line.enrollment_id or ""
            return bool(self._enrollment_id)

        await self._until("the enrollment", is_enrolled)
        await self._until_stage(Stage.VERIFYING)
        self._advance()

    async def _verify(self) -> None:
        desk = await practitioner_desk(self._office)
        await self._mail_is_out()
        grounds = grounds_now("Followed the link in the mail.", "the practitioner")
        await desk.verify(self._enrollment_id, grounds)
        await self._until_stage(Stage.WORKING)
        self._advance()

    async def _upload(self, desk: PractitionerDesk) -> dict[str, str]:
        """Upload the real PDF and the real recording; returns their ids by file name."""
        uploaded = {}
        for path in sorted((WORK / "artifacts").iterdir()):
            artifact = await desk.upload(self._enrollment_id, path.name, chunks_of(path))
            uploaded[path.name] = artifact.id
        self._advance()
        return uploaded

    async def _submit(self, desk: PractitionerDesk, files: dict[str, str]) -> None:
        for part in (1, 3):
            answers = json.loads(await _read(WORK / f"part{part}.json"))
            await desk.answer(self._enrollment_id, part, answers)
        await self._point_at(desk, "part2.json", files)
        for part in (1, 2, 3):
            await desk.submit(self._enrollment_id, part, frozenset(Statement))
            self._advance()

    async def _revise(self, desk: PractitionerDesk, files: dict[str, str]) -> None:
        """Write the one item anew that is open again."""
        await self._mail_is_out()
        await desk.clear_evidence(self._enrollment_id, NOT_MET)
        await self._point_at(desk, "part2-revised.json", files)
        await desk.submit(self._enrollment_id, 2, frozenset(Statement))
        self._advance()

    async def _point_at(self, desk: PractitionerDesk, name: str, files: dict[str, str]) -> None:
        for piece in json.loads(await _read(WORK / name)):
            await desk.point_at(
                self._enrollment_id,
                piece["item"],
                files[piece["file"]],
                parse_locator(piece["at"]),
                piece["explanation"],
            )

    async def _let_the_first_offer_lapse(self) -> None:
        """Nobody answers: the journey's clock goes to the reminder, then past the due time."""
        first = await self._offer()
        due = (await self._engine.standing(self._enrollment_id)).due
        if due is None:
            raise StoryStuck("an offer without a due time")
        for instant in (*(reminder.at for reminder in due.reminders), due.at):
            await self._mail_is_out()
            await self._forward_to(instant)

        async def is_offered_on() -> bool:
            standing = await self._engine.standing(self._enrollment_id)
            return standing.offer is not None and standing.offer != first

        await self._until("the second offer", is_offered_on)
        self._advance()

    async def _forward_to(self, instant: datetime) -> None:
        """Let the journey's own clock pass an instant."""
        workflow_id = journey_id(self._enrollment_id)
        now = await current_time(self._engine.client, workflow_id)
        ahead = instant - now + timedelta(seconds=1)
        await fast_forward(self._engine.client, workflow_id, ahead)

    async def _assess(self, desk: AssessorDesk, not_met: tuple[str, ...] = ()) -> None:
        """The assessor who holds the offer accepts, marks every open item, and judges."""
        assessor_id = (await self._offer()).assessor_id
        await self._mail_is_out()
        await desk.accept(assessor_id, self._enrollment_id)
        await self._mail_is_out()
        feedback = json.loads(await _read(WORK / "feedback.json"))
        for item in (await desk.sheet(assessor_id, self._enrollment_id)).open_items:
            kind = MarkKind.NOT_MET if item in not_met else MarkKind.MET
            said = feedback[item] if item in not_met else ""
            await desk.mark_now(assessor_id, self._enrollment_id, item, kind, said)
        await desk.judge(assessor_id, self._enrollment_id)
        self._advance()

    async def _offer(self) -> Offer:
        await self._until_stage(Stage.OFFERED)
        offer = (await self._engine.standing(self._enrollment_id)).offer
        if offer is None:
            raise StoryStuck("an offer")
        return offer

    async def _until_stage(self, stage: Stage) -> None:
        async def is_there() -> bool:
            return (await self._views.journey(self._enrollment_id)).stage == stage

        await self._until(f"the stage {stage}", is_there)

    async def _mail_is_out(self) -> None:
        async def is_quiet() -> bool:
            return await self._views.notices_on_their_way() == 0

        await self._until("the mail server's replies", is_quiet)

    async def _until(self, what: str, is_so: Callable[[], Awaitable[bool]]) -> None:
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                # What is waited for lies in other processes: nothing here could set an event.
                while not await is_so():  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise StoryStuck(f"waited in vain for {what}") from None


async def _read(path: Path) -> bytes:
    return await asyncio.to_thread(path.read_bytes)
