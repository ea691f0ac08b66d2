"""One practitioner and everybody who has to do with their journey, as they act under faults."""

import asyncio
import base64
import hashlib
from dataclasses import dataclass
from typing import Final

from adapters.records.round_tables import AssignmentRow
from adapters.records.shop_book import online_order_id
from domain.assessment import MarkKind
from domain.assignment import OfferExpired
from domain.enrollment import EnrollmentClosed, NotAtThisStage, Party, Stage
from domain.locators import Page
from domain.orders import LineState, Order
from domain.policy import Policy
from domain.submission import PartAlreadySubmitted, PartLocked, Statement
from portal.uploads.tus_headers import BYTES, VERSION
from tests import artifacts
from tests.chaos.acts import ActKind, persist, until
from tests.chaos.crowd import Crowd, because
from tests.chaos.plan import JourneyPlan
from tests.house import NARRATIVE
from tests.portal.shopping import paid, refunded

AGREED: Final = [statement.value for statement in Statement]
LARGE: Final = 9 * 1024 * 1024
PRESSED_BEFORE: Final = (
    *(NotAtThisStage, EnrollmentClosed, PartAlreadySubmitted, PartLocked, OfferExpired),
)
"""What a try meets when one before it, which got no answer, had done it."""


@dataclass
class Traveller:
    """Acts on one journey; each act is tried until it is answered, and then written down."""

    crowd: Crowd
    plan: JourneyPlan
    library: str
    enrollment_id: str = ""

    def order(self, suffix: str = "") -> Order:
        """Return the order by which the journey is bought."""
        plain = self.crowd.house.paid_order(self.library, self.plan.number)
        return plain.model_copy(update={"external_id": f"shop-{self.plan.number}{suffix}"})

    @property
    def line_id(self) -> str:
        """The line of that order."""
        return f"{online_order_id(self.order().external_id)}-1"

    @property
    def repeats(self) -> int:
        """How often everything is pressed."""
        return 2 if self.plan.is_doubled else 1

    async def buy(self, *, is_verified: bool = True) -> None:
        """Let the shop say that it is paid, several times where that was planned."""
        if is_verified:
            await self._become_known()
        await self.pay()
        await self._enrolled()

    async def pay(self) -> None:
        """Let the shop say that the order is paid."""
        order = self.order()
        body, webhook_id = paid(order), f"msg_paid_{self.plan.number}"
        again = [webhook_id, f"{webhook_id}_again"] if self.plan.is_doubled else []
        answers = await asyncio.gather(
            *(self.crowd.web.shop(body, each) for each in (webhook_id, *again))
        )
        assert {each.status_code for each in answers} == {200}, [each.text for each in answers]
        self.crowd.log.done(ActKind.PAID, online_order_id(order.external_id))

    async def buy_with(self, policy: Policy, *, is_verified: bool = True) -> None:
        """Place the order at the desk, with a policy of its own."""
        order, desk = self.order(), self.crowd.house.order_desk(policy)
        if is_verified:
            await self._become_known()
        await persist(lambda: desk.take_paid_order(order))
        self.crowd.log.done(ActKind.PAID, online_order_id(order.external_id))
        await self._enrolled()

    async def _become_known(self) -> None:
        learner = self.order().lines[0].learner
        await persist(lambda: self.crowd.know(learner))

    async def _enrolled(self) -> None:
        async def is_enrolled() -> bool:
            line = await self.crowd.line(self.line_id)
            self.enrollment_id = (line.enrollment_id if line else None) or ""
            return bool(self.enrollment_id)

        await until("the enrollment", is_enrolled)

    async def buy_again(self) -> None:
        """Pay for the same once more: that line is held."""
        order = self.order("-again")
        answer = await self.crowd.web.shop(paid(order), f"msg_again_{self.plan.number}")
        assert answer.status_code == 200, answer.text
        order_id = online_order_id(order.external_id)
        self.crowd.log.done(ActKind.PAID, order_id)

        async def is_held() -> bool:
            line = await self.crowd.line(f"{order_id}-1")
            return line is not None and line.state == LineState.HELD

        await until("the held line", is_held)

    async def refund(self) -> None:
        """Let the shop give the money back; "not known yet" means: again later."""
        body, webhook_id = refunded(self.order().external_id), f"msg_refund_{self.plan.number}"

        async def is_taken() -> bool:
            answer = await self.crowd.web.shop(body, webhook_id)
            assert answer.status_code in {200, 409}, answer.text
            return answer.status_code == 200

        await until("the refund", is_taken)
        self.crowd.log.done(ActKind.REFUNDED, self.line_id)

    async def verify(self, reason: str, party: Party) -> None:
        """Verify the account, in somebody's name."""
        desk, why = self.crowd.house.practitioner, because(reason, party)
        done = await persist(lambda: desk.verify(self.enrollment_id, why), *PRESSED_BEFORE)
        if done is not None:
            self.crowd.log.done(ActKind.VERIFIED, self.enrollment_id)

    async def hand_in(self, number: int = 1) -> None:
        """Write and submit whatever is open in a round."""
        work = await persist(lambda: self.crowd.house.parts.open_work(self.enrollment_id))
        assert work is not None
        parts: dict[int, list[str]] = {}
        for item in work.items:
            if item.key in work.open_keys:
                parts.setdefault(item.part, []).append(item.key)
        for part, keys in sorted(parts.items()):
            if part == 2:
                await self._point(keys, number)
            else:
                await self._write(part, keys, number)
            await self.submit(part, number)

    async def _write(self, part: int, keys: list[str], number: int) -> None:
        desk = self.crowd.house.practitioner
        texts = {key: f"{NARRATIVE}{key} in round {number}" for key in keys}
        await persist(lambda: desk.answer(self.enrollment_id, part, texts))
        for key, text in texts.items():
            self.crowd.log.done(ActKind.WROTE, self.enrollment_id, f"{number}/{key}", text)

    async def _point(self, keys: list[str], number: int) -> None:
        artifact_id = await self.upload(f"plan-{number}.pdf")
        desk = self.crowd.house.practitioner
        said = f"The plan is on this page, in round {number}."
        for key in keys:
            await persist(
                lambda key=key: desk.point_at(  # type: ignore[misc]
                    self.enrollment_id, key, artifact_id, Page(number=1), said
                )
            )
            self.crowd.log.done(ActKind.POINTED, self.enrollment_id, f"{number}/{key}", said)

    async def upload(self, name: str) -> str:
        """Send a file by tus, go on where it broke off, and return the artifact that it became."""
        row = await self.crowd.row(self.enrollment_id)
        visitor = await self.crowd.visitor(Party.PRACTITIONER, row.person_id)
        content = artifacts.pdf(3) + f"\n% {self.plan.number} {name}\n".encode()
        if self.plan.has_large_file:
            content += b"%" + bytes(str(self.plan.number), "ascii") * (LARGE // 4)
        base, tus = f"/my/{self.enrollment_id}/uploads", {"tus-resumable": VERSION}
        named = base64.b64encode(name.encode()).decode()
        announced = {"upload-length": str(len(content)), "upload-metadata": f"filename {named}"}
        begun = await visitor.send("POST", base, headers={**tus, **announced})
        assert begun.status_code == 201, begun.text
        place, at = begun.headers["location"], 0
        while at < len(content):
            sent = {**tus, "content-type": BYTES, "upload-offset": str(at)}
            answer = await visitor.send("PATCH", place, content=content[at:], headers=sent)
            assert answer.status_code in {204, 409}, answer.text
            head = await visitor.send("HEAD", place, headers=tus)
            assert head.status_code == 200
            at = int(head.headers["upload-offset"])
        sha256 = hashlib.sha256(content).hexdigest()
        self.crowd.log.done(ActKind.UPLOADED, self.enrollment_id, sha256, str(len(content)))
        return await self._artifact(sha256)

    async def _artifact(self, sha256: str) -> str:
        found: list[str] = []

        async def is_there() -> bool:
            artifacts_ = await self.crowd.house.parts.artifacts(self.enrollment_id)
            found[:] = [each.id for each in artifacts_ if each.stored.sha256 == sha256]
            return bool(found)

        await until("the file to be looked into", is_there)
        return found[0]

    async def submit(self, part: int, number: int = 1) -> None:
        """Press the button of a part, several times at once where that was planned."""
        row = await self.crowd.row(self.enrollment_id)
        visitor = await self.crowd.visitor(Party.PRACTITIONER, row.person_id)
        page = f"/my/{self.enrollment_id}/parts/{part}/submit"

        async def is_received() -> bool:
            draft = await persist(lambda: self.crowd.house.parts.draft(self.enrollment_id, part))
            fields = {
                "agreed": AGREED,
                "round": number,
                "version": draft.version if draft else 0,
            }
            answers = await asyncio.gather(
                *(visitor.send("POST", page, fields=fields) for _ in range(self.repeats))
            )
            receipts = [
                each
                for each in answers
                if each.status_code == 303 and "/receipt" in each.headers["location"]
            ]
            if receipts:
                key = f"{number}/{part}"
                self.crowd.log.done(ActKind.SUBMITTED, self.enrollment_id, key)
            return bool(receipts)

        await until(f"the receipt of part {part}", is_received)

    async def accept(self, number: int = 1) -> str:
        """Whoever holds the offer takes it; returns the assessor."""
        await self.crowd.until_stage(
            self.enrollment_id, Stage.OFFERED, Stage.ASSESSING, number=number
        )
        holder: list[str] = []

        async def is_taken() -> bool:
            held = await self.crowd.assignment(self.enrollment_id)
            if held is not None and held.accepted_at is not None:
                holder[:] = [held.assessor_id]
            elif held is not None:
                await self._take(held, number)
            return bool(holder)

        await until(f"the offer of round {number} to be taken", is_taken)
        return holder[0]

    async def _take(self, held: AssignmentRow, number: int) -> None:
        visitor = await self.crowd.visitor(Party.ASSESSOR, held.assessor_id)
        path = f"/assessing/offers/{self.enrollment_id}/accept"
        statuses = await asyncio.gather(
            *(visitor.press(path, round=number) for _ in range(self.repeats))
        )
        if 303 in statuses:
            self.crowd.log.done(ActKind.ACCEPTED, self.enrollment_id, held.id)

    async def decline(self) -> None:
        """Whoever holds the offer does not take it."""
        await self.crowd.until_stage(self.enrollment_id, Stage.OFFERED)
        held = await self.crowd.assignment(self.enrollment_id)
        assert held is not None
        why = because("I know this school too well.", Party.ASSESSOR)
        desk = self.crowd.house.assessor
        done = await persist(
            lambda: desk.decline(held.assessor_id, self.enrollment_id, why, 1), *PRESSED_BEFORE
        )
        if done is not None:
            self.crowd.log.done(ActKind.DECLINED, self.enrollment_id, held.id)

    async def mark(self, assessor_id: str, number: int, not_met: tuple[str, ...]) -> None:
        """Mark everything that is open."""
        sheet = await persist(lambda: self.crowd.house.marks.sheet(assessor_id, self.enrollment_id))
        assert sheet is not None
        for item in sheet.open_items:
            kind = MarkKind.NOT_MET if item in not_met else MarkKind.MET
            said = "Show the log of a whole week." if item in not_met else ""
            await persist(
                lambda item=item, kind=kind, said=said: self.crowd.house.assessor.mark_now(  # type: ignore[misc]
                    assessor_id, self.enrollment_id, item, kind, said
                )
            )
            key = f"{number}/{assessor_id}/{item}"
            self.crowd.log.done(ActKind.MARKED, self.enrollment_id, key, kind)

    async def judge(self, number: int = 1, not_met: tuple[str, ...] = ()) -> None:
        """Take the round, mark it, and hand the judgement in."""
        assessor_id = await self.accept(number)
        await self.mark(assessor_id, number, not_met)
        visitor = await self.crowd.visitor(Party.ASSESSOR, assessor_id)
        path = f"/assessing/rounds/{self.enrollment_id}/judge"

        async def is_judged() -> bool:
            row = await self.crowd.round(self.enrollment_id, number)
            assert row is not None
            fields: dict[str, object] = {"round": number, "marks_version": row.marks_version}
            answers = await asyncio.gather(
                *(visitor.send("POST", path, fields=fields) for _ in range(self.repeats))
            )
            if any(each.headers.get("location") == "/assessing" for each in answers):
                self.crowd.log.done(ActKind.JUDGED, self.enrollment_id, str(number))
                return True
            # Refused: a try before it, without an answer, had done it; or it is pressed again.
            journey = await self.crowd.row(self.enrollment_id)
            return journey.stage != Stage.ASSESSING or journey.round != number

        await until(f"the judgement of round {number}", is_judged)

    async def transcribe(self) -> None:
        """Ask for a transcript of what was awarded."""
        person_id = (await self.crowd.row(self.enrollment_id)).person_id
        visitor = await self.crowd.visitor(Party.PRACTITIONER, person_id)

        async def is_asked_for() -> bool:
            statuses = await asyncio.gather(
                *(visitor.press("/my/transcript") for _ in range(self.repeats))
            )
            return 303 in statuses

        await until("the answer to the wish for a transcript", is_asked_for)
        self.crowd.log.done(ActKind.TRANSCRIBED, self.enrollment_id, person_id)
        await until("the transcript", lambda: self.crowd.has_transcript(person_id))

    async def withdraw(self) -> None:
        """The practitioner leaves."""
        desk = self.crowd.house.practitioner
        why = because("I am moving to another state.", Party.PRACTITIONER)
        done = await persist(lambda: desk.withdraw(self.enrollment_id, why), *PRESSED_BEFORE)
        if done is not None:
            self.crowd.log.done(ActKind.WITHDRAWN, self.enrollment_id)
