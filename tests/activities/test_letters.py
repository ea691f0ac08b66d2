"""Letters as they leave: real templates, real messages, read back as a mail program reads them."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.mail.catalogue import sample_facts, sample_letters, template_problems
from adapters.mail.headers import mailboxes
from adapters.mail.letters import BUILT_IN, LetterWriter, address_on_wire, as_message
from domain.addresses import AddressNotValid
from domain.letter_refusals import (
    FactsMissing,
    FactsNotValid,
    TemplateBroken,
    TemplatesMissing,
    TemplateUnknown,
    TemplateWithoutTwin,
)
from domain.letters import BLIND_KINDS, NEEDED_FACTS, Letter, LetterFacts
from domain.notices import NoticeKind

SENDER = "Laurel <laurel@example.org>"
WRITER = LetterWriter(None, SENDER)
DATE = datetime(2025, 5, 23, 21, 10, tzinfo=UTC)
HEADERS = [
    *("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "Auto-Submitted"),
    *("X-Auto-Response-Suppress", "X-Laurel-Notice", "MIME-Version", "Content-Type"),
]
NASTY = (
    "<script>alert(1)</script>\r\nBcc: other@example.org\u202e",
    'Doe, "J" <other@example.org>, ',
    "Ünï, çödé; <x@example.org> " * 9,
    "名" * 200,
    "x" * 2000,
    "=?utf-8?q?hidden?=",
)


def write(
    facts: LetterFacts,
    kind: NoticeKind = NoticeKind.ACCESS,
    writer: LetterWriter = WRITER,
    to_address: str = "alex@school.example.org",
) -> Letter:
    """Return a letter of which only the given things matter."""
    return writer.write(
        kind, facts, to_address=to_address, message_id="<n.1@example.org>", date=DATE
    )


def received(letter: Letter) -> EmailMessage:
    """Return the message as a mail program understands its bytes."""
    parsed = BytesParser(policy=policy.default).parsebytes(as_message(letter).as_bytes())
    assert isinstance(parsed, EmailMessage)
    return parsed


class Page(HTMLParser):
    """What a browser would make of the HTML version: its tags, links and words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.heading = ""
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        inside = [tag for tag in ("title", "h1") if self.tags[-1:] == [tag]]
        if inside == ["h1"]:
            self.heading += data.strip()
        elif not inside:
            self.words += words(data)


def words(text: str) -> list[str]:
    """Return what is said, without the marks of a list."""
    return re.findall(r"[^\s*]+", text)


@pytest.mark.parametrize("kind", NoticeKind)
class TestEveryKind:
    def test_both_versions_say_the_same(self, kind: NoticeKind) -> None:
        """Proves: who reads the HTML is told exactly what who reads the text is told."""
        for _, letter in sample_letters(WRITER, kind):
            page = Page(letter.html)
            # Punctuation after a link or an emphasis stands apart in HTML.
            assert "".join(page.words) == "".join(words(letter.text))
            assert page.heading == letter.subject

    def test_it_says_everything_that_it_must(self, kind: NoticeKind) -> None:
        """Proves: with its zone and its reason a date is printed, a link is, numbers are."""
        facts = sample_facts(kind)[1]
        letter = write(facts, kind)
        text = " ".join(words(letter.text))
        if "due" in NEEDED_FACTS[kind] and facts.due:
            assert facts.due.text in text
            assert facts.due.why in text
        for name in NEEDED_FACTS[kind] - {"due", "feedback", "order_lines"}:
            assert str(getattr(facts, name)) in text
        for line in facts.feedback if "feedback" in NEEDED_FACTS[kind] else ():
            assert " ".join(words(line.feedback)) in text

    def test_no_fact_that_it_needs_can_be_missing(self, kind: NoticeKind) -> None:
        """Proves: in place of a letter with a hole there is a refusal that names the hole."""
        for name in NEEDED_FACTS[kind]:
            empty = LetterFacts.model_fields[name].default
            lacking = sample_facts(kind)[0].model_copy(update={name: empty})
            with pytest.raises(FactsMissing, match=name):
                write(lacking, kind)

    def test_nothing_is_fetched_and_the_language_is_named(self, kind: NoticeKind) -> None:
        """Proves: opening a letter tells nobody, and a screen reader knows how to say it."""
        for _, letter in sample_letters(WRITER, kind):
            page = Page(letter.html)
            assert not {"img", "script", "link", "iframe", "form"} & set(page.tags)
            assert not [name for name, _ in page.attributes if name in ("src", "background")]
            assert "url(" not in letter.html
            assert ("lang", "en") in page.attributes

    def test_what_people_wrote_is_never_markup(self, kind: NoticeKind) -> None:
        """Proves: a name, title, file name or feedback adds no tag to the HTML version."""
        plain, nasty = "x", '<img src=x>"><b>'
        tags = [
            Page(write(LetterFacts.model_validate_json(json), kind).html).tags
            for json in (with_every_text(kind, plain), with_every_text(kind, nasty))
        ]
        assert tags[0] == tags[1]

    def test_bytes_are_the_same_each_time_and_lines_are_short(self, kind: NoticeKind) -> None:
        """Proves: a repeat is the same message, and no relay has to break a line of it."""
        for facts in sample_facts(kind):
            letter = write(facts.model_copy(update={"reason": "long " * 3000}), kind)
            raw = as_message(letter).as_bytes()
            assert raw == as_message(letter).as_bytes()
            assert raw.isascii()
            assert all(len(line) <= 78 for line in raw.split(b"\r\n"))
            assert raw.count(b"\n") == raw.count(b"\r\n")
            body = received(letter).get_body(("plain",))
            assert body is not None
            assert body.get_content().replace("\r\n", "\n") == letter.text


def with_every_text(kind: NoticeKind, text: str) -> str:
    """Return the sample facts as JSON with ``text`` in place of everything that people write."""
    json = sample_facts(kind)[0].model_dump_json()
    quoted = text.replace('"', r"\"")
    names = "recipient_name|micro_credential|library|name|learner|outcome|feedback|reason|label"
    return re.sub(rf'"({names})":"[^"]*"', lambda found: f'"{found[1]}":"{quoted}"', json)


class TestHeaders:
    def test_they_are_these(self) -> None:
        """Proves: a letter is known as automatic, is answered to support, carries its notice."""
        message = received(write(sample_facts(NoticeKind.ACCESS)[0]))
        assert message.keys() == HEADERS
        assert message["From"] == SENDER
        assert message["Reply-To"] == "support@example.org"
        assert message["Message-ID"] == "<n.1@example.org>"
        assert message["X-Laurel-Notice"] == "n.1"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["X-Auto-Response-Suppress"] == "All"
        assert message["Date"].datetime == DATE
        assert message.get_content_type() == "multipart/alternative"
        parts = [part.get_content_type() for part in message.iter_parts()]
        assert parts == ["text/plain", "text/html"]

    @settings(deadline=None)  # the first letter of a process reads its templates
    @given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
    @example(NASTY[0])
    @example(NASTY[1])
    @example(NASTY[2])
    @example(NASTY[3])
    @example(NASTY[4])
    @example(NASTY[5])
    def test_no_name_or_title_reaches_past_its_header(self, text: str) -> None:
        """Proves: whatever people are called, the letter goes to one address with these headers."""
        facts = sample_facts(NoticeKind.ACCESS)[0]
        # An updated copy is not validated; this is how the records make their facts.
        letter = write(
            facts.model_copy(update={"recipient_name": text, "micro_credential": f"T{text}"})
        )
        message = received(letter)
        assert message.keys() == HEADERS
        (recipient,) = message["To"].addresses
        # Python's newer reader puts spaces between the pieces of a long name; the older does not.
        as_it_came = message_from_bytes(as_message(letter).as_bytes())
        ((name, address),) = mailboxes(as_it_came["To"])
        shown = letter.to_name.replace("=?", "= ?")
        assert name == (shown if len(shown) <= 60 else shown[:59].rstrip() + "…")
        assert address == recipient.addr_spec == "alex@school.example.org"
        subject = str(make_header(decode_header(as_it_came["Subject"].replace("\r\n", ""))))
        assert subject == letter.subject.replace("=?", "= ?")

    @pytest.mark.parametrize("sender", ["", "Laurel", "Laurel <laurel>", "a@example.org, b"])
    def test_a_sender_that_is_none_is_refused_at_the_start(self, sender: str) -> None:
        """Proves: a mistyped setting is found before the first letter."""
        with pytest.raises(AddressNotValid):
            LetterWriter(None, sender)

    def test_a_sender_may_have_any_name(self) -> None:
        """Proves: a programme's own name arrives whole, also long, with a comma and accents."""
        name = "Büro für Micro-Credentials, Schule und Führung in Missouri"
        writer = LetterWriter(None, f'"{name}" <office@example.org>')
        letter = write(sample_facts(NoticeKind.ACCESS)[0], writer=writer)
        came = message_from_bytes(as_message(letter).as_bytes())["From"]
        assert mailboxes(came) == mailboxes(letter.sender) == [(name, "office@example.org")]

    def test_addresses_of_other_scripts(self) -> None:
        """Proves: a foreign domain goes as ASCII; only a foreign mailbox needs SMTPUTF8."""
        facts = sample_facts(NoticeKind.ACCESS)[0]
        assert address_on_wire("alex@schüle.example.org") == "alex@xn--schle-mva.example.org"
        ascii_only = as_message(write(facts, to_address="alex@schüle.example.org")).as_bytes()
        assert b"<alex@xn--schle-mva.example.org>" in ascii_only
        foreign = as_message(write(facts, to_address="jürgen@example.org")).as_bytes()
        assert "<jürgen@example.org>".encode() in foreign

    def test_an_address_that_is_none_is_refused(self) -> None:
        """Proves: an address cannot bring a second one along."""
        letter = write(
            sample_facts(NoticeKind.ACCESS)[0], to_address="a@example.org, b@example.org"
        )
        with pytest.raises(AddressNotValid):
            as_message(letter)


def test_a_fact_that_is_none_is_named_without_being_told() -> None:
    """Proves: a copy of facts that was never validated is, and the refusal repeats no value."""
    facts = sample_facts(NoticeKind.ACCESS)[0].model_copy(update={"link": "javascript:robin()"})
    with pytest.raises(FactsNotValid, match="link") as refusal:
        write(facts)
    assert "robin" not in str(refusal.value)


@pytest.mark.parametrize("kind", sorted(BLIND_KINDS))
def test_letters_to_assessors_name_nobody_else(kind: NoticeKind) -> None:
    """Proves: with every fact given, the one name in a letter is that of its reader."""
    letter = write(sample_facts(kind)[0], kind)
    for version in (letter.subject, letter.text, letter.html):
        assert "Robin" not in version
        assert "interview notes" not in version
    assert "e3kq7m2xw5ab" in letter.subject


def test_there_are_templates_for_every_kind_and_no_other() -> None:
    """Proves: a kind that is added gets its letter, and one that goes leaves nothing behind."""
    kinds = {f"{kind}{suffix}" for kind in NoticeKind for suffix in (".txt", ".html")}
    assert {path.name for path in BUILT_IN.iterdir() if path.name[0] != "_"} == kinds
    assert template_problems(None, SENDER) == ()


def test_the_last_round_is_told_as_the_last() -> None:
    """Proves: nobody is asked to revise when no round is left for it."""
    facts = sample_facts(NoticeKind.NOT_YET)[0]
    for left, is_asked in ((1, True), (0, False), (None, False)):
        letter = write(facts.model_copy(update={"rounds_left": left}), NoticeKind.NOT_YET)
        assert ("Please resubmit by" in letter.text) is is_asked
        assert ("last round" in letter.text) is not is_asked


class TestOverrides:
    def test_a_file_of_the_same_name_is_used_first(self, tmp_path: Path) -> None:
        """Proves: an organisation writes one letter its own way and keeps all others."""
        (tmp_path / "access.txt").write_text("Subject: Come in\n\nHi {{ recipient_name }}.\n")
        (tmp_path / "access.html").write_text("<p>Hi {{ recipient_name }}.</p>")
        writer = LetterWriter(tmp_path, SENDER)
        facts = sample_facts(NoticeKind.ACCESS)[0].model_copy(update={"recipient_name": "A & B"})
        letter = write(facts, writer=writer)
        assert (letter.subject, letter.text) == ("Come in", "Hi A & B.\n")
        assert letter.html == "<p>Hi A &amp; B.</p>\n"
        other = NoticeKind.AWARDED
        assert write(sample_facts(other)[0], other, writer) == write(sample_facts(other)[0], other)
        assert template_problems(tmp_path, SENDER) == ()

    def test_the_shared_layout_can_be_overridden_alone(self, tmp_path: Path) -> None:
        """Proves: one file changes the frame of every letter."""
        (tmp_path / "_layout.html").write_text("<div>OURS {% block body %}{% endblock %}</div>")
        writer = LetterWriter(tmp_path, SENDER)
        assert all("OURS" in letter.html for _, letter in sample_letters(writer))
        assert template_problems(tmp_path, SENDER) == ()

    @pytest.mark.parametrize(
        ("source", "says"),
        [
            (b"Subject: x\n\n{% if %}", "line 3"),
            (b"Subject: x\n\n{{ surname }}", "surname"),
            (b"Subject: x\n{{ reason }}", "not there"),
            (b"Subject: x\n{{ ''.__class__.__mro__ }}", "unsafe"),
            (b"Subject: x\n{{ part + 'x' }}", "line 2"),
            (b"Subject: x\n{% include 'secret.txt' %}", "secret.txt"),
            (b"Subject: x\n{% include '../letters.py' %}", "letters.py"),
            (b"Subject: x\n{{ 1 // 0 }}", "ZeroDivisionError"),
            (b"Subject: \xff", "UnicodeDecodeError"),
            (b"Hello {{ recipient_name }}", "Subject:"),
            (b"Subject:\n\nHello", "Subject:"),
        ],
    )
    def test_one_that_cannot_be_used_is_refused_by_name(
        self, tmp_path: Path, source: bytes, says: str
    ) -> None:
        """Proves: no letter with a hole leaves; the refusal says where the mistake is."""
        (tmp_path / "access.txt").write_bytes(source)
        (tmp_path / "access.html").write_text("<p>fine</p>")
        (problem,) = template_problems(tmp_path, SENDER)
        assert isinstance(problem, TemplateBroken)
        assert "access.txt" in str(problem)
        assert says in str(problem)
        assert "Alex" not in str(problem)

    def test_files_that_change_nothing_or_half_are_told(self, tmp_path: Path) -> None:
        """Proves: a misspelt name and a forgotten twin are seen before readers see them."""
        (tmp_path / "acess.txt").write_text("Subject: x\n")
        (tmp_path / "offer.html").write_text("<p>x</p>")
        problems = template_problems(tmp_path, SENDER)
        assert [type(problem) for problem in problems] == [TemplateUnknown, TemplateWithoutTwin]
        assert "acess.txt" in str(problems[0])
        assert "offer.txt" in str(problems[1])

    def test_a_directory_that_is_none_is_refused(self, tmp_path: Path) -> None:
        """Proves: a mistyped directory does not quietly mean the built-in templates."""
        with pytest.raises(TemplatesMissing):
            LetterWriter(tmp_path / "nowhere", SENDER)
