"""What verifiers of others read: keys and lists of revocations, open to all, and no secret."""

import json
import shutil
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest

from adapters.credentials.key_ring import PUBLIC_FILE
from adapters.records.credential_values import CredentialView
from tests.house import OPS, House
from tests.portal.credentials import awarded, issuing
from tests.portal.served import Portal
from tests.portal.test_credential_checking import bring

DID_WEB = "did:web:badges.example.org"


@pytest.fixture(scope="module")
async def one(house: House) -> CredentialView:
    """A credential that counts."""
    return await awarded(house, "credential-published")


async def test_the_portal_needs_the_public_half_alone(
    house: House, portal: Portal, one: CredentialView, tmp_path: Path
) -> None:
    """Proves: with nothing but the published keys the page verifies, files are checked and the keys
    are served; no answer has a private part.
    """
    shutil.copy(house.settings.keys_dir / PUBLIC_FILE, tmp_path / PUBLIC_FILE)
    async with issuing(house, keys_dir=tmp_path) as site:
        browser = site.browser()
        await browser.get(f"/credentials/{one.id}")
        assert "✓ Genuine" in browser.text
        assert "✓ Genuine" in await bring(browser, (await site.kept(one.id)).body)
        keys = (await browser.client.get("/.well-known/jwks.json")).json()["keys"]
    assert {key["kty"] for key in keys} == {"OKP", "RSA"}
    secret = {"d", "p", "q", "dp", "dq", "qi", "k"}
    assert not any(secret & key.keys() for key in keys)


async def test_the_key_of_a_token_is_one_key(
    house: House, portal: Portal, one: CredentialView
) -> None:
    """Proves: the ``kid`` of the VC-JWT leads to one JWK, no set, and may be kept for ever."""
    async with issuing(house) as site:
        kept = await site.kept(one.id)
        assert kept.jwt is not None
        header = json.loads(_unpadded(kept.jwt.split(".")[0]))
        answer = await site.browser().client.get(header["kid"])
        unknown = await site.browser().client.get("/keys/nobody")
    assert answer.json()["kty"] == "RSA"
    assert answer.json()["kid"] == header["kid"]
    assert "immutable" in answer.headers["cache-control"]
    assert unknown.status_code == 404


def _unpadded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


async def test_the_status_list_is_served_as_it_was_signed(
    house: House, portal: Portal, one: CredentialView, library: str
) -> None:
    """Proves: the kept bytes, a short cache, an ETag that changes with the next revocation."""
    address = f"/credentials/status/{one.status.list_id}"
    async with issuing(house) as site:
        client = site.browser().client
        first = await client.get(address)
        tag = first.headers["etag"]
        unchanged = await client.get(address, headers={"if-none-match": tag})
        revoked = await awarded(house, library)
        await house.credentials.revoke(revoked.id, OPS)
        after = await client.get(address, headers={"if-none-match": tag})
        kept = (await site.kept(one.id)).status_body
        missing = await client.get("/credentials/status/lnowhere")
    assert unchanged.status_code == 304
    assert unchanged.content == b""
    assert after.status_code == 200
    assert after.content == kept
    assert first.headers["content-type"] == "application/vc+ld+json"
    assert first.headers["cache-control"] == "public, max-age=60"
    assert missing.status_code == 404


@pytest.mark.parametrize(
    ("issuer", "found"),
    [
        ("did:key", "/.well-known/did.json"),
        (DID_WEB, "/.well-known/did.json"),
        (f"{DID_WEB}:programme:badges", "/programme/badges/did.json"),
    ],
)
async def test_the_issuer_s_document_is_where_its_id_says(
    house: House, portal: Portal, one: CredentialView, issuer: str, found: str
) -> None:
    """Proves: each form of issuer is served at its own place, and at no other."""
    places = {"/.well-known/did.json", "/programme/badges/did.json", "/elsewhere/did.json"}
    async with issuing(house, credential_issuer=issuer) as site:
        client = site.browser().client
        answers = {place: await client.get(place) for place in places}
    assert {place for place, answer in answers.items() if answer.status_code == 200} == {found}
    document = answers[found].json()
    assert document["id"].startswith(issuer)
    assert document["assertionMethod"]
    assert all(method.startswith(document["id"]) for method in document["assertionMethod"])


async def test_what_verifiers_read_is_open_to_pages_of_others(
    house: House, portal: Portal, one: CredentialView
) -> None:
    """Proves: a wallet's page may fetch all of it, without cookies; nothing of it is guessed at."""
    async with issuing(house) as site:
        client = site.browser().client
        for address in (
            "/.well-known/did.json",
            "/.well-known/jwks.json",
            f"/credentials/status/{one.status.list_id}",
            f"/credentials/{one.id}.json",
        ):
            headers = (await client.get(address)).headers
            assert headers["access-control-allow-origin"] == "*", address
            assert headers["cross-origin-resource-policy"] == "cross-origin"
            assert headers["x-content-type-options"] == "nosniff"
            assert "set-cookie" not in headers


async def test_without_keys_it_says_what_to_do(
    house: House, portal: Portal, tmp_path: Path
) -> None:
    """Proves: an installation that never signed has no issuer yet, and its sets are empty."""
    async with issuing(house, keys_dir=tmp_path) as site:
        client = site.browser().client
        document = await client.get("/.well-known/did.json", headers={"accept": "*/*"})
        keys = await client.get("/.well-known/jwks.json")
    assert document.json()["code"] == "no_signing_keys"
    assert keys.json() == {"keys": []}


async def test_what_a_credential_stands_for_stays(
    house: House, portal: Portal, one: CredentialView
) -> None:
    """Proves: the achievement's own address is a page with an anchor for every result that the
    signed document names; unknown versions and odd addresses are not there.
    """
    async with issuing(house) as site:
        document = json.loads((await site.kept(one.id)).body)
        achievement = document["credentialSubject"]["achievement"]
        browser = site.browser()
        source = await browser.get(achievement["id"])
        assert "A shared plan." in browser.text
        for described in achievement["resultDescription"]:
            levels = described.get("rubricCriterionLevel", [])
            for named in (described["id"], *(level["id"] for level in levels)):
                page, _, anchor = named.partition("#")
                assert page == achievement["id"]
                assert f'id="{anchor}"' in source
        assert f'id="{achievement["criteria"]["id"].partition("#")[2]}"' in source
        base = achievement["id"].removesuffix("/1")
        for odd in ("/2", "/0", "/99999999999999999999", "/x"):
            await browser.get(base + odd, status=404)
