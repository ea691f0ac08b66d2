"""The text of a page as clean lines: no markup, no invisible characters, spaces told by one kind.

Letters, dashes and quotation marks stay what they are on the page. Everything here takes time in
proportion to the page, whatever the page holds.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from html import unescape

from domain.page.html import HtmlText, looks_like_html, text_of_html

DASH_CHARACTERS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
# The same, ready to stand inside the brackets of a pattern.
DASHES = re.escape(DASH_CHARACTERS)

# UTF-8 that was read as Windows-1252 on its way to us.
_MISREAD = {
    "â€“": "–",
    "â€”": "—",
    "â€˜": "‘",
    "â€™": "’",
    "â€œ": "“",
    "â€\x9d": "”",
    "â€¢": "•",
    "â€¦": "…",
    "Â\xa0": " ",
    "ï»¿": "",
}
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LINK = re.compile(r"!?\[([^\[\]\n]{1,400})\]\([^()\n]{0,400}\)")
_STRESS = re.compile(r"\*\*|__|`")
_STARRED = re.compile(r"(?<![\w*])\*([^\s*][^*\n]*)\*(?![\w*])")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>])")
_HASHES = re.compile(r"\s{0,3}(#{1,6})(?=\s|[A-Z*])")
_RULE = re.compile(rf"[=*_~{DASHES} ]{{3,}}")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Line:
    """One line of a page. Empty text is a blank line; ``level`` is 1 to 6 for a marked heading."""

    text: str
    indent: int = 0
    level: int = 0


@dataclass(frozen=True)
class PageText:
    """A page as lines, with the navigation that surrounded it and the window title, if known."""

    lines: tuple[Line, ...]
    around: tuple[Line, ...]
    window_title: str


def page_text(page: str) -> PageText:
    """Return the clean lines of ``page``, be it plain text, Markdown or HTML."""
    raw = _repaired(page)
    html = text_of_html(raw) if looks_like_html(raw) else HtmlText(raw, "", "")
    window = " ".join(line.text for line in _lines(html.window_title) if line.text)
    return PageText(tuple(_lines(html.body)), tuple(_lines(html.around)), window)


def _repaired(page: str) -> str:
    for misread, meant in _MISREAD.items():
        page = page.replace(misread, meant)
    return _LINE_ENDS.sub("\n", page)


def _visible(text: str) -> str:
    """Resolve entities, drop what cannot be seen, turn every kind of space into the plain one."""
    text = _ENTITY.sub(lambda entity: unescape(entity.group()), text)
    text = _LINE_ENDS.sub("\n", text)
    return text.translate({ord(each): _seen(each) for each in set(text)})


def _seen(each: str) -> str | None:
    if each in "\n\t":
        return each
    match unicodedata.category(each):
        case "Zs":
            return " "
        case "Co":  # Word's own bullets live in the private area
            return "•"
        case "Cc" | "Cf" | "Cs" | "Cn":
            return None
        case _:
            return each


def _lines(text: str) -> list[Line]:
    lines: list[Line] = []
    for raw in _unmarked(_visible(text)).split("\n"):
        line = _line(raw.expandtabs(4))
        if _RULE.fullmatch(line.text):
            if lines and set(line.text) <= {"=", "-"} and lines[-1].text and not lines[-1].level:
                lines[-1] = replace(lines[-1], level=1 if "=" in line.text else 2)
            line = Line("")
        if line.text or not lines or lines[-1].text:  # one blank line says as much as ten
            lines.append(line)
    return lines


def _unmarked(text: str) -> str:
    """Take Markdown's marks away, apart from headings and lists."""
    text = _STRESS.sub("", _LINK.sub(r"\1", text))
    return _ESCAPED.sub(r"\1", _STARRED.sub(r"\1", text))


def _line(raw: str) -> Line:
    level = 0
    if hashes := _HASHES.match(raw):
        level, raw = len(hashes.group(1)), raw[hashes.end() :].rstrip().rstrip("#")
    body = raw.lstrip()
    indent = len(raw) - len(body)
    if body.startswith("> "):
        body = body[2:].lstrip()
    return Line(_SPACES.sub(" ", body.strip("| ")), indent, level)
