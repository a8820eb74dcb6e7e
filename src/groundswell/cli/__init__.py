"""The command line: the composition root. It puts parts together and decides nothing."""

from groundswell.cli.app import main

__all__ = ["main"]
