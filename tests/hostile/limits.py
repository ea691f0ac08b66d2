"""What reading something may cost, measured in this process: processor time and memory.

Times are the processor's, not the clock's, and machines for tests are slow, so what may take a
second is given ``PATIENCE`` seconds. Memory is what the process had at the most while it read,
beyond what it had before, as the kernel counts it; where the kernel does not tell (it is Linux's
``/proc``), memory counts as nothing and is not judged.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PATIENCE: Final = 5.0
"""How much longer than stated anything may take: for slow machines and counted branches."""

MIB: Final = 1024 * 1024

_TRIES: Final = 3
_LEAST: Final = 0.005
"""Seconds below which a clock of the processor's time tells nothing."""

_RESET: Final = Path("/proc/self/clear_refs")
_STATUS: Final = Path("/proc/self/status")
_RESET_THE_PEAK: Final = "5"  # proc(5)


class TooDear(AssertionError):
    """Reading took more than its bound."""


@dataclass(frozen=True)
class Bound:
    """The most that one reading may take: seconds of processor time, bytes of memory."""

    cpu: float = 1.0
    memory: int = 64 * MIB


ONE_SECOND: Final = Bound()
"""The bound of everything that says no other one."""


@dataclass(frozen=True)
class Spent:
    """What one reading took."""

    cpu: float
    memory: int


def spent_by(call: Callable[[], None]) -> Spent:
    """Return what a call takes."""
    had = _resident()
    begun = time.process_time()
    call()
    cpu = time.process_time() - begun
    return Spent(cpu, max(0, _peak() - had))


def hold(bound: Bound, call: Callable[[], None]) -> None:
    """Make a call, and raise ``TooDear`` if it took more than its bound."""
    spent = spent_by(call)
    if spent.cpu > bound.cpu * PATIENCE:
        raise TooDear(f"{spent.cpu:.1f} s of processor time, where {bound.cpu} s are allowed")
    if spent.memory > bound.memory:
        raise TooDear(f"{spent.memory // MIB} MiB, where {bound.memory // MIB} are allowed")


def growth(
    make: Callable[[int], bytes], read: Callable[[bytes], None], size: int, most: float
) -> float:
    """Return how many times as much processor time four times the size takes.

    Linear reading gives about 4, quadratic about 16. Whatever else a machine does makes a reading
    longer, never shorter: the least of some counts, and what is above ``most`` is read again.
    """
    small, large = make(size), make(4 * size)
    least = max(_LEAST, min(spent_by(lambda: read(small)).cpu for _ in range(_TRIES)))
    times = spent_by(lambda: read(large)).cpu / least
    for _ in range(_TRIES):
        if times <= most:
            break
        times = min(times, spent_by(lambda: read(large)).cpu / least)
    return times


def _resident() -> int:
    if not _RESET.exists():
        return 0
    _RESET.write_text(_RESET_THE_PEAK)
    return _told("VmRSS")


def _peak() -> int:
    return _told("VmHWM") if _RESET.exists() else 0


def _told(name: str) -> int:
    lines = _STATUS.read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(name))
