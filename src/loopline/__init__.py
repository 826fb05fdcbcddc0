"""Loopline: product operations, self-hosted."""

__version__ = "0.1.0"
