"""The form of a round as a browser without scripts sends it back."""

import re
from html import unescape

from tests.portal.served import Browser

_FIELD = re.compile(r"<(input|textarea|option|select)\b([^>]*)>(?:([^<]*)</textarea>)?")
_ATTRIBUTE = re.compile(r'([a-z-]+)(?:="([^"]*)")?')


def fields_of(source: str) -> dict[str, str]:
    """Return what the fields of a round's form hold, as a browser would send them."""
    form = source[source.index("data-marking") :].partition("</form>")[0]
    found: dict[str, str] = {}
    select = ""
    for kind, given, text in _FIELD.findall(form):
        facts = {name: unescape(value) for name, value in _ATTRIBUTE.findall(given)}
        match kind:
            case "select":
                select = facts["name"]
            case "option":
                if select not in found or "selected" in facts:
                    found[select] = facts["value"]
            case "textarea":
                found[facts["name"]] = unescape(text).removeprefix("\n")
            case _ if facts.get("type") == "radio":
                if "checked" in facts:
                    found[facts["name"]] = facts["value"]
            case _:
                found[facts["name"]] = facts["value"]
    return found


async def save(
    browser: Browser, enrollment_id: str, marks: dict[str, str], status: int = 303
) -> str:
    """Open a round, fill in ``kind:item`` and the like, and save the whole form."""
    address = f"/assessing/rounds/{enrollment_id}"
    fields = fields_of(await browser.get(address))
    return await browser.post(address, status, **fields | marks)
