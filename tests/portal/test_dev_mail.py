"""The inbox of the mail catcher: newest first, cheap at any length, and never where others come."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from adapters.mail import inbox
from adapters.mail.catcher import Catcher
from adapters.mail.caught import LOG_NAME, CaughtLine
from adapters.mail.inbox import LetterNotCaught, caught_letter, inbox_page
from portal.dev.mail import pieces_of
from tests.portal.public_pages import browser_of
from tests.portal.served import Browser, Portal

HTML = '<p style="color: red">Hello <script>alert(1)</script><b>there</b></p>'
TEXT = "Hello <there>,\n\nopen http://127.0.0.1:8000/verify/a/b/c-d_e. Or not (https://x.example.org/y)!\n"


async def catch(directory: Path, to: str, subject: str, text: str = TEXT, html: str = HTML) -> None:
    """Let the real catcher take a letter, as if it had come over the network."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "Laurel <laurel@example.org>", to, subject
    letter["Message-ID"] = "<n1@example.org>"
    letter.set_content(text)
    if html:
        letter.add_alternative(html, subtype="html")
    envelope = Envelope()
    envelope.mail_from, envelope.rcpt_tos = "laurel@example.org", [to]
    envelope.original_content = letter.as_bytes()
    catcher = Catcher(directory)
    assert (
        await catcher.handle_DATA(SMTP(catcher), Session(asyncio.get_running_loop()), envelope)
    ).startswith("250")


def logged(directory: Path, count: int) -> None:
    """Write a log of so many letters; ``to`` alternates between two people."""
    start = datetime(2026, 3, 2, tzinfo=UTC)
    lines = [
        CaughtLine(
            instant=start + timedelta(seconds=number),
            message_id=f"<n{number}@example.org>",
            sender="laurel@example.org",
            to=("even@example.org" if number % 2 == 0 else "odd@example.org",),
            subject=f"Letter {number}",
            file=f"20260302T000000-{number:08x}.eml",
        )
        for number in range(count)
    ]
    log = "".join(line.model_dump_json() + "\n" for line in lines)
    (directory / LOG_NAME).write_text(log)


def subjects(directory: Path, to: str = "", limit: int = 7) -> list[str]:
    """Return the subjects of all pages, one after the other."""
    found, before = [], None
    while True:
        page = inbox_page(directory, limit, to, before)
        found += [line.subject for line in page.lines]
        if page.older is None:
            return found
        before = page.older


@pytest.fixture
async def reader(portal: Portal, tmp_path: Path) -> AsyncIterator[Browser]:
    """A browser of a portal whose mail is caught in the test's directory."""
    async with browser_of(portal, mail_catcher_dir=tmp_path) as browser:
        yield browser


async def test_the_inbox_lists_what_was_caught_newest_first(
    reader: Browser, tmp_path: Path
) -> None:
    """Proves: sender, recipient, subject and time of each letter, and a filter by recipient."""
    await reader.get("/dev/mail")
    assert "No mail yet" in reader.text
    await catch(tmp_path, "ann@school.example.org", "First")
    await catch(tmp_path, "bo@school.example.org", "Second <b>")
    await reader.get("/dev/mail")
    assert reader.text.index("Second <b>") < reader.text.index("First")
    assert "from laurel@example.org to ann@school.example.org" in reader.text
    await reader.get("/dev/mail?to=ANN@")
    assert "First" in reader.text
    assert "Second" not in reader.text
    await reader.get("/dev/mail?to=nobody")
    assert "No letter is to “nobody”" in reader.text


async def test_a_letter_is_shown_as_text_with_links_and_as_html_in_a_cage(
    reader: Browser, tmp_path: Path
) -> None:
    """Proves: links of the text can be followed; the HTML part comes alone, with a policy that
    lets it neither run, nor load, nor send anything.
    """
    await catch(tmp_path, "ann@school.example.org", "Please verify")
    (line,) = inbox_page(tmp_path, 5).lines
    source = await reader.get(f"/dev/mail/{line.file}")
    assert 'href="http://127.0.0.1:8000/verify/a/b/c-d_e"' in source
    assert 'href="https://x.example.org/y"' in source
    assert "Hello &lt;there&gt;," in source
    assert "alert(1)" not in source
    assert (
        f'sandbox title="The letter as a mail program shows it" src="/dev/mail/{line.file}/html"'
        in source
    )
    assert await reader.get(f"/dev/mail/{line.file}/html") == HTML + "\n"
    assert reader.last is not None
    policy = reader.last.headers["content-security-policy"].split("; ")
    assert policy[:3] == ["sandbox", "default-src 'none'", "style-src 'unsafe-inline'"]


async def test_a_letter_without_html_has_no_frame(reader: Browser, tmp_path: Path) -> None:
    """Proves: what is not there is not shown as an empty box."""
    await catch(tmp_path, "ann@school.example.org", "Plain", html="")
    (line,) = inbox_page(tmp_path, 5).lines
    assert "<iframe" not in await reader.get(f"/dev/mail/{line.file}")


@pytest.mark.parametrize("name", ["no-such.eml", "log.jsonl", "%2e%2e", "a" * 200 + ".eml"])
async def test_only_letters_are_given_away(reader: Browser, tmp_path: Path, name: str) -> None:
    """Proves: no other file of the directory can be read, and an unknown name is a kind page."""
    await catch(tmp_path, "ann@school.example.org", "First")
    await reader.get(f"/dev/mail/{name}", status=404)
    await reader.get(f"/dev/mail/{name}/html", status=404)


@pytest.mark.parametrize(
    ("has_catcher", "public_url"),
    [(False, "http://127.0.0.1:8000"), (True, "https://laurel.example.org")],
)
async def test_there_is_no_inbox_where_others_could_read_it(
    portal: Portal, tmp_path: Path, has_catcher: bool, public_url: str
) -> None:
    """Proves: both are needed, a catcher and a portal that only this machine reaches."""
    await catch(tmp_path, "ann@school.example.org", "First")
    (line,) = inbox_page(tmp_path, 5).lines
    directory = tmp_path if has_catcher else None
    async with browser_of(portal, mail_catcher_dir=directory, public_url=public_url) as browser:
        for address in ("/dev/mail", f"/dev/mail/{line.file}", f"/dev/mail/{line.file}/html"):
            await browser.get(address, status=404)


@pytest.mark.parametrize("block", [40, 200, 1000, 64 * 1024])
@pytest.mark.parametrize("count", [0, 1, 7, 8, 50])
def test_pages_together_are_the_whole_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, count: int
) -> None:
    """Proves: read from its end in blocks of any size, no letter is lost, doubled or misplaced."""
    monkeypatch.setattr(inbox, "BLOCK", block)
    logged(tmp_path, count)
    newest_first = [f"Letter {number}" for number in reversed(range(count))]
    assert subjects(tmp_path) == newest_first
    assert subjects(tmp_path, "EVEN") == [each for each in newest_first if int(each[7:]) % 2 == 0]


def test_a_line_that_a_crash_cut_off_is_no_letter(tmp_path: Path) -> None:
    """Proves: a half line at the end breaks nothing."""
    logged(tmp_path, 3)
    with (tmp_path / LOG_NAME).open("a") as log:
        log.write('{"instant": "2026-')
    assert subjects(tmp_path) == ["Letter 2", "Letter 1", "Letter 0"]


def test_a_page_reads_no_further_than_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: ten thousand letters cost a page what fifty cost."""
    logged(tmp_path, 10_000)
    read: list[int] = []
    parse = CaughtLine.model_validate_json

    def counting(raw: bytes) -> CaughtLine:
        read.append(len(raw))
        return parse(raw)

    monkeypatch.setattr(CaughtLine, "model_validate_json", counting)
    assert len(inbox_page(tmp_path, 50).lines) == 50
    assert len(read) == 50


def test_a_search_stops_after_so_much_and_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: looking for somebody who got nothing does not read the whole log at once."""
    logged(tmp_path, 100)
    monkeypatch.setattr(inbox, "MOST_READ", 2000)
    page = inbox_page(tmp_path, 50, "nobody@")
    assert page.lines == ()
    assert page.older is not None
    assert subjects(tmp_path, "nobody@") == []
    assert len(subjects(tmp_path, "even@")) == 50


def test_a_page_of_a_place_that_is_no_line_shows_whole_letters(tmp_path: Path) -> None:
    """Proves: an address that somebody typed shows other letters, never a broken one."""
    logged(tmp_path, 5)
    size = (tmp_path / LOG_NAME).stat().st_size
    for before in (0, 1, size - 1, size + 999):
        lines = inbox_page(tmp_path, 50, before=before).lines
        assert all(line.subject.startswith("Letter ") for line in lines)


@pytest.mark.parametrize(
    "name", ["20260302T000000-00000000.eml", "../secret.eml", "x/../../secret.eml", "", ".eml"]
)
def test_no_name_leads_out_of_the_directory(tmp_path: Path, name: str) -> None:
    """Proves: a name that was never given out is refused, wherever it would lead."""
    (tmp_path.parent / "secret.eml").write_text("Subject: secret")
    with pytest.raises(LetterNotCaught):
        caught_letter(tmp_path, name)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see http://a.example.org/x.", ["http://a.example.org/x"]),
        ("(https://a.example.org/x?y=1&z=2), then", ["https://a.example.org/x?y=1&z=2"]),
        ("javascript:alert(1) and ftp://a.example.org", []),
        ('"http://a.example.org/x"><script>', ["http://a.example.org/x"]),
    ],
)
def test_links_are_web_addresses_and_nothing_else(text: str, links: list[str]) -> None:
    """Proves: what becomes a link is http or https, without the punctuation after it, and no
    letter of the text is lost.
    """
    pieces = list(pieces_of(text))
    assert [piece for piece, is_link in pieces if is_link] == links
    assert "".join(piece for piece, _ in pieces) == text
