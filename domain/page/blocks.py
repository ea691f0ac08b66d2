"""Lines put together into blocks: list items with their wrapped lines, paragraphs, furniture."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from domain.page.furniture import is_furniture, is_single_word_furniture
from domain.page.marks import Mark, MarkKind, mark_of
from domain.page.text import DASH_CHARACTERS, Line

# A wrapped line may begin with "12." by chance; a list hardly ever leaves out more than this.
_WIDEST_GAP = 3
_SHORT_LINE_WORDS = 6
_CLOSERS = "\"'”’)]»"


class BlockKind(StrEnum):
    """What a block of lines is."""

    ITEM = "item"
    PARAGRAPH = "paragraph"
    FURNITURE = "furniture"


@dataclass
class Block:
    """A run of lines that belong together. ``number`` is what an item's mark says, if it counts."""

    kind: BlockKind
    indent: int = 0
    mark: Mark | None = None
    number: int = 0
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the block as one line."""
        return join(self.pieces)

    @property
    def last_piece(self) -> str:
        """Return the last line, or nothing."""
        return self.pieces[-1] if self.pieces else ""


def join(pieces: Sequence[str]) -> str:
    """Put wrapped lines together; a word divided at its hyphen closes up again."""
    joined: list[str] = []
    for piece in filter(None, pieces):
        if joined:
            before = joined[-1]
            is_divided = before[-2:-1].isalpha() and before.endswith("-") and piece[0].isalpha()
            is_divided = is_divided and not piece.startswith(("and ", "or ", "to "))
            joined.append("" if is_divided else " ")
        joined.append(piece)
    return "".join(joined)


def is_closed(text: str) -> bool:
    """Say whether ``text`` ends as a sentence, a clause of a list or an announcement does."""
    return text.rstrip(_CLOSERS)[-1:] in (".", "?", "!", ":", ";")


def blocks_of(lines: Sequence[Line]) -> list[Block]:
    """Return the blocks of a section, in order; blank lines are gone."""
    reader = _Reader(lines)
    for index in range(len(lines)):
        reader.read(index)
    return reader.blocks


class _Reader:
    """Reads line by line, knowing the open block and how far each kind of list has counted."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._mark_follows = _mark_follows(lines)
        self._counted: dict[MarkKind, int] = {}
        self._shapes: dict[MarkKind, str] = {}
        self._is_after_blank = True
        self.blocks: list[Block] = []

    def read(self, index: int) -> None:
        line = self._lines[index]
        if not line.text:
            self._is_after_blank = True
            return
        mark = mark_of(line.text)
        text = mark.rest if mark else line.text
        if self._is_furniture(text if mark and mark.rest else line.text):
            self.blocks.append(Block(BlockKind.FURNITURE, pieces=[text]))
        elif mark and self._begins_item(mark):
            self._open_item(mark, line)
        elif self._continues(index):
            self.blocks[-1].pieces.append(line.text)
        else:
            self.blocks.append(Block(BlockKind.PARAGRAPH, line.indent, pieces=[line.text]))
        self._is_after_blank = False

    @property
    def _open(self) -> Block | None:
        is_open = self.blocks and self.blocks[-1].kind is not BlockKind.FURNITURE
        return self.blocks[-1] if is_open else None

    def _is_fresh(self) -> bool:
        """Say whether a new block may begin here without breaking a sentence."""
        return self._is_after_blank or self._open is None or is_closed(self._open.last_piece)

    def _is_furniture(self, text: str) -> bool:
        if is_single_word_furniture(text):
            return text[:1].isupper() and self._is_fresh()
        return is_furniture(text)

    def _begins_item(self, mark: Mark) -> bool:
        if mark.numbers and self._breaks_sentence(mark):
            return False
        counted = self._counted.get(mark.kind, 0)
        match mark.kind:
            case MarkKind.BULLET:
                is_dash = mark.text in DASH_CHARACTERS
                return not is_dash or self._is_fresh() or self._open_mark_is(mark.text)
            case MarkKind.NUMBER if not mark.text:
                return mark.numbers[0] == counted + 1 and self._is_fresh()
            case MarkKind.NUMBER:
                is_alike = self._shapes.get(mark.kind, mark.text) == mark.text
                if mark.numbers[0] <= counted + _WIDEST_GAP:
                    return is_alike or self._is_fresh()
                return self._is_after_blank if counted else self._is_fresh()
            case _:
                return 1 in mark.numbers or counted + 1 in mark.numbers

    def _breaks_sentence(self, mark: Mark) -> bool:
        """Say whether a number that begins a line stands in the middle of an item's sentence.

        It does if a small letter follows it, the line before is unfinished, and the item itself
        began with a capital. Where the mark does not count on, a semicolon finishes nothing,
        and anything but a capital goes on.
        """
        block = self._open
        if self._is_after_blank or block is None or block.kind is not BlockKind.ITEM:
            return False
        is_alike = self._shapes.get(mark.kind) == mark.text
        is_capital = bool(block.pieces) and block.pieces[0][:1].isupper()
        first = mark.rest[:1]
        counts_on = is_alike and self._counted.get(mark.kind, 0) + 1 in mark.numbers
        is_finished = is_closed(block.last_piece) and (counts_on or block.last_piece[-1] != ";")
        goes_on = first.islower() or not (counts_on or first.isupper())
        return bool(first) and not is_finished and is_capital and goes_on

    def _open_mark_is(self, text: str) -> bool:
        mark = self._open.mark if self._open else None
        return mark is not None and mark.text == text

    def _open_item(self, mark: Mark, line: Line) -> None:
        number = 0
        if mark.numbers:
            expected = self._counted.get(mark.kind, 0) + 1
            number = expected if expected in mark.numbers else mark.numbers[-1]
            self._counted[mark.kind] = number
        self._shapes[mark.kind] = mark.text
        pieces = [mark.rest] if mark.rest else []
        self.blocks.append(Block(BlockKind.ITEM, line.indent, mark, number, pieces))

    def _continues(self, index: int) -> bool:
        """Say whether an unmarked line goes on with the open block."""
        block, text = self._open, self._lines[index].text
        if block is None or self._lines[index].level:
            return False
        if block.kind is BlockKind.ITEM and not block.pieces:
            return True
        if self._is_after_blank:
            return text[0].islower() and not is_closed(block.last_piece)
        if block.kind is BlockKind.PARAGRAPH:
            return True
        # "… climate?" and then "Leave a note": something else begins, unless the list goes on.
        is_label = len(text.split()) <= _SHORT_LINE_WORDS and not is_closed(text)
        is_sentence = is_closed(block.last_piece) and block.last_piece[-1] not in ";:"
        is_apart = is_label and text[0].isupper() and is_sentence
        return not is_apart or self._mark_follows[index]


def _mark_follows(lines: Sequence[Line]) -> list[bool]:
    """For each line: does the next line that is not blank carry a mark?"""
    follows, known = [False] * len(lines), False
    for index in range(len(lines) - 1, -1, -1):
        follows[index] = known
        if lines[index].text:
            known = mark_of(lines[index].text) is not None
    return follows
