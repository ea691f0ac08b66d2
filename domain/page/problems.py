"""What the importer says about a page, in sentences for the officer who looks at the draft."""

from domain.catalog import Problem, ProblemCode

_SAID = {
    ProblemCode.NOT_A_LIBRARY_PAGE: (
        "This is not the page of a micro-credential: neither essential outcomes nor parts stand on"
        " it. Choose the page of one micro-credential."
    ),
    ProblemCode.PAGE_TOO_LARGE: (
        "The page is larger than {size:,} bytes or {lines:,} lines and was not read. Save the page"
        " of one micro-credential only."
    ),
    ProblemCode.TITLE_MISSING: "The page names no title. Enter the title.",
    ProblemCode.OVERVIEW_MISSING: "The page has no overview. Enter the overview.",
    ProblemCode.OUTCOMES_MISSING: (
        "The page lists no essential outcomes. Enter them from the source of the page; nothing was"
        " made up."
    ),
    ProblemCode.OUTCOME_COUNT_DIFFERS: (
        "The page speaks of {stated} essential outcomes and lists {count}. Find out which is right."
    ),
    ProblemCode.OUTCOMES_UNMARKED: (
        "The {count} outcomes carry no numbers or bullets, and the page states no count. Compare"
        " them with the page."
    ),
    ProblemCode.OUTCOMES_REPEATED: (
        "The page has more than one list of essential outcomes; the first was read. Check that it"
        " describes one micro-credential only."
    ),
    ProblemCode.PART_MISSING: "Part {number} was not found on the page. Enter it.",
    ProblemCode.PART_REPEATED: (
        "Part {number} stands on the page more than once, with different text. Check the one that"
        " was read."
    ),
    ProblemCode.PART_TITLE_MISSING: "Part {number} has no title. Enter it.",
    ProblemCode.UNEXPECTED_PART: (
        "The page has a part {number}. A micro-credential has three parts; this one was left out."
    ),
    ProblemCode.QUESTIONS_MISSING: "Part 1 lists no questions. Enter them.",
    ProblemCode.QUESTION_COUNT_DIFFERS: (
        "Part 1 speaks of {stated} questions and lists {count}. Find out which is right."
    ),
    ProblemCode.QUESTIONS_UNMARKED: (
        "The {count} questions of part 1 carry no numbers or bullets. Compare them with the page."
    ),
    ProblemCode.MINIMUM_WORDS_MISSING: (
        "Part {number} states no minimum number of words. Enter the minimum that applies."
    ),
    ProblemCode.MINIMUM_WORDS_UNCLEAR: (
        "Part {number} states several minimums: {amounts} words. Enter the one that applies."
    ),
    ProblemCode.LIST_INTERRUPTED: (
        "Other text stands between the {what} and was left out. Compare them with the page."
    ),
    ProblemCode.ITEM_EMPTY: "Among the {what} stands a number or bullet without text. Check it.",
    ProblemCode.ITEM_REPEATED: "The same text stands twice among the {what}. Check both.",
    ProblemCode.TEXT_TOO_LONG: (
        "The text of {what} has {length:,} characters; {limit:,} are allowed. Shorten it."
    ),
}


def problem(code: ProblemCode, **facts: object) -> Problem:
    """Return the problem ``code`` with its sentence, which names the ``facts``."""
    return Problem(code=code, message=_SAID[code].format(**facts))
