"""What the pages of credentials share: who reads them, what they are called, who may see one."""

from typing import Annotated, Final

from fastapi import Depends, Path, Request

from adapters.records.shared_credentials import SharedCredential, SharedCredentials
from adapters.records.sharing_book import SharingBook
from domain.credentials import UnknownCredential
from domain.enrollment import Party
from portal.faces import OpenSite, visitor_before
from portal.throttling import Limit, refuse_too_often

CredentialId = Annotated[str, Path(max_length=60, pattern=r"^[A-Za-z0-9_-]+$")]
"""A parameter of routes: a credential's number, as its address has it."""

OPEN_TO_ALL: Final = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
}
"""Wallets and verifiers of others fetch these documents from pages of their own."""


def shared_credentials(site: OpenSite) -> SharedCredentials:
    """Return the reader of what everybody may look at; a dependency of routes."""
    return SharedCredentials(site.database)


def sharing_book(site: OpenSite) -> SharingBook:
    """Return the book of choices; a dependency of routes."""
    return SharingBook(site.database)


Shared = Annotated[SharedCredentials, Depends(shared_credentials)]
"""A parameter of routes: credentials with their status and what is shown of them."""

Choices = Annotated[SharingBook, Depends(sharing_book)]
"""A parameter of routes: what holders chose to show."""


async def is_holder(request: Request, credential: SharedCredential) -> bool:
    """Whether whoever asks is signed in as the one that holds the credential."""
    visitor = await visitor_before(request, Party.PRACTITIONER)
    return visitor is not None and visitor.subject_id == credential.person_id


async def found(
    request: Request, shared: SharedCredentials, credential_id: str
) -> SharedCredential:
    """Return a credential that whoever asks may come to.

    One that its holder shows to nobody is answered as one that never was. Guessing is limited.
    Raises ``UnknownCredential``, ``TooOften``.
    """
    try:
        credential = await shared.credential(credential_id)
        if credential.sharing.is_open or await is_holder(request, credential):
            return credential
    except UnknownCredential:
        pass
    await refuse_too_often(request, Limit.CREDENTIAL_GUESSED_BY_CALLER)
    raise UnknownCredential(credential=credential_id)
