"""A batch's labels are an expert's moves."""

from __future__ import annotations

import numpy as np
import torch

from app.maze.maze import EMPTY, Maze
from app.maze.moves import DOWN, LEFT, RIGHT, UP
from training.batches import VALIDATION, make_batch
from training.config import Config
from training.labels import discounted_returns, move_targets
from training.loss import imitation_loss, move_log_probabilities

SMALL = Config(mazes=6, squares=5, observations=30)


def open_room() -> Maze:
    """A 3 x 3 maze without inner walls, the cheese in its middle's right."""
    grid = np.full((15, 15), 51)
    grid[6:9, 6:9] = EMPTY
    return Maze.from_grid(grid, dim=3, mouse=(6, 6)).with_cheese((7, 8))


def test_every_best_move_gets_its_share() -> None:
    maze = open_room()
    squares = np.array([(6, 6), (7, 7), (8, 8), (6, 8)])
    targets = move_targets(maze, (7, 8), squares)
    expected = np.zeros((4, 5))
    expected[0, [UP, RIGHT]] = 0.5
    expected[1, RIGHT] = expected[2, DOWN] = expected[3, UP] = 1
    np.testing.assert_allclose(targets, expected)
    assert targets[:, LEFT].sum() == 0


def test_the_return_is_the_discounted_reward() -> None:
    maze = open_room()
    returns = discounted_returns(maze, (7, 8), np.array([(7, 7), (6, 6)]), 0.5)
    np.testing.assert_allclose(returns, [10.0, 2.5])


def test_a_batch_follows_from_seed_and_number() -> None:
    one, same, other = make_batch(SMALL, 4), make_batch(SMALL, 4), make_batch(SMALL, 5)
    assert torch.equal(one.observations, same.observations)
    assert torch.equal(one.targets, same.targets)
    assert not torch.equal(one.observations, other.observations)
    assert one.observations.shape == (30, 3, 64, 64)
    assert one.observations.dtype == torch.uint8
    assert make_batch(SMALL, VALIDATION).targets.shape == (30, 5)
    torch.testing.assert_close(one.targets.sum(dim=1), torch.ones(30))
    assert float(one.returns.max()) <= 10
    assert float(one.returns.min()) > 0


def test_the_loss_counts_a_class_as_the_sum_of_its_actions() -> None:
    logits = torch.zeros(1, 15)
    torch.testing.assert_close(move_log_probabilities(logits).exp(), torch.tensor([[3, 1, 1, 3, 7]]) / 15.0)
    right = torch.tensor([[0.0, 0, 0, 1, 0]])
    sure = logits.clone()
    sure[0, 6:9] = 20.0
    returns = torch.tensor([5.0])
    assert float(imitation_loss(sure, returns, right, returns, 0.5)) < 1e-6
    assert float(imitation_loss(sure, returns + 10, right, returns, 0.5)) > 0.4
