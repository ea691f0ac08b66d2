"""Parts 1 and 3: the editor, as it works without scripts, and both texts when two tabs wrote."""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from adapters.records.practice_values import PartView
from domain.answers import AnswerProblem, AnswersNotKept, Seen
from domain.assessment import StaleVersion
from domain.enrollment import Party
from domain.words import WORD_RULE, count_words
from portal.answers import after, page
from portal.faces import OpenSite
from portal.forms import OURS
from portal.practitioner.drafting import editor_facts
from portal.practitioner.owning import OwnEnrollment, Practices, WrittenPart
from portal.practitioner.posted import MINE, TOGETHER, PostedSeen, field_id, posted_texts

router = APIRouter(prefix="/my/{enrollment_id}/parts/{part}", dependencies=[OURS])


class Then(StrEnum):
    """Where a form leads when it is saved."""

    STAY = "stay"
    CHECK = "check"


class Choice(StrEnum):
    """What somebody decides who is shown their own text beside a newer one."""

    MINE = "mine"
    OTHER = "other"
    TOGETHER = "together"


@router.get("")
async def part(
    request: Request, practices: Practices, enrollment_id: OwnEnrollment, part: WrittenPart
) -> Response:
    """Show the editor of a part; or what was submitted, once it cannot be written any more."""
    return await _editor(request, await practices.part(enrollment_id, part))


@router.post("")
async def save(
    request: Request,
    site: OpenSite,
    practices: Practices,
    enrollment_id: OwnEnrollment,
    part: WrittenPart,
    seen: PostedSeen,
    then: Annotated[Then, Form()] = Then.STAY,
) -> Response:
    """Save what the form holds, based on the version that it showed."""
    texts = await posted_texts(request)
    return await _saved(request, site, practices, enrollment_id, seen, texts, then)


@router.post("/choose")
async def choose(
    request: Request,
    site: OpenSite,
    practices: Practices,
    enrollment_id: OwnEnrollment,
    part: WrittenPart,
    seen: PostedSeen,
    choice: Annotated[Choice, Form()],
) -> Response:
    """Go on after two tabs wrote: with mine, with the other, or with what was edited together."""
    if choice is Choice.OTHER:
        return after(request, _address(enrollment_id, part), "The newer text stands.")
    prefix = MINE if choice is Choice.MINE else TOGETHER
    texts = await posted_texts(request, prefix)
    return await _saved(request, site, practices, enrollment_id, seen, texts, Then.STAY)


async def _saved(
    request: Request,
    site: OpenSite,
    practices: Practices,
    enrollment_id: str,
    seen: Seen,
    texts: dict[str, str],
    then: Then,
) -> Response:
    try:
        await site.desks.drafts.write(enrollment_id, seen, texts)
    except AnswersNotKept as refusal:
        view = await practices.part(enrollment_id, seen.part)
        return await _editor(request, view, texts, refusal)
    except StaleVersion:
        return await _both(request, await practices.part(enrollment_id, seen.part), texts)
    view = await practices.part(enrollment_id, seen.part)
    if then is Then.CHECK:
        return after(request, f"{_address(enrollment_id, seen.part)}/check", "Saved.")
    return after(
        request,
        _address(enrollment_id, seen.part),
        f"Saved. Part {seen.part}: {view.words:,} words.",
    )


async def _editor(
    request: Request,
    view: PartView,
    texts: Mapping[str, str] | None = None,
    refusal: AnswersNotKept | None = None,
) -> Response:
    """Show the editor; after a refusal with the texts that were sent, so that none is lost."""
    problems: dict[str, AnswerProblem] = {
        point.item: point
        for point in (refusal.points if refusal else ())
        if isinstance(point, AnswerProblem)
    }
    return await page(
        request,
        "practitioner/editor.html" if view.is_writable else "practitioner/written.html",
        face=Party.PRACTITIONER,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        view=view,
        texts=texts or {},
        problems=problems,
        refusal=refusal,
        field_id=field_id,
        word_rule=WORD_RULE,
        script_facts=editor_facts(view),
    )


async def _both(request: Request, view: PartView, texts: Mapping[str, str]) -> Response:
    """Show what was refused beside what stands; nothing of either is lost (trap 9)."""
    differing = [field for field in view.fields if texts.get(field.key, field.text) != field.text]
    return await page(
        request,
        "practitioner/both.html",
        face=Party.PRACTITIONER,
        status=HTTPStatus.CONFLICT,
        view=view,
        mine=texts,
        differing=differing,
        field_id=field_id,
        count_words=count_words,
    )


def _address(enrollment_id: str, part: int) -> str:
    return f"/my/{enrollment_id}/parts/{part}"
