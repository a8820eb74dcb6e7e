"""Fortnights that never were: usual life, what happens in it, and all that only looks like it.

A seed draws everything: words, people, events, decoys. `script` is what a scenario file says,
`plan` what the seed makes of it, `play` the posts, `telling` the truth. Nothing here knows how
events are found.
"""

from groundswell.simulate.fortnight.play import posts
from groundswell.simulate.fortnight.script import Fortnight
from groundswell.simulate.fortnight.telling import truth

__all__ = ["Fortnight", "posts", "truth"]
