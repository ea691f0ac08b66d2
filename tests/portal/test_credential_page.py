"""The public page of a credential: verified as it is opened, and no more than its holder shows."""

import json

import pytest

from adapters.records.credential_values import CredentialView
from adapters.records.sharing_book import SharingBook
from domain.sharing import Sharing, Visibility
from domain.verification import CheckOutcome, Verdict
from portal.credentials.showing import OUTCOME_TONES, TONES
from portal.site import now
from tests.house import OPS, House
from tests.portal.credentials import Issuing, awarded, issuing
from tests.portal.served import Portal
from tests.portal.statements import counted_statements

NAMED = "Learner"
DETAIL = "A shared plan."
FOR_PROGRAMS = {"accept": "application/json"}


@pytest.fixture(scope="module")
async def one(house: House) -> CredentialView:
    """A credential that counts."""
    return await awarded(house, "credential-page")


async def choose(house: House, one: CredentialView, **choices: bool | Visibility) -> None:
    """Let the holder have chosen this, and nothing else."""
    book = SharingBook(house.database)
    version = (await book.sharing(one.enrollment_id)).version
    wanted = {"visibility": Visibility.LINK, **choices}
    await book.choose(
        one.enrollment_id, Sharing.model_validate({**wanted, "version": version}), now()
    )


async def test_the_page_verifies_and_says_so_in_words(
    house: House, portal: Portal, one: CredentialView
) -> None:
    """Proves: the verdict stands on top, each outcome as met, issuer and dates with their zone,
    and every check with its sentence; nobody is named, no detail and no file is there.
    """
    await choose(house, one)
    async with issuing(house) as site:
        browser = site.browser()
        source = await browser.get(f"/credentials/{one.id}")
        headers = browser.last.headers if browser.last else {}
    text = browser.text
    assert text.index("✓ Genuine") < text.index("Steady Hands Earned by") < text.index("What was c")
    for said in ("Plan the week. met", "Keep the plan. met", "CST", "School Leader Micro"):
        assert said in text
    assert text.count(" yes ") == 7
    assert NAMED not in source
    assert DETAIL not in source
    assert "badge.json" not in source
    assert headers["x-robots-tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in source
    assert f'property="og:url" content="http://127.0.0.1:8000/credentials/{one.id}"' in source
    assert headers["cache-control"] == "no-store"


async def test_programs_are_told_the_same(
    house: House, portal: Portal, one: CredentialView
) -> None:
    """Proves: JSON by its address and by Accept says what the page says, to any page of others."""
    await choose(house, one)
    async with issuing(house) as site:
        client = site.browser().client
        by_address = await client.get(f"/credentials/{one.id}.json")
        by_accept = await client.get(f"/credentials/{one.id}", headers=FOR_PROGRAMS)
    assert by_address.json() == by_accept.json()
    told = by_address.json()
    assert (told["verdict"], told["state"]) == ("valid", "valid")
    assert told["recipient_name"] is None
    assert {each["outcome"] for each in told["checks"]} == {"passed"}
    assert [each["is_met"] for each in told["outcomes"]] == [True, True, True]
    assert by_address.headers["access-control-allow-origin"] == "*"
    assert NAMED not in by_address.text


@pytest.mark.parametrize(
    ("choices", "shows"),
    [
        ({"shows_name": True}, {NAMED}),
        ({"shows_details": True}, {DETAIL}),
        ({"shows_name": True, "gives_files": True}, {NAMED, "badge.json"}),
        ({"visibility": Visibility.LISTED}, set()),
    ],
)
async def test_each_choice_shows_what_it_names_and_nothing_else(
    house: House,
    portal: Portal,
    one: CredentialView,
    choices: dict[str, bool | Visibility],
    shows: set[str],
) -> None:
    """Proves: name, details and files appear one by one; only who is listed is found by others."""
    await choose(house, one, **choices)
    async with issuing(house) as site:
        browser = site.browser()
        source = await browser.get(f"/credentials/{one.id}")
        headers = browser.last.headers if browser.last else {}
    assert {each for each in (NAMED, DETAIL, "badge.json") if each in source} == shows
    assert ("x-robots-tag" not in headers) == (choices.get("visibility") is Visibility.LISTED)


async def test_what_is_shown_to_nobody_looks_like_what_never_was(
    house: House, portal: Portal, one: CredentialView, forgotten_tries: None
) -> None:
    """Proves: a hidden credential and an unknown number get the same answers, page, JSON and
    files; its holder still sees it, and is told that nobody else does.
    """
    await choose(house, one, visibility=Visibility.PRIVATE)
    nobody = "c" + "0" * 24
    async with issuing(house) as site:
        browser = site.browser()
        for ending in ("", ".json", "/badge.json", "/badge.jwt", "/card.png"):
            answers = [
                await browser.client.get(f"/credentials/{each}{ending}", headers=FOR_PROGRAMS)
                for each in (one.id, nobody)
            ]
            assert {each.status_code for each in answers} == {404}
            assert answers[0].text.replace(one.id, nobody) == answers[1].text
        holder = await site.holder(portal, one.enrollment_id)
        await holder.get(f"/credentials/{one.id}")
        assert "Only you see this page" in holder.text


async def test_guessing_numbers_ends(house: House, portal: Portal, forgotten_tries: None) -> None:
    """Proves: a caller who tries number after number is turned away."""
    async with issuing(house) as site:
        client = site.browser(caller="192.0.2.77").client
        codes = [
            (await client.get(f"/credentials/cguess{number}")).status_code for number in range(125)
        ]
    assert codes[0] == 404
    assert codes[-1] == 429


async def test_its_own_id_leads_to_the_document_where_files_are_given(
    house: House, portal: Portal, one: CredentialView
) -> None:
    """Proves: whoever dereferences the credential's id as a credential gets the signed bytes, but
    only if the holder gives files.
    """
    async with issuing(house) as site:
        client, head = site.browser().client, {"accept": "application/vc+ld+json"}
        await choose(house, one, shows_name=True, gives_files=True)
        given = await client.get(f"/credentials/{one.id}", headers=head)
        await choose(house, one)
        not_given = await client.get(f"/credentials/{one.id}", headers=head)
        kept = await site.kept(one.id)
    assert given.content == kept.body
    assert given.headers["content-type"] == "application/vc+ld+json"
    assert json.loads(not_given.text)["verdict"] == "valid"
    assert NAMED not in not_given.text


async def test_a_flood_costs_one_query_each(
    house: House, portal: Portal, one: CredentialView
) -> None:
    """Proves: a state of a credential is verified once; after that its page is one query."""
    await choose(house, one)
    async with issuing(house) as site:
        browser = site.browser()
        await browser.get(f"/credentials/{one.id}")
        with counted_statements(house.database) as statements:
            await browser.get(f"/credentials/{one.id}")
    assert len(statements) == 1, statements


async def corrected(site: Issuing, house: House, library: str) -> tuple[CredentialView, str]:
    """Return a credential that was replaced, and the number of what took its place."""
    view = await awarded(house, library)
    correction = await house.credentials.reissue(view.id, OPS)
    assert correction.replacement_id is not None
    return view, correction.replacement_id


async def test_revoked_and_replaced_are_plain_and_without_the_reason(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a revocation shows at once, on a page that was verified just before; what took its
    place is linked; why it happened stands nowhere.
    """
    async with issuing(house) as site:
        browser = site.browser()
        view, new = await corrected(site, house, library)
        source = await browser.get(f"/credentials/{view.id}")
        assert "Replaced This credential does not count any more" in browser.text
        assert f"/credentials/{new}" in source
        assert OPS.reason not in source
        await browser.get(f"/credentials/{new}")
        assert "✓ Genuine" in browser.text
        await house.credentials.revoke(new, OPS)
        source = await browser.get(f"/credentials/{new}")
        assert "Revoked This credential was revoked" in browser.text
        assert OPS.reason not in source
        told = (await browser.client.get(f"/credentials/{new}.json")).json()
    assert (told["verdict"], told["state"]) == ("revoked", "revoked")


def test_every_verdict_has_its_colour() -> None:
    """Proves: a new verdict or outcome of a check cannot be forgotten."""
    assert set(TONES) == set(Verdict)
    assert set(OUTCOME_TONES) == set(CheckOutcome)
