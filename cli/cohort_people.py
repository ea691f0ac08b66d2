"""The sample cohort's people: forty practitioners, and the two of operations. All are invented.

The eight assessors stand in ``samples/cohort/roster.csv``, as operations would import them.
"""

import re
import unicodedata
from typing import Final

from domain.catalog import CatalogKey
from domain.orders import Learner
from domain.values import Value

MEETINGS: Final = CatalogKey(library="missouri", slug="running-meetings-that-decide")
WELCOMING: Final = CatalogKey(library="general", slug="welcoming-new-teachers")
TALKING: Final = CatalogKey(library="general", slug="talking-about-teaching")
FAMILIES: Final = CatalogKey(library="general", slug="listening-to-families")
ON_SALE: Final = (MEETINGS, WELCOMING, TALKING, FAMILIES)
"""Everything that the sample catalogue publishes."""

SIGN_IN_ASSESSOR: Final = "w.drace@assess.example.org"
"""Who assesses the Missouri library: a newcomer's own submission is offered to nobody else."""

ON_LEAVE: Final = "a.ruizokafor@assess.example.org"
"""The assessor who is away, so that not every qualified one can be offered a round."""


class StaffMember(Value):
    """Somebody of operations."""

    name: str
    address: str


OPERATIONS: Final = (
    StaffMember(name="Rosalind Achterberg", address="rosalind@laurel.example.org"),
    StaffMember(name="Tomasz Iweala", address="tomasz@laurel.example.org"),
)


class School(Value):
    """Where practitioners work; its office pays."""

    name: str
    domain: str


_LINDENBROOK: Final = School(name="Lindenbrook School District", domain="lindenbrook.example.org")
_CEDAR_FLATS: Final = School(name="Cedar Flats Schools", domain="cedarflats.example.org")
_NORTH_PRAIRIE: Final = School(name="North Prairie R-IV", domain="northprairie.example.org")
_HARBOR_STREET: Final = School(name="Harbor Street Academy", domain="harborstreet.example.org")
_MILL_RIVER: Final = School(name="Mill River Unified", domain="millriver.example.org")
QUARRY_RIDGE: Final = School(name="Quarry Ridge District", domain="quarryridge.example.org")


class Person(Value):
    """One practitioner of the cohort: the number is part of every external id."""

    number: int
    name: str
    school: School
    key: CatalogKey

    @property
    def external_id(self) -> str:
        """The number of the order that bought it, the same at every start."""
        return f"cohort-{self.number:02}"

    @property
    def address(self) -> str:
        """First and last name at the school."""
        plain = unicodedata.normalize("NFKD", self.name.lower()).encode("ascii", "ignore").decode()
        return f"{'.'.join(re.findall(r'[a-z]+', plain))}@{self.school.domain}"

    @property
    def learner(self) -> Learner:
        """The same person as an order names them."""
        return Learner(name=self.name, address=self.address, organization=self.school.name)


_NAMED: Final = (
    ("Adaeze Holloway", _LINDENBROOK, MEETINGS),
    ("Bartholomew Nguyen", _NORTH_PRAIRIE, MEETINGS),
    ("Catalina Brightwater", _MILL_RIVER, MEETINGS),
    ("Declan Oyelaran", _HARBOR_STREET, WELCOMING),
    ("Esperanza Kowalczyk", QUARRY_RIDGE, TALKING),
    ("Fitzgerald Tanaka", _CEDAR_FLATS, FAMILIES),
    ("Genevieve Osei", _NORTH_PRAIRIE, WELCOMING),
    ("Humberto Lindgren", QUARRY_RIDGE, FAMILIES),
    ("Ifeoma Castellanos", QUARRY_RIDGE, WELCOMING),
    ("Jedediah Parrish", _LINDENBROOK, WELCOMING),
    ("Katarzyna Mbeki", _MILL_RIVER, WELCOMING),
    ("Lorenzo Fairbanks", _HARBOR_STREET, WELCOMING),
    ("Maeve Villaseñor", _LINDENBROOK, MEETINGS),
    ("Nikolai Abernethy", QUARRY_RIDGE, TALKING),
    ("Oluwaseun Brandt", _NORTH_PRAIRIE, WELCOMING),
    ("Persephone Diallo", _LINDENBROOK, WELCOMING),
    ("Quentin Yamamoto", _MILL_RIVER, WELCOMING),
    ("Rafaela Thorsen", _HARBOR_STREET, WELCOMING),
    ("Sebastián Okoro", _NORTH_PRAIRIE, WELCOMING),
    ("Thandiwe Merriweather", _LINDENBROOK, WELCOMING),
    ("Ulrich Bhattacharya", _MILL_RIVER, WELCOMING),
    ("Valentina Crowfoot", _HARBOR_STREET, WELCOMING),
    ("Wendell Nakashima", _NORTH_PRAIRIE, WELCOMING),
    ("Ximena Ferguson", _LINDENBROOK, WELCOMING),
    ("Yevgenia Ballard", _MILL_RIVER, WELCOMING),
    ("Zachariah Montoya", _HARBOR_STREET, WELCOMING),
    ("Aurelio Whitcombe", _NORTH_PRAIRIE, WELCOMING),
    ("Birgit Onyango", _LINDENBROOK, WELCOMING),
    ("Cordelia Vasquez", _MILL_RIVER, MEETINGS),
    ("Dmitri Applewhite", _HARBOR_STREET, WELCOMING),
    ("Eleonora Chukwu", _CEDAR_FLATS, WELCOMING),
    ("Florian Delacroix", _LINDENBROOK, WELCOMING),
    ("Guadalupe Eriksen", _NORTH_PRAIRIE, MEETINGS),
    ("Hyacinth Rutherford", _MILL_RIVER, WELCOMING),
    ("Isidro Vandermeer", QUARRY_RIDGE, WELCOMING),
    ("Josephine Tewolde", QUARRY_RIDGE, WELCOMING),
    ("Kwabena Sorensen", QUARRY_RIDGE, MEETINGS),
    ("Leocadia Pemberton", _HARBOR_STREET, WELCOMING),
    ("Mordecai Alvarez", _CEDAR_FLATS, FAMILIES),
    ("Nneka Stavros", _NORTH_PRAIRIE, FAMILIES),
)

PRACTITIONERS: Final = tuple(
    Person(number=number, name=name, school=school, key=key)
    for number, (name, school, key) in enumerate(_NAMED, start=1)
)
"""All forty, by number from 1."""


def person(number: int) -> Person:
    """Return the practitioner of that number."""
    return PRACTITIONERS[number - 1]


class SampleForm(Value):
    """An order form of a school: who is on it, and for which micro-credential each."""

    number: str
    school: School
    purchase_order: str
    lines: tuple[tuple[int, CatalogKey], ...]


PAID_FORM: Final = SampleForm(
    number="cohort-form-1",
    school=QUARRY_RIDGE,
    purchase_order="QR-2041",
    lines=tuple((number, person(number).key) for number in (5, 8, 9, 14)),
)
"""How four of the cohort got there: their district paid for them together."""

UNPAID_FORM: Final = SampleForm(
    number="cohort-form-2",
    school=QUARRY_RIDGE,
    purchase_order="QR-2077",
    lines=((35, TALKING), (36, TALKING), (37, FAMILIES)),
)
"""What the district wants next for three who are done; its money has not come yet."""
