"""PURE: no clock, no network, no disk, no globals that change. Posts in, boards out."""
