"""The server's own counters: calls that it answered, commits that it made, rows that are searched.

Read as text from its metrics page; what belongs to its own workings is left out.
"""

import asyncio
import re
import urllib.request
from collections import Counter
from dataclasses import dataclass
from typing import Final

_LINE: Final = re.compile(r"^(\w+)\{([^}]*)\} (\S+)$", re.MULTILINE)
_LABEL: Final = re.compile(r'(\w+)="([^"]*)"')
_SETTLED: Final = 3
"""So many looks alike, a second apart from the first to the last, and nothing is on its way."""

_BETWEEN: Final = 0.6
_NOT_CAUSED: Final = re.compile(r"Poll|Describe|^Get|^List|Heartbeat|Health|^Query|ShutdownWorker")
"""Calls that come whether or not anything is done, or that the measurement itself makes."""

_WRITES: Final = re.compile(r"^(Create|Update|Append|Add|Set|Conflict|Delete|Complete)")


@dataclass(frozen=True)
class EngineCounts:
    """What the server did so far, by operation."""

    calls: Counter[str]
    commits: Counter[str]
    visibility: Counter[str]

    def since(self, before: "EngineCounts") -> "EngineCounts":
        """Return what was done after ``before``."""
        return EngineCounts(
            self.calls - before.calls,
            self.commits - before.commits,
            self.visibility - before.visibility,
        )


def counted(page: str, namespace: str = "default") -> EngineCounts:
    """Read a metrics page."""
    calls, commits, visibility = Counter[str](), Counter[str](), Counter[str]()
    for name, labels, number in _LINE.findall(page):
        of = dict(_LABEL.findall(labels))
        operation, count = of.get("operation", ""), int(float(number))
        if name == "visibility_persistence_requests":
            visibility[operation] += count
        elif of.get("namespace") != namespace:
            continue
        elif (name, of.get("service_name")) == ("service_requests", "frontend"):
            calls[operation] += 0 if _NOT_CAUSED.search(operation) else count
        elif (name, of.get("service_name")) == ("persistence_requests", "history"):
            commits[operation] += count if _WRITES.search(operation) else 0
    return EngineCounts(calls, commits, visibility)


async def settled_counts(metrics_url: str) -> EngineCounts:
    """Return the counters as soon as they stand still."""
    seen: list[EngineCounts] = []
    while len(seen) < _SETTLED or any(each != seen[-1] for each in seen[-_SETTLED:]):
        seen.append(counted(await asyncio.to_thread(_page, metrics_url)))
        await asyncio.sleep(_BETWEEN)
    return seen[-1]


def _page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  our own server
        return str(answer.read().decode())
