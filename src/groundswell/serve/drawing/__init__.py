"""Curves, sparks and bars as geometry, which the server writes as SVG."""
