"""The commands for credentials, as processes on a whole Laurel: lists, files, corrections."""

import json

import pytest
from sqlalchemy import delete

from adapters.credentials.unbaking import unbake
from adapters.records.credential_tables import CredentialRow
from adapters.records.credential_views import CredentialViews
from adapters.records.round_tables import AwardRow
from adapters.records.tables import TimelineRow
from domain.timeline import Happening
from tests.integration.command_line import WHY, WIDTH, Laurel, refused
from tests.waiting import eventually

LINE_FIELDS = [
    *("id", "enrollment_id", "practitioner", "title", "library", "state", "issued_at"),
    "revoked_at",
]


async def awarded(laurel: Laurel, library: str) -> tuple[str, str]:
    """Return an enrollment that was awarded in a library of its own, and its credential."""
    await laurel.library(library, f"{library}-assessor")
    enrollment = await laurel.submitted(library)
    await laurel.assessed(enrollment, f"{library}-assessor")
    views = CredentialViews(laurel.office.database)

    async def is_issued() -> bool:
        return bool(await views.of_enrollment(enrollment))

    await eventually(is_issued)
    return enrollment, (await views.of_enrollment(enrollment))[0].id


async def test_credentials_are_listed_shown_and_exported(laurel: Laurel) -> None:
    """Proves: list and page fit 100 columns and have their documented fields; what is exported
    checks as genuine, as a file and as the bytes that were kept.
    """
    enrollment, credential = await awarded(laurel, "linnet")
    listed, table, shown, plain = laurel.together(
        [
            ("credentials", "list", "--library", "linnet", "--json"),
            ("credentials", "list", "--library", "linnet", "--state", "valid"),
            ("credentials", "show", credential),
            ("credentials", "show", credential, "--json"),
        ]
    )
    (line,) = json.loads(listed.out)
    assert (list(line), line["id"], line["state"]) == (LINE_FIELDS, credential, "valid")
    assert credential in table.out
    assert max(each.widest for each in (table, shown)) <= WIDTH
    assert (shown.code, plain.json["enrollment_id"]) == (0, enrollment)

    folder = laurel.folder / "exported"
    exported = laurel.starter("credentials", "export", credential, folder)
    names = {each.name for each in folder.iterdir()}
    assert (exported.code, exported.widest <= WIDTH) == (0, True)
    pictures = {"badge.png", "badge.svg", "certificate.pdf"}
    signed_forms = {"badge.json", "badge.jwt"}
    assert names == pictures | signed_forms | {"status-list.json", "did.json", "jwks.json"}
    assert [unbake((folder / each).read_bytes()).credential for each in sorted(pictures)] == [
        (folder / "badge.json").read_bytes()
    ] * len(pictures)
    signed = await CredentialViews(laurel.office.database).signed(credential)
    assert (folder / "badge.json").read_bytes() == signed.body
    token, document = laurel.together(
        [("credentials", "verify", folder / name, "--json") for name in ("badge.jwt", "badge.json")]
    )
    assert (token.json["verdict"], document.json["verdict"]) == ("valid", "valid")
    assert (token.code, document.code) == (0, 0)


async def test_a_spoiled_credential_does_not_pass(laurel: Laurel) -> None:
    """Proves: one changed word makes the check end with 1, and says so in a sentence."""
    _, credential = await awarded(laurel, "siskin")
    signed = await CredentialViews(laurel.office.database).signed(credential)
    spoiled = laurel.file(signed.body.replace(b"Steady Hands", b"Sturdy Hands"))
    outcome = laurel.starter("credentials", "verify", spoiled)
    assert (outcome.code, outcome.widest <= WIDTH) == (1, True)
    assert "not genuine" in outcome.out
    assert refused(laurel.starter("credentials", "show", "c-none", "--json"), "unknown_credential")


async def test_ops_revoke_and_reissue_from_the_command_line(laurel: Laurel) -> None:
    """Proves: a reissue and a revocation change what is checked, the same command twice is one
    act, and who did it, and why, is shown.
    """
    _, credential = await awarded(laurel, "pipit")
    first = laurel.starter("credentials", "reissue", credential, *WHY, "--json")
    again = laurel.starter("credentials", "reissue", credential, *WHY, "--json")
    assert (first.code, first.json) == (0, again.json)
    replacement = first.json["replacement_id"]
    done = laurel.starter("credentials", "revoke", replacement, *WHY)
    assert (done.code, done.widest <= WIDTH) == (0, True)
    sentence = refused(
        laurel.starter("credentials", "revoke", credential, *WHY, "--json"),
        "credential_no_longer_counts",
    )
    assert "replaced" in sentence
    shown = laurel.starter("credentials", "show", replacement)
    assert (shown.code, shown.widest <= WIDTH) == (0, True)
    assert "The team asked for it." in shown.out
    views = CredentialViews(laurel.office.database)
    file = laurel.file((await views.signed(str(replacement))).body)
    checked = laurel.starter("credentials", "verify", file, "--json")
    assert (checked.code, checked.json["verdict"]) == (1, "revoked")


async def test_ops_issue_what_is_missing(laurel: Laurel) -> None:
    """Proves: an award without a credential gets one by a command, twice the same; what was not
    awarded is refused.
    """
    enrollment, credential = await awarded(laurel, "dunlin")
    async with laurel.office.database.transaction() as session:
        await session.execute(delete(CredentialRow).where(CredentialRow.id == credential))
        lines = delete(TimelineRow).where(TimelineRow.enrollment_id == enrollment)
        await session.execute(lines.where(TimelineRow.kind == Happening.CREDENTIAL_ISSUED))
        assert await session.get(AwardRow, enrollment) is not None
    made = laurel.starter("credentials", "issue", enrollment, *WHY, "--json")
    again = laurel.starter("credentials", "issue", enrollment, *WHY)
    assert (made.code, again.code) == (0, 0)
    assert str(made.json["id"]) in again.out
    open_one = await laurel.enrolled("dunlin")
    outcome = laurel.starter("credentials", "issue", open_one, *WHY, "--json")
    assert open_one in refused(outcome, "credential_not_awarded")


@pytest.mark.parametrize("month", ["2026-13", "soon"])
async def test_a_month_that_is_none_is_refused(laurel: Laurel, month: str) -> None:
    """Proves: a slip in a filter is said, and does not show another list."""
    outcome = laurel.starter("credentials", "list", "--month", month, "--json")
    assert refused(outcome, "month_not_valid")
