"""The plan of a run: which journeys, disturbed how, and which faults, all from one seed.

Nothing else decides: the same seed with the same numbers is the same plan. How far the stack has
come when a fault strikes is its own affair, and differs from run to run.
"""

import random
from enum import StrEnum
from typing import Final

from domain.values import Value
from tests.chaos.boundaries import SERVERS, Victim, boundaries, order_name
from tests.chaos.orders import Cut, MailDeed, Route


class Course(StrEnum):
    """How far a journey goes, and by which way."""

    AWARDED = "awarded"
    TWO_ROUNDS = "two_rounds"
    APPROVED = "approved"
    PASSED_BACK = "passed_back"
    DECLINED = "declined"
    EXPIRED = "expired"
    """The first assessor stays silent until the offer lapses."""
    REASSIGNED = "reassigned"
    """Two of operations reassign the round at the same time."""
    EXTENDED = "extended"
    """Two of operations extend the same due time at the same time; then the practitioner leaves."""
    WITHDRAWN = "withdrawn"
    REFUNDED = "refunded"
    """The shop's refund overtakes the order."""
    VERIFIED = "verified"
    """Reminders go out, then practitioner and operations verify at the same time."""
    BOUGHT_TWICE = "bought_twice"
    LAPSED = "lapsed"
    WORKING = "working"
    OFFERED = "offered"
    ASSESSING = "assessing"
    REVISING = "revising"
    QUEUED = "queued"
    VERIFYING = "verifying"
    APPROVING = "approving"
    OUT_OF_ROUNDS = "out_of_rounds"
    GRANTED = "granted"
    """Out of rounds, then two of operations grant another one at the same time."""
    CLOSED = "closed"
    """Out of rounds, and nobody grants another one."""
    REISSUED = "reissued"
    """Operations issue the credential anew."""
    TRANSCRIBED = "transcribed"
    """The practitioner asks for a transcript after the award."""
    EXTENDED_IN_BULK = "extended_in_bulk"
    """Operations extend by an act in bulk; then the practitioner leaves."""
    SHORT_DAYS = "short_days"
    """Stands at the verification when everything stops for three of its days."""


_SHARES: Final = {
    Course.AWARDED: 14,
    Course.TWO_ROUNDS: 10,
    Course.APPROVED: 5,
    Course.PASSED_BACK: 4,
    Course.DECLINED: 5,
    Course.EXPIRED: 5,
    Course.REASSIGNED: 4,
    Course.EXTENDED: 4,
    Course.WITHDRAWN: 4,
    Course.REFUNDED: 5,
    Course.VERIFIED: 4,
    Course.BOUGHT_TWICE: 3,
    Course.LAPSED: 3,
    Course.WORKING: 3,
    Course.OFFERED: 2,
    Course.ASSESSING: 2,
    Course.REVISING: 2,
    Course.QUEUED: 2,
    Course.VERIFYING: 2,
    Course.APPROVING: 2,
    Course.OUT_OF_ROUNDS: 2,
    Course.GRANTED: 3,
    Course.CLOSED: 2,
    Course.REISSUED: 3,
    Course.TRANSCRIBED: 3,
    Course.EXTENDED_IN_BULK: 2,
}
"""How often each is drawn, among a hundred."""


class JourneyPlan(Value):
    """One journey of the load."""

    number: int
    course: Course
    is_doubled: bool
    """Whether everything that its people press is pressed twice, and the shop repeats itself."""
    has_large_file: bool
    """Whether its file is large enough to be stored in several parts."""


class Fault(StrEnum):
    """What is done to the stack."""

    KILL_AT_BOUNDARY = "kill_at_boundary"
    KILL_WORKER = "kill_worker"
    KILL_SERVER = "kill_server"
    KILL_RECORDS = "kill_records"
    KILL_MAIL = "kill_mail"
    KILL_PORTAL = "kill_portal"
    CUT_CONNECTIONS = "cut_connections"
    CUT_AFTER_DOT = "cut_after_dot"
    CUT_BEFORE_COMMIT = "cut_before_commit"
    CUT_AFTER_COMMIT = "cut_after_commit"
    LATE_COMMIT = "late_commit"
    CUT_UPLOAD = "cut_upload"
    MAIL = "mail"
    FULL_DISK = "full_disk"
    BROKEN_STORE = "broken_store"
    READ_ONLY = "read_only"
    DEADLOCK = "deadlock"
    CLOCK_JUMP = "clock_jump"
    THREE_DAYS = "three_days"
    OTHER_RELEASE = "other_release"
    """A worker of the previous release serves beside today's."""


_AT_RANDOM: Final = {
    Fault.KILL_WORKER: 14,
    Fault.KILL_SERVER: 7,
    Fault.KILL_RECORDS: 7,
    Fault.KILL_MAIL: 7,
    Fault.KILL_PORTAL: 5,
    Fault.CUT_CONNECTIONS: 6,
    Fault.CUT_AFTER_DOT: 8,
    Fault.CUT_BEFORE_COMMIT: 6,
    Fault.CUT_AFTER_COMMIT: 6,
    Fault.LATE_COMMIT: 3,
    Fault.CUT_UPLOAD: 4,
    Fault.MAIL: 16,
    Fault.FULL_DISK: 4,
    Fault.BROKEN_STORE: 3,
    Fault.READ_ONLY: 5,
    Fault.DEADLOCK: 5,
    Fault.CLOCK_JUMP: 5,
}
"""How often each is drawn that has no place of its own in the plan."""

FAULTS_FOR_THREE_DAYS: Final = 25
"""One stop of three days for so many faults, and one worker of the previous release."""

LONG_RUN: Final = 200
"""Faults of the run that orders every boundary for every victim; shorter ones order fewer."""


class PlannedFault(Value):
    """One fault: after a ``pause``, for so many seconds or times, at a place."""

    number: int
    fault: Fault
    pause: float
    seconds: float
    times: int
    target: int
    """Which of several processes of a kind."""
    boundary: str = ""
    """Where a worker is to be killed; this is waited for a little."""
    standing: tuple[str, ...] = ()
    """Orders that are given along with it, and strike when a worker comes there."""
    deed: MailDeed | None = None
    route: Route | None = None

    @property
    def told(self) -> str:
        """Return the fault in a few words, for the line that says what goes on."""
        at = self.boundary or self.deed or self.route or ""
        return f"{self.fault} {at}".strip()


class Plan(Value):
    """What a run does."""

    seed: int
    journeys: tuple[JourneyPlan, ...]
    faults: tuple[PlannedFault, ...]

    @property
    def kill_orders(self) -> frozenset[str]:
        """Every order to kill somebody at a boundary."""
        orders = {order for each in self.faults for order in each.standing}
        return frozenset(orders | {each.boundary for each in self.faults if each.boundary})


def planned(seed: int, journeys: int, faults: int) -> Plan:
    """Return the plan of a seed."""
    chance = random.Random(seed)
    return Plan(
        seed=seed,
        journeys=tuple(_journey(chance, number) for number in range(1, journeys + 1)),
        # Apart, so that one more activity changes where workers are killed and nothing else.
        faults=_faults(chance, random.Random(f"boundaries of {seed}"), faults),
    )


def _journey(chance: random.Random, number: int) -> JourneyPlan:
    (course,) = chance.choices(list(_SHARES), list(_SHARES.values()))
    return JourneyPlan(
        number=number,
        course=course,
        is_doubled=chance.random() < 0.4,
        has_large_file=chance.random() < 0.15,
    )


def _faults(
    chance: random.Random, of_boundaries: random.Random, number: int
) -> tuple[PlannedFault, ...]:
    """Every second fault kills at the next boundary in turn; the others are drawn."""
    kinds = [
        Fault.KILL_AT_BOUNDARY
        if index % 2 == 0
        else chance.choices(list(_AT_RANDOM), list(_AT_RANDOM.values()))[0]
        for index in range(number)
    ]
    each = number // FAULTS_FOR_THREE_DAYS
    slots = chance.sample(range(1, number, 2), 2 * each)
    for index, slot in enumerate(slots):
        kinds[slot] = Fault.THREE_DAYS if index < each else Fault.OTHER_RELEASE
    orders = _kill_orders(of_boundaries, len(kinds[::2]))
    return tuple(
        _fault(chance, index, kind, orders[index // 2]) for index, kind in enumerate(kinds)
    )


def _kill_orders(chance: random.Random, number: int) -> list[tuple[str, ...]]:
    """Return so many sets of orders: for a worker first, and for each server at another place.

    Each victim has the boundaries in an order of its own. Where there are more of them than faults
    of the long run, several are ordered at once.
    """
    together = -(-len(boundaries()) // (LONG_RUN // 2))
    orders: list[list[str]] = [[] for _ in range(number)]
    for victim in (Victim.WORKER, *SERVERS):
        places = list(boundaries())
        chance.shuffle(places)
        for index in range(number * together):
            place = places[index % len(places)]
            orders[index // together].append(order_name(place, victim))
    return [tuple(each) for each in orders]


def _fault(
    chance: random.Random, number: int, kind: Fault, orders: tuple[str, ...]
) -> PlannedFault:
    is_at_boundary = kind is Fault.KILL_AT_BOUNDARY
    deed = chance.choice(list(MailDeed))
    route = chance.choice(list(Route))
    return PlannedFault(
        number=number,
        fault=kind,
        pause=round(chance.uniform(0.2, 1.5), 2),
        seconds=round(chance.uniform(0.3, 2.5), 2),
        times=chance.randint(1, 4),
        target=chance.randrange(1_000),
        boundary=orders[0] if is_at_boundary else "",
        standing=orders[1:] if is_at_boundary else (),
        deed=deed if kind is Fault.MAIL else None,
        route=route if kind is Fault.CUT_CONNECTIONS else None,
    )


CUTS: Final = {
    Fault.CUT_AFTER_DOT: (Route.MAIL, Cut.BEFORE_REPLY),
    Fault.CUT_BEFORE_COMMIT: (Route.RECORDS, Cut.BEFORE_COMMIT),
    Fault.CUT_AFTER_COMMIT: (Route.RECORDS, Cut.AFTER_COMMIT),
    Fault.CUT_UPLOAD: (Route.FILES, Cut.IN_PART),
    Fault.FULL_DISK: (Route.FILES, Cut.FULL),
    Fault.BROKEN_STORE: (Route.FILES, Cut.BROKEN),
}
"""Faults that are one order to the proxy."""

FOR_A_WHILE: Final = frozenset({Fault.FULL_DISK, Fault.BROKEN_STORE})
"""Those that last for seconds; the others strike so many times."""
