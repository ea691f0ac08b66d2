"""The timeline of a journey as its page tells it: what happened, and which mail went out."""

from collections.abc import Mapping
from typing import Final

from adapters.records.view_values import DueTimeLine, JourneyView, NoticeLine, TimelineLine
from domain.enrollment import Party
from domain.notices import NoticeState
from domain.timeline_words import told
from domain.values import Instant, Value

TONES: Final[dict[str, str]] = {
    NoticeState.INTENDED: "news",
    NoticeState.SENDING: "news",
    NoticeState.ACCEPTED: "good",
    NoticeState.REFUSED: "bad",
    NoticeState.BOUNCED: "bad",
    NoticeState.CANCELLED: "",
    NoticeState.UNKNOWN: "warn",
}
"""The tone of a badge with the state of a notice."""

_BY: Final[dict[str, str]] = {
    Party.ENGINE: "by itself",
    Party.PRACTITIONER: "by the practitioner",
    Party.PAYER: "by the payer",
    Party.ASSESSOR: "by the assessor",
    Party.APPROVER: "by the approver",
    Party.OPS: "by operations",
}


class ToldLine(Value):
    """One line: a happening with who and why, or a notice with what became of it."""

    at: Instant
    sentence: str
    by: str = ""
    why: str = ""
    round: int | None = None
    due_why: str = ""
    notice: NoticeLine | None = None
    tone: str = ""


def told_lines(view: JourneyView, due_times: Mapping[str, DueTimeLine]) -> tuple[ToldLine, ...]:
    """Return everything that happened and every notice, the newest first."""
    happened = [_happened(line, due_times) for line in view.timeline]
    mails = [_mailed(notice) for notice in view.notices]
    # Sorting keeps the order of what came at the same instant: first what happened, then its mail.
    return tuple(sorted([*happened, *mails], key=lambda line: line.at))[::-1]


def _happened(line: TimelineLine, due_times: Mapping[str, DueTimeLine]) -> ToldLine:
    due = due_times.get(str(line.facts.get("due_id", "")))
    return ToldLine(
        at=line.at,
        sentence=told(line.what, line.facts),
        by=f"by {line.by}" if line.by else _BY.get(line.party, ""),
        why=line.why,
        round=line.round,
        due_why=due.why if due else "",
    )


def _mailed(notice: NoticeLine) -> ToldLine:
    to = "operations" if notice.recipient == "ops" else f"the {notice.recipient}"
    return ToldLine(
        at=notice.intended_at,
        sentence=f"Mail “{notice.kind.replace('_', ' ')}” to {to}",
        round=notice.round,
        notice=notice,
        tone=TONES.get(notice.state, ""),
    )
