"""While what a notice applies, how urgent it is, and whether it may be repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.assignment import AssignmentState
from domain.enrollment import COLLECTING, IN_ASSESSMENT, Ending, Stage
from domain.notice_rules import (
    ORDINARY_URGENCY,
    UNSETTLED,
    Situation,
    repeats_by_itself,
    still_applies,
    urgency,
)
from domain.notices import NoticeKind, NoticeState

OFFERED, ACCEPTED = AssignmentState.OFFERED, AssignmentState.ACCEPTED

RIGHT: dict[NoticeKind, Situation] = {
    NoticeKind.ORDER_RECEIVED: Situation(),
    NoticeKind.OPS_DIGEST: Situation(),
    NoticeKind.SIGN_IN_LINK: Situation(),
    NoticeKind.SIGN_IN_CODE: Situation(),
    NoticeKind.ADDRESS_CONFIRM: Situation(),
    NoticeKind.ADDRESS_CHANGE: Situation(),
    NoticeKind.VERIFY_ACCOUNT: Situation(stage=Stage.VERIFYING, round=1),
    NoticeKind.VERIFY_REMINDER: Situation(stage=Stage.VERIFYING, round=1),
    NoticeKind.ACCESS: Situation(stage=Stage.GRANTING_ACCESS, round=1),
    NoticeKind.ACCESS_UNUSED: Situation(stage=Stage.WORKING, round=1),
    NoticeKind.WORKING_PERIOD_ENDING: Situation(stage=Stage.WORKING, round=1),
    NoticeKind.PART_RECEIVED: Situation(stage=Stage.WORKING, round=1),
    NoticeKind.SUBMISSION_RECEIVED: Situation(stage=Stage.OFFERED, round=1),
    NoticeKind.OFFER: Situation(stage=Stage.OFFERED, round=1, assignment=OFFERED),
    NoticeKind.OFFER_REMINDER: Situation(stage=Stage.OFFERED, round=1, assignment=OFFERED),
    NoticeKind.ASSIGNMENT_CONFIRMED: Situation(stage=Stage.ASSESSING, round=1, assignment=ACCEPTED),
    NoticeKind.ASSIGNMENT_ENDED: Situation(
        stage=Stage.QUEUED, round=1, assignment=AssignmentState.RELEASED
    ),
    NoticeKind.ASSESSMENT_DUE: Situation(stage=Stage.ASSESSING, round=1, assignment=ACCEPTED),
    NoticeKind.ASSESSMENT_OVERDUE: Situation(stage=Stage.ASSESSING, round=1, assignment=ACCEPTED),
    NoticeKind.APPROVAL_REQUESTED: Situation(stage=Stage.APPROVING, round=1),
    NoticeKind.PASSED_BACK: Situation(stage=Stage.ASSESSING, round=1, assignment=ACCEPTED),
    NoticeKind.NOT_YET: Situation(stage=Stage.REVISING, round=2),
    NoticeKind.RESUBMISSION_ENDING: Situation(stage=Stage.REVISING, round=1),
    NoticeKind.AWARDED: Situation(stage=Stage.ENDED, ending=Ending.AWARDED, round=1),
    NoticeKind.CREDENTIAL_REVOKED: Situation(
        stage=Stage.ENDED, ending=Ending.AWARDED, round=1, has_credential=False
    ),
    NoticeKind.CREDENTIAL_REISSUED: Situation(
        stage=Stage.ENDED, ending=Ending.AWARDED, round=1, has_credential=True
    ),
    NoticeKind.LAPSED: Situation(stage=Stage.ENDED, ending=Ending.LAPSED, round=1),
    NoticeKind.CLOSED: Situation(stage=Stage.ENDED, ending=Ending.CLOSED, round=1),
    NoticeKind.WITHDRAWN: Situation(stage=Stage.ENDED, ending=Ending.WITHDRAWN, round=1),
    NoticeKind.REFUNDED: Situation(stage=Stage.ENDED, ending=Ending.REFUNDED, round=1),
}
"""For each kind the situation in which it is intended, about round 1."""

AFTER_THE_END: dict[Ending, set[NoticeKind]] = {
    Ending.AWARDED: {
        NoticeKind.AWARDED,
        NoticeKind.CREDENTIAL_REVOKED,
        NoticeKind.CREDENTIAL_REISSUED,
    },
    Ending.LAPSED: {NoticeKind.LAPSED},
    Ending.CLOSED: {NoticeKind.CLOSED},
    Ending.WITHDRAWN: {NoticeKind.WITHDRAWN},
    Ending.REFUNDED: set(),
}
"""What each ending is told with; a refund, a freed assessor and ops' own mail are told at any."""

AT_ANY_TIME = {
    NoticeKind.ORDER_RECEIVED,
    NoticeKind.OPS_DIGEST,
    NoticeKind.ASSIGNMENT_ENDED,
    NoticeKind.REFUNDED,
    NoticeKind.SIGN_IN_LINK,
    NoticeKind.SIGN_IN_CODE,
    NoticeKind.ADDRESS_CONFIRM,
    NoticeKind.ADDRESS_CHANGE,
}

SITUATIONS = st.builds(
    Situation,
    stage=st.sampled_from(Stage),
    round=st.just(1),
    assignment=st.none() | st.sampled_from(AssignmentState),
    is_portal_used=st.booleans(),
)


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_applies_when_it_is_intended(kind: NoticeKind) -> None:
    """Proves: no kind is cancelled by its own rule at the moment for which it was made."""
    assert still_applies(kind, 1, RIGHT[kind])


@pytest.mark.parametrize("ending", Ending)
def test_after_an_end_only_the_end_is_told(ending: Ending) -> None:
    """Proves: whatever was still to be sent when a journey ended is not sent any more, and no
    other ending than the recorded one is told.
    """
    now = Situation(stage=Stage.ENDED, ending=ending, round=1, assignment=AssignmentState.CANCELLED)
    told = {kind for kind in NoticeKind if still_applies(kind, 1, now)}
    assert told == AT_ANY_TIME | AFTER_THE_END[ending]


@given(st.sampled_from(NoticeKind), SITUATIONS)
def test_an_open_journey_announces_no_ending(kind: NoticeKind, now: Situation) -> None:
    """Proves: award, lapse, closing and withdrawal are told of journeys that have ended so."""
    if still_applies(kind, 1, now):
        assert kind not in set().union(*AFTER_THE_END.values())


@given(
    st.sampled_from(
        [
            NoticeKind.OFFER,
            NoticeKind.OFFER_REMINDER,
            NoticeKind.ASSIGNMENT_CONFIRMED,
            NoticeKind.ASSESSMENT_DUE,
            NoticeKind.ASSESSMENT_OVERDUE,
            NoticeKind.PASSED_BACK,
        ]
    ),
    SITUATIONS,
)
def test_an_assessor_hears_of_their_own_live_assignment_alone(
    kind: NoticeKind, now: Situation
) -> None:
    """Proves: a notice about an assignment is true while that one is live, at a stage of a round
    in assessment; one that was declined, expired or released is spoken of no more.
    """
    if still_applies(kind, 1, now):
        assert now.assignment in {OFFERED, ACCEPTED}
        assert now.stage in IN_ASSESSMENT


@given(
    st.sampled_from(
        [
            NoticeKind.WORKING_PERIOD_ENDING,
            NoticeKind.ACCESS_UNUSED,
            NoticeKind.RESUBMISSION_ENDING,
        ]
    ),
    SITUATIONS,
)
def test_nobody_is_reminded_of_work_that_is_handed_in(kind: NoticeKind, now: Situation) -> None:
    """Proves: reminders to hand work in apply while work is collected."""
    if still_applies(kind, 1, now):
        assert now.stage in COLLECTING


def test_unused_access_is_said_of_unused_access() -> None:
    """Proves: a first draft or upload makes that notice untrue."""
    now = RIGHT[NoticeKind.ACCESS_UNUSED]
    assert not still_applies(
        NoticeKind.ACCESS_UNUSED, 1, now.model_copy(update={"is_portal_used": True})
    )


@pytest.mark.parametrize(
    ("stage", "open_round", "applies"),
    [
        (Stage.REVISING, 2, True),
        (Stage.OUT_OF_ROUNDS, 1, True),
        (Stage.QUEUED, 2, False),
        (Stage.OFFERED, 2, False),
        (Stage.ASSESSING, 2, False),
        (Stage.ENDED, 1, False),
    ],
)
def test_not_yet_is_said_before_the_next_submission(
    stage: Stage, open_round: int, applies: bool
) -> None:
    """Proves: feedback of round 1 goes out while it can be acted on, never after the next one
    was handed in.
    """
    now = Situation(stage=stage, round=open_round)
    assert still_applies(NoticeKind.NOT_YET, 1, now) is applies


def test_access_goes_before_everything() -> None:
    """Proves: what lets somebody begin is most urgent, the digest least; all others lie between."""
    urgencies = {kind: urgency(kind) for kind in NoticeKind}
    assert urgencies[NoticeKind.ACCESS] == min(urgencies.values()) == 1
    assert urgencies[NoticeKind.OPS_DIGEST] == max(urgencies.values())
    assert urgencies[NoticeKind.PART_RECEIVED] == ORDINARY_URGENCY
    assert all(1 <= each <= 5 for each in urgencies.values())


def test_an_award_mail_waits_for_ops() -> None:
    """Proves: of all kinds an award alone is not repeated by itself when in doubt."""
    assert [kind for kind in NoticeKind if not repeats_by_itself(kind)] == [NoticeKind.AWARDED]


def test_states_that_are_somebody_s_business() -> None:
    """Proves: a notice that is out or in doubt is unsettled; every other state is an end."""
    ends = {
        NoticeState.ACCEPTED,
        NoticeState.REFUSED,
        NoticeState.BOUNCED,
        NoticeState.CANCELLED,
    }
    assert set(NoticeState) - UNSETTLED == ends
