"""The marks as a form without scripts carries them: all items of a sheet at once.

Each item brings what it was based on: its version, and a digest of what the page showed. So what
nobody touched is not written, and what somebody else changed meanwhile is noticed (trap 9).
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData

from domain.assessment import Mark, MarkKind, Obstacle

_VERSION: Final = "version:"
"""The field that every item of the form has, before the item's key."""


@dataclass(frozen=True)
class Written:
    """What a form says of one item, before it is a mark."""

    item: str
    kind: MarkKind | None
    obstacle: Obstacle | None
    feedback: str
    version: int
    shown: str
    """The digest of what the page showed."""

    @property
    def is_touched(self) -> bool:
        """Whether it differs from what the page showed."""
        return digest(self.kind, self.obstacle, self.feedback) != self.shown


@dataclass(frozen=True)
class Shown:
    """One item of a form: what stands in its fields, and what was not taken of it.

    ``other`` is what was saved meanwhile where ``version`` is not based on it.
    """

    kind: MarkKind | None
    obstacle: Obstacle | None
    feedback: str
    version: int
    digest: str
    other: Mark | None = None
    wrong: str = ""


def digest(kind: MarkKind | None, obstacle: Obstacle | None, feedback: str) -> str:
    """Return a short sum of what a mark says."""
    said = f"{kind or ''}\x1f{obstacle or ''}\x1f{feedback}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def written_in(form: FormData) -> tuple[Written, ...]:
    """Return what a form says of its items."""
    keys = (name.removeprefix(_VERSION) for name in form if name.startswith(_VERSION))
    return tuple(_written(form, key) for key in keys)


def _written(form: FormData, key: str) -> Written:
    version = _text(form, f"{_VERSION}{key}")
    kind = _text(form, f"kind:{key}")
    mark = MarkKind(kind) if kind in set(MarkKind) else None
    obstacle = _text(form, f"obstacle:{key}")
    is_known = mark is MarkKind.UNSCORABLE and obstacle in set(Obstacle)
    return Written(
        item=key,
        kind=mark,
        obstacle=Obstacle(obstacle) if is_known else None,
        feedback=_text(form, f"feedback:{key}").replace("\r\n", "\n"),
        version=int(version) if version.isascii() and version.isdigit() else 0,
        shown=_text(form, f"shown:{key}"),
    )


def as_saved(mark: Mark) -> Shown:
    """Return an item's fields as they are saved."""
    return Shown(
        kind=mark.kind,
        obstacle=mark.obstacle,
        feedback=mark.feedback,
        version=mark.version,
        digest=digest(mark.kind, mark.obstacle, mark.feedback),
    )


def as_written(written: Written, saved: Mark, *, wrong: str = "", is_stale: bool = False) -> Shown:
    """Return an item's fields as somebody left them, on top of what is saved."""
    return Shown(
        kind=written.kind,
        obstacle=written.obstacle,
        feedback=written.feedback,
        version=saved.version,
        digest=digest(saved.kind, saved.obstacle, saved.feedback),
        other=saved if is_stale else None,
        wrong=wrong,
    )


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
