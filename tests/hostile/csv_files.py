"""CSV files of learners and assessors: taken whole, or refused with every problem at its line.

The first byte says who reads: the order form, the order form of one micro-credential, the roster,
or the field into which lines are pasted."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from hypothesis import strategies as st

from domain.addresses import normalized_address
from domain.catalog import CatalogKey
from domain.csv_lines import MOST_LINES
from domain.line_problems import FileProblems
from domain.order_form import Choice, LearnerLine, Learners, read_learners
from domain.pasted_learners import read_pasted
from domain.roster_file import AssessorLine, Roster, read_roster
from tests.hostile.limits import MIB, Bound
from tests.hostile.target import Growing, Target
from tests.hostile.texts import HOSTILE, bytes_of, spoiled

KEY = CatalogKey(library="missouri", slug="running-meetings")
READERS: tuple[Callable[[bytes], Learners | Roster | FileProblems], ...] = (
    read_learners,
    lambda content: read_learners(content, Choice(for_all=KEY, for_sale=frozenset({KEY}))),
    read_roster,
    lambda content: read_pasted(content, Choice(for_all=KEY)),
)
_JOINERS = "\u200c\u200d"
_LONGEST_SENTENCE = 400


def holds(content: bytes) -> None:
    """All lines, each fit to be kept, or problems that name lines of the file in sentences."""
    reader, file = content[:1], content[1:]
    read = READERS[(reader or b"0")[0] % len(READERS)](file)
    if isinstance(read, FileProblems):
        assert read.problems
        last = file.count(b"\n") + file.count(b"\r") + 1
        for problem in read.problems:
            assert 1 <= problem.line <= last
            assert problem.sentence.endswith(".")
            assert len(problem.sentence) < _LONGEST_SENTENCE
            assert problem.sentence.isprintable()
        return
    lines: Sequence[LearnerLine | AssessorLine] = read.lines
    assert 1 <= len(lines) <= MOST_LINES
    for line in lines:
        assert all(char.isprintable() or char in _JOINERS for char in line.name)
        assert normalized_address(line.address) == line.address
    assert all(one.line_number < next_.line_number for one, next_ in pairwise(lines))


HEADERS = (
    *("name,email,micro_credential", "Name;E-Mail;Library;Slug;School", "name,email"),
    *("name,email,organization,capacity,libraries", "", "email,name,name", '"name","email"'),
)
CELLS = (
    *("Ada Example", "ada@example.org", "missouri/running-meetings", "missouri", "3", "", '"a,b"'),
    *('"', '""', '"a\nb"', "=1+1", "＝x", "\t", " ", "999", "general|missouri", "a@b", "'"),
)
_CELL = st.sampled_from(CELLS) | HOSTILE


@st.composite
def _files(draw: st.DrawFn) -> bytes:
    """Return a file of a header and lines, in any encoding, with any separator and line end."""
    separator, end = draw(st.sampled_from(",;\t|")), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    rows = draw(st.lists(st.lists(_CELL, max_size=6).map(separator.join), max_size=8))
    text = end.join([draw(st.sampled_from(HEADERS)), *rows])
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    errors = "surrogatepass" if encoding.startswith("utf") else "replace"
    return draw(st.sampled_from([b"0", b"1", b"2", b"3"])) + text.encode(encoding, errors)


SEEDS = (
    b"0name,email,micro_credential\nAda,ada@example.org,missouri/running-meetings\n",
    b"1name;email\r\nAda;ada@example.org\r\n",
    b"2name,email,organization,capacity,libraries\nAda,a@x.org,A School,2,missouri|general\n",
    b"3Ada\tada@example.org\nBob\tbob@example.org\n",
)
_HEADER = b"0name,email,micro_credential\n"


def _below(line: str) -> Callable[[int], bytes]:
    return lambda n: _HEADER + bytes_of(line) * n


TARGET = Target(
    holds=holds,
    made=_files() | spoiled(st.sampled_from(SEEDS)),
    seeds=SEEDS,
    growing=(
        Growing("open quotes", _below('"' + "x" * 400 + "\n"), 200),
        Growing("doubled quotes", _below('""' * 400 + "\n"), 200),
        Growing("empty lines", _below(",\n"), 5_000),
        Growing("many cells", _below("," * 2_000 + "\n"), 200),
        Growing("same learner", _below("A,a@x.org,m/r\n"), 300),
        Growing("pasted", lambda n: b"3" + b"A\ta@x.org\n" * n, 300),
        Growing("pasted quotes", lambda n: b"3" + b'"A,"a@x.org\n' * n, 1_000),
    ),
    largest=(
        lambda: b"3" + b"a,b\n" * 1_200_000,
        lambda: b"3" + (b'"' * 9_000 + b"\n") * 550,
        lambda: _below("," * 1_000 + "\n")(5_000),
        lambda: _below("A" + "\u0315\u0316" * 4_900 + ",a@x.org\n")(260),
    ),
    bound=Bound(memory=96 * MIB),
    examples=80,
    words=tuple(bytes_of(cell) for cell in CELLS if cell),
)
