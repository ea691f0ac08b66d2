"""What came of each round: feedback for each item, what is locked, and what is open again."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from adapters.records.practice_values import MarkSaid, ResultLine, ResultView, RoundResult
from domain.assessment import MarkKind
from domain.enrollment import Party, Stage
from domain.refusals import NotFound
from domain.values import Value
from portal.answers import page
from portal.forms import OURS
from portal.practitioner.owning import OwnEnrollment, Results
from portal.practitioner.posted import field_id
from portal.practitioner.state_record import States

router = APIRouter(prefix="/my/{enrollment_id}/result", dependencies=[OURS])


class RoundNotDecided(NotFound):
    """There is no result of this round."""

    code = "round_not_decided"
    sentence = "There is no result of round {round} yet. We write to you as soon as there is one."


class ItemResult(Value):
    """One item of a result: what was said of it, and whether it is locked or open again."""

    line: ResultLine
    said: MarkSaid | None
    is_locked: bool
    is_open_again: bool
    address: str


class PartResult(Value):
    """The items of one part."""

    part: int
    items: tuple[ItemResult, ...]
    met: int


@router.get("")
async def result(
    request: Request,
    results: Results,
    states: States,
    enrollment_id: OwnEnrollment,
    round_number: Annotated[int | None, Query(alias="round", ge=1)] = None,
) -> Response:
    """Show the latest decided round, or the one that is named; nothing before its decision."""
    view = await results.result(enrollment_id)
    chosen = _chosen(view, round_number)
    parts = tuple(_part(view, chosen, part) for part in (1, 2, 3)) if chosen else ()
    return await page(
        request,
        "practitioner/result.html",
        face=Party.PRACTITIONER,
        view=view,
        chosen=chosen,
        parts=parts,
        met=sum(part.met for part in parts),
        items=sum(len(part.items) for part in parts),
        record=await states.record(enrollment_id) if view.awarded_at else None,
    )


def _chosen(view: ResultView, round_number: int | None) -> RoundResult | None:
    if round_number is None:
        return view.rounds[-1] if view.rounds else None
    found = next((each for each in view.rounds if each.number == round_number), None)
    if found is None:
        raise RoundNotDecided(round=round_number)
    return found


def _part(view: ResultView, chosen: RoundResult, part: int) -> PartResult:
    items = tuple(_item(view, line) for line in chosen.lines if line.part == part)
    return PartResult(part=part, items=items, met=sum(1 for item in items if item.is_locked))


def _item(view: ResultView, line: ResultLine) -> ItemResult:
    said = line.said or line.met
    is_locked = said is not None and said.kind is MarkKind.MET
    return ItemResult(
        line=line,
        said=said,
        is_locked=is_locked,
        is_open_again=view.stage is Stage.REVISING and line.key in view.open_keys,
        address=f"/my/{view.enrollment_id}/parts/{line.part}#{field_id(line.key)}",
    )
