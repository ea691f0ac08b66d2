"""Which earlier versions of a draft are kept, so that a text that was lost can be fetched back.

A draft is saved at every pause, hundreds of times for one part. Keeping each of them would be
without bound; keeping one now and then would lose what somebody deleted a minute ago. So a version
is dropped only when the one after it holds nearly all of its words and an older one of the same
sitting is kept; whatever took words out leaves the version before it behind (domain.md, "The three
parts": nothing is lost).
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from domain.submission import Draft
from domain.values import Instant, Value

SITTING: Final = timedelta(minutes=5)
"""Within this time, versions that only grow are one."""

MOST_REMOVED: Final = 40
"""Characters that may be missing from a later version of a field before the earlier one is kept."""

MOST_KEPT: Final = 100
"""Versions of one part in one round; beyond it the oldest go."""


class KeptDraft(Value):
    """A draft as it was at one version."""

    draft: Draft
    saved_at: Instant


def is_dropped(checkpoint: KeptDraft | None, latest: KeptDraft, new: Draft) -> bool:
    """Whether ``latest`` may go once ``new`` is kept; ``checkpoint`` is the kept one before it."""
    if checkpoint is None or latest.saved_at - checkpoint.saved_at > SITTING:
        return False
    return all(gone <= MOST_REMOVED for gone in _removed_by_field(latest.draft, new))


def _removed_by_field(before: Draft, after: Draft) -> Iterable[int]:
    left = texts_of(after)
    return (removed(text, left.get(key, "")) for key, text in texts_of(before).items())


def texts_of(draft: Draft) -> dict[str, str]:
    """Return what stands in each field of a draft; evidence in one spelling of its own."""
    evidence = {
        key: "\n".join(piece.model_dump_json() for piece in pieces)
        for key, pieces in draft.evidence.items()
    }
    return {**draft.answers, **evidence}


def removed(before: str, after: str) -> int:
    """Return how many characters of ``before`` the change to ``after`` took out in one place."""
    start = _shared(before, after)
    end = _shared(before[start:][::-1], after[start:][::-1])
    return len(before) - start - end


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts share from their beginning."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        if one[:middle] == other[:middle]:
            least = middle
        else:
            most = middle - 1
    return least


def oldest_beyond(versions: Iterable[int], most: int = MOST_KEPT) -> tuple[int, ...]:
    """Return the versions that have to go, so that at most ``most`` stay."""
    newest_first = sorted(versions, reverse=True)
    return tuple(newest_first[most:])
