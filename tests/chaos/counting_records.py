"""What the records say of themselves: invariants, assignments, awards, credentials."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from sqlalchemy import ScalarSelect, func, select

from adapters.records.breach_queries import IN_PASSING
from adapters.records.credential_tables import CredentialRow
from adapters.records.database import Database
from adapters.records.invariants import InvariantBook
from adapters.records.round_tables import AssessorRow, AssignmentRow, AwardRow, RoundRow
from adapters.records.tables import TimelineRow
from domain.timeline import Happening
from tests.chaos.counts import Count, told, wrong

AT_REST: Final = IN_PASSING + timedelta(seconds=1)
"""The invariants leave what is being done out of account; now nothing is."""


async def count_records(records: Database) -> list[Count]:
    """Return breaches, double assignments, and awards without or with two records."""
    invariants = await InvariantBook(records).count(datetime.now(UTC) + AT_REST)
    async with records.reading() as session:
        assignments = (await session.scalars(select(AssignmentRow))).all()
        awards = {each.enrollment_id for each in await session.scalars(select(AwardRow))}
        proficient = set(
            await session.scalars(
                select(RoundRow.enrollment_id).where(
                    RoundRow.is_proficient.is_(True), RoundRow.decided_at.is_not(None)
                )
            )
        )
        told_of = Counter(
            await session.scalars(
                select(TimelineRow.enrollment_id).where(TimelineRow.kind == Happening.AWARDED)
            )
        )
        overbooked = list(
            await session.scalars(select(AssessorRow.id).where(_live() > AssessorRow.capacity))
        )
    twice = [key for key, number in told_of.items() if number > 1]
    return [
        wrong(
            "invariants broken",
            [f"{each.number}: {', '.join(each.examples)}" for each in invariants if each.breaches],
        ),
        wrong("double assignments", [*_overlapping(assignments), *overbooked]),
        told("awards", len(awards)),
        wrong("awards without a record, or with two", [*(proficient ^ awards), *twice]),
        *await _credentials(records, awards),
    ]


def _live() -> ScalarSelect[int]:
    return (
        select(func.count())
        .where(AssignmentRow.assessor_id == AssessorRow.id, AssignmentRow.is_live)
        .scalar_subquery()
    )


def _overlapping(assignments: Iterable[AssignmentRow]) -> list[str]:
    """Return the rounds that two assessors held at the same time, now or ever."""
    rounds: dict[tuple[str, int], list[AssignmentRow]] = defaultdict(list)
    for each in assignments:
        rounds[(each.enrollment_id, each.round)].append(each)
    found = []
    for (enrollment_id, number), held in rounds.items():
        held.sort(key=lambda each: each.offered_at)
        for earlier, later in pairwise(held):
            if earlier.ended_at is None or earlier.ended_at > later.offered_at:
                found.append(f"{enrollment_id} round {number}")
    return found


async def _credentials(records: Database, awards: set[str]) -> list[Count]:
    """Return awards without a credential that counts, or with two."""
    async with records.reading() as session:
        counting = Counter(
            await session.scalars(
                select(CredentialRow.enrollment_id).where(CredentialRow.revoked_at.is_(None))
            )
        )
    without = awards - counting.keys()
    twice = [key for key, number in counting.items() if number > 1]
    return [
        told("credentials that count", counting.total()),
        wrong("awards without a credential, or with two", [*without, *twice]),
    ]
