"""Builds in other tools' formats, a module each.

To add a format: a module with one function of a `Folder` and a path that writes it, and its name in `EXPORTS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.export.jsonld_blocks import write_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["EXPORTS", "write_blocks"]

EXPORTS: Mapping[str, Callable[..., Any]] = {"jsonld-blocks": write_blocks}
"""The exports by the names of ``kg export``."""
