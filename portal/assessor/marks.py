"""One mark, saved by a script after every pause."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from domain.assessment import MarkKind, Obstacle, written_mark
from domain.values import Value
from portal.assessor.holding import Held
from portal.faces import Assessor, OpenSite
from portal.forms import OURS
from portal.site import now

router = APIRouter(prefix="/assessing/rounds", dependencies=[OURS])


class MarkToSave(BaseModel):
    """What a page says of an item: the round and the version that it is based on (trap 10)."""

    model_config = ConfigDict(extra="forbid")

    round: int = Field(ge=1)
    version: int = Field(ge=0)
    kind: MarkKind | None
    obstacle: Obstacle | None = None
    feedback: str


class MarkSaved(Value):
    """That the mark is on the server, and when, in the programme's zone."""

    version: int
    marks_version: int
    saved_at: str


@router.put("/{enrollment_id}/marks/{item:path}")
async def save_mark(
    site: OpenSite, visitor: Assessor, held: Held, item: str, sent: MarkToSave
) -> MarkSaved:
    """Save one mark.

    409 with the mark that was saved meanwhile in ``points`` when this one is based on an older
    version.
    """
    mark = written_mark(item, sent.kind, sent.feedback, sent.obstacle, sent.version)
    saved, marks_version = await site.desks.marking.mark(
        visitor.subject_id, held.enrollment_id, mark, sent.round
    )
    return MarkSaved(
        version=saved.version,
        marks_version=marks_version,
        saved_at=f"{now().astimezone(site.zone):%H:%M %Z}",
    )
