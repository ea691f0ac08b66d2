"""The files of a credential, written for whoever has to check it without us, and the check."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from adapters.assembly import credential_addresses_of, public_keys_of, verifier_of
from adapters.credentials.forms import CredentialForms
from adapters.credentials.unbaking import unbake
from adapters.records.credential_views import CredentialViews
from adapters.records.shared_credentials import SharedCredentials
from cli.office import Office
from domain.credential_faces import face_of
from domain.credential_forms import FILE_NAMES, CredentialFace, CredentialForm
from domain.credentials import UnknownStatusList
from domain.verification import Verification

STATUS_LIST_FILE: Final = "status-list.json"
ISSUER_FILE: Final = "did.json"
KEYS_FILE: Final = "jwks.json"


async def write_files(office: Office, credential_id: str, directory: Path) -> tuple[Path, ...]:
    """Write a credential in every form, its status list and the public keys; returns the files.

    What was signed is written as the bytes that were kept. Refuses ``unknown_credential``,
    ``unknown_status_list`` and ``no_signing_keys``.
    """
    views = CredentialViews(office.database)
    view, signed = await views.credential(credential_id), await views.signed(credential_id)
    listed = await views.status_list(view.status.list_id)
    keys = public_keys_of(office.settings)()
    contents = {
        FILE_NAMES[CredentialForm.JSON]: signed.body,
        STATUS_LIST_FILE: listed.body,
        ISSUER_FILE: _written(keys.did_document()),
        KEYS_FILE: _written(keys.jwks()),
    }
    if signed.jwt is not None:
        contents[FILE_NAMES[CredentialForm.JWT]] = signed.jwt.encode()
    contents |= await _pictures(office, credential_id)
    return await asyncio.to_thread(_write, directory, contents)


async def _pictures(office: Office, credential_id: str) -> dict[str, bytes]:
    """Return the badge in both formats and the certificate: what was signed, for people."""
    shared = SharedCredentials(office.database)
    credential = await shared.credential(credential_id)
    says = (await verified(office, credential.body)).says
    if says is None:  # our own bytes, unreadable: nothing truthful can be drawn
        return {}
    face = face_of(
        says,
        await shared.entry(credential.enrollment_id),
        programme=office.settings.programme_name,
        zone=ZoneInfo(office.zone),
        issued_at=credential.issued_at,
        names_recipient=True,
    )
    return await asyncio.to_thread(_drawn, face, credential.body)


def _drawn(face: CredentialFace, credential: bytes) -> dict[str, bytes]:
    forms = CredentialForms()
    return {
        FILE_NAMES[CredentialForm.PNG]: forms.badge_png(face, credential),
        FILE_NAMES[CredentialForm.SVG]: forms.badge_svg(face, credential),
        FILE_NAMES[CredentialForm.PDF]: forms.certificate_pdf(face, credential),
    }


async def verified(office: Office, content: bytes) -> Verification:
    """Check a credential, or a badge that has one inside, against our keys and status lists.

    Refuses what cannot be read as any form of a credential.
    """
    verifier, addresses = verifier_of(office.settings), credential_addresses_of(office.settings)
    document = (await asyncio.to_thread(unbake, content)).credential
    lists: dict[str, bytes] = {}
    address = verifier.status_list_named_in(document)
    list_id = addresses.status_list_id(address) if address is not None else None
    if address is not None and list_id is not None:
        try:
            listed = await CredentialViews(office.database).status_list(list_id)
            lists[address] = listed.body
        except UnknownStatusList:  # the check says that it is not at hand
            lists = {}
    return await verifier.verify(document, lists, datetime.now(UTC))


def _written(document: dict[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def _write(directory: Path, contents: dict[str, bytes]) -> tuple[Path, ...]:
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (directory / name).write_bytes(content)
    return tuple(directory / name for name in contents)
