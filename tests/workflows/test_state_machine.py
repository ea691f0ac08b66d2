"""Random moves of all parties against the real engine, compared with an independent model.

``HYPOTHESIS_PROFILE=thorough pytest tests/workflows/test_state_machine.py`` plays ten times as many
journeys, other ones each time. The default profile plays the same few each time.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import select

from adapters.assembly import file_store_of
from adapters.records.breach_queries import ways_to_break
from adapters.records.round_tables import AssignmentRow, RoundRow
from adapters.time_skipping import current_time
from domain.assessment import MarkKind
from domain.enrollment import ClockKind, Ending, Party, Stage
from domain.policy import Approval, Policy
from domain.refusals import Refusal
from domain.values import Contract
from office.assessing import AssessorDesk
from office.operating import OpsDesk
from office.practising import PractitionerDesk
from office.requests import AnswerT, Requests
from tests.house import AGREED, ITEMS, OPS, Assessor, House
from tests.waiting import eventually
from tests.workflows.journey_model import Deed, JourneyModel, Move
from workflows.names import journey_id

PROFILES = {
    # Without shrinking, which plays hundreds of journeys more: the moves that failed are shown.
    "default": settings(max_examples=22, derandomize=True, phases=[Phase.generate]),
    "thorough": settings(max_examples=180, phases=[Phase.generate]),
}
SETTINGS = settings(
    PROFILES.get(os.environ.get("HYPOTHESIS_PROFILE", ""), PROFILES["default"]),
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

ENDINGS_ARE_RARE = {Deed.WITHDRAW, Deed.REFUND, Deed.ONWARD, Deed.SENSIBLE}
ANY_DEED = [each for each in Deed if each not in ENDINGS_ARE_RARE]
# Most moves are ones that somebody may make, so that late stages are met as often as early ones.
DEEDS = [*[Deed.ONWARD] * 24, *[Deed.SENSIBLE] * 12, *ANY_DEED, Deed.WITHDRAW, Deed.REFUND]
MOVES = st.builds(
    Move,
    deed=st.sampled_from(DEEDS),
    who=st.integers(0, 2),
    part=st.integers(1, 3),
    misses=st.frozensets(st.integers(0, 5), max_size=2),
    is_confirmed=st.booleans(),
    pick=st.integers(0, 4),
)
MOVES_AFTER_THE_END = 2
NAMES = count(1)
BEFORE, AFTER = -timedelta(hours=1), timedelta(seconds=1)
"""An hour before, because the next moves take their time; other tests look at the second itself."""
A_WHILE = timedelta(minutes=6)
"""Longer than what the invariants let pass as being done at this moment."""


@dataclass(frozen=True)
class Snapshot:
    """Where a journey stands, by the engine, by the records, or by the model."""

    stage: Stage | None
    waiting_on: Party
    clock: ClockKind | None
    round: int
    rounds_allowed: int
    ending: Ending | None
    parts_in: frozenset[int]
    open_items: tuple[str, ...]
    holder: str | None
    is_accepted: bool


class Remembering(Requests):
    """Sends requests, and can send the last one that was answered once more."""

    def __init__(self, house: House) -> None:
        super().__init__(house.engine, house.database)
        self.last: tuple[str, str, Contract, Contract, str] | None = None

    async def send(
        self, enrollment_id: str, update: str, request: Contract, answer: type[AnswerT], key: str
    ) -> AnswerT:
        """Send a request and remember it with its answer."""
        answered = await super().send(enrollment_id, update, request, answer, key)
        self.last = enrollment_id, update, request, answered, key
        return answered

    async def send_again(self) -> None:
        """Press the same button once more: the answer is the one that was given."""
        if self.last is not None:
            enrollment_id, update, request, answered, key = self.last
            again = await super().send(enrollment_id, update, request, type(answered), key)
            assert again == answered


class Player:
    """All parties of one journey."""

    def __init__(
        self, house: House, enrollment_id: str, order_id: str, model: JourneyModel
    ) -> None:
        self.house, self.enrollment_id, self.order_id = house, enrollment_id, order_id
        self.model = model
        self.requests = Remembering(house)
        self.practitioner = PractitionerDesk(
            house.engine, self.requests, house.parts, file_store_of(house.settings)
        )
        self.assessor = AssessorDesk(self.requests, house.marks)
        self.ops = OpsDesk(house.engine, self.requests, house.ops_book)
        self._again = count(1)

    async def play(self, move: Move) -> str | None:
        """Make a move; returns the code of the refusal that it met, or ``None``."""
        try:
            await self._play(move)
        except Refusal as refusal:
            return refusal.code
        return None

    async def _play(self, move: Move) -> None:
        assessor_id = self.model.assessors[move.who]
        journey = self.enrollment_id
        match move.deed:
            case Deed.VERIFY:
                await self.practitioner.verify(journey, OPS)
            case Deed.SUBMIT:
                await self._submit(move.part)
            case Deed.ACCEPT:
                await self.assessor.accept(assessor_id, journey)
            case Deed.DECLINE:
                await self.assessor.decline(assessor_id, journey, OPS)
            case Deed.RECUSE:
                await self.assessor.recuse(assessor_id, journey, OPS)
            case Deed.JUDGE:
                await self._judge(assessor_id, move)
            case Deed.APPROVE:
                await self._approve(is_confirmed=move.is_confirmed)
            case Deed.WITHDRAW:
                await self.practitioner.withdraw(journey, OPS)
            case Deed.AGAIN:
                await self.requests.send_again()
            case _:
                await self._play_for_ops(move)

    async def _play_for_ops(self, move: Move) -> None:
        again, journey, number = f"{next(self._again)}", self.enrollment_id, self.model.round
        match move.deed:
            case Deed.EXTEND:
                before = await self._due()
                await self.ops.extend(journey, 3, OPS, again)
                after = await self._due()
                assert before is not None
                assert after is not None
                assert after > before
            case Deed.REASSIGN:
                await self.ops.reassign(journey, number, OPS, again=again)
            case Deed.REASSIGN_TO:
                to = self.model.assessors[move.who]
                await self.ops.reassign(journey, number, OPS, to, again)
            case Deed.GRANT:
                await self.ops.grant_round(journey, OPS, again)
            case Deed.REFUND:
                await self.house.orders.refund(self.order_id, (), OPS)
            case _:
                await self._let_time_pass(BEFORE if move.deed is Deed.JUST_BEFORE else AFTER)

    async def _let_time_pass(self, by: timedelta) -> None:
        due = await self._due()
        now = await current_time(self.house.client, journey_id(self.enrollment_id))
        if due is not None and due + by > now:
            await self.house.forward(self.enrollment_id, due + by - now)

    async def _due(self) -> datetime | None:
        due = (await self.house.standing(self.enrollment_id)).due
        return due.at if due else None

    async def _submit(self, part: int) -> None:
        work = await self.house.parts.open_work(self.enrollment_id)
        is_new = part not in self.model.parts_in
        if is_new and any(item.part == part and item.key in work.open_keys for item in work.items):
            await self.house.write(self.enrollment_id, part)
        await self.practitioner.submit(self.enrollment_id, part, AGREED)

    async def _judge(self, assessor_id: str, move: Move) -> None:
        sheet = await self.assessor.sheet(assessor_id, self.enrollment_id)
        for number, item in enumerate(sheet.open_items):
            kind, feedback = MarkKind.MET, ""
            if number in move.misses:
                kind, feedback = MarkKind.NOT_MET, "Show the whole week."
            await self.assessor.mark_now(assessor_id, self.enrollment_id, item, kind, feedback)
        await self.assessor.judge(assessor_id, self.enrollment_id)

    async def _approve(self, *, is_confirmed: bool) -> None:
        number = self.model.round
        async with self.house.database.reading() as session:
            row = await session.get(RoundRow, (self.enrollment_id, number))
        version = row.marks_version if row else 0
        await self.assessor.decide_approval(
            self.enrollment_id, number, version, OPS, is_confirmed=is_confirmed
        )

    async def observed(self) -> Snapshot:
        """Return where the engine stands, once the records say the same."""
        standing = await self.house.standing(self.enrollment_id)
        row = await self.house.row(self.enrollment_id)
        async with self.house.database.reading() as session:
            live = await session.scalars(
                select(AssignmentRow).where(
                    AssignmentRow.enrollment_id == self.enrollment_id, AssignmentRow.is_live
                )
            )
            holders = [(each.assessor_id, each.state == "accepted") for each in live]
        assert len(holders) <= 1
        holder, is_accepted = holders[0] if holders else (None, False)
        return Snapshot(
            stage=Stage(row.stage) if row.stage == standing.stage else None,
            waiting_on=Party(row.waiting_on),
            clock=standing.clock.kind if standing.clock else None,
            round=row.round,
            rounds_allowed=standing.rounds_allowed,
            ending=Ending(row.ending) if row.ending else None,
            parts_in=frozenset(standing.parts_in),
            open_items=standing.open_items,
            holder=holder,
            is_accepted=is_accepted,
        )

    def expected(self) -> Snapshot:
        """Return where the model stands."""
        model = self.model
        return Snapshot(
            stage=model.stage,
            waiting_on=model.waiting_on,
            clock=model.clock,
            round=model.round,
            rounds_allowed=model.rounds_allowed,
            ending=model.ending,
            parts_in=frozenset(model.parts_in),
            open_items=model.open_items,
            holder=None if model.holder is None else model.assessors[model.holder],
            is_accepted=model.is_accepted,
        )

    async def compare(self, move: Move) -> None:
        """Hold the engine and the records to the model; mail and timers may need a moment."""
        seen: list[Snapshot] = []

        async def agrees() -> bool:
            seen[:] = [await self.observed()]
            return seen[0] == self.expected()

        try:
            await eventually(agrees)
        except AssertionError:
            assert seen[0] == self.expected(), move

    async def broken_invariants(self) -> list[str]:
        """Return every sentence that must always be true and is not, of this journey."""
        row = await self.house.row(self.enrollment_id)
        notices = await self.house.all_settled(self.enrollment_id)
        ours = {self.enrollment_id, row.line_id, *self.model.assessors.values()}
        ours |= {notice.id for notice in notices}
        async with self.house.database.reading() as session:
            return [
                sentence
                for sentence, ways in ways_to_break(max(row.last_at, datetime.now(UTC)) + A_WHILE)
                for way in ways
                if ours & set(await session.scalars(way.subjects))
            ]


async def enrolled(house: House, policy: Policy) -> Player:
    """Enroll a practitioner whom the directory does not know, and hire three assessors."""
    library = f"machine-{next(NAMES)}"
    assessors: list[Assessor] = [await house.hire(library) for _ in range(3)]
    enrollment_id = await house.enrolled(library, policy=policy)
    model = JourneyModel(
        items=ITEMS,
        rounds_allowed=policy.rounds,
        is_approved_first=policy.approval is Approval.ALWAYS,
        assessors={number: each.id for number, each in enumerate(assessors)},
    )
    order_id = (await house.row(enrollment_id)).line_id.rpartition("-")[0]
    return Player(house, enrollment_id, order_id, model)


@SETTINGS
@given(
    moves=st.lists(MOVES, min_size=10, max_size=20),
    approval=st.sampled_from(Approval),
    rounds=st.integers(1, 2),
)
async def test_any_sequence_of_moves_is_as_the_rules_say(
    house: House, moves: list[Move], approval: Approval, rounds: int
) -> None:
    """Proves: whatever the parties do, in whatever order, allowed or not, twice or late, stage,
    round, open items, assignment and ending are those of the rules; a refusal has the right code
    and changes nothing; and at the end nothing is broken that must always be true.
    """
    player = await enrolled(house, Policy(approval=approval, rounds=rounds))
    await player.compare(Move(Deed.JUST_BEFORE))
    moves_left = MOVES_AFTER_THE_END
    for move in moves:
        made = player.model.made(move)
        note(f"{made.deed} {made}")
        refused = await player.play(made)
        assert refused == player.model.play(made), made
        await player.compare(made)
        moves_left -= player.model.ending is not None
        if not moves_left:
            break
    assert await player.broken_invariants() == []
