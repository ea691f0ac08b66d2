"""How pages are made: templates, with times, sizes and numbers said in one way."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from domain.letters import spoken_instant, spoken_size
from domain.locators import clock, describe

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"


def version_of_static() -> str:
    """Return a name for all of the static files as they are, so that browsers may keep them."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(STATIC)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


class Pages:
    """Writes pages from templates; ``zone`` is where every time is shown."""

    def __init__(self, zone: ZoneInfo, **of_the_site: object) -> None:
        self.static_version = version_of_static()
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        filters: dict[str, Callable[..., object]] = {
            "instant": lambda at: _instant(at, zone),
            "day": lambda at: _day(at, zone),
            "size": spoken_size,
            "number": lambda count: f"{count:,}",
            "dollars": lambda cents: f"${cents / 100:,.2f}",
            "said": lambda code: str(code).replace("_", " "),
            "place": describe,
            "clock": clock,
            "for_script": _for_script,
        }
        self._environment.filters |= filters
        self._environment.globals |= of_the_site
        self._environment.globals["static"] = f"/static/{self.static_version}"

    def render(self, template: str, facts: Mapping[str, object]) -> str:
        """Return the page that a template makes of these facts."""
        return self._environment.get_template(template).render(facts)


def _instant(at: datetime | None, zone: ZoneInfo) -> Markup:
    """Say an instant with its zone, and give it to programs too."""
    if at is None:
        return Markup("–")
    return Markup('<time datetime="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), spoken_instant(at, zone)
    )


def _day(at: datetime | date | None, zone: ZoneInfo) -> Markup:
    """Say a day; of an instant, the day that it is in the programme's zone."""
    if at is None:
        return Markup("–")
    local = at.astimezone(zone).date() if isinstance(at, datetime) else at
    # strftime's names of days would follow the machine's locale.
    said = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return Markup('<time datetime="{}">{}</time>').format(local.isoformat(), said)


_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def _for_script(facts: object) -> Markup:
    """Return facts as JSON for a ``<script type="application/json">``; nothing can end it early."""
    text = json.dumps(facts, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704
