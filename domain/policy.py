"""The settings for one journey: every ``[policy]`` figure of the rules, with its default.

A journey pins its policy by value when it starts; a later change concerns later journeys only.
"""

from enum import StrEnum

from pydantic import Field

from domain.values import Contract


class Approval(StrEnum):
    """Whether an approver confirms each judgement before anybody hears of it."""

    NONE = "none"
    ALWAYS = "always"


class Policy(Contract):
    """How long each party has, when they are reminded, and how many rounds there are.

    ``*_business_days`` count on the programme's calendar, ``*_days`` are calendar days.
    """

    access_business_days: int = Field(default=2, ge=1)
    escalation_business_days: int = Field(default=1, ge=1)
    verification_reminders: tuple[int, ...] = (1, 3, 5)
    verification_business_days: int = Field(default=10, ge=1)
    access_unused_business_days: int = Field(default=10, ge=1)
    working_days: int = Field(default=365, ge=1)
    working_reminders: tuple[int, ...] = (30, 7, 1)
    grace_days: int = Field(default=30, ge=1)
    offer_business_days: int = Field(default=2, ge=1)
    offer_reminders: tuple[int, ...] = (1,)
    queue_review_business_days: int = Field(default=1, ge=1)
    assessment_business_days: int = Field(default=10, ge=1)
    assessment_reminders: tuple[int, ...] = (5, 1)
    overdue_business_days: int = Field(default=3, ge=1)
    approval: Approval = Approval.NONE
    approval_business_days: int = Field(default=3, ge=1)
    resubmission_days: int = Field(default=60, ge=1)
    resubmission_reminders: tuple[int, ...] = (14, 3)
    rounds: int = Field(default=3, ge=1)
    grant_round_days: int = Field(default=30, ge=1)
    settlement_days: int = Field(default=60, ge=1)
    subscription_months: int = Field(default=12, ge=1)
