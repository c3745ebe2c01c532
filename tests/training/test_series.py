"""A run keeps its averaged weights at log-spaced steps; first weights and mazes can have seeds of their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from app.errors import MazescopeError
from app.policy.loading import load_policy
from training.batches import make_batch
from training.checkpoints import SERIES
from training.config import SERIES_FIRST, Config
from training.initial import initial_network
from training.train import Run, main, train

CPU = torch.device("cpu")
TINY = Config(observations=96, mazes=2, squares=4, warmup=32, seed=3)


def test_a_run_keeps_its_averaged_weights_from_step_0_to_the_last(tmp_path: Path) -> None:
    run = Run.start(TINY, tmp_path, CPU)
    untrained = {name: weights.clone() for name, weights in run.network.state_dict().items()}
    train(run)
    kept = sorted((tmp_path / SERIES).iterdir())
    assert [path.stem for path in kept] == ["step-000000", "step-000008", "step-000011", "step-000012"]
    first, last = load_policy(kept[0]), load_policy(kept[-1])
    for name, weights in untrained.items():
        assert torch.equal(first.network.state_dict()[name], weights), name
        assert torch.equal(last.network.state_dict()[name], run.averaged.state_dict()[name]), name
    assert (first.metadata["steps"], last.metadata["observations"]) == (0, 96)


def test_the_kept_steps_are_two_for_each_doubling_whatever_the_length() -> None:
    long, short = Config(observations=2_000_000), Config(observations=1_200_000)
    kept = [step for step in range(long.steps + 1) if long.in_series(step)]
    assert kept[:5] == [0, SERIES_FIRST, 11, 16, 23]
    assert kept[-2:] == [5793, 7812]
    assert [step for step in range(short.steps + 1) if short.in_series(step)] == [
        *(step for step in kept if step < short.steps),
        short.steps,
    ]


def test_weights_and_mazes_have_seeds_of_their_own() -> None:
    other_weights, other_mazes = replace(TINY, weights_seed=7), replace(TINY, data_seed=7)
    configs = (TINY, other_weights, other_mazes)
    start = [initial_network(1, config.seed_of_weights).fc_value.weight for config in configs]
    mazes = [make_batch(config, 0).observations for config in configs]
    assert torch.equal(start[0], start[2])
    assert not torch.equal(start[0], start[1])
    assert torch.equal(mazes[0], mazes[1])
    assert not torch.equal(mazes[0], mazes[2])


def test_the_length_can_change_until_the_rate_falls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = replace(TINY, decay=0.5, warmup=0)
    train(Run.start(config, tmp_path, CPU), stop=3)
    assert main(["--run", str(tmp_path), "--resume", "--seed", "4"]) == 2
    assert "only --observations can change" in capsys.readouterr().err
    assert main(["--run", str(tmp_path), "--resume", "--observations", "64"]) == 0
    assert (tmp_path / SERIES / "step-000008.safetensors").is_file()
    with pytest.raises(MazescopeError, match="has begun to fall"):
        Run.resume(tmp_path, CPU).change_length(128)
