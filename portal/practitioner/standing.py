"""Where a journey stands, in words for its practitioner, and the one thing to do next.

Offered, assessing, approving or waiting in the queue read the same, letter by letter: who assesses,
and how that goes, is not the practitioner's to see (domain.md, "Assignment").
"""

from typing import Final, assert_never

from adapters.records.practice_values import PracticeHome
from domain.enrollment import IN_ASSESSMENT, ClockKind, Stage
from domain.part_standing import PartStanding, PartState
from domain.policy import Approval, Policy
from portal.practitioner.endings import ended
from portal.practitioner.steps import NextStep, Standing


def standing_of(home: PracticeHome) -> Standing:
    """Return what to say of a journey and what to do next."""
    if home.ending is not None:
        return ended(home, home.ending)
    match home.stage:
        case None:
            return Standing(
                title="Your place is being set up",
                sentences=("This takes a moment. Reload the page in a minute.",),
            )
        case Stage.VERIFYING:
            return _verifying(home)
        case Stage.GRANTING_ACCESS:
            return _granting_access(home)
        case Stage.WORKING:
            return _working(home)
        case Stage.REVISING:
            return _revising(home)
        case Stage.QUEUED | Stage.OFFERED | Stage.ASSESSING | Stage.APPROVING:
            return _in_assessment(home)
        case Stage.OUT_OF_ROUNDS:
            return _out_of_rounds(home)
        case Stage.ENDED:
            return Standing(title="This journey has ended", sentences=("Reload the page.",))
        case _ as unreachable:
            assert_never(unreachable)


def spoken_stage(stage: str, ending: str | None) -> str:
    """Say in a word or two where a journey of a list stands; the stages of assessing are one."""
    if ending is not None:
        return ending
    if stage in IN_ASSESSMENT:
        return "being assessed"
    return _SPOKEN.get(stage, "being set up")


_SPOKEN: Final[dict[str, str]] = {
    Stage.VERIFYING: "to be verified",
    Stage.GRANTING_ACCESS: "access on its way",
    Stage.WORKING: "yours to write",
    Stage.REVISING: "yours to revise",
    Stage.OUT_OF_ROUNDS: "no round left",
}


def _verifying(home: PracticeHome) -> Standing:
    late = ("This has taken a while, so our team was told and looks into it, too.",)
    return Standing(
        title="Verify your account",
        sentences=(
            f"We wrote to {home.address} to ask whether this account is yours. You are here "
            "through a link of ours, so pressing the button says the same.",
            *(late if home.is_ours_to_act else ()),
        ),
        step=NextStep(
            label="Verify my account", address=f"/my/{home.enrollment_id}/verify", is_act=True
        ),
    )


def _granting_access(home: PracticeHome) -> Standing:
    if home.is_ours_to_act:
        waiting = "It takes longer than we promised. Our team was told and is on it."
    else:
        waiting = "It was handed to the mail at once; nothing is left for you to do."
    return Standing(
        title="Your access mail is on its way",
        sentences=(
            waiting,
            "As soon as the mail is out, the three parts open here. Reload the page in a minute.",
        ),
    )


def _working(home: PracticeHome) -> Standing:
    if _is_all_in(home):
        return _opening(home)
    sentences = [
        "Write in any order, and as often as you like: what you write is saved. A part counts only "
        "once you submit it, and the assessment begins when all three are in."
    ]
    if home.due is not None and home.due.clock is ClockKind.GRACE:
        sentences.insert(0, "Your working period is over. You can still submit for a while.")
    return Standing(
        title="Write and submit your three parts",
        sentences=tuple(sentences),
        step=_next_part(home),
        tone="warn" if len(sentences) > 1 else "next",
    )


def _revising(home: PracticeHome) -> Standing:
    if _is_all_in(home):
        return _opening(home)
    feedback = NextStep(label="Read the feedback", address=f"/my/{home.enrollment_id}/result")
    part = _next_part(home)
    is_begun = any(each.saved_at for each in home.parts)
    return Standing(
        title=f"Revise what was not met: round {home.round}",
        sentences=(
            "Only what was not met is open again; what was met is locked and counts. Change what "
            "the feedback asks for, then submit every part that is open again.",
        ),
        step=part if is_begun else feedback,
        also=tuple(each for each in (feedback if is_begun else part,) if each),
    )


def _opening(home: PracticeHome) -> Standing:
    return Standing(
        title="Everything is in",
        sentences=("The assessment is opening. You need to do nothing more.",),
    )


def _is_all_in(home: PracticeHome) -> bool:
    done = {PartState.RECEIVED, PartState.LOCKED}
    return all(part.state in done for part in home.parts)


def _next_part(home: PracticeHome) -> NextStep | None:
    """Return what to do with which part: hand in what is complete, go on, or begin."""
    address = f"/my/{home.enrollment_id}/parts"
    ready = [part for part in home.parts if part.is_waiting_to_be_submitted]
    if ready:
        number = ready[0].part
        return NextStep(label=f"Submit part {number}", address=f"{address}/{number}/submit")
    begun = [part for part in home.parts if part.is_open and part.state is PartState.DRAFT]
    if begun:
        number = max(begun, key=_last_saved).part
        return NextStep(label=f"Go on with part {number}", address=f"{address}/{number}")
    fresh = [part for part in home.parts if part.is_open]
    if not fresh:
        return None
    verb = "Begin with" if home.round == 1 else "Revise"
    return NextStep(label=f"{verb} part {fresh[0].part}", address=f"{address}/{fresh[0].part}")


def _last_saved(part: PartStanding) -> float:
    return part.saved_at.timestamp() if part.saved_at else 0.0


def _in_assessment(home: PracticeHome) -> Standing:
    return Standing(
        title="Your submission is being assessed",
        sentences=(
            "You need to do nothing now. We write to you as soon as there is a result; it stands "
            "here, too.",
            f"As a rule it takes up to {usual_business_days(home.policy)} business days.",
        ),
    )


def usual_business_days(policy: Policy) -> int:
    """Return how many business days finding somebody, assessing and confirming may take."""
    confirming = policy.approval_business_days if policy.approval is Approval.ALWAYS else 0
    return policy.offer_business_days + policy.assessment_business_days + confirming


def _out_of_rounds(home: PracticeHome) -> Standing:
    return Standing(
        title="Not everything is met, and your rounds are used up",
        sentences=(
            "Our team may grant you one more round, and was told. If you would like one, write to "
            "us and say why. Otherwise this journey is closed at the time below.",
        ),
        step=NextStep(label="Read the feedback", address=f"/my/{home.enrollment_id}/result"),
        tone="warn",
    )
