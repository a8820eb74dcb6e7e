"""What the press says, according to whom, and since when.

Owns the reading of news: feeds and pages in, attributed sentences out, each with its place in the
text. Refuses to assert: a quote, a date or a title is located and shown as printed; what was
resolved stands beside the original words, and what is not sure is the sentence alone.

`read_article` is pure: text in, `Article` out, no clock, no network, no model file.
"""

from groundswell.press.article import (
    Article,
    Attribution,
    DateMention,
    Dedication,
    Organisation,
    Person,
    Place,
    Quote,
    Work,
)
from groundswell.press.reading import read_article

__all__ = [
    "Article",
    "Attribution",
    "DateMention",
    "Dedication",
    "Organisation",
    "Person",
    "Place",
    "Quote",
    "Work",
    "read_article",
]
