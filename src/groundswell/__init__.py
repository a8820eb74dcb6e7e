"""Groundswell: a self-hosted live trend desk."""

__version__ = "0.1.0"
