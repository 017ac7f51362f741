"""Runs the command line: ``python -m kg`` and the console script ``kg``."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line, and end the process with its exit status."""
    from kg.cli import app
    from kg.errors import KgError, NotFoundError

    try:
        app()
    except NotFoundError as error:
        sys.exit(_say(str(error), 1))
    except KgError as error:
        sys.exit(_say(str(error), 2))


def _say(text: str, status: int) -> int:
    from kg.terminal import visible

    sys.stderr.write("kg: " + "\n".join(visible(line) for line in text.split("\n")) + "\n")
    return status


if __name__ == "__main__":
    main()
