"""What the state hears of an award: the earner's choice, and what was reported so far."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from adapters.records.state_book import StateBook
from adapters.records.state_views import StateRecord, StateViews
from domain.enrollment import Party
from domain.refusals import Invalid, Refusal
from domain.state_records import (
    EDUCATOR_NUMBER_LIMIT,
    CreditKind,
    StateChoice,
    state_choice,
)
from domain.us_states import STATE_NAMES, UsState
from portal.answers import after, page
from portal.faces import OpenSite
from portal.failures import status_of
from portal.forms import OURS
from portal.practitioner.owning import OwnEnrollment
from portal.site import now

router = APIRouter(prefix="/my/{enrollment_id}/state-record", dependencies=[OURS])

NO_STATE: Final = "none"
"""What the form sends for "no state"; nothing at all means that nothing was chosen."""

CREDITS: Final[dict[CreditKind, tuple[str, str]]] = {
    CreditKind.PD_HOURS: (
        "Professional development hours",
        "They count towards the hours that your state or district asks of you.",
    ),
    CreditKind.ACADEMY_CREDIT: (
        "Academy credit",
        "For a leadership academy of your state that takes micro-credentials.",
    ),
}
"""As what an award may be reported, with what it is for; a test holds it complete."""


class StateNotChosen(Invalid):
    """Nothing was chosen in the list of states."""

    code = "state_not_chosen"
    sentence = "Choose a state, or “No state” if none is to hear of it. Nothing was kept."


def _views(site: OpenSite) -> StateViews:
    return StateViews(site.database, site.settings.programme_zone)


States = Annotated[StateViews, Depends(_views)]
"""A parameter of routes: what states were told."""


@router.get("")
async def record(request: Request, states: States, enrollment_id: OwnEnrollment) -> Response:
    """Show the choice and what was reported. Raises ``NoAwardToReport``."""
    found = await states.record(enrollment_id)
    chosen = found.choice or StateChoice(state=found.suggested)
    return await _page(request, found, chosen)


@router.post("")
async def choose(
    request: Request,
    site: OpenSite,
    states: States,
    enrollment_id: OwnEnrollment,
    state: Annotated[str, Form(max_length=4)] = "",
    credit: Annotated[CreditKind, Form()] = CreditKind.PD_HOURS,
    educator_number: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Keep the choice; the same one again changes nothing."""
    found = await states.record(enrollment_id)
    try:
        choice = state_choice(_state(state), credit, educator_number)
    except Refusal as refusal:
        shown = StateChoice(
            state=UsState(state) if state in set(UsState) else None,
            credit=credit,
            educator_number=educator_number,
        )
        return await _page(request, found, shown, refusal)
    await StateBook(site.database, site.settings.programme_zone).choose(
        enrollment_id, choice, now()
    )
    return after(request, f"/my/{enrollment_id}/state-record", _said(found, choice))


def _state(given: str) -> UsState | None:
    if given == NO_STATE:
        return None
    if given not in set(UsState):
        raise StateNotChosen
    return UsState(given)


def _said(before: StateRecord, choice: StateChoice) -> str:
    if before.choice == choice:
        return "Nothing was changed: you had chosen so already."
    if before.told:
        return "Your choice is kept. What was reported is corrected with the next report."
    if choice.state is None:
        return "Your choice is kept. No state hears of this award."
    return f"Your choice is kept. {STATE_NAMES[choice.state]} hears of it with the next report."


async def _page(
    request: Request, found: StateRecord, chosen: StateChoice, refusal: Refusal | None = None
) -> Response:
    return await page(
        request,
        "practitioner/state_record.html",
        face=Party.PRACTITIONER,
        status=status_of(refusal) if refusal else HTTPStatus.OK,
        record=found,
        chosen=chosen,
        refusal=refusal,
        is_chosen=found.choice is not None or refusal is not None,
        states=STATE_NAMES,
        no_state=NO_STATE,
        credits=CREDITS,
        number_limit=EDUCATOR_NUMBER_LIMIT,
    )
