"""``keys``: the signing keys of credentials, on the machine of the worker that signs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.output import AsJson, print_list, print_table, say, shown_instant

if TYPE_CHECKING:
    from adapters.credentials.key_ring import KeyRing
    from adapters.credentials.public_keys import KeyFile

group = typer.Typer(help="The keys that sign credentials.", no_args_is_help=True)

_USES: Final = {"ed25519": "proof inside the badge", "rsa": "VC-JWT"}


@group.command("make")
def make(as_json: AsJson = False) -> None:
    """Make the first keys; once for an installation. Back the directory up afterwards."""
    ring, zone = _ring()
    _show(ring.make(_now()), zone, as_json)
    if not as_json:
        say(f"The keys lie in {ring.directory}. Back it up where nobody else can read it.")


@group.command("rotate")
def rotate(as_json: AsJson = False) -> None:
    """Sign with new keys from now on; what the old ones signed still counts."""
    from adapters.credentials.public_keys import DID_KEY
    from cli.office import known_settings

    ring, zone = _ring()
    _show(ring.rotate(_now()), zone, as_json)
    if as_json:
        return
    say("New credentials are signed with the new keys; running workers notice by themselves.")
    say("If the portal has a directory of its own, publish to it: `starter.py keys publish`.")
    if known_settings().credential_issuer == DID_KEY:
        say(
            "The issuer is did:key, so its id has changed with its key. Other programs may not "
            "trust it as the same issuer: use did:web where credentials are to last."
        )


@group.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """List every key that there ever was, the oldest first."""
    ring, zone = _ring()
    file = ring.file()
    if not file.keys and not as_json:
        say("There are no keys yet. Make them with `starter.py keys make`.")
        return
    _show(file, zone, as_json)


@group.command("publish")
def publish(
    directory: Annotated[Path, typer.Argument(help="The portal's LAUREL_KEYS_DIR.")],
) -> None:
    """Write the public halves, and nothing else, to where a portal reads them."""
    ring, _ = _ring()
    written = ring.publish(directory)
    say(f"Written: {written}. It holds no private key.")


def _ring() -> "tuple[KeyRing, str]":
    from adapters.credentials.key_ring import KeyRing
    from cli.office import known_settings

    settings = known_settings()
    return KeyRing(settings.keys_dir), settings.programme_zone


def _show(file: "KeyFile", zone: str, as_json: bool) -> None:
    if as_json:
        print_list(file.keys)
        return
    rows = [
        (
            key.id,
            _USES[key.kind],
            shown_instant(key.made_at, zone),
            shown_instant(key.retired_at, zone) if key.retired_at else "signs now",
        )
        for key in file.keys
    ]
    print_table(("id", "signs", "made", "retired"), rows)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
