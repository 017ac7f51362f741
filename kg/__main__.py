"""Runs the command line: ``python -m kg`` and the console script ``kg``."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line, and end the process with its exit status."""
    try:
        _run()
    except KeyboardInterrupt:
        sys.exit(130)


def _run() -> None:
    from kg.cli import app
    from kg.errors import KgError, NotFoundError

    try:
        app()
    except NotFoundError as error:
        sys.exit(_say(str(error), 1))
    except KgError as error:
        sys.exit(_say(str(error), 2))
    except OSError as error:
        sys.exit(_say(f"{error.filename or 'standard output'}: {error.strerror or error}", 2))
    except _table_errors() as error:
        reason = str(error).partition("\n")[0]
        sys.exit(_say(f"a table cannot be read or written ({reason}); is the disk full, or the build damaged?", 2))


def _table_errors() -> tuple[type[Exception], ...]:
    """Return the errors of polars, if it was loaded at all: for damaged files and full disks it has its own."""
    polars = sys.modules.get("polars")
    return () if polars is None else (polars.exceptions.PolarsError,)


def _say(text: str, status: int) -> int:
    from kg.terminal import visible

    sys.stderr.write("kg: " + "\n".join(visible(line) for line in text.split("\n")) + "\n")
    return status


if __name__ == "__main__":
    main()
