"""The importer on pages that were copied, saved and published carelessly: nothing gets lost."""

import re

import pytest

from tests.domain.library_pages import (
    OUTCOME_LIST,
    PAGE,
    QUESTION_LIST,
    QUESTIONS,
    TITLE,
    assert_whole,
    draft_of,
    html_page,
    swapped,
)

_PART_1 = PAGE.text()[PAGE.text().index("Part 1") : PAGE.text().index("Part 2")]
_PART_2 = PAGE.text()[PAGE.text().index("Part 2") : PAGE.text().index("Part 3")]
_PART_3 = PAGE.text()[PAGE.text().index("Part 3") : PAGE.text().index("Enroll Now")]

WHOLE = {
    "windows lines and a mark of byte order": "\ufeff" + PAGE.text().replace("\n", "\r\n"),
    "old mac lines": PAGE.text().replace("\n", "\r"),
    "doubled lines": PAGE.text().replace("\n", "\n\n"),
    "doubled spaces": PAGE.text().replace(" ", "  "),
    "no-break spaces": PAGE.text().replace(" ", "\u00a0"),
    "zero-width spaces": PAGE.text().replace(" ", " \u200b"),
    "control characters": PAGE.text().replace("e", "e\x00\x1b"),
    "entities": PAGE.text().replace("–", "&ndash;").replace("  1.", "&nbsp;1."),
    "read in the wrong encoding": PAGE.text().encode().decode("cp1252", errors="replace"),
    "everything on one line": " ".join(PAGE.text().split()),
    "outcomes on one line": swapped(OUTCOME_LIST, " ".join(OUTCOME_LIST.split())),
    "outcomes after the colon": swapped(
        ":\n\n" + OUTCOME_LIST, ": " + " ".join(OUTCOME_LIST.split())
    ),
    "two outcomes in a line": swapped("them.\n  2. ", "them. 2. "),
    "questions on one line": swapped(
        ":\n\n" + QUESTION_LIST, ": " + " ".join(QUESTION_LIST.split())
    ),
    "questions without marks": swapped(QUESTION_LIST, "\n\n".join(QUESTIONS)),
    "title twice": swapped(f"{TITLE}\n", f"{TITLE}\n{TITLE}\n"),
    "title in capitals": swapped(f"{TITLE}\n", f"{TITLE.upper()}\n"),
    "title with a label": swapped(f"{TITLE}\n", f"Micro-Credential: {TITLE}\n"),
    "title run into a label": swapped(
        f"{TITLE}\n\n", f"{TITLE}Professional Development Credit – Ask your state.\n\n"
    ),
    "no title line": swapped(f"{TITLE}\n\nOver", "Over"),
    "nobody named in the announcement": swapped(
        f"{TITLE} identifies", "This micro-credential identifies"
    ),
    "requirements and part on a line": swapped("Requirements\n\nPart 1", "Requirements Part 1"),
    "instruction on the heading's line": swapped("Questions\n\nWrite", "Questions Write"),
    "instruction run into the heading": swapped("Questions\n\nWrite", "QuestionsWrite"),
    "title of the part below": swapped("Part 1 – Over", "Part 1\n\nOver"),
    "part titles alone": re.sub(r"Part \d – ", "", PAGE.text()),
    "no outcomes heading": swapped("Essential Outcomes – ", ""),
    "buttons in the middle": swapped("  3. Report", "Enroll Now\n  3. Report"),
    "unknown menu before the overview": swapped("Overview –", "Grants\nOur Story\n\nOverview –"),
    "unknown menu after the outcomes": swapped(
        "Requirements", "Grants\n\nOur Story\n\nRequirements"
    ),
    "table of contents": swapped(
        "Overview –", "Overview\nEssential Outcomes\nPart 1\nPart 2\nPart 3\n\nOverview –"
    ),
    "table of contents with bullets": swapped(
        "Overview –",
        "• Overview\n• Essential Outcomes\n• Part 1 – Overview Questions\n• Part 2\n\nOverview –",
    ),
    "second part first": swapped(_PART_1 + _PART_2, _PART_2 + _PART_1),
    "first part last": swapped(_PART_1 + _PART_2 + _PART_3, _PART_2 + _PART_3 + _PART_1),
    "page twice": f"{PAGE.text()}\n\n{PAGE.text()}",
    "quoted": re.sub("(?m)^", "> ", PAGE.text()),
    "web page": html_page(PAGE),
    "web page of divisions": re.sub("(?m)^(.+)$", r"<div><span>\1</span></div>", PAGE.text()),
    "web page of line breaks": f"<html><body>{PAGE.text()}</body></html>".replace("\n", "<br>\n"),
    "web page as it was typed": f"<html><body><pre>{PAGE.text()}</pre></body></html>",
}


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE.keys())
def test_disfigured_pages_come_out_whole(text: str) -> None:
    """What copying, saving and publishing do to a page changes nothing that is read."""
    assert_whole(draft_of(text))
