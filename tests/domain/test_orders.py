"""The subscription that orders grant together, and what an order may look like."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.orders import MOST_LINES, Channel, Grant, Learner, Line, Order, subscription_until

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 9 * 365 * 24).map(lambda hours: FIRST + timedelta(hours=hours))
GRANTS = st.lists(
    st.builds(Grant, granted_at=INSTANTS, months=st.integers(1, 36)), min_size=1, max_size=6
)


def on(year: int, month: int, day: int) -> datetime:
    """Return noon of a day."""
    return datetime(year, month, day, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("granted", "expected"),
    [
        ((), None),
        (((on(2026, 3, 10), 12),), on(2027, 3, 10)),
        (((on(2026, 3, 10), 12), (on(2026, 9, 1), 12)), on(2028, 3, 10)),
        (((on(2026, 3, 10), 12), (on(2027, 3, 10), 12)), on(2028, 3, 10)),
        (((on(2026, 3, 10), 12), (on(2027, 3, 11), 12)), on(2028, 3, 11)),
        (((on(2028, 2, 29), 12),), on(2029, 2, 28)),
        (((on(2026, 1, 31), 1),), on(2026, 2, 28)),
        (((on(2026, 1, 31), 1), (on(2026, 2, 1), 1)), on(2026, 3, 31)),
        (((on(2026, 11, 30), 3),), on(2027, 2, 28)),
    ],
)
def test_the_subscription_of_known_grants(
    granted: tuple[tuple[datetime, int], ...], expected: datetime | None
) -> None:
    """Proves: a grant extends what runs and starts anew where nothing does; months end with the
    month, and a short one on the way takes no days away for good.
    """
    grants = (Grant(granted_at=at, months=months) for at, months in granted)
    assert subscription_until(grants) == expected


@given(GRANTS)
def test_the_order_of_the_records_does_not_matter(grants: list[Grant]) -> None:
    """Proves: access is a function of the set of valid orders, not of how they were read."""
    shuffled = sorted(grants, key=lambda each: (each.months, each.granted_at))
    assert subscription_until(shuffled) == subscription_until(grants)
    assert subscription_until(reversed(shuffled)) == subscription_until(grants)


@given(GRANTS, st.builds(Grant, granted_at=INSTANTS, months=st.integers(1, 36)))
def test_another_order_never_shortens_a_subscription(grants: list[Grant], another: Grant) -> None:
    """Proves: buying more never means less, and each grant alone is within what all give."""
    until = subscription_until(grants)
    longer = subscription_until([*grants, another])
    assert until is not None
    assert longer is not None
    assert longer >= until
    assert all(until >= (subscription_until([each]) or until) for each in grants)


@given(GRANTS)
def test_every_month_that_was_bought_counts(grants: list[Grant]) -> None:
    """Proves: overlapping orders add up; from the first grant on, no month is given for nothing
    or taken away.
    """
    until, first = subscription_until(grants), min(each.granted_at for each in grants)
    assert until is not None
    bought = sum(each.months for each in grants)
    is_unbroken = until <= first + timedelta(days=31 * bought)
    gap = max(each.granted_at for each in grants) - first
    assert is_unbroken or gap > timedelta(days=28)
    assert until >= first + timedelta(days=30 * bought - 3)


LINE = Line(
    learner=Learner(name="A learner", address="learner@example.org"),
    library="general",
    slug="steady-hands",
)


def an_order(**changes: object) -> Order:
    """Return an order with some of its fields changed."""
    fields: dict[str, object] = {
        "channel": Channel.ONLINE,
        "external_id": "shop-1",
        "payer_name": "A payer",
        "payer_address": "payer@example.org",
        "lines": (LINE,),
    }
    return Order.model_validate(fields | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"lines": ()},
        {"lines": (LINE,) * (MOST_LINES + 1)},
        {"external_id": ""},
        {"external_id": "with a space"},
        {"external_id": "x" * 121},
        {"payer_name": ""},
        {"channel": "telephone"},
        {"discount": 5},
    ],
)
def test_an_order_has_lines_and_a_number(changes: dict[str, object]) -> None:
    """Proves: what cannot be an order is none: no lines, too many, a number that is no number."""
    with pytest.raises(ValidationError):
        an_order(**changes)


def test_an_order_form_of_a_district_is_taken() -> None:
    """Proves: the limit of lines is itself allowed, and a number may look like those of schools."""
    order = an_order(lines=(LINE,) * MOST_LINES, external_id="PO#2026/17:A.b_c-d")
    assert len(order.lines) == MOST_LINES


def test_a_price_is_never_negative() -> None:
    """Proves: a line costs nothing or something."""
    with pytest.raises(ValidationError):
        Line.model_validate(LINE.model_dump() | {"price_cents": -1})
