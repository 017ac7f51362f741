"""The options that every command on a network has are the library's, and stand in the command's signature."""

from __future__ import annotations

from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from kg.cli.network_options import say_empty, take_network_options
from kg.network import NetworkOptions, cooccurrence_frames

if TYPE_CHECKING:
    from collections.abc import Callable


def command(folder: str, top: int = 3, **options: object) -> None:
    """Print what it was given."""
    typer.echo(f"{folder} {top} {options}")


def complete(**arguments: Any) -> Callable[..., None]:
    def fresh(folder: str, top: int = 3, **options: object) -> None:
        command(folder, top, **options)

    return take_network_options(**arguments)(fresh)


def test_options_and_defaults_are_those_of_the_library() -> None:
    ours = {name: option.default for name, option in signature(complete()).parameters.items()}
    assert ours.pop("folder") is Parameter.empty
    assert ours.pop("top") == 3
    theirs = {
        name: option.default for name, option in signature(cooccurrence_frames).parameters.items() if name != "folder"
    }
    assert ours == theirs
    assert set(ours) == set(NetworkOptions.__annotations__)


def test_a_command_gets_the_options_that_the_library_takes() -> None:
    app = typer.Typer(add_completion=False)
    app.command()(complete(without=["level", "weight"]))
    runner = CliRunner()
    result = runner.invoke(app, ["here", "--top", "5", "--tier", "strict", "--since", "2019"])
    assert result.exit_code == 0, result.output
    folder, top, options = result.output.split(maxsplit=2)
    assert (folder, top) == ("here", "5")
    for wanted in ("'tier': 'strict'", "'since': 2019", "'min_count': 1"):
        assert wanted in options
    assert "level" not in options
    assert runner.invoke(app, ["here", "--level", "paper"]).exit_code == 2


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="'colour' is no network option"):
        take_network_options(without=["colour"])


def test_a_command_without_room_for_options_is_refused() -> None:
    def closed(folder: str) -> None: ...

    with pytest.raises(ValueError, match=r"no \*\*options"):
        take_network_options()(closed)


def test_nothing_found_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    say_empty(n_found=1)
    with pytest.raises(typer.Exit):
        say_empty(n_found=0)
    assert capsys.readouterr().err == "kg: no pair of genes fits these options\n"
