"""What reading something may cost, measured in this process: processor time, time and memory.

Machines for tests are slow, so what may take a second of the processor's time is given ``PATIENCE``
seconds. Waiting takes none of that: whatever sleeps, or waits for a lock or another process, is
bounded by the clock, at ``CLOCK`` times as much, and broken off there where Python can.

Memory is what the process had at the most while it read, beyond what it had before, as the kernel
counts it; where the kernel does not tell (it is Linux's ``/proc``), memory counts as nothing and is
not judged. What was given back earlier and is still the process's hides as much of a flood, so the
largest inputs are read in processes that have read nothing before (``weighing.py``).
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PATIENCE: Final = 5.0
"""How much longer than stated anything may take: for slow machines and counted branches."""

CLOCK: Final = 6.0
"""How much longer than that it may be on the clock: the processor is others' too."""

MIB: Final = 1024 * 1024

LONGEST: Final = 60.0
"""Seconds on the clock after which a reading is broken off that is only compared with another."""

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

    @property
    def wall(self) -> float:
        """Seconds on the clock."""
        return self.cpu * PATIENCE * CLOCK


ONE_SECOND: Final = Bound()
"""The bound of everything that says no other one."""


@dataclass(frozen=True)
class Spent:
    """What one reading took."""

    cpu: float
    wall: float
    memory: int


def spent_by(call: Callable[[], None]) -> Spent:
    """Return what a call takes."""
    had = _resident()
    begun, began = time.process_time(), time.monotonic()
    call()
    cpu, wall = time.process_time() - begun, time.monotonic() - began
    return Spent(cpu, wall, max(0, _peak() - had))


def hold(bound: Bound, call: Callable[[], None], *, breaks_off: bool = True) -> None:
    """Make a call, and raise ``TooDear`` if it took more than its bound.

    It is broken off when its time on the clock is over, unless whoever calls sees to that.
    """
    with broken_off_after(bound.wall) if breaks_off else nullcontext():
        spent = spent_by(call)
    if spent.cpu > bound.cpu * PATIENCE:
        raise TooDear(f"{spent.cpu:.1f} s of processor time, where {bound.cpu} s are allowed")
    if spent.wall > bound.wall:
        raise TooDear(f"{spent.wall:.1f} s on the clock, where {bound.wall} s are allowed")
    if spent.memory > bound.memory:
        raise TooDear(f"{spent.memory // MIB} MiB, where {bound.memory // MIB} are allowed")


@contextmanager
def broken_off_after(seconds: float) -> Iterator[None]:
    """Raise ``TooDear`` within, once these seconds are over: in a sleep or a wait as well."""
    late = TooDear(f"not back after {seconds} s on the clock")
    is_late = False

    def break_off(*_: object) -> None:
        nonlocal is_late
        is_late = True
        raise late

    before = signal.signal(signal.SIGALRM, break_off)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    # A library may take what breaks it off for an error of its own, and go on.
    if is_late:
        raise late


def growth(
    make: Callable[[int], bytes], read: Callable[[bytes], None], size: int, most: float
) -> float:
    """Return how many times as much processor time four times the size takes.

    Linear reading gives about 4, quadratic about 16. Whatever else a machine does makes a reading
    longer, never shorter: the least of some counts, and what is above ``most`` is read again.
    """
    small, large = make(size), make(4 * size)
    least = max(_LEAST, min(_seconds(read, small) for _ in range(_TRIES)))
    times = _seconds(read, large) / least
    for _ in range(_TRIES):
        if times <= most:
            break
        times = min(times, _seconds(read, large) / least)
    return times


def _seconds(read: Callable[[bytes], None], content: bytes) -> float:
    with broken_off_after(LONGEST):
        return spent_by(lambda: read(content)).cpu


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
