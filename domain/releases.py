"""Releases of Laurel as the engine tells them apart, and when a release's workers may be stopped.

A journey moves to the current release with its next task, so an old release is needed only until
nothing is handed to it any more (decision 0027). Journeys that somebody pinned by hand are the
exception: they stay with their release.
"""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from domain.refusals import Conflict, Invalid, NotFound
from domain.values import Instant, Value

UNVERSIONED: Final = "unversioned"
"""Stands for the workers that were started without the name of a release."""

ReleaseName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
"""What a release is called, such as ``0.2.0``: up to 63 letters, digits, dots and dashes."""

LARGEST_SHARE: Final = 100.0
"""Per cent."""


class ReleaseState(StrEnum):
    """What is handed to the workers of a release."""

    CURRENT = "current"
    """Every journey's next task, and all work with mail and files."""
    RAMPING = "ramping"
    """A share of the journeys, always the same ones."""
    WAITING = "waiting"
    """Nothing yet."""
    LEFT = "left"
    """Nothing any more."""


class Release(Value):
    """One release as the engine knows it at this moment."""

    name: str
    state: ReleaseState
    share: float = 0.0
    """Per cent of the journeys that a ramping release has."""
    since: Instant | None = None
    """From when it is current or ramping."""
    queues: tuple[str, ...] = ()
    """The queues at which its workers were seen a moment ago."""
    journeys: int = 0
    """Open journeys and orders whose last task it took; they do not need it for the next one."""
    pinned: int = 0
    """Those among them that somebody tied to it by hand, and that do need it."""

    @property
    def is_needed(self) -> bool:
        """Whether something may still be handed to its workers; if not, they may be stopped."""
        return self.state in {ReleaseState.CURRENT, ReleaseState.RAMPING} or self.pinned > 0


def missing_queues(release: Release, queues: tuple[str, ...]) -> tuple[str, ...]:
    """Return the queues that nobody would serve if ``release`` became current now."""
    return tuple(queue for queue in queues if queue not in release.queues)


class UnknownRelease(NotFound):
    """No worker of this release was ever seen."""

    code = "unknown_release"
    sentence = (
        "No worker of the release {release} was seen here. Start its workers with "
        "LAUREL_BUILD_ID={release}, and look with `starter.py release show`."
    )


class ReleaseLacksWorkers(Conflict):
    """Queues would be left without a worker."""

    code = "release_lacks_workers"
    sentence = (
        "No worker of the release {release} serves {queues}, so what is on there would stand "
        "still. Start one for each queue first, and then do this again."
    )


class ReleaseIsCurrent(Conflict):
    """The current release has everything already."""

    code = "release_is_current"
    sentence = (
        "The release {release} is current: it has every journey, not a share of them. To move "
        "journeys away from it, ramp another release or make another one current."
    )


class ShareOutOfRange(Invalid):
    """A share is 0 to 100 per cent."""

    code = "share_out_of_range"
    sentence = "A share is 0 to 100 per cent; {share} is not."
