"""The files of a credential: to its holder always, to everybody else as the holder chose.

What was signed is handed out byte for byte. Pictures and certificates are made when they are asked
for, always the same ones, and remembered for a while.
"""

import hashlib
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from adapters.records.shared_credentials import SharedCredential, SharedCredentials
from domain.credential_forms import FILE_NAMES, MEDIA_TYPES, CredentialForm
from domain.refusals import NotFound
from portal.credentials.parts import OPEN_TO_ALL, CredentialId, Shared, found, is_holder

router = APIRouter(prefix="/credentials/{credential_id}")

_POLICY: Final = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""A drawing that is opened by itself runs nothing and asks nobody."""


class FilesNotGiven(NotFound):
    """The page is open, its files are not."""

    code = "files_not_given"
    sentence = (
        "The holder of this credential does not give its files to everybody. Ask them for one, and "
        "check it on the page Check a credential."
    )


class FormNotMade(NotFound):
    """This credential was not signed in that form."""

    code = "form_not_made"
    sentence = "This credential is not there as a signed token. Take its JSON, which says the same."


@router.get("/badge.json")
async def signed_document(
    request: Request, shared: Shared, credential_id: CredentialId
) -> Response:
    """Give the signed document, as it was signed."""
    credential, is_for_all = await given(request, shared, credential_id)
    return file_of(request, CredentialForm.JSON, credential.body, is_for_all=is_for_all)


@router.get("/badge.jwt")
async def signed_token(request: Request, shared: Shared, credential_id: CredentialId) -> Response:
    """Give the same credential as a token, where there is one."""
    credential, is_for_all = await given(request, shared, credential_id)
    if credential.jwt is None:
        raise FormNotMade
    return file_of(request, CredentialForm.JWT, credential.jwt.encode(), is_for_all=is_for_all)


async def given(
    request: Request, shared: SharedCredentials, credential_id: str
) -> tuple[SharedCredential, bool]:
    """Return a credential whose files may be given, and whether to everybody.

    Raises ``UnknownCredential``, ``FilesNotGiven``.
    """
    credential = await found(request, shared, credential_id)
    is_for_all = credential.sharing.is_open and credential.sharing.gives_files
    if not is_for_all and not await is_holder(request, credential):
        raise FilesNotGiven
    return credential, is_for_all


def file_of(
    request: Request, form: CredentialForm, content: bytes, *, is_for_all: bool
) -> Response:
    """Answer with a form of a credential, to be saved under a name that names nobody."""
    headers = headers_of(content, is_for_all=is_for_all)
    headers["content-disposition"] = f'attachment; filename="{FILE_NAMES[form]}"'
    return answered(request, content, MEDIA_TYPES[form], headers)


def headers_of(content: bytes, *, is_for_all: bool) -> dict[str, str]:
    """Asked for again each time, so that a choice that was taken back is noticed."""
    return {
        "etag": f'"{hashlib.sha256(content).hexdigest()}"',
        "cache-control": "no-cache" if is_for_all else "private, no-cache",
        "content-security-policy": _POLICY,
        "x-robots-tag": "noindex",
        **(OPEN_TO_ALL if is_for_all else {}),
    }


def answered(
    request: Request, content: bytes, media_type: str, headers: dict[str, str]
) -> Response:
    """Answer with a file, or that whoever asks has it already."""
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, media_type=media_type, headers=headers)
