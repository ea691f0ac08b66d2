"""The states to which awards are reported, by the codes of the postal service (USPS)."""

from enum import StrEnum
from typing import Final

from domain.refusals import Invalid


class UsState(StrEnum):
    """A state, the federal district, or a territory with an education agency of its own."""

    AL = "AL"
    AK = "AK"
    AZ = "AZ"
    AR = "AR"
    CA = "CA"
    CO = "CO"
    CT = "CT"
    DE = "DE"
    DC = "DC"
    FL = "FL"
    GA = "GA"
    HI = "HI"
    ID = "ID"
    IL = "IL"
    IN = "IN"
    IA = "IA"
    KS = "KS"
    KY = "KY"
    LA = "LA"
    ME = "ME"
    MD = "MD"
    MA = "MA"
    MI = "MI"
    MN = "MN"
    MS = "MS"
    MO = "MO"
    MT = "MT"
    NE = "NE"
    NV = "NV"
    NH = "NH"
    NJ = "NJ"
    NM = "NM"
    NY = "NY"
    NC = "NC"
    ND = "ND"
    OH = "OH"
    OK = "OK"
    OR = "OR"
    PA = "PA"
    RI = "RI"
    SC = "SC"
    SD = "SD"
    TN = "TN"
    TX = "TX"
    UT = "UT"
    VT = "VT"
    VA = "VA"
    WA = "WA"
    WV = "WV"
    WI = "WI"
    WY = "WY"
    AS = "AS"
    GU = "GU"
    MP = "MP"
    PR = "PR"
    VI = "VI"


STATE_NAMES: Final[dict[UsState, str]] = {
    UsState.AL: "Alabama",
    UsState.AK: "Alaska",
    UsState.AZ: "Arizona",
    UsState.AR: "Arkansas",
    UsState.CA: "California",
    UsState.CO: "Colorado",
    UsState.CT: "Connecticut",
    UsState.DE: "Delaware",
    UsState.DC: "District of Columbia",
    UsState.FL: "Florida",
    UsState.GA: "Georgia",
    UsState.HI: "Hawaii",
    UsState.ID: "Idaho",
    UsState.IL: "Illinois",
    UsState.IN: "Indiana",
    UsState.IA: "Iowa",
    UsState.KS: "Kansas",
    UsState.KY: "Kentucky",
    UsState.LA: "Louisiana",
    UsState.ME: "Maine",
    UsState.MD: "Maryland",
    UsState.MA: "Massachusetts",
    UsState.MI: "Michigan",
    UsState.MN: "Minnesota",
    UsState.MS: "Mississippi",
    UsState.MO: "Missouri",
    UsState.MT: "Montana",
    UsState.NE: "Nebraska",
    UsState.NV: "Nevada",
    UsState.NH: "New Hampshire",
    UsState.NJ: "New Jersey",
    UsState.NM: "New Mexico",
    UsState.NY: "New York",
    UsState.NC: "North Carolina",
    UsState.ND: "North Dakota",
    UsState.OH: "Ohio",
    UsState.OK: "Oklahoma",
    UsState.OR: "Oregon",
    UsState.PA: "Pennsylvania",
    UsState.RI: "Rhode Island",
    UsState.SC: "South Carolina",
    UsState.SD: "South Dakota",
    UsState.TN: "Tennessee",
    UsState.TX: "Texas",
    UsState.UT: "Utah",
    UsState.VT: "Vermont",
    UsState.VA: "Virginia",
    UsState.WA: "Washington",
    UsState.WV: "West Virginia",
    UsState.WI: "Wisconsin",
    UsState.WY: "Wyoming",
    UsState.AS: "American Samoa",
    UsState.GU: "Guam",
    UsState.MP: "Northern Mariana Islands",
    UsState.PR: "Puerto Rico",
    UsState.VI: "U.S. Virgin Islands",
}
"""What each is called, in the order in which people look for them."""

_BY_LIBRARY: Final = {name.lower().replace(" ", "-"): code for code, name in STATE_NAMES.items()}


class StateNotKnown(Invalid):
    """A state is named by its two letters."""

    code = "state_not_known"
    sentence = "Name the state by its two letters, such as MO for Missouri."


def state_named(text: str) -> UsState:
    """Return the state with these two letters; refuses ``state_not_known``."""
    try:
        return UsState(text.strip().upper())
    except ValueError:
        raise StateNotKnown from None


def suggested_state(library: str) -> UsState | None:
    """Return the state that a library is named after: ``missouri`` suggests MO; else None."""
    return _BY_LIBRARY.get(library)
