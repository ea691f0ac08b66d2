"""What each act of operations does to a journey: the steps that the journey itself would write.

Beside the journey's own code on purpose: a test does every act and compares
(``workflows/credential_journey.py``, ``workflows/assessment_round.py``, ``workflows/desk.py``).
"""

from collections.abc import Callable
from typing import Final

from adapters.records.case_values import Case
from adapters.records.prospects import NextAssessor
from domain.assignment import AssignmentState
from domain.due_times import extended_due
from domain.enrollment import AttentionKind, Clock, ClockKind, Ending, Party, Stage
from domain.notices import NoticeKind, Recipient
from domain.orders import LineState
from office.forecast import Forecast
from workflows.clocks import Clocks

_ENDED_FOR_GOOD = "A journey that has ended cannot be opened again."

_CLOCK_OF: Final[dict[ClockKind, Callable[[Clocks], Clock]]] = {
    ClockKind.VERIFICATION: Clocks.verification,
    ClockKind.ESCALATION: Clocks.escalation,
    ClockKind.WORKING_PERIOD: Clocks.working_period,
    ClockKind.GRACE: Clocks.grace,
    ClockKind.QUEUE_REVIEW: Clocks.queue_review,
    ClockKind.OFFER: Clocks.offer,
    ClockKind.ASSESSMENT: Clocks.assessment,
    ClockKind.OVERDUE: Clocks.overdue,
    ClockKind.APPROVAL: Clocks.approval,
    ClockKind.RESUBMISSION: Clocks.resubmission,
    ClockKind.ROUND_GRANT: Clocks.round_grant,
}
"""Every clock that operations may extend; the access promise is not one of them."""


def _clocks(forecast: Forecast) -> Clocks:
    return Clocks(forecast.case.policy, lambda: forecast.at)


def _clock_as_started(case: Case) -> Clock | None:
    """Return the running clock as the journey has it: its reminders count from its own start."""
    if case.due is None or case.due.running.clock not in _CLOCK_OF:
        return None
    started_at = case.due.started_at
    return _CLOCK_OF[case.due.running.clock](Clocks(case.policy, lambda: started_at))


def extend(forecast: Forecast, days: int) -> None:
    """The running due time moves, and its reminders with it."""
    clock, due = _clock_as_started(forecast.case), forecast.case.due
    if clock is None or due is None:
        return
    forecast.set_due(clock, extended_due(due.running.at, days, clock.unit, forecast.calendar))
    forecast.warn("A due time can be moved later again, but never back.")


def verify(forecast: Forecast) -> None:
    """The account is verified; the access promise goes on, and the access mail goes out."""
    case = forecast.case
    forecast.close(AttentionKind.ACCOUNT_UNVERIFIED)
    clock = _clocks(forecast).access(case.settled_at, case.verifying_since or forecast.at)
    forecast.enter(Stage.GRANTING_ACCESS, Party.ENGINE, clock)
    forecast.send(NoticeKind.ACCESS, Recipient.PRACTITIONER)
    forecast.say(
        f"The account of {case.practitioner} counts as verified.",
        "The working period begins as soon as the mail server accepts the access mail.",
    )
    forecast.warn("An account that was verified stays verified.")


def withdraw(forecast: Forecast) -> None:
    """The journey ends because its practitioner asked for it."""
    _tell_who_is_freed(forecast)
    forecast.end(Ending.WITHDRAWN)
    forecast.send(NoticeKind.WITHDRAWN, Recipient.PRACTITIONER)
    forecast.say("Nothing is refunded by this.")
    forecast.warn(_ENDED_FOR_GOOD)


def refund(forecast: Forecast) -> None:
    """The order line is refunded; the journey ends unless another order still grants it."""
    case = forecast.case
    if case.line_state is LineState.REFUNDED:
        return
    forecast.say("What this order line granted of the learning network is taken back.")
    forecast.warn("A refunded order line stays refunded.")
    if case.ending is not None:
        forecast.say("The journey has ended already and stays as it is; nobody is written to.")
        return
    forecast.send(NoticeKind.REFUNDED, Recipient.PAYER)
    if case.has_successor:
        forecast.say("The journey goes on under another order of the same learner, held so far.")
        return
    _tell_who_is_freed(forecast)
    forecast.end(Ending.REFUNDED)
    forecast.send(NoticeKind.REFUNDED, Recipient.PRACTITIONER)
    forecast.warn(_ENDED_FOR_GOOD)


def grant_round(forecast: Forecast) -> None:
    """One more round than before; a journey that waits for it goes on at once."""
    case = forecast.case
    forecast.say(f"Up to {case.rounds_allowed + 1} rounds are possible then.")
    forecast.warn("A round that was granted cannot be taken back.")
    if case.stage is not Stage.OUT_OF_ROUNDS:
        return
    forecast.close(AttentionKind.ROUNDS_USED_UP)
    resubmission = _clocks(forecast).resubmission()
    forecast.enter(Stage.REVISING, Party.PRACTITIONER, resubmission, case.round + 1)
    forecast.send(NoticeKind.NOT_YET, Recipient.PRACTITIONER)


def reassign(forecast: Forecast, to: NextAssessor | None) -> None:
    """The round is taken from whoever has it and offered anew, or waits in the queue."""
    case = forecast.case
    if case.held is not None:
        forecast.free(AssignmentState.REASSIGNED)
        forecast.close(AttentionKind.ASSESSMENT_OVERDUE)
        forecast.send(NoticeKind.ASSIGNMENT_ENDED, Recipient.ASSESSOR)
        _tell_who_is_freed(forecast)
        forecast.warn(f"{case.held.assessor} is not offered round {case.round} again.")
    if to is None:
        forecast.enter(Stage.QUEUED, Party.OPS, _clocks(forecast).queue_review())
        forecast.open(AttentionKind.NO_ASSESSOR)
        forecast.say("Nobody else may be offered the round now; it keeps its place in the queue.")
        return
    forecast.enter(Stage.OFFERED, Party.ASSESSOR, _clocks(forecast).offer())
    forecast.close(AttentionKind.NO_ASSESSOR)
    forecast.send(NoticeKind.OFFER, Recipient.ASSESSOR, to.name)
    because = f" ({', '.join(to.reasons)})" if to.reasons else ""
    forecast.say(f"The round is offered to {to.name}{because}.")


def approve(forecast: Forecast) -> None:
    """The judgement is final and the practitioner hears of it."""
    case = forecast.case
    forecast.close(AttentionKind.APPROVAL_OVERDUE)
    forecast.free(AssignmentState.COMPLETED)
    forecast.warn("The judgement is final: the marks of this round are locked.")
    if case.judged is None:
        return
    if case.judged.is_proficient:
        forecast.end(Ending.AWARDED)
        forecast.send(NoticeKind.AWARDED, Recipient.PRACTITIONER)
        forecast.say("The credential is awarded.")
        forecast.warn(_ENDED_FOR_GOOD)
        return
    items = "1 item" if case.judged.not_met == 1 else f"{case.judged.not_met} items"
    forecast.say(f"The judgement is “not yet”; {items} will be open again.")
    _after_not_yet(forecast)


def _after_not_yet(forecast: Forecast) -> None:
    case, clocks = forecast.case, _clocks(forecast)
    if case.round < case.rounds_allowed:
        forecast.close(AttentionKind.ROUNDS_USED_UP)
        forecast.enter(Stage.REVISING, Party.PRACTITIONER, clocks.resubmission(), case.round + 1)
    else:
        forecast.enter(Stage.OUT_OF_ROUNDS, Party.OPS, clocks.round_grant())
        forecast.open(AttentionKind.ROUNDS_USED_UP)
        forecast.say("It was the last round; operations may grant another one.")
    forecast.send(NoticeKind.NOT_YET, Recipient.PRACTITIONER)


def pass_back(forecast: Forecast) -> None:
    """The judgement goes back to its assessor with a note; nobody else hears of it."""
    forecast.close(AttentionKind.APPROVAL_OVERDUE)
    forecast.enter(Stage.ASSESSING, Party.ASSESSOR, _clocks(forecast).assessment())
    forecast.send(NoticeKind.PASSED_BACK, Recipient.ASSESSOR)
    forecast.say(
        "The marks stay as they are and can be changed again; your reason is the note that the "
        "assessor reads. The practitioner hears nothing."
    )


def _tell_who_is_freed(forecast: Forecast) -> None:
    held = forecast.case.held
    if held is not None:
        forecast.say(
            f"{held.assessor} has a place free again, which may go to a round that waits for one."
        )
