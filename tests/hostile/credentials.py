"""Credentials to be checked: any document gets a verdict, and none of them a good one that we did
not sign, or that was changed since.

The first byte chooses: a document, a change to a badge that we signed (merged into it), or bytes
put into its signed text at the place that the next two bytes name."""

import asyncio
import json
from functools import cache
from typing import NamedTuple

from hypothesis import strategies as st

from adapters.credentials.verifying import CredentialVerifier
from domain.values import JsonObject
from domain.verification import Verification
from tests.credentials.badges import (
    FACTS,
    LATER,
    LIST,
    badge,
    signer,
    status_list,
    unsigned,
    verifier,
)
from tests.hostile.limits import MIB, Bound
from tests.hostile.target import Growing, Target
from tests.hostile.texts import HOSTILE, bytes_of, can_be_kept, spoiled


class Ours(NamedTuple):
    """What we signed, and who checks it."""

    badge: JsonObject
    token: bytes
    status: bytes
    verifier: CredentialVerifier
    verification: Verification


@cache
def _ours() -> Ours:
    async def made() -> Ours:
        signed, status, checks = await signer().sign(FACTS), await status_list(), verifier()
        whole = await badge()
        verification = await checks.verify(json.dumps(whole).encode(), {LIST: status}, LATER)
        assert verification.is_valid
        assert signed.jwt is not None
        return Ours(whole, signed.jwt.encode(), status, checks, verification)

    return asyncio.run(made())


def holds(content: bytes) -> None:
    """A verdict with a sentence for each check; a good one only of what we signed, as we did."""
    chosen, rest = (content[:1] or b"0")[0] % 3, content[1:]
    ours = _ours()
    if chosen == 0:
        assert not _verified(rest).is_valid
        return
    found = _verified(_merged(rest) if chosen == 1 else _put_in(rest))
    assert not found.is_valid or found.says == ours.verification.says


def _verified(document: bytes) -> Verification:
    ours = _ours()
    ours.verifier.status_list_named_in(document)
    found = asyncio.run(ours.verifier.verify(document, {LIST: ours.status}, LATER))
    assert all(check.sentence.endswith(".") for check in found.checks)
    assert can_be_kept(found.model_dump_json())
    return found


def _merged(patch: bytes) -> bytes:
    """Return our badge with a change, or the change itself if it is no object."""
    try:
        change: object = json.loads(patch)
    except (ValueError, RecursionError):
        return patch
    if not isinstance(change, dict):
        return patch
    return json.dumps({**_ours().badge, **change}).encode()


def _put_in(content: bytes) -> bytes:
    token = _ours().token
    place = int.from_bytes(content[:2]) % (len(token) + 1)
    return token[:place] + content[2:] + token[place:]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | HOSTILE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HOSTILE, inner, max_size=2),
    max_leaves=5,
)
_PLACES = (
    *("@context", "id", "type", "issuer", "validFrom", "validUntil", "credentialSubject", "proof"),
    *("credentialStatus", "name", "evidence", "awardedDate", "x", "@graph", "termsOfUse"),
)
_UNSIGNED = json.dumps(unsigned()).encode()


def _named(name: str, count: int) -> bytes:
    document = unsigned()
    issuer = document["issuer"]
    assert isinstance(issuer, dict)
    issuer["id"], issuer["name"] = "https://x.example.org", name * count
    return b"0" + json.dumps(document, ensure_ascii=False).encode()


def _listed(count: int) -> bytes:
    document = unsigned()
    document["credentialSchema"] = [
        {"id": f"https://x.example.org/{n}", "type": "X"} for n in range(count)
    ]
    return b"0" + json.dumps(document).encode()


TARGET = Target(
    holds=holds,
    made=st.dictionaries(st.sampled_from(_PLACES), _JSON, min_size=1, max_size=2).map(
        lambda change: b"1" + json.dumps(change).encode()
    )
    | spoiled(st.just(b"0" + _UNSIGNED))
    | st.tuples(st.binary(min_size=2, max_size=2), HOSTILE).map(
        lambda each: b"2" + each[0] + bytes_of(each[1])
    ),
    seeds=(
        b"0" + _UNSIGNED,
        b'1{"validUntil":"2030-01-01T00:00:00Z"}',
        b"2\x00\x09A",
        b"2\x00\x00=",
    ),
    growing=(
        Growing("issuer's name", lambda n: _named("\u0315\u0316", n), 10_000),
        Growing("long name", lambda n: _named("x", n), 100_000),
        Growing("schemas", _listed, 60),
        Growing("nesting", lambda n: b"0" + b'{"a":' * n + b"}" * n, 20_000),
        Growing("dots", lambda n: b"0" + b"." * n, 200_000),
    ),
    largest=(lambda: _named("\u0315\u0316", 160_000), lambda: _listed(990)),
    bound=Bound(memory=96 * MIB),
    examples=25,
    longest=8_000,
    words=tuple(f'"{place}":'.encode() for place in _PLACES),
)
