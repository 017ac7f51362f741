"""The version, where every part of the package can read it without loading another."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
