"""What was sent to a practitioner, and what became of it, in plain words."""

from typing import Final

from adapters.records.practice_values import NoticeSent
from domain.notices import NoticeKind, NoticeState
from domain.values import Instant, Value

_ABOUT: Final[dict[NoticeKind, str]] = {
    NoticeKind.VERIFY_ACCOUNT: "Verify your account",
    NoticeKind.VERIFY_REMINDER: "Reminder to verify your account",
    NoticeKind.ACCESS: "Your access to the portal",
    NoticeKind.ACCESS_UNUSED: "Reminder that the portal is open for you",
    NoticeKind.WORKING_PERIOD_ENDING: "Your working period ends",
    NoticeKind.PART_RECEIVED: "Receipt for a part",
    NoticeKind.SUBMISSION_RECEIVED: "Your submission is complete",
    NoticeKind.NOT_YET: "Result: not everything is met yet",
    NoticeKind.RESUBMISSION_ENDING: "The time for your revision ends",
    NoticeKind.AWARDED: "The micro-credential is yours",
    NoticeKind.CREDENTIAL_REVOKED: "Your credential was revoked",
    NoticeKind.CREDENTIAL_REISSUED: "Your credential was issued anew",
    NoticeKind.LAPSED: "The time ran out",
    NoticeKind.CLOSED: "The journey is closed",
    NoticeKind.WITHDRAWN: "Your withdrawal",
    NoticeKind.REFUNDED: "The refund of the order",
}

_BECAME: Final[dict[NoticeState, tuple[str, str]]] = {
    NoticeState.INTENDED: ("on its way", ""),
    NoticeState.SENDING: ("on its way", ""),
    NoticeState.ACCEPTED: ("accepted by the mail server", "good"),
    NoticeState.REFUSED: ("refused by the mail server", "bad"),
    NoticeState.BOUNCED: ("came back: it did not reach you", "bad"),
    NoticeState.UNKNOWN: ("perhaps arrived; we are finding out", "warn"),
    NoticeState.CANCELLED: ("not sent, because it was no longer true", ""),
}


class MailLine(Value):
    """One mail of the list. ``tone`` is a class of the stylesheet."""

    about: str
    became: str
    tone: str
    at: Instant


def mail_lines(notices: tuple[NoticeSent, ...]) -> tuple[MailLine, ...]:
    """Say what was sent."""
    return tuple(mail_line(each) for each in notices)


def mail_line(notice: NoticeSent) -> MailLine:
    """Say what one mail was about, and what became of it."""
    about = _ABOUT.get(notice.kind, notice.kind.replace("_", " ").capitalize())
    if notice.kind is NoticeKind.PART_RECEIVED:
        about = f"Receipt for part {notice.part}, round {notice.round}"
    became, tone = _BECAME[notice.state]
    return MailLine(about=about, became=became, tone=tone, at=notice.at)


def is_any_lost(notices: tuple[NoticeSent, ...]) -> bool:
    """Whether the newest mail did not arrive: then the address may be wrong."""
    return bool(notices) and notices[0].state in {NoticeState.REFUSED, NoticeState.BOUNCED}
