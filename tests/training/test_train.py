"""A tiny training run learns, can be interrupted anywhere, and leaves files that others can open."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from app.errors import MazescopeError
from app.policy.network import Network
from training.batches import VALIDATION, make_batch
from training.checkpoints import CHECKPOINT, POLICY
from training.config import Config
from training.train import Run, main, train

CPU = torch.device("cpu")
TINY = Config(observations=96, mazes=4, squares=4, warmup=32, seed=3)


def test_a_tiny_run_learns_more_than_the_commonest_move(tmp_path: Path) -> None:
    # The smallest mazes alone, so that some two hundred steps suffice. One move is right about four times in ten there.
    config = Config(
        observations=5_000, mazes=16, squares=2, learning_rate=3e-3, warmup=500, size_power=-20.0, ema=0.95, seed=1
    )
    run = Run.start(config, tmp_path, CPU)
    targets = torch.cat([make_batch(config, VALIDATION + 100 + index).targets for index in range(8)])
    commonest = float((targets > 0).float().mean(dim=0).max())
    before, _ = run.validate()
    train(run, validate_every=10_000)
    after, _ = run.validate()
    assert before < commonest + 0.15
    assert after > commonest + 0.15


def test_an_interrupted_run_ends_with_the_same_weights(tmp_path: Path) -> None:
    whole = Run.start(TINY, tmp_path / "whole", CPU)
    train(whole)
    train(Run.start(TINY, tmp_path / "parts", CPU), stop=2)
    resumed = Run.resume(tmp_path / "parts", CPU)
    assert resumed.step == 2
    train(resumed)
    assert resumed.step == whole.step == TINY.steps
    for name, weights in whole.averaged.state_dict().items():
        torch.testing.assert_close(resumed.averaged.state_dict()[name], weights, rtol=1e-5, atol=1e-6, msg=name)


def test_a_wide_network_trains_in_the_hard_world(tmp_path: Path) -> None:
    run = Run.start(Config(world="hard", width=2, observations=8, mazes=2, squares=4), tmp_path, CPU)
    before = run.network.fc_policy.weight.clone()
    assert run.advance() > 0
    assert not torch.equal(run.network.fc_policy.weight, before)


def test_two_seeds_give_two_policies(tmp_path: Path) -> None:
    one, other = (
        Run.start(Config(observations=16, mazes=4, squares=4, seed=seed), tmp_path, CPU).network.fc_value.weight
        for seed in (1, 2)
    )
    assert not torch.equal(one, other)


def test_the_files_of_a_run_hold_the_averaged_network(tmp_path: Path) -> None:
    run = Run.start(TINY, tmp_path, CPU)
    train(run, stop=1)
    checkpoint = torch.load(tmp_path / CHECKPOINT, weights_only=True)
    Network(1).load_state_dict(checkpoint["model_state_dict"])
    with safe_open(tmp_path / POLICY, "pt") as file:
        about = file.metadata()
        for name, weights in run.averaged.state_dict().items():
            assert torch.equal(file.get_tensor(name), weights), name
    assert (about["world"], about["region"], about["width"], about["seed"]) == ("easy", "5", "1", "3")
    assert (about["steps"], about["observations"]) == ("1", "16")


def test_a_folder_that_holds_a_run_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train(Run.start(TINY, tmp_path, CPU), stop=1)
    assert main(["--run", str(tmp_path), "--observations", "96"]) == 2
    assert "--resume" in capsys.readouterr().err


def test_resuming_needs_a_checkpoint_of_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--run", str(tmp_path), "--resume"]) == 2
    assert "No checkpoint" in capsys.readouterr().err
    torch.save({"model_state_dict": {}}, tmp_path / CHECKPOINT)
    assert main(["--run", str(tmp_path), "--resume"]) == 2
    assert "is not a checkpoint of a training run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("config", {"world": "easy", "momentum": 0.9}),
        ("config", {"world": "memory"}),
        ("config", 3),
        ("training_state_dict", {"weight": torch.zeros(3)}),
        ("optimizer_state_dict", {}),
        ("step", "last"),
    ],
)
def test_a_run_of_another_kind_is_not_resumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str, value: object
) -> None:
    train(Run.start(TINY, tmp_path, CPU), stop=1)
    saved = torch.load(tmp_path / CHECKPOINT, weights_only=True)
    torch.save({**saved, key: value}, tmp_path / CHECKPOINT)
    capsys.readouterr()
    assert main(["--run", str(tmp_path), "--resume"]) == 2
    told = capsys.readouterr().err
    assert "is of another kind of run" in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("wrong", [{"world": "memory"}, {"region": 0}, {"width": 0}, {"observations": 1}])
def test_a_run_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(MazescopeError):
        Config(**wrong)


def test_the_rate_rises_stays_and_falls_to_nothing() -> None:
    config = Config(observations=10_000, mazes=10, squares=10, warmup=1_000, decay=0.5, learning_rate=1.0)
    rates = [config.rate(step) for step in range(config.steps)]
    assert rates[0] == pytest.approx(0.1)
    assert set(rates[10:50]) == {1.0}
    assert rates[75] == pytest.approx(0.5)
    assert 0 < rates[-1] < 0.03
