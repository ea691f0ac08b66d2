"""Every reader of what comes from outside, on what is made to hurt it (docs/hostile-input.md)."""

import signal
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.breaking import FAILS, FLOODS, WAITS
from tests.hostile.limits import MIB, Bound, TooDear, growth, hold
from tests.hostile.running import fuzzed
from tests.hostile.target import CORPUS, NAMES, Target, check, kept, target_named
from tests.hostile.weighing import weighed

MOST_GROWTH = 9.0
"""Times that four times the size may take: linear reading takes 4, quadratic 16."""

RUNS = 200
LARGEST_CORPUS = 200_000


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_is_made_breaks_it(name: str) -> None:
    """Proves: inputs by the grammar of what is read, spoiled, are read or refused within bounds."""
    target = target_named(name)

    @settings(max_examples=target.examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(target.made)
    def holds(content: bytes) -> None:
        check(target, content)

    holds()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_was_found_comes_back(name: str) -> None:
    """Proves: whatever broke a reader once, or reaches far into it, is read or refused."""
    target = target_named(name)
    for content in (b"", *target.seeds, *(path.read_bytes() for path in kept(name))):
        check(target, content)


@pytest.mark.parametrize("name", NAMES)
def test_the_fuzzer_finds_nothing_soon(name: str, tmp_path: Path) -> None:
    """Proves: two hundred changes of the kept inputs, led by the branches they reach, break
    nothing; and that the fuzzer runs at all."""
    found = fuzzed(name, tmp_path, runs=RUNS)
    assert found.told == ""
    assert found.runs >= RUNS
    assert found.kept > 0


@pytest.mark.parametrize("name", NAMES)
def test_nothing_at_the_limit_costs_more_than_its_bound(name: str, tmp_path: Path) -> None:
    """Proves: as much of the worst as may be sent at once stays within its seconds and memory, in
    a process that has no memory left of anything else."""
    contents = [make() for make in target_named(name).largest]
    assert contents
    assert weighed(name, contents, tmp_path) == ""


@pytest.mark.parametrize("name", NAMES)
def test_no_pattern_costs_more_than_its_length(name: str) -> None:
    """Proves: four times of the worst patterns known take about four times as long."""
    target = target_named(name)
    grew = {
        each.name: growth(each.make, target.holds, each.size, MOST_GROWTH)
        for each in target.growing
    }
    assert {name: times for name, times in grew.items() if times > MOST_GROWTH} == {}


def test_the_corpus_is_small_and_each_of_it_has_a_reason() -> None:
    """Proves: what is kept is kept for something, and does not grow without anybody noticing."""
    reasons = (CORPUS / "README.md").read_text(encoding="utf-8")
    files = [path for name in NAMES for path in kept(name)]
    assert sum(path.stat().st_size for path in files) < LARGEST_CORPUS
    for path in files:
        assert f"`{path.relative_to(CORPUS)}`" in reasons
    assert {path.name for path in CORPUS.iterdir() if path.is_dir()} <= set(NAMES)


class TestTheLimits:
    def test_what_is_slow_is_seen(self) -> None:
        """Proves: the bound on processor time can be passed."""
        with pytest.raises(TooDear, match="processor time"):
            hold(Bound(cpu=0.0001), lambda: list(range(1_000_000)).sort(), breaks_off=False)

    def test_what_waits_is_seen(self) -> None:
        """Proves: the bound on the clock can be passed without any work, and is then broken off,
        whatever alarm there was before being set again."""

        def waits() -> None:
            Event().wait(600)

        before = signal.getsignal(signal.SIGALRM)
        with pytest.raises(TooDear, match="not back after"):
            hold(Bound(cpu=0.01), waits)
        assert signal.getsignal(signal.SIGALRM) is before
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)

    def test_what_goes_on_when_it_is_broken_off_is_seen(self) -> None:
        """Proves: a library that takes the break for an error of its own hides no waiting."""

        def waits_on() -> None:
            with suppress(AssertionError):
                Event().wait(600)

        with pytest.raises(TooDear, match="not back after"):
            hold(Bound(cpu=0.01), waits_on)

    def test_what_is_large_is_seen(self) -> None:
        """Proves: the bound on memory can be passed, also by what is given back at once."""
        with pytest.raises(TooDear, match="MiB"):
            hold(Bound(memory=16 * MIB), lambda: bytearray(64 * MIB).clear())

    def test_a_fresh_process_sees_each(self, tmp_path: Path) -> None:
        """Proves: an input that floods, waits or fails is seen in a process of its own, also after
        one that did the same, and one that does not is not."""
        told = weighed("breaking", (FLOODS, WAITS, FLOODS, b"", FAILS), tmp_path)
        assert "001: not back after 3.0 s" in told
        assert told.count("MiB, where 16 are allowed") == 2
        assert "004: Traceback" in told
        assert "KeyError" in told
        assert "003:" not in told

    def test_what_is_quadratic_is_seen(self) -> None:
        """Proves: the bound on growth tells quadratic work from linear work."""

        def quadratic(content: bytes) -> None:
            for _ in content:
                for _ in content:
                    pass  # nothing that a cache or a faster instruction could make linear

        def linear(content: bytes) -> None:
            for _ in range(200):
                content.count(b"b")

        assert growth(lambda n: b"a" * n, quadratic, 1_000, MOST_GROWTH) > MOST_GROWTH
        assert growth(lambda n: b"a" * n, linear, 100_000, MOST_GROWTH) < MOST_GROWTH

    def test_an_error_is_seen(self) -> None:
        """Proves: a reader that raises what it never declared breaks its target."""

        def as_ascii(content: bytes) -> None:
            content.decode("ascii")

        broken = Target(
            holds=as_ascii,
            made=st.binary(),
            seeds=(),
        )
        with pytest.raises(UnicodeDecodeError):
            check(broken, "é".encode())
