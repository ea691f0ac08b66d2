"""The rules of each kind of notice: while what does it apply, how urgent is it, may it be repeated.

A notice names the state that it depends on; it is checked when that state changes and once more
when it is sent (traps 2 and 3).
"""

from domain.assignment import AssignmentState
from domain.enrollment import IN_ASSESSMENT, Ending, Stage
from domain.notices import NoticeKind, NoticeState
from domain.refusals import Conflict, NotFound
from domain.values import Value

ANY_OPEN = frozenset(Stage) - {Stage.ENDED}

_STAGES: dict[NoticeKind, frozenset[Stage]] = {
    NoticeKind.VERIFY_ACCOUNT: frozenset({Stage.VERIFYING}),
    NoticeKind.VERIFY_REMINDER: frozenset({Stage.VERIFYING}),
    NoticeKind.ACCESS: ANY_OPEN,
    NoticeKind.ACCESS_UNUSED: frozenset({Stage.WORKING}),
    NoticeKind.WORKING_PERIOD_ENDING: frozenset({Stage.WORKING}),
    NoticeKind.PART_RECEIVED: ANY_OPEN,
    NoticeKind.SUBMISSION_RECEIVED: ANY_OPEN,
    NoticeKind.OFFER: frozenset({Stage.OFFERED}),
    NoticeKind.OFFER_REMINDER: frozenset({Stage.OFFERED}),
    NoticeKind.ASSIGNMENT_CONFIRMED: frozenset({Stage.ASSESSING, Stage.APPROVING}),
    NoticeKind.ASSESSMENT_DUE: frozenset({Stage.ASSESSING}),
    NoticeKind.ASSESSMENT_OVERDUE: frozenset({Stage.ASSESSING}),
    NoticeKind.APPROVAL_REQUESTED: frozenset({Stage.APPROVING}),
    NoticeKind.PASSED_BACK: frozenset({Stage.ASSESSING}),
    NoticeKind.NOT_YET: ANY_OPEN,
    NoticeKind.RESUBMISSION_ENDING: frozenset({Stage.REVISING}),
}
"""The stages in which a kind of notice about a journey still applies; unlisted kinds always do."""

_ASSIGNMENT_STATES: dict[NoticeKind, frozenset[AssignmentState]] = {
    NoticeKind.OFFER: frozenset({AssignmentState.OFFERED}),
    NoticeKind.OFFER_REMINDER: frozenset({AssignmentState.OFFERED}),
    NoticeKind.ASSIGNMENT_CONFIRMED: frozenset({AssignmentState.ACCEPTED}),
    NoticeKind.ASSESSMENT_DUE: frozenset({AssignmentState.ACCEPTED}),
    NoticeKind.ASSESSMENT_OVERDUE: frozenset({AssignmentState.ACCEPTED}),
    NoticeKind.PASSED_BACK: frozenset({AssignmentState.ACCEPTED}),
}
"""What must still hold of the assignment that a notice speaks of."""

_ENDINGS: dict[NoticeKind, Ending] = {
    NoticeKind.AWARDED: Ending.AWARDED,
    NoticeKind.LAPSED: Ending.LAPSED,
    NoticeKind.CLOSED: Ending.CLOSED,
    NoticeKind.WITHDRAWN: Ending.WITHDRAWN,
    NoticeKind.CREDENTIAL_REVOKED: Ending.AWARDED,
    NoticeKind.CREDENTIAL_REISSUED: Ending.AWARDED,
}
"""The ending that a notice announces; what the practitioner is told equals what is recorded."""

ABOUT_CREDENTIALS = {NoticeKind.CREDENTIAL_REVOKED: False, NoticeKind.CREDENTIAL_REISSUED: True}
"""Whether a credential of the award must still count for what the notice says to be true."""

_OF_THE_OPEN_ROUND = frozenset({NoticeKind.NOT_YET, NoticeKind.RESUBMISSION_ENDING})

_URGENCY: dict[NoticeKind, int] = {
    NoticeKind.ACCESS: 1,
    NoticeKind.VERIFY_ACCOUNT: 1,
    NoticeKind.SIGN_IN_LINK: 1,
    NoticeKind.SIGN_IN_CODE: 1,
    NoticeKind.ADDRESS_CONFIRM: 1,
    NoticeKind.ADDRESS_CHANGE: 1,
    NoticeKind.OFFER: 2,
    NoticeKind.AWARDED: 2,
    NoticeKind.NOT_YET: 2,
    NoticeKind.CREDENTIAL_REVOKED: 2,
    NoticeKind.CREDENTIAL_REISSUED: 2,
    NoticeKind.OPS_DIGEST: 5,
}
"""Priority on the mail queue, 1 first; access mail goes before everything (architecture.md)."""

ORDINARY_URGENCY = 3

UNSETTLED = frozenset({NoticeState.INTENDED, NoticeState.SENDING, NoticeState.UNKNOWN})
"""States in which a notice is still somebody's business."""


class Situation(Value):
    """What the records say, at this moment, of the things that a notice depends on."""

    stage: Stage | None = None
    ending: Ending | None = None
    round: int | None = None
    assignment: AssignmentState | None = None
    is_portal_used: bool = False
    has_credential: bool | None = None
    """Whether a credential of the award counts; asked for the notices alone that speak of one."""


def still_applies(kind: NoticeKind, round_number: int | None, now: Situation) -> bool:
    """Whether a notice that was intended for ``round_number`` is still true to send."""
    if now.stage is None:
        return True
    if kind in _STAGES and now.stage not in _STAGES[kind]:
        return False
    if kind in _ENDINGS and now.ending is not _ENDINGS[kind]:
        return False
    if kind in _ASSIGNMENT_STATES and now.assignment not in _ASSIGNMENT_STATES[kind]:
        return False
    if kind in ABOUT_CREDENTIALS and now.has_credential is (not ABOUT_CREDENTIALS[kind]):
        return False
    if kind in _OF_THE_OPEN_ROUND and now.stage in IN_ASSESSMENT and round_number != now.round:
        return False
    return not (kind is NoticeKind.ACCESS_UNUSED and now.is_portal_used)


def urgency(kind: NoticeKind) -> int:
    """Return the priority of a notice on the mail queue, 1 the most urgent."""
    return _URGENCY.get(kind, ORDINARY_URGENCY)


def repeats_by_itself(kind: NoticeKind) -> bool:
    """Whether a notice that may or may not have arrived is sent once more without asking.

    An award mail waits for ops; everything else would leave somebody waiting (traps.md, "Honest
    limit").
    """
    return kind is not NoticeKind.AWARDED


class UnknownNotice(NotFound):
    """No notice has this number."""

    code = "unknown_notice"
    sentence = "There is no notice {notice}. The page of its journey lists all of them."


class NoticeStillOut(Conflict):
    """The notice is on its way; a second one would be a duplicate."""

    code = "notice_still_out"
    sentence = "This notice is still on its way (attempt {attempts}); it will arrive by itself."


class NoticeNoLongerApplies(Conflict):
    """What the notice says is no longer true."""

    code = "notice_no_longer_applies"
    sentence = "This notice no longer applies at the stage “{stage}”; it was not sent again."
