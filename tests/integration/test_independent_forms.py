"""Every form in which a credential travels, every value in it, and the check itself."""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from adapters.credentials.baking import bake_png, bake_svg
from tests.integration.independence import (
    FACTS,
    RECIPIENT,
    SVG,
    Bench,
    leaves,
    opinions,
    second_opinion,
    with_part,
)
from tools.verifier import FOLDER

ORDER_MATTERS = {"@context"}
"""The only array of a credential whose order means something."""


def png() -> bytes:
    """Return a picture of one pixel."""
    content = io.BytesIO()
    Image.new("RGB", (1, 1)).save(content, "PNG")
    return content.getvalue()


async def test_what_is_baked_is_what_was_signed(bench: Bench) -> None:
    """Proves: both take the picture in both formats, read by decoders that are not ours."""
    signed = await bench.issuer.signer.sign(FACTS)
    pictures = [
        bench.write(bake_png(png(), signed.body), "badge.png"),
        bench.write(bake_svg(SVG, signed.body), "badge.svg"),
    ]
    issuer = bench.issuer.public.issuer_id
    assert [each.code for each in opinions(pictures, [issuer], bench.documents)] == ["fine"] * 2
    assert [second_opinion(each, bench.key, RECIPIENT).exit for each in pictures] == [0, 0]


async def test_a_picture_that_is_damaged_empty_or_full_is_not_believed(bench: Bench) -> None:
    """Proves: no credential, two of them, a broken chunk and an entity each have their code."""
    signed = await bench.issuer.signer.sign(FACTS)
    baked = bake_png(png(), signed.body)
    start = baked.index(b"iTXt") - 4
    end = start + 12 + int.from_bytes(baked[start : start + 4], "big")
    flipped = bytearray(baked)
    flipped[end - 10] ^= 1
    entity = b'<!DOCTYPE svg [<!ENTITY a "b">]>' + bake_svg(SVG, signed.body)
    files = [
        bench.write(png(), "empty.png"),
        bench.write(SVG, "empty.svg"),
        bench.write(baked[:end] + baked[start:], "twice.png"),
        bench.write(bytes(flipped), "flipped.png"),
        bench.write(entity, "entity.svg"),
        bench.write(b"{", "broken.json"),
        bench.write({"type": ["VerifiableCredential"]}, "other.json"),
    ]
    said = opinions(files, [bench.issuer.public.issuer_id], bench.documents)
    assert [(each.code, each.exit) for each in said] == [
        ("no_credential", 11),
        ("no_credential", 11),
        ("two_credentials", 12),
        ("unreadable", 10),
        ("unreadable", 10),
        ("unreadable", 10),
        ("not_a_badge", 13),
    ]


async def test_the_token_says_the_same(bench: Bench) -> None:
    """Proves: the VC-JWT is taken by both, by its RSA key; a changed one, and one whose key is
    not at hand, are not.
    """
    token = (await bench.issuer.signer.sign(FACTS)).jwt
    assert token is not None
    said = bench.judged(token.encode())
    assert (said.code, said.found["proof"], said.found["status"]) == ("fine", "passed", "passed")
    (bench.folder / "rsa.pem").write_bytes(bench.issuer.jwt_pem)
    bench.key = bench.folder / "rsa.pem"
    assert bench.is_taken_by_the_second(token.encode())
    header, payload, signature = token.split(".")
    middle = len(payload) // 2
    other = "A" if payload[middle] != "A" else "B"
    changed = ".".join((header, payload[:middle] + other + payload[middle + 1 :], signature))
    forged = ".".join((header, payload, signature[:-8] + "AAAAAAAA"))
    assert not bench.is_taken_by_the_second(forged.encode())
    files = [bench.write(each.encode(), f"{len(each)}-{each[-4:]}") for each in (changed, forged)]
    said_of = opinions(files, [bench.issuer.public.issuer_id], bench.documents)
    assert said_of[1].code == "changed_after_signing"
    assert said_of[0].code in {"changed_after_signing", "unreadable"}  # it may be JSON no more
    (bench.documents / "jwks.json").unlink()
    assert bench.judged(token.encode()).code == "key_not_at_hand"


def spoiled(value: object) -> list[object]:
    """Return what a value is changed into: a little more, a little less, nothing."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1, 0 if value else 1]
    assert isinstance(value, str)
    return [f"{value}x", value[:-1], f"{value} ", ""]


async def test_no_value_of_a_badge_can_be_changed(bench: Bench) -> None:
    """Proves: whatever single value of the signed document is changed, whether a name, a level, a
    date, a key or the signature itself, the badge is refused; and the badge that was not, is not.
    """
    badge = await bench.issuer.badge()
    found = list(leaves(badge))
    mutants = {
        f"{steps} = {other!r}": with_part(badge, steps, other)
        for steps, value in found
        for other in spoiled(value)
        if other != value
    }
    files = [bench.write(each, f"{number}.json") for number, each in enumerate(mutants.values())]
    said = opinions([bench.write(badge), *files], [bench.issuer.public.issuer_id], bench.documents)
    assert said[0].code == "fine"
    assert len(files) > 3 * len(found) > 200
    verdicts = dict(zip(mutants, said[1:], strict=True))
    assert [what for what, each in verdicts.items() if each.verified or each.exit < 10] == []


async def test_the_order_of_lists_says_nothing(bench: Bench) -> None:
    """Proves: what is known not to be protected is not relied on: with every list the other way
    round the signature holds, and the results are still read right, by points.
    """

    def turned(value: object, name: str = "") -> object:
        if isinstance(value, dict):
            return {each: turned(inside, each) for each, inside in value.items()}
        if isinstance(value, list):
            inside = [turned(each) for each in value]
            return inside if name in ORDER_MATTERS else inside[::-1]
        return value

    badge = await bench.issuer.badge()
    other = turned(badge)
    assert isinstance(other, dict)
    assert json.dumps(other) != json.dumps(badge)
    assert bench.judged(other).code == "fine"


async def test_it_says_how_a_network_was_kept_away(bench: Bench) -> None:
    """Proves: where no namespace can be had, Node itself is shut, and the check says which."""
    node = shutil.which("node")
    assert node is not None
    alone = bench.folder / "bin"
    alone.mkdir()
    (alone / "node").symlink_to(node)
    file = bench.write(await bench.issuer.badge())
    run = subprocess.run(
        [
            *(node, FOLDER / "verify.mjs", "--documents", bench.documents),
            *("--issuer", bench.issuer.public.issuer_id, file),
        ],
        capture_output=True,
        check=True,
        env={**os.environ, "PATH": str(alone)},
    )
    assert json.loads(run.stdout)["isolation"] == "network shut inside Node"


ATTEMPTS = """
import {shutNetwork, attempts} from './offline.mjs';
import net from 'node:net';
import http from 'node:http';
import dns, {lookup} from 'node:dns';
shutNetwork();
const reaching = [
  () => fetch('http://127.0.0.1:9/'), () => net.connect(9, '127.0.0.1'),
  () => http.get('http://127.0.0.1:9/'), () => lookup('localhost', () => {}),
  () => dns.promises.resolve('example.org'),
];
let refused = 0;
for(const reach of reaching) {
  try { await reach(); } catch(error) { refused += 1; }
}
console.log(JSON.stringify([reaching.length, refused, attempts().length]));
"""


@pytest.mark.usefixtures("bench")
def test_no_way_out_of_node_is_left_open(tmp_path: Path) -> None:
    """Proves: the ways in which Node reaches a network throw, and each attempt is written down."""
    run = subprocess.run(
        ["node", "--input-type=module", "--eval", ATTEMPTS],
        capture_output=True,
        text=True,
        check=True,
        cwd=FOLDER,
    )
    tried, refused, written = json.loads(run.stdout)
    assert tried == refused == written
    assert list(tmp_path.iterdir())


def test_its_documents_say_what_it_does() -> None:
    """Proves: its table of exit codes is the program's own, and its schema is the one named."""
    told = (FOLDER / "README.md").read_text()
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", told, re.MULTILINE)
    codes = re.findall(r"^  (\w+): (\d+),$", (FOLDER / "findings.mjs").read_text(), re.MULTILINE)
    assert {code: number for number, code in rows} == {**dict(codes), "unforeseen": "1"}
    schema = (FOLDER / "schema" / "achievementcredential.json").read_bytes()
    assert f"`{hashlib.sha256(schema).hexdigest()}`" in told


def test_the_lock_file_names_no_registry() -> None:
    """Proves: packages come from wherever npm is told to look, each with its hash."""
    packages = json.loads((FOLDER / "package-lock.json").read_text())["packages"]
    others = {name: each for name, each in packages.items() if name}
    assert len(others) > 30
    assert [name for name, each in others.items() if "resolved" in each] == []
    assert [name for name, each in others.items() if "integrity" not in each] == []
