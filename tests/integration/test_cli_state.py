"""The commands for states' records, as processes on a whole Laurel."""

import csv
import json
from io import StringIO

from adapters.records.credential_views import CredentialViews
from domain.months import month_of
from domain.state_sheet import COLUMNS
from tests.integration.command_line import WHY, WIDTH, Laurel, refused
from tests.waiting import eventually


async def awarded(laurel: Laurel, library: str) -> str:
    """Return an enrollment that was awarded, and has its credential."""
    await laurel.library(library, f"{library}-assessor")
    enrollment = await laurel.submitted(library)
    await laurel.assessed(enrollment, f"{library}-assessor")
    views = CredentialViews(laurel.office.database)

    async def is_issued() -> bool:
        return bool(await views.of_enrollment(enrollment))

    await eventually(is_issued)
    return enrollment


async def test_ops_choose_report_and_download(laurel: Laurel) -> None:
    """Proves: a choice by command is reported once, with the documented columns; what is asked for
    again has nothing new; everything fits 100 columns.
    """
    enrollment = await awarded(laurel, "ortolan")
    (credential,) = await CredentialViews(laurel.office.database).of_enrollment(enrollment)
    month = str(month_of(credential.awarded_at, laurel.office.zone))
    asked = laurel.starter("state", "unchosen", "--json")
    assert enrollment in {each["enrollment_id"] for each in json.loads(asked.out)}
    choice = ("state", "choose", enrollment, "--state", "MO", "--educator-number", "MO-9", *WHY)
    chosen, again = laurel.starter(*choice), laurel.starter(*choice, "--json")
    assert (chosen.code, chosen.out.strip()) == (0, "Kept: MO hears of it as PD hours.")
    assert again.json["choice"] == {"state": "MO", "credit": "pd_hours", "educator_number": "MO-9"}

    due = laurel.starter("state", "reports")
    assert (due.code, due.widest <= WIDTH, "To be reported" in due.out) == (0, True, True)
    made = laurel.starter("state", "report", "--state", "MO", "--month", month)
    assert (made.code, made.widest <= WIDTH) == (0, True)
    once_more = laurel.starter("state", "report", "--state", "MO", "--month", month, "--json")
    assert "nothing new for MO" in refused(once_more, "nothing_to_report")
    listed = laurel.starter("state", "reports", "--state", "MO", "--json")
    (report,) = json.loads(listed.out)["reports"]
    file = laurel.starter("state", "lines", report["id"], "--csv")
    header, *rows = csv.reader(StringIO(file.out))
    assert tuple(header) == COLUMNS
    cells = {row[-1]: dict(zip(header, row, strict=True)) for row in rows}[enrollment]
    assert (cells["kind"], cells["educator number"]) == ("award", "MO-9")
    assert cells["credential"].endswith(f"/credentials/{credential.id}")
    assert refused(
        laurel.starter("state", "report", "--state", "ZZ", "--month", month, "--json"),
        "state_not_known",
    )
