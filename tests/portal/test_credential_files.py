"""The files of a credential: whose they are, who else gets them, and that nothing touches them."""

import io

import pytest
from PIL import Image

from adapters.credentials.unbaking import unbake
from adapters.records.credential_values import CredentialView
from adapters.records.sharing_book import SharingBook
from domain.sharing import Sharing
from portal.site import now
from tests.house import House
from tests.portal.credentials import awarded, issuing
from tests.portal.served import Portal

SIGNED = {"badge.json": "application/vc+ld+json", "badge.jwt": "text/plain; charset=utf-8"}

MADE = {
    "badge.png": "image/png",
    "badge.svg": "image/svg+xml",
    "certificate.pdf": "application/pdf",
}
GIVES = Sharing(shows_name=True, gives_files=True)


@pytest.fixture(scope="module")
async def one(house: House) -> CredentialView:
    """A credential that counts, of which nothing was chosen."""
    return await awarded(house, "credential-files")


@pytest.fixture(scope="module")
async def given(house: House) -> CredentialView:
    """A credential whose holder gives its files to everybody."""
    view = await awarded(house, "credential-given")
    await SharingBook(house.database).choose(view.enrollment_id, GIVES, now())
    return view


@pytest.mark.parametrize("name", SIGNED)
async def test_the_holder_gets_what_was_signed(
    house: House, portal: Portal, one: CredentialView, name: str
) -> None:
    """Proves: byte for byte, as what it is, under a name that names nobody, kept by no proxy."""
    async with issuing(house) as site:
        kept = await site.kept(one.id)
        holder = await site.holder(portal, one.enrollment_id)
        answer = await holder.client.get(f"/credentials/{one.id}/{name}")
        again = await holder.client.get(
            f"/credentials/{one.id}/{name}", headers={"if-none-match": answer.headers["etag"]}
        )
    assert kept.jwt is not None
    assert answer.content == (kept.body if name == "badge.json" else kept.jwt.encode())
    assert answer.headers["content-type"] == SIGNED[name]
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert "access-control-allow-origin" not in answer.headers
    assert again.status_code == 304


@pytest.mark.parametrize("name", MADE)
async def test_what_is_made_carries_what_was_signed(
    house: House, portal: Portal, one: CredentialView, name: str
) -> None:
    """Proves: picture, drawing and certificate have the signed bytes inside, untouched; asked for
    twice they are the same.
    """
    async with issuing(house) as site:
        kept = await site.kept(one.id)
        holder = await site.holder(portal, one.enrollment_id)
        answer = await holder.client.get(f"/credentials/{one.id}/{name}")
        again = await holder.client.get(
            f"/credentials/{one.id}/{name}", headers={"if-none-match": answer.headers["etag"]}
        )
    assert unbake(answer.content).credential == kept.body
    assert answer.headers["content-type"] == MADE[name]
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert again.status_code == 304


async def test_the_card_names_its_holder_only_if_chosen(
    house: House, portal: Portal, one: CredentialView, given: CredentialView
) -> None:
    """Proves: the card beside a link is a picture of the usual size for everybody; naming the
    holder makes another one.
    """
    async with issuing(house) as site:
        client = site.browser().client
        unnamed = await client.get(f"/credentials/{one.id}/card.png")
        named = await client.get(f"/credentials/{given.id}/card.png")
        await SharingBook(house.database).choose(
            given.enrollment_id, Sharing(gives_files=False, version=1), now()
        )
        no_more = await client.get(f"/credentials/{given.id}/card.png")
        await SharingBook(house.database).choose(
            given.enrollment_id, GIVES.model_copy(update={"version": 2}), now()
        )
    assert Image.open(io.BytesIO(unnamed.content)).size == (1200, 630)
    assert named.content != no_more.content
    assert unnamed.headers["content-type"] == "image/png"
    assert unnamed.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("name", [*SIGNED, *MADE])
async def test_others_get_them_only_if_the_holder_gives_them(
    house: House, portal: Portal, one: CredentialView, given: CredentialView, name: str
) -> None:
    """Proves: strangers and other practitioners are refused; what is given is open to all."""
    async with issuing(house) as site:
        another = await site.holder(portal, given.enrollment_id)
        for browser in (site.browser(), another):
            await browser.get(f"/credentials/{one.id}/{name}", status=404)
            assert "does not give its files to everybody" in browser.text
        answer = await site.browser().client.get(f"/credentials/{given.id}/{name}")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "no-cache"
