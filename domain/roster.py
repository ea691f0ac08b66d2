"""The roster of assessors: leave, capacity, and who may stand in it.

A person stands in the roster once, because the conflicts of interest are judged by addresses
(trap 18); leave is counted in local days of the programme, both ends included.
"""

from collections.abc import Container, Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from pydantic import TypeAdapter, ValidationError

from domain.addresses import normalized_address
from domain.catalog import Slug
from domain.refusals import Conflict, Invalid
from domain.roster_file import MOST_CAPACITY, AssessorLine
from domain.values import Value, opaque_id

_LIBRARIES: Final = TypeAdapter(tuple[Slug, ...])

LONGEST_LEAVE: Final = timedelta(days=5 * 366)
"""A leave that is longer is a mistyped year, or somebody who left."""


class LeaveBackwards(Invalid):
    """The last day lies before the first one."""

    code = "leave_backwards"
    sentence = "A leave from {first} to {last} ends before it begins. Name the earlier day first."


class LeaveOver(Invalid):
    """A leave that is over changes nothing."""

    code = "leave_over"
    sentence = "A leave that ended on {last} is over. Name one that lasts until {today} or longer."


class LeaveTooLong(Invalid):
    """Nobody plans a leave for so many years."""

    code = "leave_too_long"
    sentence = "A leave from {first} to {last} is too long. Check the year, or deactivate."


class CapacityOutOfRange(Invalid):
    """More rounds at a time than anybody can assess, or fewer than none."""

    code = "capacity_out_of_range"
    sentence = "{capacity} is not a capacity. Give a number of rounds from 0 to {most}."


class AssessorStandsTwice(Conflict):
    """A line names an address under which somebody else stands in the roster."""

    code = "assessor_stands_twice"
    sentence = (
        "Line {line} names an address that belongs to another assessor of the roster. One person "
        "stands in it once: correct the line."
    )


class AssessorKnown(Conflict):
    """Somebody is added who stands in the roster already."""

    code = "assessor_known"
    sentence = "Somebody with this address stands in the roster already. Change that entry instead."


class LibrariesNotValid(Invalid):
    """An assessor is qualified for at least one library, each known by its short name."""

    code = "libraries_not_valid"
    sentence = (
        "Name at least one library, each by its short name: small letters, digits and single "
        "hyphens."
    )


class Leave(Value):
    """An assessor is away from the first to the last day, both included."""

    first_day: date
    last_day: date

    def covers(self, day: date) -> bool:
        """Tell whether ``day`` is a day of the leave."""
        return self.first_day <= day <= self.last_day


def leave_of(first: date, last: date, today: date) -> Leave:
    """Return the leave from ``first`` to ``last``, or refuse what cannot be meant."""
    if last < first:
        raise LeaveBackwards(first=first, last=last)
    if last < today:
        raise LeaveOver(last=last, today=today)
    if last - first > LONGEST_LEAVE:
        raise LeaveTooLong(first=first, last=last)
    return Leave(first_day=first, last_day=last)


def without_rest(leave: Leave, today: date) -> Leave | None:
    """Return what was taken of a leave by somebody who is back ``today``; ``None`` if nothing."""
    yesterday = today - timedelta(days=1)
    if leave.first_day > yesterday:
        return None
    return Leave(first_day=leave.first_day, last_day=min(leave.last_day, yesterday))


def check_capacity(capacity: int) -> int:
    """Return ``capacity`` if somebody may hold so many rounds at a time, or refuse."""
    if not 0 <= capacity <= MOST_CAPACITY:
        raise CapacityOutOfRange(capacity=capacity, most=MOST_CAPACITY)
    return capacity


def libraries_named(names: Iterable[str]) -> tuple[str, ...]:
    """Return the libraries that are named, each once, or refuse: ``LibrariesNotValid``."""
    wanted = dict.fromkeys(each.strip().lower() for each in names if each.strip())
    try:
        found = _LIBRARIES.validate_python(tuple(wanted))
    except ValidationError:
        raise LibrariesNotValid from None
    if not found:
        raise LibrariesNotValid
    return found


def assessor_id_of(address: str) -> str:
    """Return the id of the assessor with this (normalized) address."""
    return opaque_id("s", address)


def assessor_named(text: str) -> str:
    """Return the id that ``text`` stands for: the id itself, or an address in any spelling."""
    return assessor_id_of(normalized_address(text)) if "@" in text else text.strip()


def refuse_known(lines: Iterable[AssessorLine], known: Container[str]) -> None:
    """Refuse to add somebody whose id is ``known``. Raises ``AssessorKnown``."""
    if any(assessor_id_of(line.address) in known for line in lines):
        raise AssessorKnown


def refuse_double_standing(
    lines: Iterable[AssessorLine], addresses_by_assessor: Mapping[str, frozenset[str]]
) -> None:
    """Refuse a line with an address of somebody who stands in the roster under another one."""
    owner = {
        address: assessor_id
        for assessor_id, addresses in addresses_by_assessor.items()
        for address in addresses
    }
    for line in lines:
        own = assessor_id_of(line.address)
        for address in filter(None, (line.address, line.person_address)):
            if owner.get(address, own) != own:
                raise AssessorStandsTwice(line=line.line_number)
