"""A tour of the whole site with the sample cohort: every page in every state that it has there."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import NamedTuple

from fastapi.routing import APIRoute
from playwright.async_api import Browser, BrowserContext, Page
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.credential_tables import CredentialRow
from adapters.records.database import Database
from adapters.records.round_tables import AssessorRow, AssignmentRow, RevisionRow
from adapters.records.session_book import Means, SessionBook
from adapters.records.staff_book import StaffBook
from adapters.records.tables import Base, EnrollmentRow
from domain.enrollment import COLLECTING, Party, Stage
from portal.faces import COOKIES
from portal.routes import ROUTERS
from tests.portal.browsing import running_chromium
from tests.portal.crawling import NO_PAGES, Visit, Walk, is_too_wide, violations_of

UNCOUNTED = frozenset(
    {"sessions", "throttles", "requests", "entries", "sweeps", "timeline", "due_times", "attention"}
)
"""What signing in writes, and the engine by itself: it wakes what waits for an assessor, and asks
once more for acts that a stack which was killed left on their way.
"""


@dataclass(frozen=True)
class Visitor:
    """Somebody who walks through the site, and where they begin."""

    party: Party | None
    subject_id: str
    starts: tuple[str, ...]

    @property
    def name(self) -> str:
        """Who it is, in a message."""
        return f"{self.party or 'stranger'} {self.subject_id}"


class Held(NamedTuple):
    """What an assessor has before them."""

    assessor_id: str
    enrollment_id: str
    state: str


async def visitors_of(database: Database) -> list[Visitor]:
    """Return a stranger, a practitioner of every stage and ending, every busy assessor, and ops."""
    staff = (await StaffBook(database).everybody())[0]
    async with database.reading() as session:
        enrollments = (await session.scalars(select(EnrollmentRow))).all()
        query = (
            select(AssignmentRow.assessor_id, AssignmentRow.enrollment_id, AssignmentRow.state)
            .where(AssignmentRow.is_live)
            .order_by(AssignmentRow.assessor_id)
        )
        held = [Held(*row) for row in await session.execute(query)]
        assessors = (await session.scalars(select(AssessorRow.id))).all()
        handed_in = set(await session.scalars(select(RevisionRow.enrollment_id)))
        shown = await _each_state(session)
    writing = {
        f"/my/{row.id}"
        for row in enrollments
        if row.stage == Stage.WORKING and row.id not in handed_in
    }
    # Those who write stand at many places within their stage; of the others one stands for all.
    practitioners = {
        (row.id if row.stage in COLLECTING else row.stage, row.ending): Visitor(
            Party.PRACTITIONER, row.person_id, (f"/my/{row.id}",)
        )
        for row in enrollments
    }
    return [
        Visitor(None, "", ("/", "/sign-in?as=ops", "/api/v1", "/dev/mail", *map(_page, shown))),
        *sorted(practitioners.values(), key=lambda each: each.starts[0] not in writing),
        *(_holder(credential) for credential in shown),
        *(Visitor(Party.ASSESSOR, each, _starts(each, held)) for each in assessors),
        Visitor(Party.OPS, staff.id, ("/ops", *_each_stage(enrollments), *map(_ops_page, shown))),
    ]


async def _each_state(session: AsyncSession) -> list[CredentialRow]:
    """Return a credential that counts, one that was revoked and one that was replaced."""
    replaced = set(await session.scalars(select(CredentialRow.replaces_id)))
    rows = await session.scalars(select(CredentialRow).order_by(CredentialRow.id))
    states = {(row.revoked_at is not None, row.id in replaced): row for row in rows}
    return list(states.values())


def _page(credential: CredentialRow) -> str:
    return f"/credentials/{credential.id}"


def _ops_page(credential: CredentialRow) -> str:
    return f"/ops/credentials/{credential.id}"


def _holder(credential: CredentialRow) -> Visitor:
    here = f"/my/{credential.enrollment_id}/credential"
    return Visitor(Party.PRACTITIONER, credential.person_id, (here,))


def _starts(assessor_id: str, held: Iterable[Held]) -> tuple[str, ...]:
    places = {"offered": "offers", "accepted": "rounds"}
    mine = [
        f"/assessing/{places[state]}/{enrollment_id}"
        for owner, enrollment_id, state in held
        if owner == assessor_id
    ]
    return ("/assessing", *mine[:3])


def _each_stage(enrollments: Iterable[EnrollmentRow]) -> Iterator[str]:
    yield from {(row.stage, row.ending): f"/ops/journeys/{row.id}" for row in enrollments}.values()


@asynccontextmanager
async def signed_in(
    browser: Browser, database: Database, visitor: Visitor, url: str
) -> AsyncIterator[Page]:
    """Open a browser of a visitor; what its scripts throw, or the policy forbids, is a failure."""
    context = await browser.new_context(
        viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    if visitor.party is not None:
        await _let_in(context, database, visitor, url)
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda said: (
            faults.append(f"{page.url}: {said.text}")
            if "Content Security Policy" in said.text
            else None
        ),
    )
    try:
        yield page
        assert faults == []
    finally:
        await context.close()


async def _let_in(context: BrowserContext, database: Database, visitor: Visitor, url: str) -> None:
    assert visitor.party is not None
    secret, _ = await SessionBook(database).begin(
        visitor.party, visitor.subject_id, Means.LINK, "the tour", datetime.now(UTC)
    )
    await context.add_cookies([{"name": COOKIES[visitor.party], "value": secret, "url": url}])


async def counted(database: Database) -> dict[str, int]:
    """Return how many rows every table has that nobody writes by looking."""
    rows: dict[str, int] = {}
    async with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            if table.name not in UNCOUNTED:
                rows[table.name] = (
                    await session.scalar(select(func.count()).select_from(table)) or 0
                )
    return rows


@dataclass
class Tour:
    """What was found on the way: faults by address, and the pages that no link led to."""

    faults: list[str]
    seen: set[str]
    files: set[str]

    @property
    def unseen(self) -> list[str]:
        """Pages that nobody came to."""
        return sorted(pages_of_the_site() - self.seen - self.files - EXCUSED)


EXCUSED = frozenset(
    {
        "/{leads_to}/{subject_id}/{recipient_id}/{signature}",  # from mails alone
        "/sign-in/issuer",  # leads away, to an organisation's own sign-in
        "/sign-in/issuer/callback",
        "/address/{change_id}/{act}/{signature}",  # from mails alone
        "/sandbox/pay",  # on the way of a purchase, which the tests of buying walk
        "/sandbox/pay/answer",
        "/order/thanks/{number}/{seal}",
        "/order-form/receipt/{number}/{seal}",
        "/ops/bulk/{bulk_id}",  # looked at in the tests of acts in bulk
        "/ops/bulk/{bulk_id}/events",
        "/dev/mail/{name}/html",  # in a frame of a letter's page
        "/my/{enrollment_id}/parts/{part}/versions/{version}",  # what the first writer has none of
        "/ops/board/events",  # for scripts
        "/ops/orders/{order_id}/events",
        "/my/{enrollment_id}/parts/{part}/draft",
        "/my/{enrollment_id}/parts/2/files",
        "/my/{enrollment_id}/files/{artifact_id}",  # a file, not a page
        "/.well-known/did.json",  # for verifiers of others
        "/.well-known/jwks.json",
        "/keys/{key_id}",
        "/{issuer_path:path}/did.json",
        "/credentials/status/{list_id}",
        "/credentials/{credential_id}/card.png",  # a picture within pages
        "/ops/calendar/close",  # forms of their pages lead there; looked at in their own tests
        "/ops/orders/{order_id}/refund",
        "/ops/state-records/report",  # the cohort has chosen no state
        "/ops/state-records/reports/{report_id}",
        "/my/transcript/transcript.json",  # files
        "/my/transcript/transcript.pdf",
        "/ops/checks/{number}",  # what the cohort has none of: breaches, endpoints, changed drafts
        "/ops/webhooks/deliveries/{delivery_id}",
        "/ops/webhooks/endpoints/{endpoint_id}",
        "/ops/catalog/{library}/{slug}/publish",
    }
)
"""Pages to which no link of the site leads."""


def pages_of_the_site() -> set[str]:
    """Return every address that answers a GET with something for people."""
    return {
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        and "GET" in (route.methods or ())
        and not route.path.startswith(NO_PAGES)
    }


async def toured(database: Database, url: str) -> Tour:
    """Walk through the whole site as everybody."""
    walks = {party: Walk(url, examples=1) for party in (None, *COOKIES)}
    tour = Tour([], set(), set())
    async with running_chromium() as browser:
        for visitor in await visitors_of(database):
            async with signed_in(browser, database, visitor, url) as page:
                async for visit in walks[visitor.party].visits(page, visitor.starts):
                    if visitor.party is None and visit.status == HTTPStatus.UNAUTHORIZED:
                        continue  # a page for all that names one for operations
                    tour.seen.add(visit.route)
                    is_first = walks[visitor.party].seen[visit.route] == 1
                    tour.faults += await _faults_of(page, visit, is_first=is_first)
            tour.files |= walks[visitor.party].files
    return tour


async def _faults_of(page: Page, visit: Visit, *, is_first: bool) -> list[str]:
    found = [f"status {visit.status}"] if visit.status != HTTPStatus.OK else []
    found += await violations_of(page)
    if is_first:
        await page.emulate_media(color_scheme="dark")
        found += [f"dark {each}" for each in await violations_of(page, ["color-contrast"])]
        await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 390, "height": 800})
    found += ["too wide for a phone"] if await is_too_wide(page) else []
    await page.set_viewport_size({"width": 1280, "height": 900})
    return [f"{visit.address}: {each}" for each in found]
