"""Assessing a round: rubric and evidence side by side, marks that are kept as they are made."""

from dataclasses import dataclass, field
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from adapters.records.assessing_values import AssessedRound, Holding
from adapters.records.round_views import RoundViews
from adapters.records.session_book import Visitor
from domain.assessment import (
    MOST_FEEDBACK,
    Mark,
    MarkKind,
    NotYourAssignment,
    Obstacle,
    StaleVersion,
    written_mark,
)
from domain.assignment import AssignmentState
from domain.enrollment import EnrollmentClosed, NotAtThisStage, Party, StaleRound
from domain.refusals import Refusal
from domain.words import ControlCharacters, TextTooLong
from office.marking import MarkDesk
from portal.answers import after, page
from portal.assessor.holding import Held, elsewhere, round_address
from portal.assessor.offers import SeenRound
from portal.assessor.sheet_form import Shown, Written, as_saved, as_written, written_in
from portal.assessor.showing import opened_at
from portal.faces import Assessor, OpenSite
from portal.forms import OURS
from portal.site import Site, now

router = APIRouter(prefix="/assessing/rounds", dependencies=[OURS])


@router.get("/{enrollment_id}")
async def assess(request: Request, site: OpenSite, visitor: Assessor, held: Held) -> Response:
    """Show the round; whatever was marked before is there again."""
    if held.state is not AssignmentState.ACCEPTED:
        return await elsewhere(request, held)
    found = await RoundViews(site.database).round(visitor.subject_id, held.enrollment_id)
    return await _sheet(request, found, {})


@router.post("/{enrollment_id}")
async def save(
    request: Request, site: OpenSite, visitor: Assessor, held: Held, seen: SeenRound
) -> Response:
    """Save every mark of the form that was touched; what cannot be saved stays on the page."""
    form = await request.form()
    touched = tuple(each for each in written_in(form) if each.is_touched)
    if held.state is not AssignmentState.ACCEPTED:
        return await _not_saved(request, NotYourAssignment(), touched)
    found = await RoundViews(site.database).round(visitor.subject_id, held.enrollment_id)
    intake = _Intake(site.desks.marking, visitor, held, seen, found)
    for each in touched:
        await intake.take(each)
    if intake.lost is not None:
        return await _not_saved(request, intake.lost, touched)
    found = await RoundViews(site.database).round(visitor.subject_id, held.enrollment_id)
    if intake.left:
        return await _sheet(request, found, intake.left, intake.status)
    anchor = next((each.anchor for each in found.items if each.item.key == form.get("at")), "")
    said = f"Saved at {_clock(site)}." if touched else "There was nothing new to save."
    return after(request, round_address(held.enrollment_id, f"#{anchor}" if anchor else ""), said)


@dataclass
class _Intake:
    """Takes one form's marks, each on its own: one that is refused does not hold up the others."""

    desk: MarkDesk
    visitor: Visitor
    held: Holding
    seen: int
    found: AssessedRound
    left: dict[str, Shown] = field(default_factory=dict)
    status: HTTPStatus = HTTPStatus.OK
    lost: Refusal | None = None

    async def take(self, written: Written) -> None:
        """Save what was written of one item, or keep it for the page."""
        marks = {each.item.key: each.mark for each in self.found.items}
        saved = marks.get(written.item, Mark(item=written.item, kind=None, version=0))
        try:
            mark = written_mark(
                written.item, written.kind, written.feedback, written.obstacle, written.version
            )
            if not mark.says_as(saved):
                enrollment_id = self.held.enrollment_id
                await self.desk.mark(self.visitor.subject_id, enrollment_id, mark, self.seen)
        except StaleVersion as stale:
            kept = stale.points[0] if stale.points else saved
            other = kept if isinstance(kept, Mark) else saved
            self.left[written.item] = as_written(written, other, is_stale=True)
            self.status = HTTPStatus.CONFLICT
        except (TextTooLong, ControlCharacters) as refusal:
            self.left[written.item] = as_written(written, saved, wrong=str(refusal))
            if self.status is HTTPStatus.OK:
                self.status = HTTPStatus.UNPROCESSABLE_ENTITY
        except (NotYourAssignment, NotAtThisStage, EnrollmentClosed, StaleRound) as refusal:
            self.lost = refusal


async def _sheet(
    request: Request,
    found: AssessedRound,
    left: dict[str, Shown],
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    fields = {each.item.key: as_saved(each.mark) for each in found.open_items} | left
    address = round_address(found.enrollment_id)
    return await page(
        request,
        "assessor/round.html",
        face=Party.ASSESSOR,
        status=status,
        found=found,
        fields=fields,
        address=address,
        opened_at=opened_at,
        kinds=tuple(MarkKind),
        obstacles=tuple(Obstacle),
        most_feedback=MOST_FEEDBACK,
        at=now(),
        facts={"address": address, "round": found.round, "assignment": found.assignment_id},
    )


async def _not_saved(request: Request, why: Refusal, touched: tuple[Written, ...]) -> Response:
    """The round left the assessor's hands while they wrote: give their words back."""
    return await page(
        request,
        "assessor/not_saved.html",
        face=Party.ASSESSOR,
        status=HTTPStatus.CONFLICT,
        sentence=str(why),
        touched=[each for each in touched if each.feedback.strip()],
    )


def _clock(site: Site) -> str:
    return f"{now().astimezone(site.zone):%H:%M %Z}"
