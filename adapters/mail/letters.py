"""From the facts of a notice to a finished letter, and from a letter to a message.

Templates stand in ``templates``, two for each kind (``access.txt`` and ``access.html``). The text
one begins with a line ``Subject: …``. An installation overrides any of them, the shared ``_layout``
and ``_parts`` included, with a file of the same name in a directory of its own.
"""

import hashlib
import re
import textwrap
import traceback
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path
from typing import Final

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    UndefinedError,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import ValidationError

from adapters.mail.headers import header_mailbox, header_text, mailboxes
from domain.addresses import AddressNotValid, normalized_address
from domain.letter_refusals import FactsMissing, FactsNotValid, TemplateBroken, TemplatesMissing
from domain.letters import (
    Letter,
    LetterFacts,
    facts_for,
    missing_facts,
    one_line,
    spoken_size,
)
from domain.notices import NoticeKind
from domain.values import Instant

BUILT_IN: Final = Path(__file__).parent / "templates"
"""The templates that every installation has."""

WIDTH: Final = 76
"""Columns of the text version; addresses of pages are never broken."""

_SUBJECT: Final = "Subject:"
_ASCII: Final = SMTP.clone(refold_source="none")
_UTF8: Final = SMTPUTF8.clone(refold_source="none")

_OF_A_TEMPLATE = (
    TemplateError,
    ArithmeticError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a template can fail with. ``ValueError`` includes a file that is not UTF-8."""


class LetterWriter:
    """Writes letters from templates, those in ``overrides`` before the built-in ones.

    ``sender`` is ``Name <address>`` or a bare address. Templates are read once: what was checked at
    the start is what is sent. Refuses a directory or a sender that is none.
    """

    def __init__(self, overrides: Path | None, sender: str) -> None:
        if overrides is not None and not overrides.is_dir():
            raise TemplatesMissing
        self._sender = " ".join(header_mailbox("From", *_only_mailbox(sender)).split())
        self._templates = _environment(() if overrides is None else (overrides,))

    def write(
        self,
        kind: NoticeKind,
        facts: LetterFacts,
        *,
        to_address: str,
        message_id: str,
        date: Instant,
    ) -> Letter:
        """Return the letter of ``kind``. Refuses with a ``LetterNotWritable``.

        ``message_id`` is whole and belongs to the notice, so a letter that is sent again has the
        same one.
        """
        facts = facts_for(kind, _validated(kind, facts))
        missing = missing_facts(kind, facts)
        if missing:
            raise FactsMissing(kind=kind, names=", ".join(missing))
        subject, text = self._text(f"{kind}.txt", facts)
        return Letter(
            message_id=message_id,
            sender=self._sender,
            to_address=to_address,
            to_name=facts.recipient_name,
            subject=subject,
            text=text,
            html=self._rendered(f"{kind}.html", facts, subject=subject).strip() + "\n",
            reply_to=facts.support_address,
            date=date,
            headers=(
                ("Auto-Submitted", "auto-generated"),
                ("X-Auto-Response-Suppress", "All"),
                ("X-Laurel-Notice", message_id.strip("<>").partition("@")[0]),
            ),
        )

    def _text(self, template: str, facts: LetterFacts) -> tuple[str, str]:
        """Return subject and body of the text version."""
        front, _, body = self._rendered(template, facts).lstrip().partition("\n")
        subject = one_line(front.removeprefix(_SUBJECT))
        if not front.startswith(_SUBJECT) or not subject:
            raise TemplateBroken(
                template=template, line=1, problem=f"it does not begin with “{_SUBJECT} …”"
            )
        wrapped = "\n".join(map(_wrapped, body.split("\n")))
        return subject, re.sub(r"\n{3,}", "\n\n", wrapped).strip("\n") + "\n"

    def _rendered(self, template: str, facts: LetterFacts, **more: str) -> str:
        known: dict[str, object] = {name: getattr(facts, name) for name in LetterFacts.model_fields}
        try:
            return self._templates.get_template(template).render(known, **more)
        except _OF_A_TEMPLATE as error:
            raise _broken(template, error) from error


def _validated(kind: NoticeKind, facts: LetterFacts) -> LetterFacts:
    """Return ``facts`` with everything cleaned: a copy that was updated has not been."""
    try:
        return LetterFacts.model_validate(facts.model_dump())
    except ValidationError as error:
        names = sorted({str(each["loc"][0]) for each in error.errors(include_input=False)})
        raise FactsNotValid(kind=kind, names=", ".join(names)) from None


def as_message(letter: Letter) -> EmailMessage:
    """Return ``letter`` as it goes over the wire: the same bytes whenever it is sent.

    Refuses with ``AddressNotValid``. Serialize it with its own policy (``as_bytes()``); only an
    address with other letters before its @ than ASCII needs a server that has SMTPUTF8.
    """
    address = address_on_wire(letter.to_address)
    sender_name, sender = _only_mailbox(letter.sender)
    sends_ascii = address.isascii() and sender.isascii()
    message = EmailMessage(policy=_ASCII if sends_ascii else _UTF8)
    # Raw: these values are encoded and folded, and must not be a second time.
    message.set_raw("From", header_mailbox("From", sender_name, address_on_wire(sender)))
    message.set_raw("To", header_mailbox("To", letter.to_name, address))
    message.set_raw("Subject", header_text("Subject", letter.subject))
    message["Date"] = letter.date
    message["Message-ID"] = letter.message_id
    message["Reply-To"] = address_on_wire(letter.reply_to)
    for name, value in letter.headers:
        message.set_raw(name, header_text(name, value))
    # Quoted-printable: no line is ever too long, and no relay has a reason to change one.
    message.set_content(letter.text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", charset="utf-8", cte="quoted-printable")
    # By default it is drawn by lot. “=_” cannot stand in quoted-printable text.
    message.set_boundary("=_" + hashlib.sha256(letter.message_id.encode()).hexdigest()[:32])
    return message


def address_on_wire(address: str) -> str:
    """Return ``address`` with its domain as name servers know it, in ASCII.

    Refuses with ``AddressNotValid``.
    """
    local, _, domain = normalized_address(address).rpartition("@")
    labels = (
        label if label.isascii() else "xn--" + label.encode("punycode").decode()
        for label in domain.split(".")
    )
    return f"{local}@{'.'.join(labels)}"


def _only_mailbox(sender: str) -> tuple[str, str]:
    """Return name and address of ``sender``, which more or fewer than one cannot be."""
    found = mailboxes(sender)
    if len(found) != 1:
        raise AddressNotValid
    return found[0][0], normalized_address(found[0][1])


def _environment(overrides: tuple[Path, ...]) -> ImmutableSandboxedEnvironment:
    templates = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(each) for each in (*overrides, BUILT_IN)]),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html",), default=False),
        finalize=_told,
        auto_reload=False,
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["spoken_size"] = spoken_size
    return templates


def _told(fact: object) -> object:
    """Stop a letter that would say “None”."""
    if fact is None:
        raise UndefinedError("it prints a fact that is not there; ask with “if” first")
    return fact


def _broken(template: str, error: BaseException) -> TemplateBroken:
    """Name the place and the problem; only Jinja's own sentences are free of personal data."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if _is_template(frame.filename)
    ]
    place, line = (Path(frames[-1].filename).name, frames[-1].lineno) if frames else (template, 0)
    if isinstance(error, TemplateSyntaxError):
        place, line = error.name or template, error.lineno
    says = error.message if isinstance(error, TemplateError) else type(error).__name__
    return TemplateBroken(template=place, line=line or 0, problem=one_line(says or "no reason"))


def _is_template(filename: str) -> bool:
    return Path(filename).suffix in {".txt", ".html"}


def _wrapped(line: str) -> str:
    """Break a long line of text; what follows is indented as the line is."""
    if len(line) <= WIDTH:
        return line.rstrip()
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line.strip(),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + ("  " if line.startswith("* ") else ""),
        break_long_words=False,
        break_on_hyphens=False,
    )
