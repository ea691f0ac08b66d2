"""Processor time and memory of processes, from the system's own accounts."""

import os
import resource
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import psutil

from bench.running import cores

MIB = 1024**2


def processor_seconds(*pids: int) -> float:
    """Return what processes have used so far, with those of their children that have ended."""
    spent = 0.0
    for pid in pids:
        times = psutil.Process(pid).cpu_times()
        spent += times.user + times.system + times.children_user + times.children_system
    return spent


def memory_mib(pid: int) -> float:
    """Return the MiB that a process holds at this moment."""
    return float(psutil.Process(pid).memory_info().rss) / MIB


class Accounts:
    """What named processes use from one look to the next."""

    def __init__(self, processes: dict[str, Iterable[int]]) -> None:
        self._processes = {name: tuple(pids) for name, pids in processes.items()}
        self._before = self._now()

    def _now(self) -> dict[str, float]:
        return {name: processor_seconds(*pids) for name, pids in self._processes.items()}

    def since(self) -> dict[str, float]:
        """Return the processor seconds of each since the last time, and begin anew."""
        before, self._before = self._before, self._now()
        return {name: self._before[name] - before[name] for name in before}


@dataclass(frozen=True)
class Look:
    """Our processors at one moment, and what of them we and our ended children used.

    Ours are those that this process may use: of a larger machine the others matter to nobody here.
    """

    clock: float
    busy: float
    ours: float

    @classmethod
    def now(cls) -> Self:
        """Look."""
        allowed = os.sched_getaffinity(0)
        each = psutil.cpu_times(percpu=True)
        busy = sum(_busy(times) for number, times in enumerate(each) if number in allowed)
        ours = 0.0
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
            used = resource.getrusage(who)
            ours += used.ru_utime + used.ru_stime
        return cls(time.perf_counter(), busy, ours)

    def others_since(self, before: "Look") -> float:
        """Return the share of our processors that others took since ``before``.

        Children count as ours when they have ended, so look again after they have.
        """
        capacity = (self.clock - before.clock) * cores()
        others = (self.busy - before.busy) - (self.ours - before.ours)
        return max(0.0, others / capacity) if capacity else 0.0


def _busy(times: tuple[float, ...]) -> float:
    """Return the seconds that a processor worked; a guest's are among those of its user."""
    no_work = ("idle", "iowait", "guest", "guest_nice")
    return sum(times) - sum(getattr(times, name, 0.0) for name in no_work)
