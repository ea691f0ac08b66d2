"""``credentials``: what was issued, its files, whether a file is good, and what operations do."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.files import read_named_file
from cli.office import Office, grounds_now, in_office, reaching_engine
from cli.output import (
    BY_DEFAULT,
    AsJson,
    ByName,
    ExitCode,
    Reason,
    complain,
    print_json,
    print_list,
    print_record,
    print_table,
    say,
    shown_instant,
)
from domain.credentials import CredentialState
from domain.months import month_named

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from adapters.records.credential_values import (
        CredentialFilter,
        CredentialLine,
        CredentialView,
    )
    from adapters.records.keyset import Page
    from domain.verification import Verification
    from office.credentials import Correction, CredentialDesk

group = typer.Typer(help="Credentials: list, files, check, issue, revoke.", no_args_is_help=True)

LINES = 100
"""Credentials that are listed at a time."""

LARGEST_FILE = 5 * 1024 * 1024
"""Bytes of a credential that is checked."""

Credential = Annotated[str, typer.Argument(metavar="CREDENTIAL", help="Number of a credential.")]
Press = Annotated[
    str, typer.Option("--again", help="A word that tells this act from an equal one.")
]


@group.command("list")
def list_credentials(
    state: Annotated[CredentialState | None, typer.Option(help="Only in this state.")] = None,
    library: Annotated[str, typer.Option(help="Only of this library.")] = "",
    month: Annotated[str, typer.Option(help="Only issued in this month, YYYY-MM.")] = "",
    search: Annotated[str, typer.Option(help="Beginning of a name, address or number.")] = "",
    after: Annotated[str, typer.Option(help="Go on where a list ended, as it said.")] = "",
    as_json: AsJson = False,
) -> None:
    """List credentials, issued last first."""

    async def act(office: Office) -> "tuple[Page[CredentialLine], str]":
        from adapters.records.credential_views import CredentialViews

        wanted = _wanted(state, library, month, search, office.zone)
        return await CredentialViews(office.database).page(wanted, after, LINES), office.zone

    page, zone = in_office(act)
    if as_json:
        print_list(page.lines)
        return
    if not page.lines:
        complain("No credential fits. Without options, every credential is listed.")
        return
    columns = ("credential", "practitioner", "micro-credential", "library", "state", "issued")
    rows = [
        (
            line.id,
            line.practitioner,
            line.title,
            line.library,
            line.state,
            shown_instant(line.issued_at, zone),
        )
        for line in page.lines
    ]
    print_table(columns, rows)
    if page.after:
        say(f"There are more: --after {page.after}")


@group.command("show")
def show(credential: Credential, as_json: AsJson = False) -> None:
    """Show one credential with the chain it belongs to, and what operations did."""

    async def act(office: Office) -> "tuple[CredentialView, tuple[CredentialView, ...], str]":
        from adapters.records.credential_views import CredentialViews

        views = CredentialViews(office.database)
        return await views.credential(credential), await views.chain(credential), office.zone

    view, chain, zone = in_office(act)
    if as_json:
        print_json(view)
        return
    print_record(view.model_copy(update={"corrections": ()}), as_json=False, zone=zone)
    _show_chain(chain, zone)


def _show_chain(chain: "tuple[CredentialView, ...]", zone: str) -> None:
    if len(chain) > 1:
        say("\nThe credentials of this award, first to last")
        shown = [
            (each.id, each.state, shown_instant(each.issued_at, zone), each.replaced_by or "-")
            for each in chain
        ]
        print_table(("credential", "state", "issued", "replaced by"), shown)
    corrections = [line for each in chain for line in each.corrections]
    if corrections:
        say("\nWhat operations did")
        print_table(
            ("when", "what", "by", "why", "came to"),
            [
                (
                    shown_instant(line.asked_at, zone),
                    line.kind,
                    line.by_name,
                    line.reason,
                    line.refused_why or line.state.replace("_", " "),
                )
                for line in corrections
            ],
        )


@group.command("export")
def export(
    credential: Credential,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Made if it is not there.")],
) -> None:
    """Write everything that checks a credential without us: itself, its list, the public keys."""

    async def act(office: Office) -> tuple[Path, ...]:
        from cli.credential_files import write_files

        return await write_files(office, credential, directory)

    written = in_office(act)
    say(f"{len(written)} files are in {directory}: {', '.join(each.name for each in written)}.")


@group.command("verify")
def verify(
    file: Annotated[str, typer.Argument(help="A credential or a badge; - reads the input.")],
    as_json: AsJson = False,
) -> None:
    """Check a credential that somebody shows; exit code 1 unless it is genuine and counts."""
    content = read_named_file(file, LARGEST_FILE)

    async def act(office: Office) -> "tuple[Verification, str]":
        from cli.credential_files import verified

        return await verified(office, content), office.zone

    verification, zone = in_office(act)
    if as_json:
        print_json(verification)
    else:
        _show_verification(verification, zone)
    if not verification.is_valid:
        raise typer.Exit(ExitCode.FAILED)


@group.command("issue")
def issue(
    enrollment: Annotated[str, typer.Argument(metavar="ENROLLMENT", help="An awarded one.")],
    reason: Reason,
    by: ByName = BY_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Make the credential of an award that has none that counts."""
    grounds = grounds_now(reason, by)

    async def act(office: Office) -> "CredentialView":
        async with reaching_engine():
            return await (await _desk(office)).issue_again(enrollment, grounds)

    view = in_office(act)
    if as_json:
        print_json(view)
    else:
        say(f"The credential of enrollment {enrollment} is {view.id}; it counts.")


@group.command("revoke")
def revoke(
    credential: Credential,
    reason: Annotated[str, typer.Option("--reason", help="Why; its holder reads this too.")],
    press: Press = "",
    by: ByName = BY_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Let a credential count no more. Its holder gets a mail, with your reason."""
    grounds = grounds_now(reason, by)
    done = _corrected(lambda desk: desk.revoke(credential, grounds, press))
    _show_correction(done, f"Credential {credential} does not count any more.", as_json)


@group.command("reissue")
def reissue(
    credential: Credential,
    reason: Reason,
    press: Press = "",
    by: ByName = BY_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Replace a credential by one that says what the records say today."""
    grounds = grounds_now(reason, by)
    done = _corrected(lambda desk: desk.reissue(credential, grounds, press))
    now = f"Credential {done.replacement_id} counts now, and {credential} does not any more."
    _show_correction(done, now, as_json)


def _wanted(
    state: CredentialState | None, library: str, month: str, search: str, zone: str
) -> "CredentialFilter":
    from adapters.records.credential_values import CredentialFilter

    chosen = month_named(month) if month else None
    return CredentialFilter(
        state=state,
        library=library or None,
        issued_since=chosen.begins(zone) if chosen else None,
        issued_before=chosen.next.begins(zone) if chosen else None,
        text=search or None,
    )


async def _desk(office: Office) -> "CredentialDesk":
    from cli.desks import desks_of

    return await desks_of(office).credential_desk()


def _corrected(act: "Callable[[CredentialDesk], Awaitable[Correction]]") -> "Correction":
    async def reaching(office: Office) -> "Correction":
        async with reaching_engine():
            return await act(await _desk(office))

    return in_office(reaching)


def _show_correction(done: "Correction", sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(done)
    elif done.is_done:
        say(f"{sentence} Its holder is told.")
    else:
        say("It is being carried out, and goes on by itself. Look again in a minute.")


def _show_verification(verification: "Verification", zone: str) -> None:
    say(verification.sentence)
    says = verification.says
    if says is not None:
        named = f" of {says.recipient_name}" if says.recipient_name else ""
        issuer = says.issuer_name or says.issuer_id
        say(f"It is “{says.title}”{named}, from {issuer}.")
    say()
    print_table(
        ("what was checked", "outcome", "found"),
        [
            (check.kind, check.outcome.replace("_", " "), check.sentence)
            for check in verification.checks
        ],
    )
    say(f"\nChecked {shown_instant(verification.verified_at, zone)}.")
