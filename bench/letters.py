"""A letter as it really goes out, for measurements of mail."""

from datetime import UTC, datetime

from adapters.mail.letters import LetterWriter
from domain.letters import Letter, LetterFacts
from domain.notices import NoticeKind

AT = datetime(2026, 5, 20, 15, tzinfo=UTC)


def receipt_letter(number: int) -> Letter:
    """Return the receipt of a part that somebody handed in."""
    facts = LetterFacts(
        programme_name="School Leader Micro-Credentials",
        support_address="support@example.org",
        recipient_name=f"Learner Nr{number}",
        micro_credential="Steady Hands",
        library="general",
        enrollment_number=f"e{number}",
        link="http://127.0.0.1:8000/my/enrollment?sig=00000000000000000000000000000000",
    )
    writer = LetterWriter(None, sender="Laurel <laurel@example.org>")
    return writer.write(
        NoticeKind.PART_RECEIVED,
        facts.model_copy(update={"part": 1, "round": 1}),
        to_address=f"learner{number}@example.org",
        message_id=f"<n{number}@example.org>",
        date=AT,
    )
