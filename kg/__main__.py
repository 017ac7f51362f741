"""Runs the command line: ``python -m kg`` and the console script ``kg``."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys

__all__ = ["main"]


# polars' allocator (jemalloc) keeps what was freed for ten seconds; given back sooner, the peak is a fifth lower.
_ALLOCATOR = {"_RJEM_MALLOC_CONF": "dirty_decay_ms:100,muzzy_decay_ms:0"}


def main() -> None:
    """Run the command line, and end the process with its exit status."""
    for name, value in _ALLOCATOR.items():
        os.environ.setdefault(name, value)
    is_told_to_end = False

    def end(_: int, __: object) -> None:
        nonlocal is_told_to_end
        is_told_to_end = True
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough
        raise KeyboardInterrupt  # what Ctrl-C cleans up is cleaned up

    signal.signal(signal.SIGTERM, end)
    try:
        _run_and_flush()
    except SystemExit:
        if is_told_to_end:
            sys.exit(128 + signal.SIGTERM)
        raise
    finally:
        gc.freeze()  # Python looks for cycles once more when it ends: what is left need not be looked through


def _run_and_flush() -> None:
    try:
        try:
            _run()
        finally:
            sys.stdout.flush()  # here, where a full disk is a sentence, and not while Python ends
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        _drop_output()
        sys.exit(1)
    except OSError as error:
        _drop_output()
        sys.exit(_say(f"{error.filename or 'standard output'}: {error.strerror or error}", 2))


def _drop_output() -> None:
    """Let what waits for standard output go nowhere, so that Python does not try it again at its end."""
    with contextlib.suppress(OSError, ValueError):  # there may be no standard output at all
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run() -> None:
    from kg.cli import load_commands
    from kg.errors import KgError, NotFoundError

    try:
        load_commands(sys.argv[1:])()
    except NotFoundError as error:
        sys.exit(_say(str(error), 1))
    except KgError as error:
        sys.exit(_say(str(error), 2))
    except _table_errors() as error:
        reason = str(error).partition("\n")[0]
        way_out = "is the disk full, or the build damaged or of another version? `kg build` makes it again"
        sys.exit(_say(f"a table cannot be read or written ({reason}); {way_out}", 2))


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
