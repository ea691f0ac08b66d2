"""The roster for programs."""

from datetime import date

from pydantic import Field, StrictBool

from adapters.records.roster_book import AssessorStanding, RosterBook
from adapters.records.roster_views import AssessorFacts, RosterViews
from domain.addresses import Address
from domain.catalog import Slug
from domain.roster_file import MOST_CAPACITY, AssessorLine
from office.roster import RosterImported, RosterOutcome
from portal.api.answering import Reasoned, RequestKey, router
from portal.api.calling import RosterActor, RosterReader, because
from portal.api.paging import PLAIN, Named
from portal.faces import OpenSite
from portal.site import now

api = router("Roster")


class LeaveAsked(Reasoned):
    """A leave, both days included."""

    first_day: date
    last_day: date


class CapacityAsked(Reasoned):
    """How many rounds an assessor may hold at a time."""

    capacity: int = Field(strict=True, ge=0, le=1000)


class LibrariesAsked(Reasoned):
    """The libraries for which an assessor is qualified, all of them."""

    libraries: list[str] = Field(min_length=1, max_length=100)


class ActiveAsked(Reasoned):
    """Whether an assessor is offered rounds."""

    is_active: StrictBool


class AssessorAsked(Reasoned):
    """Somebody who joins the roster; ``person_address`` is where they study, if they do."""

    name: str = Field(min_length=1, max_length=200, pattern=PLAIN)
    address: Address
    organization: str = Field(min_length=1, max_length=200, pattern=PLAIN)
    capacity: int = Field(strict=True, ge=0, le=MOST_CAPACITY)
    libraries: tuple[Slug, ...] = Field(min_length=1, max_length=100)
    person_address: Address | None = None


class RosterAsked(Reasoned):
    """The text of a roster file."""

    roster: str = Field(min_length=1, max_length=2_000_000)


@api.get("/assessors")
async def assessors(site: OpenSite, _: RosterReader) -> list[AssessorStanding]:
    """List the whole roster, by name."""
    book = RosterBook(site.database, site.settings.programme_zone)
    return list(await book.standings(now().astimezone(site.zone).date()))


@api.get("/assessors/{assessor_id}")
async def assessor(site: OpenSite, _: RosterReader, assessor_id: Named) -> AssessorFacts:
    """Return one assessor: what they hold, their leave, how long they take."""
    today = now().astimezone(site.zone).date()
    return await RosterViews(site.database).assessor(assessor_id, now(), today)


@api.post("/assessors")
async def add_assessor(
    site: OpenSite, key: RosterActor, _: RequestKey, asked: AssessorAsked
) -> RosterImported:
    """Put one more assessor into the roster."""
    line = AssessorLine.model_validate({**asked.model_dump(exclude={"reason"}), "line_number": 1})
    return await site.desks.roster.add_assessor(line, because(key, asked.reason))


@api.post("/roster")
async def import_roster(
    site: OpenSite, key: RosterActor, _: RequestKey, asked: RosterAsked
) -> RosterImported:
    """Take a roster file as a whole; every bad line is a point of the refusal."""
    return await site.desks.roster.import_file(asked.roster.encode(), because(key, asked.reason))


@api.post("/assessors/{assessor_id}/leave")
async def add_leave(
    site: OpenSite, key: RosterActor, _: RequestKey, assessor_id: Named, asked: LeaveAsked
) -> RosterOutcome:
    """Record a leave."""
    return await site.desks.roster.add_leave(
        assessor_id, asked.first_day, asked.last_day, because(key, asked.reason)
    )


@api.post("/assessors/{assessor_id}/return")
async def end_leave(
    site: OpenSite, key: RosterActor, _: RequestKey, assessor_id: Named, asked: Reasoned
) -> RosterOutcome:
    """Let an assessor be back from today on."""
    return await site.desks.roster.end_leave(assessor_id, because(key, asked.reason))


@api.post("/assessors/{assessor_id}/leave/cancel")
async def cancel_leave(
    site: OpenSite, key: RosterActor, _: RequestKey, assessor_id: Named, asked: LeaveAsked
) -> RosterOutcome:
    """Take a leave back that has not begun yet."""
    return await site.desks.roster.cancel_leave(
        assessor_id, asked.first_day, asked.last_day, because(key, asked.reason)
    )


@api.post("/assessors/{assessor_id}/libraries")
async def set_libraries(
    site: OpenSite, key: RosterActor, _: RequestKey, assessor_id: Named, asked: LibrariesAsked
) -> RosterOutcome:
    """Set for which libraries an assessor is qualified."""
    return await site.desks.roster.set_libraries(
        assessor_id, asked.libraries, because(key, asked.reason)
    )


@api.post("/assessors/{assessor_id}/capacity")
async def set_capacity(
    site: OpenSite, key: RosterActor, _: RequestKey, assessor_id: Named, asked: CapacityAsked
) -> RosterOutcome:
    """Set how many rounds an assessor may hold at a time."""
    return await site.desks.roster.set_capacity(
        assessor_id, asked.capacity, because(key, asked.reason)
    )


@api.post("/assessors/{assessor_id}/active")
async def set_active(
    site: OpenSite, key: RosterActor, _: RequestKey, assessor_id: Named, asked: ActiveAsked
) -> RosterOutcome:
    """Let an assessor be offered rounds, or no more."""
    return await site.desks.roster.set_active(
        assessor_id, because(key, asked.reason), is_active=asked.is_active
    )
