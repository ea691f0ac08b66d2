"""Drafts as the editor's script reads and writes them: saved at every pause, each with its version.

A write that is based on another version is refused; the script then reads the newest one and shows
both (trap 9). Every count that the page shows comes from here.
"""

from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import Field

from adapters.records.practice_values import PartView
from domain.answers import Seen
from domain.letters import spoken_instant
from domain.values import Instant, Value
from domain.words import count_words
from portal.faces import OpenSite
from portal.forms import OURS
from portal.practitioner.owning import OwnEnrollment, Practices, WrittenPart

router = APIRouter(prefix="/my/{enrollment_id}/parts/{part}/draft", dependencies=[OURS])


class DraftSent(Value):
    """What the script sends: the answers that it wants kept, and what they are based on."""

    round: int = Field(ge=1)
    version: int = Field(ge=0)
    answers: dict[str, str]


class DraftShown(Value):
    """A draft with its counts. ``saved`` is the time of the clock in words, empty if never."""

    round: int
    version: int
    answers: dict[str, str]
    counts: dict[str, int]
    words: int
    minimum_words: int | None
    saved: str


@router.get("")
async def newest(
    site: OpenSite, practices: Practices, enrollment_id: OwnEnrollment, part: WrittenPart
) -> DraftShown:
    """Return the draft as it stands."""
    view = await practices.part(enrollment_id, part)
    answers = {field.key: field.text for field in view.fields if field.is_open}
    return _shown(view, view.version, answers, site.zone)


@router.put("")
async def write(
    site: OpenSite,
    practices: Practices,
    enrollment_id: OwnEnrollment,
    part: WrittenPart,
    sent: DraftSent,
) -> DraftShown:
    """Keep answers; the others stay as they are. Returns the draft with its new version."""
    seen = Seen(part=part, round=sent.round, version=sent.version)
    draft = await site.desks.drafts.write(enrollment_id, seen, sent.answers)
    # What another tab may have written since then is not what this one is told of.
    view = await practices.part(enrollment_id, part)
    return _shown(view, draft.version, draft.answers, site.zone)


def _shown(view: PartView, version: int, answers: dict[str, str], zone: ZoneInfo) -> DraftShown:
    locked = {field.key: field.words for field in view.fields if not field.is_open}
    counts = {key: count_words(text) for key, text in answers.items()} | locked
    return DraftShown(
        round=view.round,
        version=version,
        answers=answers,
        counts=counts,
        words=sum(counts.values()),
        minimum_words=view.minimum_words,
        saved=spoken_clock(view.saved_at, zone) if view.saved_at else "",
    )


def spoken_clock(at: Instant, zone: ZoneInfo) -> str:
    """Say the time of the day with its zone: ``14:03 CST``."""
    return spoken_instant(at, zone).rpartition(", ")[2]


def editor_facts(view: PartView) -> dict[str, object]:
    """Return what the editor's script has to know of its page."""
    address = f"/my/{view.enrollment_id}/parts/{view.part}"
    return {
        "address": f"{address}/draft",
        "place": f"{view.enrollment_id}/{view.part}/{view.round}",
        "round": view.round,
        "version": view.version,
        "check": f"{address}/check",
        "receipt": f"{address}/receipt",
        "sign_in": f"/sign-in?as=practitioner&to=/my/{view.enrollment_id}",
    }
