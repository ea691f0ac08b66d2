"""The rules by which a measurement becomes a verdict."""

import pytest

from bench.figures import (
    Line,
    Series,
    Verdict,
    absent,
    alone,
    at_least,
    at_most,
    compared,
    counted,
    percentile,
    series,
)

STEADY = series(10, 10, 10, 10, 10)


@pytest.mark.parametrize(("figure", "is_met"), [(1.49, True), (1.5, True), (1.5000001, False)])
def test_a_bound_is_met_up_to_itself(figure: float, is_met: bool) -> None:
    """Proves: a goal holds at its bound, and one step past it no more, in both directions."""
    assert at_most(1.5).is_met_by(figure) is is_met
    assert at_least(-1.5).is_met_by(-figure) is is_met


def test_the_spread_is_that_of_the_quartiles() -> None:
    """Proves: one stray figure of five does not spoil a series, two on both sides do."""
    assert series(10, 10, 10, 10, 99).spread == 0
    assert series(8, 9, 10, 11, 12).spread == pytest.approx(0.2)
    assert series(10).spread == 0


@pytest.mark.parametrize(
    ("ours", "ceiling", "verdict"),
    [
        pytest.param(STEADY, STEADY, Verdict.MET, id="steady"),
        pytest.param(series(9.2, 9.3, 10, 10.7, 11), STEADY, Verdict.MET, id="just steady"),
        pytest.param(series(9, 9.2, 10, 10.8, 11), STEADY, Verdict.UNSTEADY, id="ours spreads"),
        pytest.param(STEADY, series(9, 9.2, 10, 10.8, 11), Verdict.UNSTEADY, id="the other does"),
    ],
)
def test_there_is_no_verdict_while_one_side_spreads(
    ours: Series, ceiling: Series, verdict: Verdict
) -> None:
    """Proves: above 15 % on one side alone nothing is judged."""
    line = compared("x", "s", ours, ceiling, "y", at_most(1.5, is_ratio=True))
    assert line.verdict is verdict


def test_a_ratio_is_the_median_of_pairs() -> None:
    """Proves: a machine that slows down half-way through spoils both sides of a pair, and so
    neither the ratio nor the verdict; the ratio of the medians would be another one.
    """
    line = compared("x", "s", series(1, 1, 9), series(1, 2, 3), "y", at_most(1.0, is_ratio=True))
    assert line.ratio == 1.0
    assert line.judged == 1.0


def test_counts_need_not_be_steady() -> None:
    """Proves: a count of 1 here and 2 there is no noise of the machine."""
    ours, fifo = series(1, 2, 1, 2, 2), series(500, 500, 500, 500, 500)
    goal = at_most(0.2, is_ratio=True)
    assert compared("x", "", ours, fifo, "y", goal, is_count=True).verdict is Verdict.MET
    assert counted("x", "", 66, 65).verdict is Verdict.MISSED


@pytest.mark.parametrize(("rate", "verdict"), [(79, Verdict.MET), (81, Verdict.HARNESS)])
def test_near_the_end_of_the_harness_the_harness_is_measured(rate: int, verdict: Verdict) -> None:
    """Proves: above 80 % of what the harness can do there is no verdict on ours."""
    line = compared(
        *("x", "/s", series(rate, rate), series(rate, rate), "y", at_least(0.8, is_ratio=True)),
        harness=100.0,
    )
    assert line.verdict is verdict


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        pytest.param(alone("x", "s", STEADY, at_most(20)), Verdict.BUSY, id="the clock"),
        pytest.param(alone("x", "", STEADY, at_most(20), clock=False), Verdict.MET, id="memory"),
        pytest.param(counted("x", "", 1, 2), Verdict.MET, id="a count"),
        pytest.param(absent("x", "s", at_most(1), "why"), Verdict.ABSENT, id="nothing"),
    ],
)
def test_beside_others_the_clock_says_nothing(line: Line, verdict: Verdict) -> None:
    """Proves: what others take of the machine spoils what the clock says and nothing else; up to a
    tenth it is let pass.
    """
    assert line.beside(0.11).verdict is verdict
    assert line.beside(0.10) == line


def test_what_was_taken_once_is_not_judged() -> None:
    """Proves: a single figure of the clock, whose spread would be 0, is neither met nor missed; a
    count and an amount of memory are, which do not depend on the moment.
    """
    goal = at_most(20)
    assert alone("x", "s", series(10), goal).verdict is Verdict.ONCE
    assert alone("x", "s", series(30), goal).verdict is Verdict.ONCE
    assert alone("x", "s", series(10, 10), goal).verdict is Verdict.MET
    assert alone("x", "MiB", series(10), goal, clock=False).verdict is Verdict.MET
    assert counted("x", "", 10, 20).verdict is Verdict.MET


def test_percentiles_lie_within_what_was_seen() -> None:
    """Proves: no percentile is extrapolated beyond the slowest answer."""
    assert percentile([float(each) for each in range(1, 102)], 95) == 96
    assert percentile([3.0, 7.0], 99) <= 7
    assert percentile([3.0], 95) == 3
