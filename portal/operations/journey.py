"""One journey before operations: what happened, what is to come, and what can be done."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from adapters.records.case_views import CaseViews
from adapters.records.letter_book import LetterBook
from adapters.temporal import engine_page
from domain.enrollment import Party
from domain.notice_rules import UnknownNotice
from domain.notices import NoticeState
from domain.previews import Act, ActKind
from office.previews import doors
from portal.answers import page
from portal.faces import OpenSite, Operations
from portal.forms import OURS
from portal.operations.journey_lines import TONES, told_lines
from portal.operations.wording import ACTS, ATTENTION
from portal.site import now
from workflows.names import journey_id

router = APIRouter(prefix="/ops/journeys", dependencies=[OURS])

EnrollmentId = Annotated[str, Path(max_length=40)]
NoticeId = Annotated[str, Path(max_length=40)]

ON_THE_WHOLE: Final = tuple(
    Act(kind=kind, days=1 if kind is ActKind.EXTEND else 0)
    for kind in (
        ActKind.EXTEND,
        ActKind.VERIFY,
        ActKind.REASSIGN,
        ActKind.GRANT_ROUND,
        ActKind.CORRECT_ADDRESS,
        ActKind.WITHDRAW,
        ActKind.REFUND,
    )
)
"""Acts on the journey itself; those on a notice or on attention stand beside it."""

HANDED_OVER: Final = frozenset(
    {
        NoticeState.SENDING,
        NoticeState.ACCEPTED,
        NoticeState.REFUSED,
        NoticeState.BOUNCED,
        NoticeState.UNKNOWN,
    }
)
"""States in which a kept letter really was handed to the mail server."""


@router.get("/{enrollment_id}")
async def journey(
    request: Request, site: OpenSite, _: Operations, enrollment_id: EnrollmentId
) -> Response:
    """Show everything about one journey."""
    view = await site.desks.views.journey(enrollment_id)
    case = await CaseViews(site.database).case(enrollment_id)
    due_times = await site.desks.views.due_times(enrollment_id)
    ui_url = site.settings.engine_ui_url
    return await page(
        request,
        "operations/journey/page.html",
        face=Party.OPS,
        journey=view,
        case=case,
        lines=told_lines(view, due_times),
        open_attention=[each for each in view.attention if each.closed_at is None],
        closed_attention=[each for each in view.attention if each.closed_at is not None],
        doors=doors(ON_THE_WHOLE, case),
        acts=ACTS,
        attention_words=ATTENTION,
        tones=TONES,
        engine_page=engine_page(ui_url, journey_id(enrollment_id)) if ui_url else None,
        at=now(),
    )


@router.get("/{enrollment_id}/letters/{notice_id}")
async def letter(
    request: Request,
    site: OpenSite,
    _: Operations,
    enrollment_id: EnrollmentId,
    notice_id: NoticeId,
) -> Response:
    """Show a letter as it was sent, with what the mail server said."""
    case = await CaseViews(site.database).case(enrollment_id)
    view = await LetterBook(site.database).letter(notice_id)
    if view.subject_id not in case.subjects:
        raise UnknownNotice(notice=notice_id)
    return await page(
        request,
        "operations/journey/letter.html",
        face=Party.OPS,
        enrollment_id=enrollment_id,
        notice=view,
        letter=view.letter,
        was_handed_over=view.state in HANDED_OVER,
        tones=TONES,
        acts=ACTS,
    )
