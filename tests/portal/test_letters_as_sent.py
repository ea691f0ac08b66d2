"""Letters as they were handed over: operations read what went out, without what signs in."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.mail.letters import LetterWriter
from adapters.records.database import Database
from adapters.records.letter_book import LetterBook
from adapters.records.link_signing import Links
from domain.kept_letters import LEFT_OUT, KeptLetter, kept
from domain.letters import DueText, LetterFacts
from domain.notice_rules import UnknownNotice
from domain.notices import NoticeKind, NoticeState
from tests.house import House
from tests.traps.books import NOW, Books
from tests.traps.sending import verification_mail

LINK = Links("https://portal.example.org", "s" * 32).link("portal", "p-recipient", "e-subject")
SIGNATURE = LINK.rpartition("/")[2]


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """Books with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return books


def copy(text: str = "Hello.", at: datetime = NOW) -> KeptLetter:
    """Return what is kept of some letter."""
    return KeptLetter(
        to_name="Learner Nr1",
        to_address="learner1@example.org",
        subject="Verify your account",
        text=text,
        handed_at=at,
    )


async def test_what_was_sent_is_what_is_kept(house: House, library: str) -> None:
    """Proves: of every notice that the mail server accepted, subject, address and text are kept
    with its reply; and no kept text holds the signature that its letter really carried.
    """
    journey = await house.working(library)
    book = LetterBook(house.database)
    notices = [each for each in await house.all_settled(journey) if each.state == "accepted"]
    assert notices
    for notice in notices:
        view = await book.letter(notice.id)
        sent = next(each for each in house.smtp.received if f"<{notice.id}@".encode() in each.body)
        assert view.letter is not None
        assert view.reply == notice.reply
        assert f"RCPT TO:<{view.letter.to_address}>" == sent.recipient
        assert LEFT_OUT in view.letter.text
        assert "/portal/" not in view.letter.text
        assert "/portal/" in sent.body.decode()
        for line in view.letter.text.splitlines():
            if line and line.isascii() and "=" not in line and LEFT_OUT[:20] not in line:
                assert line.split()[0].encode() in sent.body


async def test_a_further_attempt_replaces_what_was_kept(books: Books) -> None:
    """Proves: on both databases the copy is kept with the claim alone, and a second letter of the
    same notice takes the place of the first; who gets no claim leaves the copy as it is.
    """
    _, notice_id = await verification_mail(books)
    book = LetterBook(books.database)
    assert (await book.letter(notice_id)).letter is None

    assert await books.notices.claim(notice_id, "one", copy("First."))
    assert not await books.notices.claim(notice_id, "two", copy("Never sent."))
    assert (await book.letter(notice_id)).letter == copy("First.")

    await books.notices.deferred(notice_id, "450 later", NOW, attempt=1, claim="one")
    assert await books.notices.claim(notice_id, "three", copy("Second."))
    view = await book.letter(notice_id)
    assert (view.state, view.letter) == (NoticeState.SENDING, copy("Second."))


async def test_an_unknown_notice_is_refused(books: Books) -> None:
    """Proves: a number that is no notice's is refused as such."""
    with pytest.raises(UnknownNotice):
        await LetterBook(books.database).letter("n-unknown")


@pytest.mark.parametrize(
    "written",
    [
        f"Open {LINK} and go on.",
        f"Open <{LINK}>.",
        f"Open {LINK}?from=mail#part.",
        f"Open https://go.example.org/to/{SIGNATURE}.",
        f"Open {LINK.replace('https://', '')} yourself, then {LINK} again.",
    ],
)
def test_no_form_of_a_link_is_kept(written: str) -> None:
    """Proves: however an organization's own template writes the link, its signature is left out of
    text and subject, and the words around it stay.
    """
    facts = LetterFacts(
        programme_name="The Programme",
        support_address="support@example.org",
        recipient_name="Learner Nr1",
        micro_credential="Steady Hands",
        library="general",
        link=LINK,
    )
    letter = LetterWriter(None, "Laurel <laurel@example.org>").write(
        NoticeKind.ACCESS,
        facts,
        to_address="learner1@example.org",
        message_id="<n1@example.org>",
        date=datetime.now(UTC),
    )
    assert LINK in letter.text
    told = letter.model_copy(update={"text": written, "subject": written})
    for text in (kept(told, facts, NOW).text, kept(told, facts, NOW).subject):
        assert SIGNATURE not in text
        assert LEFT_OUT in text
        assert text.startswith("Open ")
    assert SIGNATURE not in kept(letter, facts, NOW).text


def test_a_letter_without_a_link_is_kept_as_it_is() -> None:
    """Proves: nothing is left out of a letter that signs nobody in."""
    facts = LetterFacts(programme_name="The Programme", support_address="support@example.org")
    letter = LetterWriter(None, "Laurel <laurel@example.org>").write(
        NoticeKind.OPS_DIGEST,
        facts,
        to_address="ops@example.org",
        message_id="<n2@example.org>",
        date=NOW,
    )
    assert kept(letter, facts, NOW).text == letter.text


def test_no_code_is_kept() -> None:
    """Proves: a code that signs somebody of operations in is in neither text nor subject."""
    facts = LetterFacts(
        programme_name="The Programme",
        support_address="support@example.org",
        code="417-263",
        due=DueText(text="soon", why="because"),
    )
    letter = LetterWriter(None, "Laurel <laurel@example.org>").write(
        NoticeKind.SIGN_IN_CODE,
        facts,
        to_address="ops@example.org",
        message_id="<n3@example.org>",
        date=NOW,
    )
    assert "417-263" in letter.text
    copied = kept(letter.model_copy(update={"subject": "417-263 is your code"}), facts, NOW)
    assert "417-263" not in copied.text + copied.subject
