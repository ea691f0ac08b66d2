"""Whose enrollment it is: checked for every page and every act on one, from the address itself."""

from typing import Annotated

from fastapi import Depends, Path

from adapters.records.draft_versions import DraftVersions
from adapters.records.practice_views import PracticeViews
from adapters.records.result_views import ResultViews
from domain.catalog import PART_NUMBERS, WRITTEN_PARTS
from domain.enrollment import UnknownEnrollment
from domain.submission import UnknownPart
from portal.faces import OpenSite, Practitioner


async def own_enrollment(
    site: OpenSite, visitor: Practitioner, enrollment_id: Annotated[str, Path(max_length=40)]
) -> str:
    """Return the enrollment of an address if it is the visitor's own.

    Raises ``UnknownEnrollment`` for anybody else's too: nobody learns that it exists.
    """
    if await site.access.owner_of(enrollment_id) != visitor.subject_id:
        raise UnknownEnrollment(enrollment=enrollment_id)
    return enrollment_id


OwnEnrollment = Annotated[str, Depends(own_enrollment)]
"""A parameter of routes under ``/my/{enrollment_id}``."""


def _part(part: int) -> int:
    if part not in PART_NUMBERS:
        raise UnknownPart(part=part)
    return part


def _written_part(part: int) -> int:
    if part not in WRITTEN_PARTS:
        raise UnknownPart(part=part)
    return part


AnyPart = Annotated[int, Depends(_part)]
"""A parameter of routes under ``/parts/{part}``: one of the three."""

WrittenPart = Annotated[int, Depends(_written_part)]
"""A parameter of routes under ``/parts/{part}``: one that is written, 1 or 3."""


def _practices(site: OpenSite) -> PracticeViews:
    return PracticeViews(site.database)


def _results(site: OpenSite) -> ResultViews:
    return ResultViews(site.database)


def _versions(site: OpenSite) -> DraftVersions:
    return DraftVersions(site.database)


Practices = Annotated[PracticeViews, Depends(_practices)]
"""A parameter of routes: what practitioners' pages show."""

Results = Annotated[ResultViews, Depends(_results)]
"""A parameter of routes: what came of the rounds."""

Versions = Annotated[DraftVersions, Depends(_versions)]
"""A parameter of routes: earlier versions of drafts."""
