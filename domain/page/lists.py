"""The list of a section: which blocks are its items, and what else stands there.

Items are counted, their numbers are not believed: a list may restart, skip or carry bullets. A
number helps only to tell whether a list goes on after something else stood in between.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.page.blocks import Block, BlockKind, blocks_of
from domain.page.inline import bulleted_run, counted_on, marked_run, tidied
from domain.page.marks import MarkKind
from domain.page.text import Line
from domain.page.unmarked import Unmarked, unmarked_items

_LIST_BEGINS = re.compile(
    r"(?<=:)\s*(?=[(\[]?(?:1|a|i)[.):\]]|[•●▪])|(?<=[?.)])\s+(?=1[.)]\s[A-Z])"
)


@dataclass(frozen=True)
class FoundList:
    """Items of a section, and the prose round them (where counts and minimum words are stated).

    ``is_confirmed`` is False where neither marks nor a stated count bear the items out.
    """

    items: tuple[str, ...]
    intro: str
    prose: str
    is_confirmed: bool = True
    is_interrupted: bool = False
    has_empty_items: bool = False


def found_list(lines: Sequence[Line], stated: int | None, *, is_last: bool) -> FoundList:
    """Read the list of a section. ``is_last``: nothing but the foot of the page comes after it."""
    blocks = blocks_of(_with_own_lines(lines))
    first = next((i for i, b in enumerate(blocks) if b.kind is BlockKind.ITEM), len(blocks))
    intro = _prose(blocks[:first])
    chosen = _Chosen(stated, is_last=is_last)
    for block in blocks[first:]:
        chosen.see(block)
    if not chosen.items:
        return _without_marks(blocks, stated)
    texts = _texts(chosen.items, stated)
    if (lead := marked_run(intro))[1:] and len(lead) == chosen.items[0].number:
        intro, texts = lead[0], [*lead[1:], *texts]
    items = tidied([text for text in texts if text])
    return FoundList(
        items=items,
        intro=intro,
        prose=f"{intro} {_prose(chosen.beside)}",
        is_interrupted=chosen.is_interrupted,
        has_empty_items=len(items) < len(texts),
    )


def _prose(blocks: Sequence[Block]) -> str:
    return " ".join(block.text for block in blocks if block.kind is BlockKind.PARAGRAPH)


def _with_own_lines(lines: Sequence[Line]) -> list[Line]:
    """Give a list that begins on its announcement's line ("…: 1. …") a line of its own."""
    split: list[Line] = []
    for line in lines:
        pieces = _LIST_BEGINS.split(line.text, maxsplit=1)
        split += [Line(piece, line.indent, line.level) for piece in pieces]
    return split


class _Chosen:
    """Decides block by block what belongs to the list, until something ends it."""

    def __init__(self, stated: int | None, *, is_last: bool) -> None:
        self._stated, self._is_last = stated, is_last
        self._gap: Block | None = None
        self._has_furniture = self._has_ended = False
        self.items: list[Block] = []
        self.beside: list[Block] = []
        self.is_interrupted = False

    def see(self, block: Block) -> None:
        self._has_ended = self._has_ended or self._is_after_end(block)
        if self._has_ended:
            return
        if block.kind is not BlockKind.ITEM:
            self._gap = block
            self._has_furniture = self._has_furniture or block.kind is BlockKind.FURNITURE
            if not self._has_furniture:
                self.beside.append(block)
        elif not self.items or self._gap is None or self._goes_on(block, self._gap):
            self.items.append(block)
            self._gap, self._has_furniture = None, False
        else:
            self._has_ended = True

    def _goes_on(self, block: Block, gap: Block) -> bool:
        """Say whether the list goes on after the gap, and note it if that is doubtful.

        ``gap`` is the last block between the last item and this one.
        """
        last = self.items[-1]
        counts_on = block.number > 1 and block.number == last.number + 1
        if gap.kind is BlockKind.PARAGRAPH and gap.text.endswith(":") and not self._has_furniture:
            return True
        is_doubtful = self._is_last or self._has_furniture or self._is_complete()
        is_same = _kind(block) is _kind(last)
        if not counts_on and (is_doubtful or not is_same or len(block.text.split()) < 3):
            return False
        self.is_interrupted = self.is_interrupted or not self._has_furniture or not counts_on
        return True

    def _is_after_end(self, block: Block) -> bool:
        """Say whether a list of another kind begins after as many items as the page states."""
        if block.kind is not BlockKind.ITEM or not self._is_complete():
            return False
        first = self.items[0]
        is_announced = self.items[-1].last_piece.endswith(":")
        is_other = _kind(block) is not _kind(first) and block.indent <= first.indent + 1
        return is_other and not is_announced

    def _is_complete(self) -> bool:
        return self._stated is not None and len(self.items) >= self._stated


def _texts(items: Sequence[Block], stated: int | None) -> list[str]:
    """Return the text of each item of the outer list, inner lists as lines under their item."""
    outer = _is_outer(items)
    if stated == len(items):
        outer = [True] * len(items)
    rows: list[tuple[int, str, list[str]]] = []
    for block, is_outer in zip(items, outer, strict=True):
        if is_outer:
            rows.append((block.number, _shape(block), [block.text]))
        else:
            rows[-1][2].append(block.text)
    plain = [(number, shape, "\n- ".join(texts)) for number, shape, texts in rows]
    return [piece for text in counted_on(plain, stated) for piece in _divided(text)]


def _divided(text: str) -> list[str]:
    pieces = bulleted_run(text)
    return [piece for piece in pieces if piece] if len(pieces) > 1 else [text]


def _shape(block: Block) -> str:
    """Return the mark's shape in the words of `marked_run`, if it can stand inside a line."""
    if block.mark is None or block.mark.kind is MarkKind.LARGE_LETTER:
        return ""
    shape = {".": ".", ")": ")", "()": "()", "[]": "()"}.get(block.mark.text, "")
    return shape and shape + ("1" if block.mark.kind is MarkKind.NUMBER else "a")


def _is_outer(items: Sequence[Block]) -> list[bool]:
    """For each item: does it stand in the outer list, not in a list inside an item?"""
    base = min((item.indent for item in items[1:]), default=items[0].indent)
    base = max(base, items[0].indent)  # the first line of a page may have lost its indent
    resumed = _resumed(items)
    outer, parent = [True], 0
    for index in range(1, len(items)):
        item, head = items[index], items[parent]
        is_announced = head.text.endswith(":") and not _counts_on(head, item)
        is_deeper = item.indent > base + 1
        is_other = _kind(item) is not _kind(items[0])
        is_letter = MarkKind.BULLET not in (_kind(item), _kind(items[0]))
        is_inner = (is_deeper or is_other) and (
            (is_deeper and (is_other or _kind(item) is MarkKind.BULLET))
            or (is_other and is_letter)
            or is_announced
            or resumed.get(head.number + 1, -1) > index
        )
        outer.append(not is_inner)
        parent = parent if is_inner else index
    return outer


def _kind(item: Block) -> MarkKind | None:
    return item.mark.kind if item.mark else None


def _counts_on(head: Block, item: Block) -> bool:
    return _kind(head) is _kind(item) and item.number == head.number + 1 > 1


def _resumed(items: Sequence[Block]) -> dict[int, int]:
    """Return where each number of the outer kind stands last, at the outer indent."""
    first = items[0]
    return {
        item.number: index
        for index, item in enumerate(items)
        if item.number and _kind(item) is _kind(first) and item.indent <= first.indent + 1
    }


def _with_first(run: Sequence[str]) -> tuple[str, list[str]]:
    """Divide a run into its lead and its items; the first may lack its mark ("…: A • B • C")."""
    lead, colon, first = run[0].rpartition(":")
    items = [piece for piece in run[1:] if piece]
    return (lead + colon, [first.strip(), *items]) if colon and first.strip() else (run[0], items)


def _without_marks(blocks: Sequence[Block], stated: int | None) -> FoundList:
    """Read a section that has no marked lines: marks inside a line, semicolons, bare lines."""
    end = next((i for i, b in enumerate(blocks) if b.kind is BlockKind.FURNITURE), len(blocks))
    prose = _prose(blocks[:end])
    if len(run := marked_run(prose)) > 2:
        return FoundList(tidied([piece for piece in run[1:] if piece]), run[0], run[0])
    if len(run := bulleted_run(prose)) > 2:
        lead, items = _with_first(run)
        return FoundList(tidied(items), lead, lead)
    found: Unmarked = unmarked_items(blocks[:end], stated)
    return FoundList(tidied(found.items), found.intro, found.prose, found.is_confirmed)
