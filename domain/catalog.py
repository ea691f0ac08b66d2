"""The catalogue: micro-credentials with what is learned, what is scored and what has to be written.

An entry is known by library and slug, never by its title, because the same title stands in two
libraries (domain.md, "Catalogue"). Entries are values: a change makes a new one, and a published
version is never touched again. What is scored are the details under each essential outcome; staff
enter them, because published pages do not carry them.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from domain.catalog_refusals import (
    DetailEmpty,
    DetailNotPlain,
    DetailRepeated,
    DetailTooLong,
    EntryWithoutOutcomes,
    EntryWithoutOverview,
    EntryWithoutPart,
    EntryWithoutQuestions,
    EntryWithoutWordRule,
    OutcomeUnknown,
    OutcomeWithoutDetail,
    PartUnknown,
    TooManyDetails,
)
from domain.normalizing import normalized
from domain.refusals import Refusal

GENERAL_LIBRARY = "general"
MISSOURI_LIBRARY = "missouri"

TITLE_LIMIT = 300
OVERVIEW_LIMIT = 20_000
OUTCOME_LIMIT = 2_000
DETAIL_LIMIT = 2_000
QUESTION_LIMIT = 2_000
SLUG_LIMIT = 100
OUTCOMES_LIMIT = 50
DETAILS_LIMIT = 50
QUESTIONS_LIMIT = 100
MINIMUM_WORDS_LIMIT = 100_000

OVERVIEW_PART, PORTFOLIO_PART, REFLECTION_PART = 1, 2, 3
PART_NUMBERS = (OVERVIEW_PART, PORTFOLIO_PART, REFLECTION_PART)
WRITTEN_PARTS = (OVERVIEW_PART, REFLECTION_PART)

# Marks that reorder what a reader sees: a detail must read as it is stored.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_plain(text: str, *, allowed: str = "") -> bool:
    """Say whether ``text`` holds no control character, apart from those in ``allowed``."""
    return not any(
        (unicodedata.category(each) in ("Cc", "Cs") or each in _REORDERING) and each not in allowed
        for each in text
    )


def _plain(text: str) -> str:
    if not is_plain(text, allowed="\n"):
        raise ValueError("holds control characters")
    return text


def _text(limit: int, least: int = 1) -> tuple[StringConstraints, AfterValidator]:
    bounds = StringConstraints(strip_whitespace=True, min_length=least, max_length=limit)
    return bounds, AfterValidator(_plain)


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=SLUG_LIMIT)]
Title = Annotated[str, *_text(TITLE_LIMIT)]
Overview = Annotated[str, *_text(OVERVIEW_LIMIT, least=0)]
OutcomeText = Annotated[str, *_text(OUTCOME_LIMIT)]
DetailText = Annotated[str, *_text(DETAIL_LIMIT)]
QuestionText = Annotated[str, *_text(QUESTION_LIMIT)]
ShortText = Annotated[str, *_text(TITLE_LIMIT, least=0)]
Cents = Annotated[int, Field(ge=0)]


class ProblemCode(StrEnum):
    """What can be wrong with a page or an entry. Stable; the message beside it may be reworded."""

    NOT_A_LIBRARY_PAGE = "not_a_library_page"
    PAGE_TOO_LARGE = "page_too_large"
    TITLE_MISSING = "title_missing"
    OVERVIEW_MISSING = "overview_missing"
    OUTCOMES_MISSING = "outcomes_missing"
    OUTCOME_COUNT_DIFFERS = "outcome_count_differs"
    OUTCOMES_UNMARKED = "outcomes_unmarked"
    OUTCOME_WITHOUT_DETAIL = "outcome_without_detail"
    PART_MISSING = "part_missing"
    PART_REPEATED = "part_repeated"
    PART_TITLE_MISSING = "part_title_missing"
    UNEXPECTED_PART = "unexpected_part"
    QUESTIONS_MISSING = "questions_missing"
    QUESTION_COUNT_DIFFERS = "question_count_differs"
    QUESTIONS_UNMARKED = "questions_unmarked"
    MINIMUM_WORDS_MISSING = "minimum_words_missing"
    MINIMUM_WORDS_UNCLEAR = "minimum_words_unclear"
    LIST_INTERRUPTED = "list_interrupted"
    ITEM_EMPTY = "item_empty"
    ITEM_REPEATED = "item_repeated"
    OUTCOMES_REPEATED = "outcomes_repeated"
    TEXT_TOO_LONG = "text_too_long"


class _Value(BaseModel):
    """What all values of the catalogue share: nothing changes, nothing unknown slips in."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(_Value):
    """One thing that a programme officer has to look at, in a sentence that needs no code book."""

    code: ProblemCode
    message: str


class CatalogKey(_Value):
    """The identity of a micro-credential: the library it stands in, and its slug there."""

    library: Slug
    slug: Slug

    def __str__(self) -> str:
        return f"{self.library}/{self.slug}"


class Part(_Value):
    """One of the three parts: overview questions, portfolio with self-analysis, reflection.

    ``minimum_words`` is None where nothing is written (part 2), or where it is not yet known.
    """

    number: int = Field(ge=1, le=3)
    title: Title
    minimum_words: int | None = Field(default=None, ge=1, le=MINIMUM_WORDS_LIMIT)
    questions: tuple[QuestionText, ...] = Field(default=(), max_length=QUESTIONS_LIMIT)


class EssentialOutcome(_Value):
    """What a practitioner has to show, and under it the details that are scored one by one."""

    text: OutcomeText
    details: tuple[DetailText, ...] = Field(default=(), max_length=DETAILS_LIMIT)


class CatalogEntry(_Value):
    """A micro-credential as it is offered. Outcomes are numbered from 1, in the order of the page.

    Prices are in cents of ``currency``; ``pd_hours`` are hours of professional development;
    ``issuer`` is who awards, ``stack`` the group of micro-credentials that it belongs to.
    """

    library: Slug
    slug: Slug
    title: Title
    overview: Overview
    outcomes: tuple[EssentialOutcome, ...] = Field(default=(), max_length=OUTCOMES_LIMIT)
    parts: tuple[Part, ...] = ()
    price_cents: Cents = 0
    member_price_cents: Cents = 0
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    pd_hours: int = Field(default=0, ge=0)
    issuer: ShortText = ""
    stack: ShortText = ""

    @model_validator(mode="after")
    def _parts_stand_once_and_in_order(self) -> "CatalogEntry":
        numbers = [part.number for part in self.parts]
        if numbers != sorted(set(numbers)):
            raise ValueError("parts must stand once each, in order")
        return self

    @property
    def key(self) -> CatalogKey:
        """Return what identifies this micro-credential."""
        return CatalogKey(library=self.library, slug=self.slug)

    def part(self, number: int) -> Part:
        """Return the part with this number, or refuse with `PartUnknown`."""
        for part in self.parts:
            if part.number == number:
                return part
        raise PartUnknown(number=number)

    def outcome(self, number: int) -> EssentialOutcome:
        """Return the essential outcome with this number (from 1), or refuse: `OutcomeUnknown`."""
        if not 1 <= number <= len(self.outcomes):
            raise OutcomeUnknown(number=number, count=len(self.outcomes))
        return self.outcomes[number - 1]


def slug_of(title: str) -> str:
    """Return the slug that ``title`` gets: small ASCII letters, digits and single hyphens.

    A title without any Latin letter or digit gets a short, stable fingerprint; no title, none.
    """
    words = re.sub("['\u2018\u2019\u02bc]", "", title.replace("&", " and "))
    apart = "".join(each if each.isalnum() else f" {each}" for each in words)
    folded = normalized("NFKD", apart).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:SLUG_LIMIT].strip("-")
    if slug or not title.strip():
        return slug
    return "title-" + hashlib.sha256(title.strip().encode(errors="surrogatepass")).hexdigest()[:10]


def with_detail(entry: CatalogEntry, outcome_number: int, text: str) -> CatalogEntry:
    """Return ``entry`` with one more detail under an outcome (numbered from 1), or refuse."""
    outcome = entry.outcome(outcome_number)
    detail = text.strip()
    if not is_plain(detail):
        raise DetailNotPlain(number=outcome_number)
    if not any(each.isalnum() for each in detail):
        raise DetailEmpty(number=outcome_number)
    if len(detail) > DETAIL_LIMIT:
        raise DetailTooLong(length=len(detail), limit=DETAIL_LIMIT)
    if _said(detail) in map(_said, outcome.details):
        raise DetailRepeated(number=outcome_number)
    if len(outcome.details) >= DETAILS_LIMIT:
        raise TooManyDetails(number=outcome_number, limit=DETAILS_LIMIT)
    extended = EssentialOutcome(text=outcome.text, details=(*outcome.details, detail))
    before, after = entry.outcomes[: outcome_number - 1], entry.outcomes[outcome_number:]
    return entry.model_copy(update={"outcomes": (*before, extended, *after)})


def _said(text: str) -> str:
    """Two details that differ in case, spacing or the final stop alone say the same."""
    return " ".join(text.casefold().split()).rstrip(".")


def publication_problems(entry: CatalogEntry) -> tuple[Problem, ...]:
    """List everything that keeps ``entry`` from being published, gravest first."""
    return tuple(
        Problem(code=ProblemCode(refusal.code), message=str(refusal))
        for refusal in map(_refusal_for, _RULES, [entry] * len(_RULES))
        if refusal is not None
    )


def refuse_unless_publishable(entry: CatalogEntry) -> None:
    """Refuse to publish ``entry`` for the gravest reason there is, if there is one."""
    for rule in _RULES:
        refusal = _refusal_for(rule, entry)
        if refusal is not None:
            raise refusal


# A rule names the numbers (of outcomes or parts) that break it; 0 stands for the entry itself.
_Rule = tuple[type[Refusal], Callable[[CatalogEntry], list[int]]]


def _refusal_for(rule: _Rule, entry: CatalogEntry) -> Refusal | None:
    kind, breaches = rule
    numbers = breaches(entry)
    return kind(numbers=", ".join(map(str, numbers))) if numbers else None


def _outcomes_without_detail(entry: CatalogEntry) -> list[int]:
    return [number for number, each in enumerate(entry.outcomes, start=1) if not each.details]


def _parts_missing(entry: CatalogEntry) -> list[int]:
    present = {part.number for part in entry.parts}
    return [number for number in PART_NUMBERS if number not in present]


def _parts_without_questions(entry: CatalogEntry) -> list[int]:
    return [p.number for p in entry.parts if p.number == OVERVIEW_PART and not p.questions]


def _parts_without_word_rule(entry: CatalogEntry) -> list[int]:
    return [p.number for p in entry.parts if p.number in WRITTEN_PARTS and p.minimum_words is None]


_RULES: tuple[_Rule, ...] = (
    (EntryWithoutOutcomes, lambda entry: [] if entry.outcomes else [0]),
    (OutcomeWithoutDetail, _outcomes_without_detail),
    (EntryWithoutPart, _parts_missing),
    (EntryWithoutQuestions, _parts_without_questions),
    (EntryWithoutWordRule, _parts_without_word_rule),
    (EntryWithoutOverview, lambda entry: [] if entry.overview else [0]),
)
