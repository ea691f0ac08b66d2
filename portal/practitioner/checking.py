"""The preflight, at any time: everything that blocks a part, each a link to the very field."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from adapters.records.practice_values import PartView
from domain.enrollment import Party
from domain.findings import Finding
from domain.values import Value
from portal.answers import page
from portal.faces import OpenSite
from portal.forms import OURS
from portal.practitioner.owning import AnyPart, OwnEnrollment, Practices
from portal.practitioner.posted import field_id

router = APIRouter(prefix="/my/{enrollment_id}/parts/{part}/check", dependencies=[OURS])


class FindingLine(Value):
    """One finding, with the address of the field in which it is put right."""

    sentence: str
    address: str


@router.get("")
async def check(
    request: Request,
    site: OpenSite,
    practices: Practices,
    enrollment_id: OwnEnrollment,
    part: AnyPart,
) -> Response:
    """Show what blocks a part, and apart from it where the practitioner's identity shows."""
    view = await practices.part(enrollment_id, part)
    findings: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    if view.is_writable:
        findings = await site.desks.parts.preflight(enrollment_id, part)
        warnings = await site.desks.parts.warnings(enrollment_id, part)
    return await page(
        request,
        "practitioner/check.html",
        face=Party.PRACTITIONER,
        view=view,
        findings=finding_lines(view, findings),
        warnings=finding_lines(view, warnings),
    )


def finding_lines(view: PartView, findings: tuple[Finding, ...]) -> tuple[FindingLine, ...]:
    """Return findings with the addresses of their fields; a whole part is its page."""
    page_address = f"/my/{view.enrollment_id}/parts/{view.part}"
    labels = {field.key: field.label for field in view.fields}
    return tuple(
        FindingLine(
            # A warning names its item by the key, which means nothing to people.
            sentence=each.sentence.replace(each.item, labels.get(each.item, each.item)),
            address=f"{page_address}{_fragment(each)}",
        )
        for each in findings
    )


def _fragment(finding: Finding) -> str:
    key = finding.item or finding.concerns
    return "" if key.startswith("part/") else f"#{field_id(key)}"
