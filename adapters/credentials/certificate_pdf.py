"""The certificate: a paper for a frame, and an archive file with the signed credential in it.

PDF/A-3b, so that it can still be read when its programs are gone, and PDF/UA-1, so that it can be
read aloud. The credential is attached byte for byte; the paper is only its picture. The same face
and credential give the same bytes on the same fonts.
"""

from datetime import UTC

from adapters.credentials.artwork import MedalWords, medal_of, words_of
from adapters.credentials.qr import qr_svg
from adapters.credentials.typesetting import NotSettable, Typeface, set_pdf
from domain.credential_forms import CredentialFace, CredentialNotBakeable
from domain.credentials import OutcomeMet
from domain.values import Instant, Value


class Dated(Value):
    """An instant as typst takes it, in UTC."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int


class CertificateWords(Value):
    """What stands on the certificate, as its drawing takes it; ``code`` is an SVG."""

    medal: MedalWords
    file_title: str
    programme: str
    recipient: str | None
    issuer_line: str
    facts: tuple[str, ...]
    outcomes: tuple[OutcomeMet, ...]
    address: str
    address_shown: str
    code: str
    dated: Dated
    has_gaps: bool


def certificate_pdf(face: CredentialFace, credential: bytes) -> bytes:
    """Return the certificate with ``credential`` attached as ``credential.json``.

    Refuses ``credential_not_bakeable`` for what is not UTF-8. Blocks for some tens of milliseconds.
    """
    try:
        attached = credential.decode()
    except UnicodeDecodeError as error:
        raise CredentialNotBakeable(form="a PDF", problem="it is not UTF-8") from error
    words = _words(face)
    try:
        return _set(face, Typeface.for_words(words), attached)
    except NotSettable:
        # A certificate with gaps is better than none: its holder earned it.
        return _set(face, Typeface.plainest(words), attached)


def _set(face: CredentialFace, typeface: Typeface, attached: str) -> bytes:
    given = _certificate(face, typeface).model_dump_json()
    return set_pdf("certificate.typ", given, typeface, dated=face.issued_at, attached=attached)


def _words(face: CredentialFace) -> tuple[str, ...]:
    outcomes = (each for outcome in face.outcomes for each in (outcome.text, *outcome.details))
    address = (face.address, face.programme, face.awarded, face.expires or "")
    return (*words_of(face), face.recipient or "", *address, *outcomes)


def _certificate(face: CredentialFace, typeface: Typeface) -> CertificateWords:
    shown = typeface.printable
    return CertificateWords(
        medal=medal_of(face, typeface),
        file_title=_file_title(face),
        programme=shown(face.programme),
        recipient=shown(face.recipient) if face.recipient else None,
        issuer_line=shown(_issuer_line(face)),
        facts=tuple(map(shown, _facts(face))),
        outcomes=tuple(
            OutcomeMet(
                number=outcome.number,
                text=shown(outcome.text),
                details=tuple(map(shown, outcome.details)),
            )
            for outcome in face.outcomes
        ),
        address=face.address,
        address_shown=shown(face.address),
        code=qr_svg(face.address).decode(),
        dated=_dated(face.issued_at),
        has_gaps=typeface.has_gaps,
    )


def _file_title(face: CredentialFace) -> str:
    """Return the title of the file, which every reader shows in whatever letters it has."""
    earned_by = f", earned by {face.recipient}" if face.recipient else ""
    title = f"Certificate: {face.title}{earned_by}"
    return "".join(letter if letter.isprintable() else " " for letter in title)


def _issuer_line(face: CredentialFace) -> str:
    """Return who issued it, and through which programme where that has another name."""
    through = "" if face.issuer == face.programme else f" through {face.programme}"
    return f"Issued by {face.issuer}{through}"


def _facts(face: CredentialFace) -> tuple[str, ...]:
    """Return when it was awarded and until when it counts, and what work and library it was."""
    until = f" · valid until {face.expires}" if face.expires else ""
    hours = "hour" if face.pd_hours == 1 else "hours"
    work = f"{face.pd_hours} {hours} of professional development · " if face.pd_hours else ""
    return (f"Awarded {face.awarded}{until}", f"{work}{face.library_name}")


def _dated(instant: Instant) -> Dated:
    at = instant.astimezone(UTC)
    return Dated(
        year=at.year,
        month=at.month,
        day=at.day,
        hour=at.hour,
        minute=at.minute,
        second=at.second,
    )
