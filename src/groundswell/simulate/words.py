"""Everyday talk, made up: subjects × sentences × names, with a long tail of invented words."""

from __future__ import annotations

import random
from functools import lru_cache

_ONSETS = [
    "b",
    "c",
    "d",
    "f",
    "g",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "w",
    "br",
    "cl",
    "dr",
    "fl",
    "gr",
    "pl",
    "st",
    "tr",
    "sh",
]
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "oo", "ou"]
_ENDS = ["", "n", "r", "l", "s", "t", "nd", "ck", "m", "th"]

SUBJECTS = [
    "train",
    "bus",
    "bike",
    "garden",
    "kettle",
    "soup",
    "bread",
    "cat",
    "dog",
    "neighbour",
    "office",
    "meeting",
    "deadline",
    "laptop",
    "phone",
    "battery",
    "printer",
    "weather",
    "rain",
    "wind",
    "sunset",
    "moon",
    "river",
    "beach",
    "market",
    "coffee",
    "tea",
    "cake",
    "pizza",
    "noodles",
    "recipe",
    "oven",
    "fridge",
    "shoes",
    "jacket",
    "haircut",
    "dentist",
    "doctor",
    "gym",
    "run",
    "yoga",
    "guitar",
    "piano",
    "choir",
    "novel",
    "library",
    "museum",
    "film",
    "series",
    "podcast",
    "game",
    "puzzle",
    "chess",
    "football",
    "cricket",
    "tennis",
    "goalkeeper",
    "referee",
    "training",
    "match",
    "holiday",
    "hotel",
    "passport",
    "airport",
    "ferry",
    "map",
    "village",
    "city",
    "bridge",
    "tower",
    "school",
    "exam",
    "homework",
    "teacher",
    "nursery",
    "birthday",
    "wedding",
    "party",
    "neighbours",
    "landlord",
    "rent",
    "boiler",
    "paint",
    "shelf",
    "plant",
    "tomato",
    "sunflower",
    "bees",
    "spider",
    "hedgehog",
    "owl",
    "fox",
    "pigeon",
    "tram",
    "ticket",
    "queue",
    "traffic",
    "roundabout",
    "sourdough",
    "jam",
    "lunch",
    "breakfast",
    "nap",
    "pillow",
    "alarm",
    "commute",
    "lottery",
    "budget",
    "invoice",
    "spreadsheet",
    "password",
    "update",
    "keyboard",
    "headphones",
    "playlist",
    "vinyl",
    "radio",
]

SENTENCES = {
    "en": """my {s} has given up on me again|anyone else's {s} making that noise|three hours on the {s} and counting
finally fixed the {s}, {n} helped|{n} says the {s} is haunted and I believe it|today's {s} was a {w} experience
unpopular opinion: {s} is better with {t}|reminder to check your {s}|I would like to speak to whoever invented the {s}
ranking every {s} in {n}: a thread|the {s} in {n} is worth the trip|send help, the {s} won
does {n} still have that {s}?|new {s}, who dis|my grandmother would have fixed this {s} with string
can someone explain {s} to me like I'm five|slow news day, here's my {s}|the {t} and the {s} are not speaking
photo of the {s} from this morning https://{w}.example/{k}|that {w} feeling when the {s} just works
I have named the {s} {n}|if you see {n} tell them the {s} is ready|why is {s} so {w} lately 😂
small joys: {s}, {t}, a quiet kitchen|{s} update: still no {t}|lost my {s} near {n}, if found keep it
@{n2} look what the {s} did|the {s} budget has been approved #{w}|it's {s} season in {n} 🌿""",
    "es": """hoy el {s} no funciona en {n}|¿alguien sabe de {s} cerca de {n}?|qué {w} está la tarde
mi vecino y su {s}, otra vez|un café y {s}, plan perfecto|no entiendo el {s}, la verdad|buscando {s} en {n}""",
    "de": """der {s} ist schon wieder kaputt|kennt jemand {s} in {n}?|heute nur {s} und Tee
warum ist {s} so {w}|{n} hat den {s} gefunden|ich brauche dringend {s}""",
    "fr": """encore un {s} en retard à {n}|quelqu'un connaît {s} ?|un peu de {s} et au lit
le {s} de {n} est {w}|j'ai perdu mon {s}""",
    "pt": """o {s} de {n} está {w} hoje|alguém viu o meu {s}?|só queria {s} e dormir""",
    "nl": """de {s} doet het weer niet|iemand zin in {s} in {n}?|wat een {w} dag voor {s}""",
    "ja": """今日も{n}で{s}を食べた|電車が遅れている、{s}を忘れた|猫が{s}の上で寝ている|明日は{s}の予定""",
    "ar": """اليوم {s} في {n} جميل|من يعرف {s} قريب؟|قهوة و{s} قبل النوم""",
    "th": """วันนี้ฝนตกที่ {n} อยากกิน {s}|แมวนอนบน {s} อีกแล้ว""",
}  # fmt: skip
LANGUAGES = ["en"] * 65 + ["es"] * 9 + ["de"] * 6 + ["fr"] * 6 + ["pt"] * 5 + ["nl"] * 3
LANGUAGES += ["ja"] * 3 + ["ar"] * 2 + ["th"]
_SPLIT = {
    lang: [sentence for line in block.splitlines() for sentence in line.split("|")]
    for lang, block in SENTENCES.items()
}
_AFTER = [
    "",
    "",
    "",
    "",
    " lol",
    " 😂",
    " honestly",
    "...",
    "!",
    " tbh",
    " 🙃",
    " ugh",
    " again",
    " ❤️",
]


def invented(rng: random.Random, number: int) -> str:
    """A made-up word, always the same for a number; small numbers are short."""
    return _word(number) + ("" if rng.random() < 0.97 else "y")


@lru_cache(maxsize=1 << 16)
def _word(number: int) -> str:
    """Nine of ten were said before in the same night, and chance of its own is dear to set up."""
    own = random.Random(number)
    syllables = 1 if number < 60 else 2 if number < 20_000 else 3
    return "".join(
        own.choice(_ONSETS) + own.choice(_VOWELS) + own.choice(_ENDS) for _ in range(syllables)
    )


def ambient(rng: random.Random) -> tuple[str, str]:
    """(text, language) of an everyday post: one sentence or two, by no means news."""
    lang = rng.choice(LANGUAGES)
    text = _sentence(rng, lang)
    if rng.random() < 0.55:
        text += rng.choice([". ", "! ", "\n", " … "]) + _sentence(rng, lang)
    return text + rng.choice(_AFTER), lang


def _sentence(rng: random.Random, lang: str) -> str:
    name = invented(rng, int(rng.paretovariate(0.35)) % 60_000).capitalize()
    return rng.choice(_SPLIT[lang]).format(
        s=_subject(rng), t=_subject(rng), n=name, n2=name.lower(),
        w=invented(rng, 60_000 + int(rng.paretovariate(0.3)) % 200_000), k=rng.randrange(10**6),
    )  # fmt: skip


def _subject(rng: random.Random) -> str:
    if rng.random() < 0.35:
        return invented(rng, 300_000 + int(rng.paretovariate(0.3)) % 300_000)
    return rng.choice(SUBJECTS)
