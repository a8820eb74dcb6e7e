"""Campaigns of one text, each beside people who shout, sing and quote: what doubts are tried on.

A case is a short stream: everyday talk, one campaign, and one organic trend of similar size that
has much in common with a campaign. A seed draws everything. Nothing here knows how copies are
found.
"""

from groundswell.simulate.abuse.case import Case, cases
from groundswell.simulate.abuse.crowds import CROWDS
from groundswell.simulate.abuse.pastes import PASTES

__all__ = ["CROWDS", "PASTES", "Case", "cases"]
