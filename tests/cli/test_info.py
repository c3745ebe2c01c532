"""The command `info`: facts of a checkpoint, and the check for another game."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.policy.network import random_network
from app.policy.policy_info import default_policy_path
from app.policy.saving import save_safetensors
from tests.cli.test_cli import run


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    save_safetensors(random_network(1, 0), tmp_path / "small.safetensors")
    return tmp_path / "small.safetensors"


def test_info_describes_a_checkpoint(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("info", checkpoint) == 0
    said = capsys.readouterr().out
    assert "626,256" in said
    assert "embedder.block2.res1.resadd" in said
    assert run("info", checkpoint, "--json") == 0
    assert json.loads(capsys.readouterr().out)["Parameters"] == "626,256"
    assert run("info", checkpoint.with_name("nowhere.pt")) == 2


def test_info_tells_a_policy_of_another_game_when_it_is_asked(
    checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("info", checkpoint, "--check") == 0
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.startswith("Check ")
    assert "of 20 levels, and " in line
    assert line.endswith(": perhaps not a maze policy.")


def test_info_gives_every_fact_a_name_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("info") == 0
    lines = capsys.readouterr().out.splitlines()
    titles = [line.split("  ")[0] for line in lines]
    assert len(set(titles)) == len(titles)
    assert not any("option" in title for title in titles)
    assert run("info", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["Width"].startswith("1 (channels")
    assert found["Trained on"].endswith(" observations")
    config = json.loads(default_policy_path().with_suffix(".json").read_text())["config"]
    assert found["Training option: observations"] == f"{config['observations']:,}"
