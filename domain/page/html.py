"""An HTML page as plain text: blocks become lines, list items get a bullet, headings a ``#``.

Navigation and footers go into a text of their own: they are no content, but the way back to the
library that they show tells which library a page belongs to.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_LOOKS_LIKE_HTML = re.compile(
    r"<(?:!doctype|html|head|body|div|p|h[1-6]|ul|ol|li|br|span|strong|section|article|main|table)"
    r"\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
# Only what is shaped like a tag may reach the parser: it searches the rest of the page again for
# every unclosed comment or tag, which takes hours on a hostile megabyte.
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,4000}>")
_DECLARATION = re.compile(r"<[!?][^<>]*>")

_UNREAD = frozenset(
    ["script", "style", "noscript", "template", "svg", "select", "textarea", "iframe", "object"]
)
_AROUND = frozenset(["nav", "footer"])
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_LISTS = frozenset(["ul", "ol"])
_BLOCKS = _HEADINGS | frozenset(
    [
        *("p", "div", "section", "article", "main", "header", "aside", "figure", "figcaption"),
        *("table", "tr", "td", "th", "dl", "dt", "dd", "form", "fieldset", "button", "address"),
        *("blockquote", "pre", "hr", "body", "nav", "footer", "ul", "ol"),
    ]
)


@dataclass(frozen=True)
class HtmlText:
    """The readable text of an HTML page, what surrounded it, and the window title."""

    body: str
    around: str
    window_title: str


def looks_like_html(text: str) -> bool:
    """Say whether ``text`` is markup: at least two tags that a web page is made of."""
    found = _LOOKS_LIKE_HTML.finditer(text)
    return next(found, None) is not None and next(found, None) is not None


def text_of_html(page: str) -> HtmlText:
    """Return what a reader would see of ``page``."""
    reader = _Reader(_balanced(page))
    reader.feed(_only_tags(page))
    reader.close()
    return HtmlText("".join(reader.body), "".join(reader.around), "".join(reader.window).strip())


def _balanced(page: str) -> frozenset[str]:
    """Return the elements that are closed as often as opened: only those can be left out whole."""
    lowered = page.lower()
    return frozenset(
        name
        for name in _UNREAD | _AROUND
        if len(re.findall(rf"<{name}\b", lowered)) == lowered.count(f"</{name}")
    )


def _only_tags(page: str) -> str:
    """Escape every ``<`` that opens no tag; drop comments and declarations."""
    page = _DECLARATION.sub("", _without_comments(page))
    pieces, at = [], 0
    for tag in _TAG.finditer(page):
        pieces += [page[at : tag.start()].replace("<", "&lt;"), tag.group()]
        at = tag.end()
    return "".join([*pieces, page[at:].replace("<", "&lt;")])


def _without_comments(page: str) -> str:
    pieces, at = [], 0
    while (start := page.find("<!--", at)) >= 0:
        end = page.find("-->", start + 4)
        if end < 0:
            break
        pieces.append(page[at:start])
        at = end + 3
    return "".join([*pieces, page[at:]])


class _Reader(HTMLParser):
    """Collects text; knows how deep in lists it stands and what it has to leave out."""

    def __init__(self, balanced: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.body: list[str] = []
        self.around: list[str] = []
        self.window: list[str] = []
        self._balanced = balanced
        self._unread = self._around = self._depth = 0
        self._in_item = self._in_window = self._in_pre = False
        self._prefix = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a block, a list item or an element that is left out."""
        if tag in self._balanced:
            self._unread += tag in _UNREAD
            self._around += tag in _AROUND
        if tag == "title":
            self._in_window = True
        elif tag == "li":
            self._begin("\n" + "  " * min(self._depth, 8) + "• ", in_item=True)
        elif tag == "br":
            self._write("\n")
        elif tag in _HEADINGS:
            self._begin("\n\n" + "#" * int(tag[1]) + " ", in_item=False)
        elif tag in _BLOCKS:
            self._break_line()
        self._depth += tag in _LISTS
        self._in_pre = self._in_pre or tag == "pre"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Treat ``<p/>`` as ``<p></p>``."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        if tag in self._balanced:
            self._unread = max(0, self._unread - (tag in _UNREAD))
            self._around = max(0, self._around - (tag in _AROUND))
        if tag in _LISTS:
            self._depth = max(0, self._depth - 1)
            self._in_item = self._in_item and self._depth > 0
        self._in_window = self._in_window and tag != "title"
        self._in_pre = self._in_pre and tag != "pre"
        if tag == "li":
            self._begin("\n", in_item=self._depth > 1)
        elif tag in _BLOCKS:
            self._break_line()

    def handle_data(self, data: str) -> None:
        """Write text, after the bullet or heading mark that waits for it."""
        if self._in_window:
            self.window.append(data)
            return
        data = data if self._in_pre else re.sub(r"\s+", " ", data)
        if data.strip():
            self._write(self._prefix + (data.lstrip() if self._prefix else data))
            self._prefix = ""
        elif data and not self._prefix:
            self._write(" ")

    def _begin(self, prefix: str, *, in_item: bool) -> None:
        self._prefix, self._in_item = prefix, in_item

    def _break_line(self) -> None:
        """Start a new block; inside an item only a new line, so that the item stays together."""
        if not self._prefix:
            self._prefix = "\n" + "  " * 9 if self._in_item else "\n\n"

    def _write(self, text: str) -> None:
        if not self._unread:
            (self.around if self._around else self.body).append(text)
