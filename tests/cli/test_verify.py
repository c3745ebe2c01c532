"""`verify`: levels, pictures and play compared with the real game, where there is one."""

from __future__ import annotations

import contextlib

import pytest

from app.maze.generator import level as level_of
from tests.cli.test_cli import run


@pytest.mark.procgen
def test_verify_compares_with_the_game_and_counts(
    procgen: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cli.verify_command._STEPS", 20)
    # The game that these tests share, rather than another process of it.
    monkeypatch.setattr("app.maze.procgen_client.Procgen", lambda **_: contextlib.nullcontext(procgen))
    assert run("verify", "--seeds", "0:2,7") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].split() == ["easy", "3", "levels", "0", "different"]
    assert said[-1] == "All equal to procgen 0.10.7."
    monkeypatch.setattr(
        "app.maze.procgen_check.levels", lambda world, seeds: [level_of(world, 3 * seed) for seed in seeds]
    )
    assert run("verify", "--seeds", "0:2") == 1
    assert capsys.readouterr().out.splitlines()[-1] == "Not equal to procgen 0.10.7: easy 1; hard 1."


def test_verify_without_the_game_is_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # As where procgen has no wheel: no such distribution is installed.
    monkeypatch.setattr("app.maze.procgen_client.DISTRIBUTIONS", ("no-such-game",))
    assert run("verify", "--seeds", "0:2") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "procgen is not installed" in printed.err
    assert printed.err.count("\n") == 1
