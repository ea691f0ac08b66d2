"""What verifiers of others read: the issuer's keys, and the lists of what was revoked.

All of it is public and signed or bound to the issuer's name, so any page may fetch it. The private
halves of the keys are nowhere near: the portal reads the published ones alone.
"""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from adapters.credentials.public_keys import did_document_path
from domain.credential_forms import MEDIA_TYPES, CredentialForm
from domain.credentials import UnknownStatusList
from portal.credentials.parts import OPEN_TO_ALL, Shared
from portal.faces import OpenSite
from portal.site import Site

router = APIRouter()

_YEAR: Final = 365 * 24 * 3600
_FOR_MINUTES: Final = {**OPEN_TO_ALL, "cache-control": "public, max-age=300"}
"""Keys are rotated now and then; an old one stays among them, so minutes do not matter."""

_FOR_EVER: Final = {**OPEN_TO_ALL, "cache-control": f"public, max-age={_YEAR}, immutable"}
"""A key's name is made of the key itself."""

_FOR_A_MINUTE: Final = {**OPEN_TO_ALL, "cache-control": "public, max-age=60"}
"""A revocation is heard of within a minute."""

KeyName = Annotated[str, Path(max_length=120, pattern=r"^[A-Za-z0-9_-]+$")]
ListName = Annotated[str, Path(max_length=60, pattern=r"^[A-Za-z0-9_-]+$")]


@router.get("/.well-known/did.json")
async def issuer_document(site: OpenSite) -> Response:
    """Bind the keys to the issuer's id, where ``did:web`` looks for a host without a path.

    For ``did:key`` it says what anybody can work out from the id.
    """
    if did_document_path(site.settings.credential_issuer) not in {None, "/.well-known/did.json"}:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return _issuer_document(site)


@router.get("/.well-known/jwks.json")
async def key_set(site: OpenSite) -> Response:
    """Give every public key there ever was, as a JWK set."""
    return JSONResponse(
        site.public_keys().jwks(), media_type="application/jwk-set+json", headers=_FOR_MINUTES
    )


@router.get("/keys/{key_id}")
async def key(site: OpenSite, key_id: KeyName) -> Response:
    """Give one public key as one JWK: what the ``kid`` of a token leads to."""
    return JSONResponse(
        site.public_keys().jwk(key_id), media_type="application/jwk+json", headers=_FOR_EVER
    )


@router.get("/credentials/status/{list_id}")
async def status_list(
    request: Request, site: OpenSite, shared: Shared, list_id: ListName
) -> Response:
    """Give a list of revocations as it was signed last."""
    kept = await shared.status_list(list_id)
    if kept is None:
        raise UnknownStatusList(list=list_id)
    headers = {**_FOR_A_MINUTE, "etag": f'"{list_id}-{kept.version}"'}
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(kept.body, media_type=MEDIA_TYPES[CredentialForm.JSON], headers=headers)


@router.get("/{issuer_path:path}/did.json")
async def issuer_document_below(site: OpenSite, issuer_path: str) -> Response:
    """Bind the keys to the issuer's id, where ``did:web`` looks for one with a path."""
    if did_document_path(site.settings.credential_issuer) != f"/{issuer_path}/did.json":
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return _issuer_document(site)


def _issuer_document(site: Site) -> Response:
    return JSONResponse(
        site.public_keys().did_document(), media_type="application/did+json", headers=_FOR_MINUTES
    )
