"""Credentials for programs: the list, one with its corrections, and what verifying it finds."""

from adapters.records.credential_values import CredentialFilter, CredentialLine, CredentialView
from adapters.records.keyset import PAGE, Page
from adapters.records.shared_credentials import SharedCredentials
from domain.credentials import CredentialState
from domain.shown_credentials import as_recorded
from domain.verification import Verification
from portal.api.answering import router
from portal.api.calling import CredentialReader
from portal.api.paging import After, Lines, Named, Text
from portal.faces import OpenSite
from portal.site import now

api = router("Credentials")


@api.get("/credentials")
async def credentials(
    site: OpenSite,
    _: CredentialReader,
    state: CredentialState | None = None,
    library: Text = None,
    text: Text = None,
    after: After = "",
    lines: Lines = PAGE,
) -> Page[CredentialLine]:
    """List credentials, issued last first; everything that is given must hold."""
    wanted = CredentialFilter(state=state, library=library or None, text=text or None)
    return await site.desks.credentials.page(wanted, after, lines)


@api.get("/credentials/{credential_id}")
async def credential(site: OpenSite, _: CredentialReader, credential_id: Named) -> CredentialView:
    """Return one credential with its place in the chain, and what was done with it."""
    return await site.desks.credentials.credential(credential_id)


@api.get("/credentials/{credential_id}/verification")
async def verification(site: OpenSite, _: CredentialReader, credential_id: Named) -> Verification:
    """Verify a credential now: every check with its sentence, and what the document says."""
    kept = await SharedCredentials(site.database).credential(credential_id)
    return as_recorded(await site.verification.of(kept, now()), kept.state)
