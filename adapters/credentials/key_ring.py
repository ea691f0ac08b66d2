"""The signing keys on disk, outside of database and repository.

    private halves   ed25519-<id>.pem, rsa-<id>.pem   0600, in a directory 0700
    public halves    public.json                      every key that there ever was

Files are written whole or not at all, and ``public.json`` last: a key that is not listed there
does not exist. A ring is read anew when that file changes, so a rotation needs no restart.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, cast

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from joserfc.jwk import OKPKey, RSAKey
from pydantic import ValidationError

from adapters.credentials.multibase import multikey_text
from adapters.credentials.public_keys import KeyFile, KeyKind, NoSigningKeys, PublishedKey
from domain.refusals import Conflict
from domain.values import Value

PUBLIC_FILE: Final = "public.json"
_RSA_BITS: Final = 3072


class KeysExist(Conflict):
    """Making keys once more would leave credentials whose keys nobody publishes."""

    code = "keys_exist"
    sentence = "There are signing keys already. Replace them with `starter.py keys rotate`."


class KeysDamaged(Conflict):
    """A file of the keys cannot be read, or a private half is missing."""

    code = "keys_damaged"
    sentence = (
        "The signing keys in {directory} cannot be read: {problem}. "
        "Restore that directory from its backup, or sign with new keys (`starter.py keys rotate`)."
    )


class SigningKeys:
    """The keys that sign now, with their ids, and the file in which their public halves stand."""

    def __init__(
        self,
        file: KeyFile,
        proof_id: str,
        proof: Ed25519PrivateKey,
        jwt_id: str | None,
        jwt: RSAKey | None,
    ) -> None:
        self.file = file
        self.proof_id = proof_id
        self.proof = proof
        self.jwt_id = jwt_id
        self.jwt = jwt


class _Seen(Value):
    """By what a changed file is recognised."""

    inode: int
    changed: int
    size: int


class PublicRing:
    """The public halves in a directory; all that the portal needs."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._seen: _Seen | None = None
        self._file = KeyFile()

    def file(self) -> KeyFile:
        """Return every key; none where none was made. Refuses ``keys_damaged``."""
        seen = self._look()
        if seen is None:
            return KeyFile()
        if seen != self._seen:
            self._file, self._seen = self._read(), seen
        return self._file

    def _look(self) -> _Seen | None:
        try:
            found = (self.directory / PUBLIC_FILE).stat()
        except FileNotFoundError:
            return None
        return _Seen(inode=found.st_ino, changed=found.st_mtime_ns, size=found.st_size)

    def _read(self) -> KeyFile:
        try:
            return KeyFile.model_validate_json((self.directory / PUBLIC_FILE).read_bytes())
        except ValidationError as problem:
            raise KeysDamaged(
                directory=self.directory, problem=f"{PUBLIC_FILE} is no list of keys"
            ) from problem


class KeyRing(PublicRing):
    """Both halves; only what signs, and the commands for keys, open it."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._loaded: SigningKeys | None = None

    def signing(self) -> SigningKeys:
        """Return the keys that sign now. Refuses ``no_signing_keys`` and ``keys_damaged``."""
        file, loaded = self.file(), self._loaded
        while loaded is None or loaded.file is not file:
            try:
                loaded = self._load(file)
            except KeysDamaged:
                # A rotation between reading the list and the private half removes that half.
                if self.file() is file:
                    raise
                file = self.file()
        self._loaded = loaded
        return loaded

    def make(self, now: datetime) -> KeyFile:
        """Make the first keys. Refuses ``keys_exist``."""
        with self._alone():
            if self.file().keys:
                raise KeysExist
            return self._add(KeyFile(), now)

    def make_if_none(self, now: datetime) -> KeyFile:
        """Make the first keys unless there are some: for an installation of one machine."""
        with self._alone():
            return self.file() if self.file().keys else self._add(KeyFile(), now)

    def rotate(self, now: datetime) -> KeyFile:
        """Sign with new keys from now on; the old ones stay published. Refuses ``no_signing_keys``.

        Their private halves are removed: whoever steals the directory later cannot use them.
        """
        with self._alone():
            old = self.file()
            if not old.keys:
                raise NoSigningKeys
            retired = tuple(
                key if key.retired_at else key.model_copy(update={"retired_at": now})
                for key in old.keys
            )
            made = self._add(KeyFile(keys=retired), now)
            for key in retired:
                self._private(key.kind, key.id).unlink(missing_ok=True)
            return made

    def publish(self, directory: Path) -> Path:
        """Write the public halves where a portal of another machine reads them."""
        file = self.file()
        if not file.keys:
            raise NoSigningKeys
        directory.mkdir(parents=True, exist_ok=True)
        target = directory / PUBLIC_FILE
        _write(target, _text(file), 0o644)
        return target

    def _add(self, file: KeyFile, now: datetime) -> KeyFile:
        """Make one key of each kind and list them; the private halves are there first."""
        proof = Ed25519PrivateKey.generate()
        jwt = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
        made = []
        for kind, private, public in (
            (KeyKind.ED25519, proof, OKPKey.import_key(_pem(proof))),
            (KeyKind.RSA, jwt, RSAKey.import_key(_pem(jwt))),
        ):
            is_proof = kind is KeyKind.ED25519
            key_id = multikey_text(proof.public_key()) if is_proof else public.thumbprint()
            _write(self._private(kind, key_id), _pem(private), 0o600)
            half = cast("dict[str, str]", public.as_dict(private=False))
            jwk = {name: half[name] for name in ("kty", "crv", "x", "n", "e") if name in half}
            made.append(PublishedKey(id=key_id, kind=kind, jwk=jwk, made_at=now))
        whole = KeyFile(keys=(*file.keys, *made))
        _write(self.directory / PUBLIC_FILE, _text(whole), 0o644)
        return whole

    def _load(self, file: KeyFile) -> SigningKeys:
        proof, jwt = file.current(KeyKind.ED25519), file.current(KeyKind.RSA)
        if proof is None:
            raise NoSigningKeys
        try:
            private = load_pem_private_key(self._pem_of(proof), password=None)
            jwt_key = RSAKey.import_key(self._pem_of(jwt)) if jwt else None
        except ValueError as damage:
            raise KeysDamaged(directory=self.directory, problem="a key is broken") from damage
        if not isinstance(private, Ed25519PrivateKey):
            raise KeysDamaged(directory=self.directory, problem="a key is of another kind")
        return SigningKeys(file, proof.id, private, jwt.id if jwt else None, jwt_key)

    def _pem_of(self, key: PublishedKey) -> bytes:
        try:
            return self._private(key.kind, key.id).read_bytes()
        except FileNotFoundError as missing:
            raise KeysDamaged(
                directory=self.directory, problem="the private half is not there"
            ) from missing

    def _private(self, kind: KeyKind, key_id: str) -> Path:
        return self.directory / f"{kind}-{key_id}.pem"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time change the ring; the kernel lets go however it ends."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o700)
        with (self.directory / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _pem(key: Ed25519PrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _text(file: KeyFile) -> bytes:
    return file.model_dump_json(indent=2).encode()


def _write(target: Path, content: bytes, mode: int) -> None:
    """Write a file whole or not at all, readable for nobody else at any moment."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    Path(name).replace(target)
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
