"""Stages, parties and clocks of a journey, the policy that it pins, and its refusals."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.calendar import Unit
from domain.enrollment import (
    COLLECTING,
    IN_ASSESSMENT,
    Clock,
    ClockKind,
    Due,
    EnrollmentClosed,
    ExtensionTooLong,
    NotAtThisStage,
    Reminder,
    Stage,
    StaleRound,
)
from domain.policy import Approval, Policy
from domain.refusals import Conflict, Invalid, NotAllowed, NotFound, Refusal

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_a_stage_collects_or_assesses_or_neither() -> None:
    """Proves: at no stage may parts be handed in while a round is assessed."""
    assert not COLLECTING & IN_ASSESSMENT
    neither = {Stage.VERIFYING, Stage.GRANTING_ACCESS, Stage.OUT_OF_ROUNDS, Stage.ENDED}
    assert set(Stage) - COLLECTING - IN_ASSESSMENT == neither


def test_the_policy_defaults_are_the_rules() -> None:
    """Proves: a journey without a policy of its own has the times that the programme promises."""
    policy = Policy()
    assert (policy.access_business_days, policy.escalation_business_days) == (2, 1)
    assert (policy.verification_reminders, policy.verification_business_days) == ((1, 3, 5), 10)
    assert (policy.working_days, policy.working_reminders) == (365, (30, 7, 1))
    assert (policy.grace_days, policy.access_unused_business_days) == (30, 10)
    assert (policy.offer_business_days, policy.offer_reminders) == (2, (1,))
    assert (policy.assessment_business_days, policy.assessment_reminders) == (10, (5, 1))
    assert (policy.overdue_business_days, policy.approval_business_days) == (3, 3)
    assert (policy.resubmission_days, policy.resubmission_reminders) == (60, (14, 3))
    assert (policy.rounds, policy.grant_round_days) == (3, 30)
    assert (policy.subscription_months, policy.approval) == (12, Approval.NONE)


NUMBERS = [name for name, each in Policy.model_fields.items() if each.annotation is int]


@pytest.mark.parametrize("name", NUMBERS)
def test_a_policy_gives_everybody_some_time(name: str) -> None:
    """Proves: no period can be set to nothing: a clock that is over at once helps nobody."""
    with pytest.raises(ValidationError):
        Policy.model_validate({name: 0})
    assert Policy.model_validate({name: 1})


POLICIES = st.builds(
    Policy,
    working_days=st.integers(1, 999),
    working_reminders=st.lists(st.integers(1, 90), max_size=4).map(tuple),
    approval=st.sampled_from(Approval),
    rounds=st.integers(1, 9),
)


@given(POLICIES)
def test_a_policy_is_pinned_by_value(policy: Policy) -> None:
    """Proves: what a journey pinned is read back the same, also by a worker of another release
    that knows more, or that knows less.
    """
    kept = policy.model_dump(mode="json")
    assert Policy.model_validate(kept) == policy
    assert Policy.model_validate(kept | {"of_a_later_release": 5}) == policy
    kept.pop("settlement_days")
    assert Policy.model_validate(kept).working_days == policy.working_days


def test_instants_have_a_zone() -> None:
    """Proves: a clock, a due time or a reminder without a time zone is none (trap 14)."""
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValidationError):
        Clock(kind=ClockKind.GRACE, start=naive, days=1, unit=Unit.CALENDAR_DAYS)
    with pytest.raises(ValidationError):
        Due(id="d1", clock=ClockKind.GRACE, at=naive)
    with pytest.raises(ValidationError):
        Reminder(at=naive)


@pytest.mark.parametrize(
    ("refusal", "base", "code", "fact"),
    [
        (EnrollmentClosed(ending="lapsed"), Conflict, "enrollment_closed", "lapsed"),
        (NotAtThisStage(stage="queued"), Conflict, "not_at_this_stage", "queued"),
        (StaleRound(named=1, open=2), Conflict, "stale_round", "round 2 is open"),
        (ExtensionTooLong(days=0), Invalid, "extension_out_of_range", "1 to 730"),
    ],
)
def test_a_refusal_crosses_the_engine_as_it_was(
    refusal: Refusal, base: type[Refusal], code: str, fact: str
) -> None:
    """Proves: by its class name and sentence alone a refusal is the same again on the other side,
    with its code, its kind and its facts.
    """
    kind = Refusal.kind_named(type(refusal).__name__)
    assert kind is type(refusal)
    received = kind.received(str(refusal))
    assert isinstance(received, base)
    assert (received.code, str(received)) == (code, str(refusal))
    assert fact in str(received)


def test_an_unknown_kind_of_refusal_is_none() -> None:
    """Proves: what is no refusal is not taken for one; the four bases are told apart."""
    assert Refusal.kind_named("KeyError") is None
    bases = (NotFound, Conflict, NotAllowed, Invalid)
    assert len({each.code for each in bases}) == len(bases)
