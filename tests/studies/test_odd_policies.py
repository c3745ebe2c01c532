"""Policies that no maze made: weights too large, and a layer that is dead. Each study says a sentence, none NaN."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
import torch

from app.errors import PolicyError
from app.maze import generator
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.studies.ablate import AblateQuestion
from app.studies.ablated_channels import AblationQuestion
from app.studies.level_set import LevelSet, of_mazes
from app.studies.outcome import OutcomeQuestion
from app.studies.push import PushQuestion
from app.studies.resample import ResampleQuestion
from app.studies.square_push import SquarePushQuestion
from app.studies.study import Question
from app.studies.sweep import SweepQuestion

LEVEL = of_mazes([generator.level(15, 6)])
LAYER = "embedder.block2.res1.resadd"

ASKED: dict[str, Callable[[Policy, LevelSet], Question]] = {
    "push": PushQuestion,
    "push at a square": lambda policy, levels: SquarePushQuestion(policy, levels, (levels.mazes[0].mouse,)),
    "push by ablation": AblationQuestion,
    "ablate": lambda policy, levels: AblateQuestion(policy, levels, methods=("zero",)),
    "outcome": lambda policy, levels: OutcomeQuestion(policy, levels, steps=20),
    "sweep": lambda policy, levels: SweepQuestion(policy, levels, "cheese", (LAYER,), (-1, 1), controls=2),
    "resample": lambda policy, levels: ResampleQuestion(policy, levels, channels=(1,), controls=2),
}


@pytest.fixture(scope="module")
def beyond() -> Policy:
    network = random_network(1, 2)
    with torch.no_grad():
        network.embedder.block3.conv.weight.mul_(1e30)
        network.embedder.fc.weight.mul_(1e30)
    return policy_of(network, "beyond")


@pytest.fixture(scope="module")
def dead() -> Policy:
    network = random_network(1, 1)
    with torch.no_grad():
        for weight in network.embedder.block2.parameters():
            weight.zero_()
    return policy_of(network, "dead")


@pytest.mark.parametrize("study", ASKED)
def test_weights_too_large_are_told_of_the_policy(beyond: Policy, study: str) -> None:
    with np.errstate(all="ignore"), pytest.raises(PolicyError, match="The policy's own outputs are beyond"):
        ASKED[study](beyond, LEVEL).run()


@pytest.mark.parametrize("study", ASKED)
def test_a_dead_layer_gives_finite_numbers_or_nothing(dead: Policy, study: str) -> None:
    found = ASKED[study](dead, LEVEL).run()
    json.dumps(found.to_json(), allow_nan=False)
    assert not [sentence for sentence in found.findings if "nan" in sentence.casefold()]
    if "ablat" in study:
        assert "No channel" in found.findings[0] or "by nothing" in found.findings[0]
