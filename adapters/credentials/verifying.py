"""Verifies a credential, ours or anybody's, without asking a network for anything.

What comes in may be made to hurt, so it is screened first (``screening``), and what cannot be
finished in about a second is given up with a code. Trust is pinned: an issuer is ours if its id is,
and then only keys that we publish, old ones too, are taken for its own.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.credentials.canonical import LinkedData
from adapters.credentials.proof_checking import ProofChecker, read_jwt
from adapters.credentials.public_keys import PublicKeys
from adapters.credentials.schema import schema_problem
from adapters.credentials.screening import DocumentNotReadable, read_json, refuse_unless_plain
from adapters.credentials.status_checking import StatusChecker
from adapters.credentials.vc_jwt import ReadJwt
from domain.credential_reading import (
    achievement_of,
    instant_at,
    is_badge,
    issuer_id_of,
    object_at,
    objects_at,
    status_list_of,
    text_at,
    what_it_says,
)
from domain.credential_rules import result_faults
from domain.letters import spoken_instant
from domain.normalizing import normalized
from domain.refusals import Invalid
from domain.values import JsonObject, Value
from domain.verification import (
    Check,
    CheckCode,
    CheckKind,
    Verification,
    verdict_of,
)
from domain.verification_words import check_found


class _Read(Value):
    """A document taken apart: the credential, and how it was signed."""

    credential: JsonObject
    text: str
    jwt: ReadJwt | None = None


class CredentialVerifier:
    """Says what is right and what is wrong with a credential."""

    def __init__(self, keys: Callable[[], PublicKeys], programme_name: str, zone: ZoneInfo) -> None:
        self._keys = keys
        self._programme_name = programme_name
        self._zone = zone
        self._linked = LinkedData()
        self._proofs = ProofChecker(keys, self._linked)
        self._status = StatusChecker(keys, self._proofs)

    async def verify(
        self, document: bytes, status_lists: Mapping[str, bytes], at: datetime
    ) -> Verification:
        """Say what is right and wrong with ``document`` (JSON or a VC-JWT) at an instant.

        ``status_lists`` are the signed lists at hand, by their addresses. Never refuses: what
        cannot be read is a finding too.
        """
        return await asyncio.to_thread(self._verify, document, status_lists, at)

    def status_list_named_in(self, document: bytes) -> str | None:
        """Return the address of the status list that a document names, None if it names none."""
        try:
            return status_list_of(_taken_apart(document).credential)
        except Invalid:
            return None

    def _verify(
        self, document: bytes, status_lists: Mapping[str, bytes], at: datetime
    ) -> Verification:
        try:
            read = _taken_apart(document)
        except Invalid as refusal:
            return _unreadable(CheckCode.UNREADABLE, str(refusal), at)
        if not is_badge(read.credential):
            return _unreadable(CheckCode.NOT_A_BADGE, "", at)
        try:
            checks = self._checks(read, status_lists, at)
        except Invalid as refusal:
            return _unreadable(CheckCode.UNREADABLE, str(refusal), at)
        says = what_it_says(read.credential)
        return Verification(verdict=verdict_of(checks), checks=checks, says=says, verified_at=at)

    def _checks(
        self, read: _Read, status_lists: Mapping[str, bytes], at: datetime
    ) -> tuple[Check, ...]:
        """Make one check of each kind. Refuses what cannot be canonicalised."""
        credential = read.credential
        is_ours = issuer_id_of(credential) in self._keys().issuer_ids
        return (
            self._document(read),
            _schema(credential),
            check_found(CheckKind.PROOF, self._proof(read)),
            self._issuer(credential, is_ours),
            check_found(CheckKind.STATUS, self._status.of(credential, is_ours, status_lists, at)),
            self._validity(credential, at),
            _results(credential, is_ours),
        )

    def _document(self, read: _Read) -> Check:
        """Tell whether the signature covers all that stands there; a VC-JWT alone always does."""
        credential = read.credential
        document = {name: value for name, value in credential.items() if name != "proof"}
        is_signed_as_text = read.jwt is not None and "proof" not in credential
        places = () if is_signed_as_text else self._linked.unprotected(document)
        for proof in objects_at(credential, "proof"):
            options = {"@context": credential["@context"], **proof}
            places += tuple(f"proof.{place}" for place in self._linked.unprotected(options))
        if places:
            where = _places(places)
            return check_found(CheckKind.DOCUMENT, CheckCode.UNDEFINED_TERMS, where=where)
        return check_found(CheckKind.DOCUMENT, CheckCode.READABLE)

    def _proof(self, read: _Read) -> CheckCode:
        if read.jwt is not None:
            return self._proofs.jwt(read.text, read.jwt)
        return self._proofs.embedded(read.credential)

    def _issuer(self, credential: JsonObject, is_ours: bool) -> Check:
        """Tell whether the issuer is us, somebody else, or somebody else under our name."""
        name = text_at(object_at(credential, "issuer"), "name")
        if is_ours:
            code = CheckCode.OUR_ISSUER
        elif _same(name, self._programme_name):
            code = CheckCode.BORROWED_NAME
        else:
            code = CheckCode.ISSUER_NOT_KNOWN
        return check_found(CheckKind.ISSUER, code, issuer=self._programme_name)

    def _validity(self, credential: JsonObject, at: datetime) -> Check:
        since, until = instant_at(credential, "validFrom"), instant_at(credential, "validUntil")
        code = CheckCode.IN_FORCE
        if since is None or (until is None and "validUntil" in credential):
            code = CheckCode.NOT_REACHED
        elif at < since:
            code = CheckCode.NOT_YET_VALID
        elif until is not None and at > until:
            code = CheckCode.EXPIRED
        return check_found(
            CheckKind.VALIDITY,
            code,
            since=spoken_instant(since, self._zone) if since else "",
            until=spoken_instant(until, self._zone) if until else "",
        )


def _taken_apart(document: bytes) -> _Read:
    """Read JSON or a VC-JWT, screened. Refuses ``document_not_readable``."""
    try:
        text = document.decode("utf-8-sig").strip()
    except UnicodeDecodeError as damage:
        raise DocumentNotReadable(problem="it is not text") from damage
    if text.startswith("{"):
        credential, jwt = read_json(text), None
    else:
        jwt = read_jwt(text)
        credential = jwt.credential
    refuse_unless_plain(credential)
    return _Read(credential=credential, text=text, jwt=jwt)


def _schema(credential: JsonObject) -> Check:
    problem = schema_problem(credential)
    if problem is None:
        return check_found(CheckKind.SCHEMA, CheckCode.SCHEMA_KEPT)
    return check_found(CheckKind.SCHEMA, CheckCode.SCHEMA_BROKEN, where=problem)


def _results(credential: JsonObject, is_ours: bool) -> Check:
    """Check the results as we make them for what is ours, and for loose ends for anybody's."""
    described = objects_at(achievement_of(credential), "resultDescription")
    given = objects_at(object_at(credential, "credentialSubject"), "result")
    if not described and not given:
        return check_found(CheckKind.RESULTS, CheckCode.NO_RESULTS)
    faults = result_faults(credential, is_every_one_essential=is_ours)
    if faults:
        code, where = faults[0]
        return check_found(CheckKind.RESULTS, code, where=_places((where,)))
    return check_found(CheckKind.RESULTS, CheckCode.RESULTS_HOLD)


def _unreadable(code: CheckCode, problem: str, at: datetime) -> Verification:
    """Return that nothing was believed, because it could not be read."""
    checks = tuple(
        check_found(kind, code, problem=problem)
        if kind is CheckKind.DOCUMENT
        else check_found(kind, CheckCode.NOT_REACHED)
        for kind in CheckKind
    )
    return Verification(verdict=verdict_of(checks), checks=checks, says=None, verified_at=at)


def _places(places: tuple[str, ...]) -> str:
    """Return the first few places, cut: they are names that somebody else chose."""
    more = f" and {len(places) - 2} more" if len(places) > 2 else ""
    return ", ".join(place[:60] for place in places[:2]) + more


def _same(name: str, ours: str) -> bool:
    """Tell whether two names look the same to somebody who reads them."""
    first, second = ("".join(normalized("NFKC", each).casefold().split()) for each in (name, ours))
    return bool(first) and first == second
