"""How a notice's row becomes a task on the mail queue."""

from activities.ports import Dispatch
from adapters.records.tables import NoticeRow
from domain.notice_rules import urgency
from domain.notices import NoticeKind


def dispatch_of(notice: NoticeRow) -> Dispatch:
    """Return the task that sends a notice: urgent kinds first, orders side by side."""
    return Dispatch(
        notice_id=notice.id,
        urgency=urgency(NoticeKind(notice.kind)),
        fairness_key=notice.order_id,
    )
