"""Pages of a library: whatever is given in, a draft with its problems comes out.

An entry can be made of the draft, or it is refused with ``page_not_usable`` or
``draft_not_usable``; no text of it holds a character that could not be kept or shown."""

from hypothesis import strategies as st

from domain.catalog_page import CatalogDraft, entry_of, read_page
from domain.refusals import Invalid
from tests.domain.library_pages import FOOT, PAGE, TOP, html_page
from tests.hostile.limits import MIB, Bound
from tests.hostile.target import Growing, Target, assert_coded
from tests.hostile.texts import HOSTILE, bytes_of, can_be_kept, spoiled, text_of

TEXT, HTML = PAGE.text(), html_page(PAGE)
FURNITURE = (
    *(line.strip() for line in (TOP + "\n" + TEXT + "\n" + FOOT).splitlines() if line.strip()),
    *("<p>", "</p>", "<ul><li>", "</ul>", "<h1>", "<!--", "-->", "<script>", "</script>", "<pre>"),
    *("<nav>", "</nav>", "<title>", "&nbsp;", "&#x202e;", "&#xd800;", "&#0;", "•", "1.", "(a)"),
    *("Part 2", "PART THREE:", "Overview –", "---", "===", "# ", "**", "_", "> ", "(500-word"),
    *("four essential outcomes", "minimum)", "Return to Full MO MC Library", "A; b c; and d"),
)
NEW_LINE = "\n"
_GLUE = ("\n", "\n\n", "\r", " ", "<br>", "</p><p>", "\n  ")


@st.composite
def _pages(draw: st.DrawFn) -> bytes:
    """Return what a page is made of, in any order, with anything in between."""
    pieces = draw(st.lists(st.sampled_from(FURNITURE) | HOSTILE, max_size=25))
    return bytes_of(draw(st.sampled_from(_GLUE)).join(pieces))


def holds(content: bytes) -> None:
    """A draft that can be kept and shown, and an entry or a coded refusal of it."""
    draft = read_page(text_of(content)).draft
    assert CatalogDraft.model_validate_json(draft.model_dump_json()) == draft
    questions = (question for part in draft.parts for question in part.questions)
    for text in (draft.title, draft.overview, *draft.outcomes, *questions):
        assert can_be_kept(text)
        assert not any(char in text for char in "\r\x00\x1b\u202e\u2066\u200b")
    for problem in draft.problems:
        assert problem.message.endswith(".")
    try:
        entry_of(draft)
    except Invalid as refusal:
        assert_coded(refusal)


_BEFORE = (
    "Overview – x\nEssential Outcomes – T identifies the following essential outcomes:\n1. Do\n"
)
_AFTER = "\nPart 1 – Overview Questions\nAnswer:\nPart 3 – Reflection and Application\n"


def _growing(piece: str, times: int, *, is_first: bool = False) -> Growing:
    def make(count: int) -> bytes:
        body = piece * count
        page = f"{body}\n{_BEFORE}{_AFTER}" if is_first else f"{_BEFORE}{body}{_AFTER}"
        return bytes_of(page)

    return Growing(f"{piece!a} {'first' if is_first else 'inside'}", make, times)


TARGET = Target(
    holds=holds,
    made=_pages() | spoiled(st.sampled_from([bytes_of(TEXT), bytes_of(HTML)])),
    seeds=(bytes_of(TEXT), bytes_of(HTML)),
    growing=(
        _growing("A b c?\n", 3_000, is_first=True),
        _growing("Overview\n", 800, is_first=True),
        _growing("- a\n", 800),
        _growing("a) A b c\n", 700),
        _growing("<li>:", 1_000),
        _growing("<!--", 5_000),
        _growing("<ul><li>x", 1_000),
        _growing("[a](", 5_000),
        _growing("one two ", 5_000),
        _growing("\u0315\u0316", 5_000),
    ),
    largest=(
        lambda: bytes_of(f"{_BEFORE}{'<li>: ' * 155_000}{_AFTER}"),
        lambda: bytes_of(f"{('A b c? ' * 6 + NEW_LINE) * 19_000}{_BEFORE}{_AFTER}"),
    ),
    bound=Bound(cpu=2.0, memory=96 * MIB),
    examples=60,
    longest=6_000,
    words=tuple(bytes_of(each) for each in FURNITURE if len(each) < 40),
)
