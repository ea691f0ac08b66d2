"""SVG as a stream of elements: where its root ends, and what an element of ours says.

The parser builds no tree, takes no document type (so there is no entity to expand, and nothing to
fetch), and is left as soon as a bound is passed.
"""

from typing import Final
from xml.parsers import expat

from domain.credential_forms import (
    LARGEST_CREDENTIAL,
    BadgeDamaged,
    BadgeFormUnknown,
    BadgeTooComplex,
    BadgeWithDoctype,
    CredentialForm,
)

OPEN_BADGES: Final = "https://purl.imsglobal.org/ob/v3p0"
"""The namespace of the baked credential (Open Badges 3.0, "SVG")."""

OLDER_OPEN_BADGES: Final = frozenset({"http://openbadges.org", "https://openbadges.org"})
"""The namespace of Open Badges 1 and 2, whose element is ``assertion``."""

DEEPEST: Final = 200
"""Elements inside each other; a drawing has some twenty."""

LONGEST_NAMESPACE: Final = 100
"""Characters of a namespace's name; the longest in use has some sixty. The parser puts it before
the name of every element, so a long one would be multiplied by all of them."""

_SVG: Final = "http://www.w3.org/2000/svg"
_APART: Final = " "
"""Stands between namespace and name; neither can hold one."""


class SvgReading:
    """One reading of an SVG: what was found when it is over.

    ``root_start`` is the place of the root's start tag in the bytes. ``texts`` are the credentials
    found: of each element, its ``verify`` attribute and its text, those of them that are there.
    ``root_prefixes`` are the namespaces that the root declares, by their prefixes.
    """

    def __init__(self, svg: bytes) -> None:
        """Read to the end, or refuse."""
        self.root_start = 0
        self.root_prefixes: dict[str, str] = {}
        self.texts: list[str] = []
        self.has_older = False
        self._depth = 0
        self._size = 0
        self._inside = 0
        self._text: list[str] = []
        # The encoding is given, not asked for: a declared one would be looked up among all codecs.
        self._parser = expat.ParserCreate("utf-8", _APART)
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartNamespaceDeclHandler = self._declare
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._keep
        self._parser.buffer_text = True
        try:
            self._parser.Parse(svg, True)
        except expat.ExpatError as error:
            raise damaged() from error

    def _refuse_doctype(self, *_: object) -> None:
        raise BadgeWithDoctype

    def _declare(self, prefix: str | None, namespace: str | None) -> None:
        if len(namespace or "") > LONGEST_NAMESPACE:
            raise BadgeTooComplex(form=CredentialForm.SVG.upper())
        if self._depth == 0:
            self.root_prefixes[prefix or ""] = namespace or ""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            if name != f"{_SVG}{_APART}svg":
                raise BadgeFormUnknown
            self.root_start = self._parser.CurrentByteIndex
        if self._depth > DEEPEST:
            raise BadgeTooComplex(form=CredentialForm.SVG.upper())
        namespace, _, local = name.rpartition(_APART)
        if namespace in OLDER_OPEN_BADGES and local == "assertion":
            self.has_older = True
        if namespace == OPEN_BADGES and local == "credential":
            self._inside = self._inside or self._depth
            if verified := attributes.get("verify", "").strip():
                self.texts.append(verified)

    def _end(self, _: str) -> None:
        if self._depth == self._inside:
            self._inside = 0
            text = "".join(self._text)
            self._text.clear()
            if text.strip():
                self.texts.append(text)
        self._depth -= 1

    def _keep(self, text: str) -> None:
        if not self._inside:
            return
        self._size += len(text)
        if self._size > LARGEST_CREDENTIAL:
            raise BadgeTooComplex(form=CredentialForm.SVG.upper())
        self._text.append(text)


def root_end(svg: bytes, start: int) -> int:
    """Return where the start tag that begins at ``start`` is closed: the place of its ``>``."""
    quote = b""
    for place in range(start, len(svg)):
        byte = svg[place : place + 1]
        if quote:
            quote = b"" if byte == quote else quote
        elif byte in (b'"', b"'"):
            quote = byte
        elif byte == b">":
            return place
    raise damaged()


def damaged() -> BadgeDamaged:
    """Return the refusal of an SVG that is no well-formed XML."""
    return BadgeDamaged(form=CredentialForm.SVG.upper())
