"""Acts done twice: how often each thing may stand in the records, however often it was pressed."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from adapters.records.tables import EnrollmentRow, TimelineRow
from domain.timeline import Happening
from tests.chaos.crowd import OPERATORS

Times = Counter[tuple[str, Happening, str]]
"""How often something happened: by enrollment, kind, and which of its kind it is."""

_MOST: Final = {
    Happening.ENROLLED: 1,
    Happening.ACCOUNT_VERIFIED: 1,
    Happening.PART_RECEIVED: 1,
    Happening.OFFER_ACCEPTED: 1,
    Happening.ASSIGNMENT_ENDED: 1,
    Happening.JUDGED: 1,
    Happening.PASSED_BACK: 1,
    Happening.DECIDED: 1,
    Happening.AWARDED: 1,
    Happening.CREDENTIAL_ISSUED: 1,
    Happening.CREDENTIAL_REISSUED: 1,
    Happening.LINE_REFUNDED: 1,
    Happening.ENDED: 1,
    # Each operator presses a button of their own, and each of these presses is an act.
    Happening.DUE_TIME_EXTENDED: OPERATORS,
    Happening.ROUND_GRANTED: OPERATORS,
}
"""How often each may happen in the courses of the load: in a round, with an assignment, a line."""

_BY_ROUND: Final = frozenset({Happening.JUDGED, Happening.PASSED_BACK, Happening.DECIDED})
_BY_FACT: Final = {
    Happening.OFFER_ACCEPTED: "assignment_id",
    Happening.ASSIGNMENT_ENDED: "assignment_id",
    Happening.LINE_REFUNDED: "line_id",
}


def times_of(happened: Iterable[TimelineRow]) -> Times:
    """Return how often everything happened that may happen only so often."""
    return Counter(
        (each.enrollment_id, Happening(each.kind), _key(each))
        for each in happened
        if each.kind in _MOST
    )


def _key(line: TimelineRow) -> str:
    kind = Happening(line.kind)
    if kind is Happening.PART_RECEIVED:
        return f"{line.round}/{line.facts['part']}"
    if kind in _BY_ROUND:
        return str(line.round)
    return str(line.facts[_BY_FACT[kind]]) if kind in _BY_FACT else ""


def too_often(times: Times) -> Iterator[str]:
    """Yield what happened more often than it may."""
    for (subject, kind, key), number in times.items():
        most = _MOST[kind]
        if kind is Happening.JUDGED:  # once more after it was passed back
            most += times[(subject, Happening.PASSED_BACK, key)]
        if number > most:
            yield f"{subject} {kind} {key}: {number} times".replace(" :", ":")


def enrolled_twice(enrollments: Iterable[EnrollmentRow]) -> Iterator[str]:
    """Yield the lines and the people that have two enrollments; everybody of the load buys one."""
    lines, people = Counter[str](), Counter[str]()
    for each in enrollments:
        lines[each.line_id] += 1
        people[each.person_id] += 1
    for key, number in (*lines.items(), *people.items()):
        if number > 1:
            yield f"{key}: {number} enrollments"
