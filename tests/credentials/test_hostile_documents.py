"""Documents that are made to hurt: each ends in a finding, in bounded time, whatever it is."""

import copy
import json
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.credentials.canonical import LinkedData, TooCostly
from adapters.credentials.screening import DocumentNotReadable, read_json, refuse_unless_plain
from domain.credentials import OutcomeMet
from domain.values import JsonObject
from domain.verification import Verdict
from tests.credentials.badges import FACTS, achievement, at, badge, found, unsigned, verified

LONGEST_CPU = 4.0
"""Seconds of processor time that no document may take; the bounds allow about two."""


def _alike(size: int, document: JsonObject) -> None:
    """Things that only trying every order tells apart."""
    alignment = {"type": ["Alignment"], "targetName": "y", "targetUrl": "https://x.example.org/"}
    description = {"type": ["ResultDescription"], "name": "x", "resultType": "Status"}
    achievement(document)["resultDescription"] = [
        {**description, "alignment": [alignment] * size} for _ in range(size)
    ]


def _ring(size: int, document: JsonObject) -> None:
    """Nameless things that lead to each other in a circle."""
    at(document, "credentialSubject")["result"] = [
        {
            "id": f"_:b{number}",
            "type": ["Result"],
            "resultDescription": f"_:b{(number + 1) % size}",
            "achievedLevel": f"_:b{(number + 2) % size}",
        }
        for number in range(size)
    ]


def _tags(size: int, document: JsonObject) -> None:
    achievement(document)["tag"] = [str(number) for number in range(size)]


def _types(size: int, document: JsonObject) -> None:
    document["evidence"] = [
        {"id": f"https://x.example.org/{number}", "type": ["Evidence", "Profile", "Achievement"]}
        for number in range(size)
    ]


def _endorsed(size: int, document: JsonObject) -> None:
    for number in range(size):
        inner: JsonObject = {"id": f"https://x.example.org/{number}", "type": ["Profile"]}
        document["endorsement"] = [inner]
        document = inner


@pytest.mark.parametrize(
    "change",
    [
        *(partial(_alike, size) for size in (6, 7, 8, 30)),
        *(partial(_ring, size) for size in (8, 60, 200)),
        partial(_tags, 990),
        partial(_types, 700),
        partial(_endorsed, 18),
        lambda d: d.update(name="x" * 900_000),
        lambda d: d.update(id="https://" + "x" * 900_000),
        lambda d: d.update(validFrom="2026-01-01T00:00:00." + "0" * 900_000 + "Z"),
    ],
)
async def test_nothing_takes_long(change: Callable[[JsonObject], None]) -> None:
    """Proves: what is costly is refused or judged within its bound, and is never good."""
    document = await badge()
    change(document)
    begun = time.process_time()
    verification = await verified(document)
    assert time.process_time() - begun < LONGEST_CPU
    assert verification.verdict in (Verdict.UNREADABLE, Verdict.NOT_GENUINE)


def test_the_bound_on_canonicalising_is_what_refuses() -> None:
    """Proves: the cost is bounded where it arises, not only by the screens before it."""
    document = unsigned()
    _alike(7, document)
    with pytest.raises(TooCostly):
        LinkedData().statements(document)


SPELLED_OUT = (
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b"{}",
    b"\xff\xfe{}",
    b'{"a":1,"a":2}',
    b'{"a":NaN}',
    b'{"a":1e999}',
    b'{"a":"\\ud800"}',
    b'{"a":' + b"9" * 5000 + b"}",
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b"[" * 100_000,
    b"a.b.c",
    b"." * 1000,
    b"e30.e30.",
    b"a" * 2_000_000,
    b'{"@context":["https://www.w3.org/ns/credentials/v2"],"type":[[]]}',
)


@pytest.mark.parametrize("document", SPELLED_OUT, ids=range(len(SPELLED_OUT)))
async def test_what_is_no_credential_is_a_finding(document: bytes) -> None:
    """Proves: no bytes bring the verifier down; each is answered with a sentence."""
    verification = await verified(document)
    assert verification.verdict is Verdict.UNREADABLE
    assert verification.says is None
    assert verification.checks[0].sentence.endswith(".")


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update({"@context": [*d["@context"], {"name": "https://x.example.org/"}]}),
        lambda d: d.update({"@context": [*d["@context"], "https://x.example.org/context"]}),
        lambda d: d.update({"@context": d["@context"] * 3}),
        lambda d: d.update({"@included": []}),
        lambda d: at(d, "issuer").update({"@context": []}),
        lambda d: at(d, "issuer").update({"@reverse": {}}),
        lambda d: d.update({"https://www.w3.org/2018/credentials#validUntil": "2020-01-01"}),
        lambda d: d.update(
            type=["VerifiableCredential", "OpenBadgeCredential", "OpenBadgeCredential"]
        ),
        lambda d: _tags(1_001, d),
        lambda d: _types(2_000, d),
        lambda d: _endorsed(40, d),
        lambda d: d.update(evidence=[{"id": "https://x.example.org/1", "type": "Evidence"}] * 30),
    ],
)
def test_what_no_honest_badge_has_is_refused_first(change: Callable[[JsonObject], None]) -> None:
    """Proves: disguised names, other vocabularies and repetition never reach the reader of data."""
    document = unsigned()
    change(document)
    with pytest.raises(DocumentNotReadable):
        refuse_unless_plain(document)


def test_the_largest_badge_of_ours_is_plain() -> None:
    """Proves: no micro-credential that the catalogue takes is refused by the screens."""
    outcomes = tuple(
        OutcomeMet(number=number, text="x" * 2_000, details=("y" * 200,) * 50)
        for number in range(1, 51)
    )
    document = unsigned(FACTS.model_copy(update={"outcomes": outcomes, "overview": "z" * 20_000}))
    refuse_unless_plain(read_json(json.dumps(document)))


def leaves(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the place of every value that holds no other."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, (*path, name))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from leaves(each, (*path, index))
    else:
        yield path


def changed(document: JsonObject, path: tuple[str | int, ...], value: object) -> JsonObject:
    """Return the document with another value at a place."""
    copied = copy.deepcopy(document)
    place: object = copied
    for step in path[:-1]:
        place = place[step]  # type: ignore[index]
    place[path[-1]] = value  # type: ignore[index]
    return copied


async def test_no_single_value_can_be_changed() -> None:
    """Proves: whichever value of a badge is changed, the badge is not good any more."""
    whole = await badge()
    accepted = []
    for path in leaves(whole):
        value: object = whole
        for step in path:
            value = value[step]  # type: ignore[index]
        other = f"{value}x" if isinstance(value, str) else not value
        if (await verified(changed(whole, path, other))).is_valid:
            accepted.append(path)
    assert accepted == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
async def test_no_document_brings_the_verifier_down(data: st.DataObject) -> None:
    """Proves: any JSON at any place of a badge ends in a verdict, never in an error or a yes."""
    whole = unsigned()
    whole["proof"] = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022"}
    path = data.draw(st.sampled_from([(name,) for name in whole] + list(leaves(whole))))
    verification = await verified(changed(whole, path, data.draw(JSON)))
    assert verification.verdict in (
        Verdict.UNREADABLE,
        Verdict.NOT_GENUINE,
        Verdict.NOT_CONFIRMED,
        Verdict.FLAWED,
    )
    assert found(verification)
