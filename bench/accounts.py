"""Processor time and memory of processes, from the system's own accounts."""

import resource
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import psutil

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
    """The whole machine at one moment, and what of it we and our ended children used."""

    clock: float
    busy: float
    ours: float

    @classmethod
    def now(cls) -> Self:
        """Look."""
        times = psutil.cpu_times()
        idle = times.idle + getattr(times, "iowait", 0.0)
        whole = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
        ours = 0.0
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
            used = resource.getrusage(who)
            ours += used.ru_utime + used.ru_stime
        return cls(time.perf_counter(), whole - idle, ours)

    def others_since(self, before: "Look") -> float:
        """Return the share of all processors that others took since ``before``.

        Children count as ours when they have ended, so look again after they have.
        """
        capacity = (self.clock - before.clock) * (psutil.cpu_count() or 1)
        others = (self.busy - before.busy) - (self.ours - before.ours)
        return max(0.0, others / capacity) if capacity else 0.0
