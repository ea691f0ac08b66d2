"""The order form that a school's office fills in as a page: read, checked, and put into words."""

from collections.abc import Mapping, Sequence

from adapters.records.shop_views import Offer
from domain.catalog import CatalogKey
from domain.catalog_keys import KeyNotValid, catalog_key
from domain.line_problems import FileProblems, LineProblem
from domain.order_form import Choice, OrderForm
from domain.pasted_learners import read_pasted
from domain.shopping import address_fault, text_fault
from domain.values import Value

LONGEST_PURCHASE_ORDER = 120
"""Characters, as ``domain.orders`` takes them."""

_EXCERPT = 80


class ProblemAt(Value):
    """A line that cannot be taken: where it stands, how it reads, and what to do."""

    line: int
    text: str
    sentence: str


class NotYet(Value):
    """Why the form cannot be taken yet: what is wrong with which field, and in which lines."""

    wrong: dict[str, str]
    problems: tuple[ProblemAt, ...] = ()


class Total(Value):
    """How many learners get one micro-credential, and what that comes to at list prices (cents)."""

    title: str
    library: str
    learners: int
    price_cents: int


def read_form(
    given: Mapping[str, str], learners: bytes, offers: Sequence[Offer]
) -> OrderForm | NotYet:
    """Return the whole form, or everything that has to be put right; never a half."""
    wrong = _wrong_fields(given)
    if not learners.strip():
        return NotYet(wrong=wrong | {"learners": "Please name at least one learner."})
    choice = Choice(
        for_all=_key_for_all(given.get("micro_credential", "")),
        for_sale=frozenset(offer.entry.key for offer in offers),
    )
    read = read_pasted(learners, choice)
    if isinstance(read, FileProblems):
        return NotYet(wrong=wrong, problems=placed(read.problems, learners))
    if wrong:
        return NotYet(wrong=wrong)
    return OrderForm(
        payer_name=given["payer_name"].strip(),
        payer_address=given["payer_address"],
        payer_organization=given["payer_organization"].strip(),
        purchase_order=given["purchase_order"].strip(),
        lines=read.lines,
    )


def totals(form: OrderForm, offers: Sequence[Offer]) -> tuple[Total, ...]:
    """Return what the form comes to, one line for each micro-credential."""
    keys = [CatalogKey(library=line.library, slug=line.slug) for line in form.lines]
    return tuple(
        Total(
            title=offer.entry.title,
            library=offer.entry.library,
            learners=keys.count(offer.entry.key),
            price_cents=keys.count(offer.entry.key) * offer.entry.price_cents,
        )
        for offer in offers
        if offer.entry.key in keys
    )


def _wrong_fields(given: Mapping[str, str]) -> dict[str, str]:
    asked = {
        "payer_organization": text_fault(given.get("payer_organization", ""), is_required=True),
        "payer_name": text_fault(given.get("payer_name", ""), is_required=True),
        "payer_address": address_fault(given.get("payer_address", "")),
        "purchase_order": text_fault(
            given.get("purchase_order", ""), is_required=True, longest=LONGEST_PURCHASE_ORDER
        ),
    }
    return {name: sentence for name, sentence in asked.items() if sentence}


def _key_for_all(text: str) -> CatalogKey | None:
    try:
        return catalog_key(text)
    except KeyNotValid:
        return None  # every line names its own


def placed(problems: Sequence[LineProblem], learners: bytes) -> tuple[ProblemAt, ...]:
    """Return each problem beside the line of the file as it was typed."""
    lines = learners.decode(errors="replace").splitlines()
    return tuple(
        ProblemAt(
            line=problem.line,
            text=_excerpt(lines[problem.line - 1]) if problem.line <= len(lines) else "",
            sentence=problem.sentence,
        )
        for problem in problems
    )


def _excerpt(line: str) -> str:
    plain = "".join(char if char.isprintable() else " " for char in line)
    return plain if len(plain) <= _EXCERPT else plain[: _EXCERPT - 1] + "…"
