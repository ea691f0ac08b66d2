"""Puts a preview together in the words of the journey's own steps: enter, end, send, open, close.

It knows what each step brings along in the records (``adapters/records/steps``): a new stage
cancels notices that are no longer true, an ending frees whoever has the round.
"""

from datetime import datetime
from typing import Final

from adapters.records.case_values import Case, CaseNotice
from domain.assignment import AssignmentState
from domain.calendar import DueTime, ProgrammeCalendar
from domain.due_times import compute_due, reminders_of
from domain.enrollment import AttentionKind, Clock, Ending, Party, Stage
from domain.future_sends import RunningDue, expected_sends
from domain.notice_rules import Situation, still_applies
from domain.notices import NoticeKind, Recipient
from domain.previews import Act, DueForecast, NoticeForecast, Preview

MAIL_TROUBLE = "mail_"
"""What the attention that mail opens is called; an ending does not settle it."""

_ASSIGNED_AT: Final = {
    Stage.OFFERED: AssignmentState.OFFERED,
    Stage.ASSESSING: AssignmentState.ACCEPTED,
}
"""In which state the live assignment is at the stages that have one to remind of."""


class Forecast:
    """One act on one journey, step by step; ``preview`` says what it comes to."""

    def __init__(self, act: Act, case: Case, at: datetime, calendar: ProgrammeCalendar) -> None:
        self.case = case
        self.at = at
        self.calendar = calendar
        self._act = act
        self._stage, self._ending = case.stage, case.ending
        self._round, self._waiting_on = case.round, case.waiting_on
        self._due = _running(case)
        self._is_due_new = False
        self._held = case.held
        self._outcome: AssignmentState | None = None
        self._is_cancelling = False
        self._sent: list[NoticeForecast] = []
        self._opened: list[AttentionKind] = []
        self._closed: list[AttentionKind] = []
        self._facts: list[str] = []
        self._final: list[str] = []

    def enter(
        self, stage: Stage, waiting_on: Party, clock: Clock, round_number: int | None = None
    ) -> None:
        """Stand at a stage with a new due time; earlier notices that are untrue are cancelled."""
        self._stage, self._waiting_on = stage, waiting_on
        self._round = round_number or self._round
        self.set_due(clock, compute_due(clock, self.calendar))
        self._is_cancelling = True

    def set_due(self, clock: Clock, due: DueTime) -> None:
        """Wait until another time, with the reminders that belong to it."""
        reminders = reminders_of(clock, due, self.calendar, self.at)
        running = RunningDue(clock=clock.kind, at=due.at, reminders=reminders)
        self._due = DueForecast(
            clock=clock.kind,
            at=due.at,
            zone=due.zone,
            explanation=due.explanation,
            reminders=expected_sends(running, self.at, self._situation_then()),
        )
        self._is_due_new = True

    def end(self, ending: Ending) -> None:
        """End the journey: whoever has the round is freed and told, what was open is closed."""
        self._stage, self._ending = Stage.ENDED, ending
        self._waiting_on, self._due = Party.ENGINE, None
        if self._held is not None and self._outcome is None:
            self.free(AssignmentState.CANCELLED)
            if self._held.state is AssignmentState.ACCEPTED:
                self.send(NoticeKind.ASSIGNMENT_ENDED, Recipient.ASSESSOR)
        self._is_cancelling = True
        opened = sorted(self.case.attention)
        self.close(*(kind for kind in opened if not kind.value.startswith(MAIL_TROUBLE)))

    def free(self, outcome: AssignmentState) -> None:
        """End the live assignment; its assessor has a place free again."""
        self._outcome = outcome

    def send(self, kind: NoticeKind, to: Recipient, to_name: str | None = None) -> None:
        """Let a notice be sent; without a name to whoever has that part in the journey now."""
        name = self._name(to) if to_name is None else to_name
        self._sent.append(NoticeForecast(kind=kind, to=to, to_name=name))

    def send_again(self, *notices: NoticeForecast) -> None:
        """Let these notices be sent once more."""
        self._sent.extend(notices)

    def open(self, kind: AttentionKind) -> None:
        """Open attention, unless it is open already."""
        if kind not in self.case.attention:
            self._opened.append(kind)

    def close(self, *kinds: AttentionKind) -> None:
        """Close what is open of these kinds."""
        self._closed.extend(
            kind for kind in kinds if kind in self.case.attention and kind not in self._closed
        )

    def opened_elsewhere(self, kind: AttentionKind) -> None:
        """Open attention on whatever a notice is about, which may be the order."""
        self._opened.append(kind)

    def closed_elsewhere(self, kind: AttentionKind) -> None:
        """Close attention that is open on the order or a line of it."""
        self._closed.append(kind)

    def say(self, *sentences: str) -> None:
        """Add what else happens."""
        self._facts.extend(sentences)

    def warn(self, *sentences: str) -> None:
        """Add what cannot be undone."""
        self._final.extend(sentences)

    def preview(self) -> Preview:
        """Return what the steps come to."""
        return Preview(
            act=self._act,
            enrollment_id=self.case.enrollment_id,
            at=self.at,
            as_of=self.case.last_sequence,
            stage=self._stage,
            ending=self._ending,
            round=self._round,
            waiting_on=self._waiting_on,
            due=self._due,
            is_due_new=self._is_due_new,
            sent=tuple(self._sent),
            cancelled=self._cancelled() if self._is_cancelling else (),
            opened=tuple(self._opened),
            closed=tuple(self._closed),
            facts=tuple(self._facts),
            final=tuple(self._final),
        )

    def _cancelled(self) -> tuple[NoticeForecast, ...]:
        return tuple(
            NoticeForecast(
                kind=each.kind,
                to=each.to,
                to_name=self._name(each.to),
                notice_id=each.notice_id,
            )
            for each in self.case.waiting_notices
            if not still_applies(each.kind, each.round, self._situation(each))
        )

    def _situation_then(self) -> Situation:
        """Return what a reminder of the new due time would find, if nothing else happens."""
        assignment = _ASSIGNED_AT.get(self._stage) if self._stage else None
        return self._situation(None).model_copy(update={"assignment": assignment})

    def _situation(self, notice: CaseNotice | None) -> Situation:
        held = self._held
        assignment = notice.assignment if notice else None
        if notice and held and self._outcome and notice.assignment_id == held.assignment_id:
            assignment = self._outcome
        return Situation(
            stage=self._stage,
            ending=self._ending,
            round=self._round,
            assignment=assignment,
            is_portal_used=self.case.is_portal_used,
        )

    def _name(self, to: Recipient) -> str:
        match to:
            case Recipient.PRACTITIONER:
                return self.case.practitioner
            case Recipient.PAYER:
                return self.case.payer
            case Recipient.ASSESSOR:
                return self._held.assessor if self._held else ""
            case Recipient.APPROVER | Recipient.OPS:
                return ""


def _running(case: Case) -> DueForecast | None:
    """Return the due time that runs before the act, as it would go on without it."""
    if case.due is None:
        return None
    situation = Situation(
        stage=case.stage,
        round=case.round,
        assignment=case.held.state if case.held else None,
        is_portal_used=case.is_portal_used,
    )
    return DueForecast(
        clock=case.due.running.clock,
        at=case.due.running.at,
        zone=case.due.zone,
        explanation=case.due.explanation,
        reminders=expected_sends(case.due.running, case.last_at, situation),
    )
