"""Training by reward: the mazes obey the game, the estimates their definitions, and a tiny run learns and resumes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from app.maze.game_rules import REWARD, TIMEOUT, step
from app.maze.moves import ACTIONS, MOVE_ACTIONS, NOOP
from app.maze.render import observation
from app.policy.series import open_series
from training.environments import Environments, Episode
from training.ppo import Played, advantages, losses
from training.random_mazes import random_maze
from training.reward import RewardRun, main, train
from training.reward_config import RewardConfig

TINY = RewardConfig(observations=64, environments=4, rollout=8, minibatches=2, epochs=1)


def environments(seed: int = 0, power: float = -20.0) -> Environments:
    return Environments(3, 15, 5, power, np.random.default_rng(seed))


def test_an_episode_moves_and_looks_as_the_game_does() -> None:
    maze = random_maze(15, 9, 4, 5, 2)
    episode = Episode.of(maze)
    squares, random = [*map(tuple, maze.squares.tolist()), maze.cheese], np.random.default_rng(1)
    assert squares[episode.cheese] == maze.cheese
    square, facing, now = episode.start, 0, maze
    for move in random.integers(5, size=60).tolist():
        square = int(episode.after[square, move])
        facing = {0: 0, 3: 1}.get(move, facing)
        now, reached = step(now, move)
        assert squares[square] == now.mouse
        if reached:
            assert square == episode.cheese
            break
        patches = episode.pictures[facing]
        (row, col), values = patches.corners[square], patches.values[square]
        seen = patches.base.copy()
        seen[row : row + values.shape[0], col : col + values.shape[1]] = values
        assert np.array_equal(seen, observation(now))


def test_the_cheese_is_rewarded_and_a_new_maze_begins() -> None:
    played, random = environments(), np.random.default_rng(5)
    ends = 0
    for _ in range(200):
        made = played.step(random.integers(ACTIONS, size=3))
        assert set(made.rewards[~made.ended].tolist()) <= {0.0}
        assert set(made.rewards[made.ended].tolist()) <= {REWARD}
        ends += int(made.ended.sum())
    assert ends > 5


def test_a_mouse_that_stands_still_runs_out_of_time() -> None:
    played = environments(power=3.0)
    still = np.full(3, MOVE_ACTIONS[NOOP][0])
    first = played.observations()
    for _ in range(TIMEOUT - 1):
        assert not played.step(still).ended.any()
    assert np.array_equal(played.observations(), first)
    made = played.step(still)
    assert made.ended.all()
    assert not made.rewards.any()
    assert (made.lengths == TIMEOUT).all()


def test_advantages_are_the_discounted_sums_of_their_definition() -> None:
    random, gamma, mixed = np.random.default_rng(0), 0.9, 0.8
    rewards, values = random.random((6, 2)).astype(np.float32), random.random((6, 2)).astype(np.float32)
    ended, last = random.random((6, 2)) < 0.3, random.random(2).astype(np.float32)
    found = advantages(rewards, values, ended, last, gamma, mixed)
    after = np.vstack([values[1:], last]) * ~ended
    errors = rewards + gamma * after - values
    for env in range(2):
        for t in range(6):
            total, weight = 0.0, 1.0
            for later in range(t, 6):
                total += weight * errors[later, env]
                if ended[later, env]:
                    break
                weight *= gamma * mixed
            assert found[t, env] == pytest.approx(total, rel=1e-5)


def test_the_gradient_favours_what_went_better_than_expected() -> None:
    logits = torch.zeros(4, ACTIONS, requires_grad=True)
    flat = torch.full((4,), -float(np.log(ACTIONS)))
    played = Played(
        torch.empty(4, 0),
        torch.tensor([1, 1, 2, 2]),
        flat,
        torch.zeros(4),
        torch.tensor([2.0, 2, -1, -1]),
        torch.ones(4),
    )
    loss = losses(logits, torch.zeros(4, requires_grad=True), played, TINY)
    loss.total.backward()
    assert logits.grad is not None
    assert (logits.grad[:2, 1] < 0).all()
    assert (logits.grad[2:, 2] > 0).all()
    assert loss.entropy == pytest.approx(np.log(ACTIONS), rel=1e-5)
    assert loss.clipped == 0


def test_a_ratio_beyond_the_clip_teaches_no_more() -> None:
    logits = torch.zeros(2, ACTIONS)
    logits[0, 0] = 3.0
    logits.requires_grad_()
    old = torch.full((2,), -float(np.log(ACTIONS)))
    still = RewardConfig(observations=64, environments=4, rollout=8, minibatches=2, entropy=0.0)
    played = Played(
        torch.empty(2, 0), torch.tensor([0, 0]), old, torch.zeros(2), torch.tensor([1.0, -1.0]), torch.zeros(2)
    )
    losses(logits, torch.zeros(2), played, still).total.backward()
    assert logits.grad is not None
    assert not logits.grad[0].any()
    assert logits.grad[1].any()


def test_a_run_is_interrupted_resumed_and_leaves_a_series(tmp_path: Path) -> None:
    run = RewardRun.start(TINY, tmp_path / "run")
    before = run.network.fc_policy.weight.detach().clone()
    train(run, stop=1)
    assert not torch.equal(run.network.fc_policy.weight, before)
    resumed = RewardRun.resume(tmp_path / "run")
    assert resumed.step == 1
    for name, weights in run.network.state_dict().items():
        assert torch.equal(resumed.network.state_dict()[name], weights), name
    train(resumed)
    assert open_series([tmp_path / "run"]).steps == (0, 1, 2)
    assert open_series([tmp_path / "run"]).checkpoints[-1].observations == 64


def test_a_folder_with_a_run_and_a_recipe_that_changes_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(RewardRun.start(TINY, tmp_path), stop=1)
    assert main(["--run", str(tmp_path)]) == 2
    assert "--resume" in capsys.readouterr().err
    assert main(["--run", str(tmp_path), "--resume", "--gamma", "0.5"]) == 2
    assert "keeps its recipe" in capsys.readouterr().err
    assert main(["--run", str(tmp_path / "odd"), "--observations", "3"]) == 2
    assert "at least one update" in capsys.readouterr().err
