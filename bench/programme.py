"""A programme of many enrollments on PostgreSQL, as it stands after some years, to measure on.

Four of ten have ended, the others stand at every stage, each with its timeline, rounds, notices and
words. The rows are always the same ones.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.enrollment import AttentionKind, Ending
from domain.policy import Policy
from domain.searching import search_words

ZONE = "America/Chicago"
NOW = datetime(2026, 5, 20, 15, tzinfo=UTC)
LIBRARIES = ("general", "missouri")
ASSESSORS = 300
GIVEN = ("Mara", "Nils", "Ada", "Tomás", "Ines", "Ruth", "Omar", "Lena", "Jun", "Paula")
FAMILY = ("Lind", "Okafor", "Reyes", "Brandt", "Novák", "Hale", "Iwu", "Santos", "Moe", "Quist")
STAGES = (
    ("ended", 0.4, "engine"),
    ("working", 0.33, "practitioner"),
    ("revising", 0.1, "practitioner"),
    ("verifying", 0.04, "practitioner"),
    ("assessing", 0.06, "assessor"),
    ("offered", 0.03, "assessor"),
    ("queued", 0.02, "ops"),
    ("approving", 0.01, "approver"),
    ("granting_access", 0.005, "engine"),
    ("out_of_rounds", 0.005, "ops"),
)
TROUBLES = {
    "refused": AttentionKind.MAIL_REFUSED.value,
    "bounced": AttentionKind.MAIL_BOUNCED.value,
    "unknown": AttentionKind.MAIL_UNCONFIRMED.value,
}
NO_MAIL = tuple(kind for kind in AttentionKind if not kind.value.startswith("mail_"))
COURSE = ("verifying", "granting_access", "working", "offered", "assessing", "revising", "offered")
Cell = str | int | bool | datetime | None
Rows = dict[str, list[tuple[Cell, ...]]]

COLUMNS = {
    "people": "id name address organization verified_at",
    "micro_credentials": "id library slug published_version",
    "catalog_versions": "id micro_credential_id number title library content published_at",
    "assessors": "id name address person_address organization organization_key capacity load "
    "is_active",
    "orders": "id channel external_id fingerprint payer_name payer_address payer_organization "
    "purchase_order placed_at settled_at is_complete",
    "order_lines": "id order_id number person_id version_id micro_credential_id price_cents state "
    "enrollment_id",
    "enrollments": "id person_id micro_credential_id version_id line_id journey library opened_at "
    "stage waiting_on waiting_until due_id round last_sequence last_at access_due_at "
    "access_met_at access_breached_at open_attention ending ended_at",
    "due_times": "id subject_id clock started_at due_at zone calendar_name calendar_version "
    "explanation reminders",
    "rounds": "enrollment_id number library is_resubmission open_items opened_at waiting_since "
    "marks_version is_proficient decided_at",
    "assignments": "id enrollment_id round assessor_id state is_live offered_at due_at "
    "accepted_at ranking",
    "timeline": "enrollment_id key at kind party facts",
    "attention": "subject_id kind opened_at opened_why closed_why",
    "notices": "id subject_id order_id kind recipient ordinal state intended_at attempts repeats "
    "settled_at reply",
    "awards": "enrollment_id round awarded_at",
    "search_words": "subject_id word",
}


class Programme:
    """Makes the rows of one enrollment after the other, always the same ones."""

    def __init__(self, draw: int = 24) -> None:
        self._chance = random.Random(draw)  # noqa: S311  a draw, not a secret
        policy = Policy().model_dump(mode="json")
        items = [f"detail/{outcome}.{number}" for outcome in range(1, 6) for number in range(1, 6)]
        self._journey = json.dumps({"items": items, "policy": policy})

    def ground(self) -> Rows:
        """Return what every enrollment stands on: the catalogue and the roster."""
        rows: Rows = {name: [] for name in COLUMNS}
        for number in range(20):
            library, key = LIBRARIES[number % 2], f"m{number}"
            rows["micro_credentials"].append((key, library, f"slug-{number}", 1))
            title = f"Micro-credential {number}"
            rows["catalog_versions"].append((f"{key}-1", key, 1, title, library, "{}", NOW))
        for number in range(ASSESSORS):
            address = f"assessor{number}@example.org"
            one = (f"s{number}", f"Assessor {number}", address, "", "", "", 40, 0, True)
            rows["assessors"].append(one)
        return rows

    def batch(self, numbers: range) -> Rows:
        """Return the rows of some enrollments."""
        rows: Rows = {name: [] for name in COLUMNS}
        for number in numbers:
            self._enroll(rows, number)
        return rows

    def _enroll(self, rows: Rows, number: int) -> None:
        chance = self._chance
        stage, waiting_on = self._standing()
        opened = NOW - timedelta(minutes=chance.randrange(60, 60 * 24 * 1000))
        active = opened + (NOW - opened) * chance.random()
        has_ended = stage == "ended"
        until = None if has_ended else NOW + timedelta(minutes=chance.randrange(-200, 90 * 1440))
        enrollment, line = f"e{number:06}", f"o{number:06}-1"
        library = LIBRARIES[number % 2]
        access = opened + timedelta(days=2)
        is_met = stage not in ("verifying", "granting_access")
        is_breached = is_met and chance.random() < 0.02
        attention = 0 if has_ended else int(chance.random() < 0.03)
        ending = chance.choice(list(Ending)).value if has_ended else None
        self._order(rows, number, opened, line, enrollment)
        of = (enrollment, f"p{number}", f"m{number % 20}", f"m{number % 20}-1", line)
        due = (until, None if has_ended else f"d{number}", 1, 12, active)
        promise = (
            None if stage == "verifying" else access,
            opened if is_met else None,
            access if is_breached else None,
        )
        end = (attention, ending, active if has_ended else None)
        course = (self._journey, library, opened, stage, waiting_on)
        rows["enrollments"].append((*of, *course, *due, *promise, *end))
        if until is not None:
            clock = "overdue" if stage == "assessing" and chance.random() < 0.1 else "working"
            rows["due_times"].append(
                (f"d{number}", enrollment, clock, active, until, ZONE, "us", 1, "because", "{}")
            )
        if attention:
            kind = chance.choice(NO_MAIL).value
            rows["attention"].append((enrollment, kind, active, "", ""))
        self._work(rows, number, enrollment, stage, library, opened, active)

    def _standing(self) -> tuple[str, str]:
        draw = self._chance.random()
        for stage, share, waiting_on in STAGES:
            draw -= share
            if draw < 0:
                return stage, waiting_on
        return STAGES[0][0], STAGES[0][2]

    def _order(self, rows: Rows, number: int, at: datetime, line: str, enrollment: str) -> None:
        chance = self._chance
        name = f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}"
        address = f"{name.split()[0].lower()}.{number}@school{number % 900}.example.org"
        rows["people"].append((f"p{number}", name, address, "A school", at))
        order, shop = f"o{number:06}", f"shop-{number}"
        is_paid = chance.random() > 0.01
        payer = (name, address, "A school", f"PO {number % 7000}")
        placed = (at, at if is_paid else None, is_paid)
        rows["orders"].append((order, "online", shop, "f", *payer, *placed))
        state = "held" if chance.random() < 0.002 else "enrolled"
        version = f"m{number % 20}"
        rows["order_lines"].append(
            (line, order, 1, f"p{number}", f"{version}-1", version, 9900, state, enrollment)
        )
        for word in search_words(enrollment, name, address, shop, f"PO {number % 7000}"):
            rows["search_words"].append((enrollment, word))
        for word in search_words(order, shop, f"PO {number % 7000}", name, address, "A school"):
            rows["search_words"].append((order, word))

    def _work(
        self,
        rows: Rows,
        number: int,
        enrollment: str,
        stage: str,
        library: str,
        opened: datetime,
        active: datetime,
    ) -> None:
        chance = self._chance
        step = (active - opened) / (len(COURSE) + 1)
        for place, passed in enumerate(COURSE):
            facts = json.dumps({"stage": passed, "waiting_on": "practitioner", "clock": "working"})
            kind = "offered" if passed == "offered" else "stage_entered"
            at = opened + place * step
            rows["timeline"].append((enrollment, f"{place}.1", at, kind, "engine", facts))
            rows["timeline"].append((enrollment, f"{place}.2", at, "part_received", "ops", "{}"))
        troubles: set[str] = set()
        for place in range(8):
            state = chance.choices(
                ("accepted", "cancelled", "refused", "bounced", "unknown", "intended"),
                (930, 60, 3, 3, 2, 2),
            )[0]
            attempts = 9 if state == "intended" else 1
            what = (f"n{number}-{place}", enrollment, f"o{number:06}", "access", "practitioner")
            told = (1, state, opened + place * step, attempts, 0, active, "250 OK")
            rows["notices"].append((*what, *told))
            if state in TROUBLES and chance.random() < 0.3:
                troubles.add(TROUBLES[state])
        for kind in sorted(troubles):
            rows["attention"].append((enrollment, kind, active, "", ""))
        is_past = stage in ("ended", "revising", "out_of_rounds")
        if is_past or stage in ("queued", "offered", "assessing", "approving"):
            is_proficient = chance.random() < 0.6 if is_past else None
            waiting = active if stage == "queued" else None
            opening = (enrollment, 1, library, False, "{}", opened + 3 * step, waiting)
            rows["rounds"].append((*opening, 6, is_proficient, active if is_past else None))
        if stage in ("offered", "assessing", "approving"):
            state = "offered" if stage == "offered" else "accepted"
            assessor = f"s{number % ASSESSORS}"
            rows["assignments"].append(
                (f"a{number}", enrollment, 1, assessor, state, True, active, active, active, "{}")
            )


async def seed(engine: AsyncEngine, count: int) -> None:
    """Fill an empty, migrated database with ``count`` enrollments."""
    programme = Programme()
    async with engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        if raw is None:
            raise RuntimeError("the connection to PostgreSQL is gone")
        await raw.execute("SET session_replication_role = replica")
        batches: Iterator[Rows] = (
            programme.batch(range(first, min(first + 2000, count)))
            for first in range(0, count, 2000)
        )
        for rows in (programme.ground(), *batches):
            for table, records in rows.items():
                columns = COLUMNS[table].split()
                await raw.copy_records_to_table(table, records=records, columns=columns)
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text("VACUUM ANALYZE"))
