"""What lists are asked by: filters that stand in the address, and the addresses of other pages."""

from collections.abc import Callable
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import Depends, Query, Request
from pydantic import AfterValidator, BeforeValidator

from adapters.records.board_counts import OPEN_STAGES
from adapters.records.keyset import LONGEST_CURSOR
from adapters.records.list_values import JourneyFilter, JourneyOrder, PromiseState
from domain.catalog import is_plain
from domain.enrollment import AttentionKind, Ending, Party, Stage
from domain.values import Value
from portal.site import Site

STAGES: Final = (*OPEN_STAGES, Stage.ENDED.value)
"""Every stage that can be asked for, in the order in which a journey passes them."""

WAITED_ON: Final = tuple(Party)

_PAGING: Final = ("after", "as")

NONE = BeforeValidator(lambda given: given or None)
"""The first entry of a choice is "any", which browsers send as nothing."""


def _one_of(known: tuple[str, ...]) -> Callable[[str | None], str | None]:
    def check(given: str | None) -> str | None:
        if given is not None and given not in known:
            raise ValueError("no such entry")
        return given

    return check


def _plain(given: str) -> str:
    if not is_plain(given):
        raise ValueError("holds control characters")
    return given.strip()


After = Annotated[str, Query(alias="after", max_length=LONGEST_CURSOR)]
"""The cursor of the page before; empty for the first page."""

Words = Annotated[str, AfterValidator(_plain), Query(max_length=200)]
"""What is searched for."""

LibraryName = Annotated[str, AfterValidator(_plain), Query(max_length=200)]


class Which(StrEnum):
    """Which journeys a list shows before anything else is chosen."""

    OPEN = "open"
    ALL = "all"


class JourneysAsked(Value):
    """What the list of journeys is asked for, as its form shows it and as the records take it."""

    text: str = ""
    which: Which = Which.OPEN
    stage: str | None = None
    waiting_on: Party | None = None
    library: str = ""
    is_late: bool = False
    has_attention: bool = False
    attention: AttentionKind | None = None
    promise: PromiseState | None = None
    since: date | None = None
    ending: Ending | None = None
    ended_since: date | None = None
    order: JourneyOrder = JourneyOrder.DUE

    @property
    def has_more(self) -> bool:
        """Whether something is chosen that stands behind "more"."""
        rare = (self.attention, self.promise, self.since, self.ending, self.ended_since)
        return any(each is not None for each in rare)

    def filter_at(self, at: datetime, site: Site) -> JourneyFilter:
        """Return the filter, at an instant, with days as the programme's zone has them."""
        asks_for_ended = self.stage == Stage.ENDED or self.ending or self.ended_since
        return JourneyFilter(
            text=self.text or None,
            is_open=self.which is Which.OPEN and not asks_for_ended,
            stage=self.stage,
            waiting_on=self.waiting_on,
            library=self.library or None,
            is_late_at=at if self.is_late else None,
            has_attention=self.has_attention,
            attention=self.attention,
            promise=self.promise,
            promise_since=_begins(self.since, site),
            ending=self.ending,
            ended_since=_begins(self.ended_since, site),
        )


def _begins(day: date | None, site: Site) -> datetime | None:
    return datetime.combine(day, time(), site.zone) if day else None


async def journeys_asked(
    text: Words = "",
    which: Annotated[Which, Query()] = Which.OPEN,
    stage: Annotated[str | None, NONE, AfterValidator(_one_of(STAGES)), Query()] = None,
    waiting_on: Annotated[Party | None, NONE, Query()] = None,
    library: LibraryName = "",
    late: Annotated[bool, Query()] = False,
    needs_attention: Annotated[bool, Query()] = False,
    attention: Annotated[AttentionKind | None, NONE, Query()] = None,
    promise: Annotated[PromiseState | None, NONE, Query()] = None,
    since: Annotated[date | None, NONE, Query()] = None,
    ending: Annotated[Ending | None, NONE, Query()] = None,
    ended_since: Annotated[date | None, NONE, Query()] = None,
    order: Annotated[JourneyOrder, Query()] = JourneyOrder.DUE,
) -> JourneysAsked:
    """Return what an address asks of the list of journeys."""
    return JourneysAsked(
        text=text,
        which=which,
        stage=stage,
        waiting_on=waiting_on,
        library=library,
        is_late=late,
        has_attention=needs_attention,
        attention=attention,
        promise=promise,
        since=since,
        ending=ending,
        ended_since=ended_since,
        order=order,
    )


Asked = Annotated[JourneysAsked, Depends(journeys_asked)]


class Places(Value):
    """Where a list goes on from here: the same filters, another page or shape."""

    next: str
    first: str
    csv: str


def places(request: Request, after: str | None) -> Places:
    """Return the addresses of the next page, the first page and the file of a list."""
    kept = [
        (name, given)
        for name, given in request.query_params.multi_items()
        if given and name not in _PAGING
    ]
    path = request.url.path

    def address(*also: tuple[str, str]) -> str:
        query = urlencode([*kept, *also])
        return f"{path}?{query}" if query else path

    is_first = not request.query_params.get("after")
    return Places(
        next=address(("after", after)) if after else "",
        first="" if is_first else address(),
        csv=address(("as", "csv")),
    )
