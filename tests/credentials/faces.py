"""What stands on the pictures of the tests, and a signed-looking document to put into them."""

from datetime import UTC, datetime

from domain.credential_forms import CredentialFace
from domain.credentials import OutcomeMet

ADDRESS = "https://laurel.example.org/credentials/k7w2mzq4d6fjx3htn5ra"

FACE = CredentialFace(
    title="Running Meetings That Decide",
    library="missouri",
    library_name="Missouri library",
    programme="School Leader Micro-Credentials",
    issuer="Sample Association of School Leaders",
    recipient="Zoë Example-Nováková",
    outcomes=(
        OutcomeMet(
            number=1,
            text="Plan a meeting so that everybody knows what will be decided",
            details=("The agenda names each decision.", "Papers reach everybody in time."),
        ),
        OutcomeMet(number=2, text="Lead to a decision", details=("Every voice is heard.",)),
    ),
    pd_hours=10,
    awarded="Tue 24 Nov 2026, 17:00 CST",
    issued_at=datetime(2026, 11, 24, 23, 0, 5, tzinfo=UTC),
    address=ADDRESS,
)

DOCUMENT = (
    '{"@context":["https://www.w3.org/ns/credentials/v2"],\n '
    '"name":"Zoë 🎉 张伟 & <b> \'q\' ]]> é",'
    f'"id":"{ADDRESS}"}}\n'
).encode()
"""Bytes with everything that a form could spoil: line ends, the end of a CDATA, all planes."""

TOKEN = b"eyJhbGciOiJSUzI1NiJ9.eyJpZCI6IngifQ.c2lnbmF0dXJl_-"
