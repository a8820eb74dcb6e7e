"""How names of people look: their words, what never belongs to one, and common given names."""

from __future__ import annotations

import re
from importlib import resources
from typing import Literal

Gender = Literal["f", "m", ""]

_WORD = r"[A-Z](?:[’']?[^\W\d_])+(?:-[A-Z][^\W\d_]+)*"
_PART = rf"(?:{_WORD}|[A-Z]\.(?:[A-Z]\.)*|[A-Z](?=\s+[A-Z]))"
_LINK = r"(?:de la|de|del|della|da|di|van der|van den|van|von|bin|ibn|al|el|le|la|du|dos)"
RUN = re.compile(rf"(?<![\w@#.’'-]){_PART}(?:[ \u00a0]{_PART}|[ \u00a0]{_LINK}[ \u00a0]{_PART})*")
NO_PERSON = re.compile(
    r"\b(?:University|College|School|Institute|Party|House|Senate|Congress|Court|Committee|Council|"
    r"Department|Ministry|Office|Bureau|Agency|Association|Union|Foundation|Center|Centre|Fund|"
    r"Bank|Group|Company|Corporation|Inc|Corp|Llc|Network|News|Times|Post|Journal|Magazine|Weekly|"
    r"Awards?|Prize|Oscars?|Grammys?|Festival|Cup|League|Games|Olympics|Street|Avenue|Road|Square|"
    r"Park|County|City|Town|State|States|Island|Islands|River|Lake|Mountain|Valley|Beach|Bay|Ocean|"
    r"Sea|North|South|East|West|New|Los|San|Santa|Las|Fort|United|National|International|American|"
    r"Republican|Democratic|Democrats?|Republicans?|Army|Navy|Force|Police|Guard|Church|Hall|Tower|"
    r"Act|Bill|Law|Amendment|War|Day|Week|Night|Show|Series|Music|Records?|Studios?|Entertainment|"
    r"Media|Radio|Tv|Press|Report|Poll|Campaign|Project|Initiative|Coalition|Alliance|Society|Club|"
    r"Team|Trust|Board|Commission|Administration|Service|Services|Security|Affairs|Health|Care|"
    r"Plan|Program|Tour|Album|Hotel|Airport|Hospital|Airlines?|Americas?|Africa|Asia|Europe|Middle|"
    r"Supreme|Federal|Central|Public|Capitol|Hill|Wall|Main|Black|White|Lives|Tea|Women|Men|Of|The|"
    r"Year|Best|Sports|Illustrated|Twitter|Instagram|Facebook|Youtube|Tiktok|Internet|Google|Iowa|"
    r"Hampshire|Carolina|Virginia|Dakota|Jersey|Mexico|York|Vegas|Angeles|Francisco|Diego|Antonio)\b"
)
SPACED = re.compile(r"\S+")
LONGEST = 5
"""Words of the longest name."""
SUFFIX = {"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"}
ACTS = re.compile(r"(?=\b([A-Z][\w’'-]+),? ([a-z]+))")
TITLED = re.compile(r"([A-Z][a-z]+)\.?\s+$")


def _given_names() -> dict[str, Gender]:
    text = resources.files("groundswell.press").joinpath("given_names.txt").read_text("utf-8")
    found: dict[str, Gender] = {}
    gender: Gender = ""
    for line in text.splitlines():
        if line.startswith("["):
            gender = {"[f]": "f", "[m]": "m"}.get(line.strip(), "")  # type: ignore[assignment]
        elif not line.startswith("#"):
            found.update(dict.fromkeys(line.split(), gender))
    return found


GIVEN = _given_names()
"""Common given names, in lower case, and whose they mostly are."""
