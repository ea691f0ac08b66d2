"""The counts can be above zero: each finds the wrong record that is planted for it."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.records.tables import EnrollmentRow, NoticeRow
from domain.assignment import AssignmentState
from domain.enrollment import Ending
from domain.notices import NoticeState
from domain.orders import LineState
from domain.timeline import Happening
from tests.chaos.acts import Acknowledged, ActKind
from tests.chaos.boundaries import Killed, KillOrders, Victim, order_name
from tests.chaos.counting_acts import Found, counted
from tests.chaos.counting_mail import _beyond, _left
from tests.chaos.counting_twice import Times, enrolled_twice, too_often
from tests.chaos.injected import Injected, in_the_end
from tests.chaos.occasions import Applied
from tests.chaos.orders import Cut, Route
from tests.chaos.plan import Fault, Plan, PlannedFault, planned

NOW = datetime(2026, 11, 23, tzinfo=UTC)
NOTHING = Found()
FOUND = Found(
    orders={"e": True},
    lines={"e": LineState.REFUNDED},
    endings={"e": Ending.WITHDRAWN},
    verified=frozenset({"e"}),
    texts={("e", "k"): "said"},
    said={("e", "k"): frozenset({"said"})},
    files={("e", "k"): True},
    marks={("e", "k"): "said"},
    assignments={"k": AssignmentState.DECLINED, "r": AssignmentState.REASSIGNED},
    replaced=frozenset({"k"}),
    transcribed=frozenset({"k"}),
    times=Counter(
        {
            ("e", Happening.PART_RECEIVED, "k"): 1,
            ("e", Happening.OFFER_ACCEPTED, "k"): 1,
            ("e", Happening.DUE_TIME_EXTENDED, ""): 1,
            ("e", Happening.JUDGED, "1"): 1,
            ("e", Happening.PASSED_BACK, "1"): 1,
            ("e", Happening.DECIDED, "1"): 1,
            ("e", Happening.ROUND_GRANTED, ""): 1,
        }
    ),
)
"""Records in which every kind of act is found."""


def act(kind: ActKind, key: str = "k") -> Acknowledged:
    """Return an act that was acknowledged."""
    return Acknowledged(at=NOW, kind=kind, subject_id="e", key=key, value="said")


def numbers(found: Found, *acts: Acknowledged) -> tuple[int, int]:
    """Return how many acts are lost, and how much was done twice."""
    _, lost, twice = counted(acts, found)
    assert lost.is_fault
    assert twice.is_fault
    return lost.number, twice.number


@pytest.mark.parametrize("kind", ActKind)
def test_each_kind_of_act_is_found_and_missed(kind: ActKind) -> None:
    """Proves: an act that is in the records is not lost, and the same act without them is."""
    done = act(kind, "r" if kind is ActKind.REASSIGNED else "k")
    assert numbers(FOUND, done) == (0, 0)
    assert numbers(NOTHING, done) == (1, 0)


def test_a_reassignment_that_only_ended_otherwise_is_lost() -> None:
    """Proves: that an assignment ended is not enough; the one that was held must be reassigned."""
    assert numbers(FOUND, act(ActKind.REASSIGNED, "k")) == (1, 0)


@pytest.mark.parametrize(
    ("times", "number"),
    [
        ({Happening.JUDGED: 1}, 0),
        ({Happening.JUDGED: 2}, 1),
        ({Happening.JUDGED: 2, Happening.PASSED_BACK: 1}, 0),
        ({Happening.JUDGED: 3, Happening.PASSED_BACK: 1}, 1),
        ({Happening.PASSED_BACK: 2, Happening.JUDGED: 2}, 1),
        ({Happening.DECIDED: 2}, 1),
        ({Happening.PART_RECEIVED: 2}, 1),
        ({Happening.OFFER_ACCEPTED: 2}, 1),
        ({Happening.ACCOUNT_VERIFIED: 2}, 1),
        ({Happening.DUE_TIME_EXTENDED: 2}, 0),
        ({Happening.DUE_TIME_EXTENDED: 3}, 1),
        ({Happening.ROUND_GRANTED: 3}, 1),
        ({Happening.ASSIGNMENT_ENDED: 2}, 1),
        ({Happening.LINE_REFUNDED: 2}, 1),
        ({Happening.CREDENTIAL_ISSUED: 2}, 1),
        ({Happening.CREDENTIAL_REISSUED: 2}, 1),
        ({Happening.AWARDED: 2}, 1),
        ({Happening.ENDED: 2}, 1),
    ],
)
def test_what_happened_too_often_is_found(times: dict[Happening, int], number: int) -> None:
    """Proves: each act has a bound, by round, assignment or line, and one more is above it."""
    counted_times: Times = Counter({("e", kind, "1"): often for kind, often in times.items()})
    assert len(list(too_often(counted_times))) == number


def test_two_enrollments_of_a_line_or_a_person_are_found() -> None:
    """Proves: a second enrollment of an order line, and one of the same person, are each told."""
    one = EnrollmentRow(id="a", line_id="l1", person_id="p1")
    assert list(enrolled_twice([one, EnrollmentRow(id="b", line_id="l2", person_id="p2")])) == []
    assert len(list(enrolled_twice([one, EnrollmentRow(line_id="l1", person_id="p2")]))) == 1
    assert len(list(enrolled_twice([one, EnrollmentRow(line_id="l2", person_id="p1")]))) == 1


def test_notices_that_nobody_dealt_with_are_found() -> None:
    """Proves: what was refused or is unknown counts, unless it was sent again or is past."""
    notices = [
        NoticeRow(id=f"{state}{next_id}", kind="offer", state=state, reply="", superseded_by=again)
        for state in NoticeState
        for next_id, again in (("", None), ("-again", "n2"))
    ]
    assert len(list(_left(notices, ()))) == 2
    assert len(list(_left(notices, {NoticeState.REFUSED.value}))) == 1


def test_letters_beyond_the_occasions_of_the_gap_are_found() -> None:
    """Proves: no more notices may be taken twice than something could have hidden the reply of."""
    assert _beyond(["a", "b"], 2) == []
    assert _beyond(["a", "b"], 1) == ["b"]


def cut_and_kill() -> tuple[Plan, list[Injected]]:
    """Return two orders of one kind and one kill, with the times at which they were given."""
    common = {"pause": 0.0, "seconds": 1.0, "times": 1, "target": 0}
    faults = (
        PlannedFault(number=0, fault=Fault.CUT_AFTER_DOT, **common),
        PlannedFault(number=1, fault=Fault.CUT_AFTER_DOT, **common),
        PlannedFault(number=2, fault=Fault.KILL_AT_BOUNDARY, boundary="enter-before", **common),
    )
    injected = [
        Injected(
            number=each.number,
            fault=each.told,
            begun=NOW + timedelta(minutes=each.number),
            ended=NOW + timedelta(minutes=each.number, seconds=1),
            note="",
            has_struck=False,
            is_standing=True,
        )
        for each in faults
    ]
    return planned(0, 0, 0).model_copy(update={"faults": faults}), injected


def test_an_order_struck_where_it_met_somebody() -> None:
    """Proves: without an occasion no order struck; with one, the newest of its kind did; and a
    server's death at a boundary is not a worker's.
    """
    plan, injected = cut_and_kill()

    def struck(killed: list[Killed], applied: list[Applied]) -> list[int]:
        return [e.number for e in in_the_end(plan, injected, killed, applied) if e.has_struck]

    later = NOW + timedelta(minutes=3)
    cut = Applied(at=later, route=Route.MAIL, deed=Cut.BEFORE_REPLY)
    kill = Killed(at=later, boundary="enter-before", pid=1)
    assert struck([], []) == []
    assert struck([], [cut]) == [1]
    assert struck([], [cut.model_copy(update={"at": NOW})]) == [0]
    assert struck([kill], []) == [2]
    assert struck([kill.model_copy(update={"victim": Victim.MAIL})], []) == []


def test_a_worker_stands_where_a_server_is_to_die(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: a worker that comes to an order for a server goes on after a while, and the order
    holds again; at any other boundary it does not stand at all.
    """
    monkeypatch.setattr("tests.chaos.boundaries.STANDS_FOR", 0.05)
    folder = tmp_path / "orders"
    folder.mkdir()
    place = folder / order_name("enter-before", Victim.RECORDS)
    place.touch()
    orders = KillOrders(folder)
    orders.reached("enter-after")
    orders.reached("enter-before")
    assert [each.name for each in folder.iterdir()] == [place.name]
