"""Nights and fortnights that never were, with a known truth.

What comes from here says that it is simulated.
"""

from groundswell.simulate.load import load_frames
from groundswell.simulate.playing import generate, truth
from groundswell.simulate.scenario import Post, Scenario, load_scenario, scenario_names
from groundswell.simulate.write import SimulatedNight, frames, write

__all__ = [
    "Post",
    "Scenario",
    "SimulatedNight",
    "frames",
    "generate",
    "load_frames",
    "load_scenario",
    "scenario_names",
    "truth",
    "write",
]
