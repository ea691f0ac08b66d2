"""The end of the demo: the credential as its holder gets it, and who says that it is genuine."""

import asyncio
import json
import shutil
import textwrap
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from adapters.assembly import credential_addresses_of, public_keys_of
from adapters.records.credential_views import CredentialViews
from adapters.records.shared_credentials import SharedCredentials
from cli.credential_files import verified, write_files
from cli.office import Office
from cli.output import WIDTH, say
from domain.credential_forms import FILE_NAMES, CredentialForm

INDEPENDENT: Final = Path(__file__).resolve().parents[1] / "tests" / "verifier"
"""A program that shares nothing with Laurel; a clone has it, an image has not."""

_CHECKED: Final = (CredentialForm.PNG, CredentialForm.JWT)
"""Given to the independent check: the proof in the picture, and the token."""


async def is_issued(office: Office, enrollment_id: str) -> bool:
    """Tell whether an award has its credential, and the list that would say it is revoked."""
    found = await SharedCredentials(office.database).of_award(enrollment_id)
    return bool(found) and found[0].status_body is not None


async def tell_credential(office: Office, enrollment_id: str, folder: Path) -> bool:
    """Write the credential of an award, and print who says what; ``True`` if nobody doubts it."""
    credential = (await CredentialViews(office.database).of_enrollment(enrollment_id))[-1]
    written = await write_files(office, credential.id, folder)
    names = ", ".join(sorted(each.name for each in written))
    say(f"\nThe credential, as its holder gets it, is in {folder}:")
    say(names)
    address = credential_addresses_of(office.settings).credential(credential.id)
    say(f"Anybody can check it, while the portal runs (below), at\n{address}")
    picture = folder / FILE_NAMES[CredentialForm.PNG]
    verification = await verified(office, await asyncio.to_thread(picture.read_bytes))
    say(f"Laurel’s own check of badge.png: {verification.sentence}")
    issuer = public_keys_of(office.settings)().issuer_id
    files = [folder / FILE_NAMES[form] for form in _CHECKED]
    others = await _others_say([each for each in files if each in written], issuer, folder)
    return verification.is_valid and others


async def _others_say(files: Sequence[Path], issuer: str, folder: Path) -> bool:
    """Ask the independent check, if it is here; ``True`` unless it doubts what it was shown."""
    node = shutil.which("node")
    if node is None or not await asyncio.to_thread((INDEPENDENT / "node_modules").is_dir):
        say("A check that shares nothing with Laurel needs Node: `make verifier`, then once more.")
        return True
    arguments = ["--issuer", issuer, "--documents", str(folder), *map(str, files)]
    asked = await asyncio.create_subprocess_exec(
        node, INDEPENDENT / "verify.mjs", *arguments, stdout=PIPE, stderr=PIPE
    )
    printed, complaint = await asked.communicate()
    said = [json.loads(line) for line in printed.splitlines()]
    for file, each in zip(files, said, strict=False):
        told = f"An independent check of {file.name} ({each['isolation']}): {each['line']}"
        say(textwrap.fill(told, WIDTH, subsequent_indent="  "))
    if len(said) < len(files):
        say(f"The independent check did not end: {complaint.decode(errors='replace')[-300:]}")
    return asked.returncode == 0
