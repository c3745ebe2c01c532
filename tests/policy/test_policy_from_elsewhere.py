"""The same network under other programs' names, wrapped, in the old format, and with plain objects next to it."""

from __future__ import annotations

import argparse
import collections
import datetime
import os
from pathlib import Path, PureWindowsPath

import numpy as np
import pytest
import torch
from torch.optim.swa_utils import AveragedModel

from app.policy.limits import Limits
from app.policy.loading import load_policy
from app.policy.network import random_network
from app.policy.policy import weights_hash
from app.policy.policy_info import describe, training_options

HASH = weights_hash(random_network(1, 1))


def renamed(state: dict[str, torch.Tensor], blocks: str, dense: dict[str, str]) -> dict[str, torch.Tensor]:
    """A state dict under another program's names."""
    found = {}
    for name, tensor in state.items():
        for number in (1, 2, 3):
            name = name.replace(f"embedder.block{number}.", f"{blocks}.{number - 1}.")
        for ours, theirs in {
            "res1.": "res_block0.",
            "res2.": "res_block1.",
            "conv1.": "conv0.",
            "conv2.": "conv1.",
        }.items():
            name = name.replace(ours, theirs)
        for ours, theirs in dense.items():
            name = name.replace(f"{ours}.", f"{theirs}.")
        found[name] = tensor
    return found


def pfrl(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    dense = {"embedder.fc": "hidden_fc", "fc_policy": "logits_fc", "fc_value": "value_fc"}
    return renamed(state, "conv_seqs", dense)


def cleanrl(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return renamed(state, "network", {"embedder.fc": "network.5", "fc_policy": "actor", "fc_value": "critic"})


@pytest.mark.parametrize(
    ("scheme", "program", "names"),
    [
        (pfrl, "pfrl", ("conv_seqs.0.res_block0.conv0.weight", "hidden_fc.bias", "logits_fc.weight", "value_fc.bias")),
        (
            cleanrl,
            "CleanRL",
            ("network.0.conv.weight", "network.2.res_block1.conv1.bias", "network.5.bias", "actor.bias"),
        ),
    ],
)
@pytest.mark.parametrize("prefix", ["", "agent.", "_orig_mod."])
def test_names_of_other_programs(scheme, program, names, prefix, state_dict, tmp_path):
    weights = {prefix + name: tensor for name, tensor in scheme(state_dict(1)).items()}
    assert {prefix + name for name in names} <= weights.keys()
    torch.save(weights, tmp_path / "mouse.pt")
    policy = load_policy(tmp_path / "mouse.pt")
    assert policy.weights_hash == HASH
    assert dict(describe(policy))["Format"] == f"torch.save, bare state dict, names of {program}, 2.5 MB"


@pytest.mark.parametrize("prefix", ["embedder.module.", "embedder._orig_mod.", "module.embedder._orig_mod."])
def test_wrappers_within_the_names(prefix, state_dict, tmp_path):
    weights = {name.replace("embedder.", prefix): tensor for name, tensor in state_dict(1).items()}
    torch.save({"state_dict": weights}, tmp_path / "mouse.pth")
    assert load_policy(tmp_path / "mouse.pth").weights_hash == HASH


def test_the_counter_of_averaged_weights_is_no_weight(tmp_path):
    torch.save(AveragedModel(random_network(1, 1)).state_dict(), tmp_path / "mean.pth")
    assert load_policy(tmp_path / "mean.pth").weights_hash == HASH


@pytest.mark.parametrize(
    ("wrap", "where"),
    [
        (lambda state: {"model": state, "epoch": 3}, "model"),
        (lambda state: [state], "entry 1"),
        (lambda state: (state, {"mean": torch.zeros(3)}), "entry 1"),
        (lambda state: [{"step": 1}, {"model": state}], "model in entry 2"),
        (lambda state: {"state_dict": {"model": state}}, "model in state_dict"),
        (lambda state: {"loss": torch.zeros(1), "state_dict": state, "norm": {"mean": torch.zeros(3)}}, "state_dict"),
        (lambda state: {"agent": {"policy": pfrl(state)}, "ema": {"rate": torch.zeros(1)}}, "policy in agent"),
    ],
)
def test_the_only_network_is_found_wherever_it_is(wrap, where, state_dict, tmp_path):
    torch.save(wrap(state_dict(1)), tmp_path / "mouse.pth")
    policy = load_policy(tmp_path / "mouse.pth")
    assert policy.weights_hash == HASH
    assert policy.metadata["loaded_from"]["format"] == f"torch.save, {where}"


@pytest.mark.parametrize("scheme", [dict, pfrl, cleanrl])
def test_one_tensor_more_and_two_networks_are_refused(scheme, opening, state_dict):
    weights = scheme(state_dict(1))
    opening({**weights, "head.weight": torch.zeros(3)}, "also has head.weight")
    opening({"model": weights, "target": weights}, "holds 2 state dicts (under model, target); expected one")
    opening([weights, weights], "holds 2 state dicts (under entry 1, entry 2)")
    for key in ("state_dict", "target", "teacher_state_dict"):
        opening({"model_state_dict": weights, key: weights}, f"holds 2 state dicts (under model_state_dict, {key})")
    opening({"state_dict": weights, "target": {"model": weights}}, "(under state_dict, target.model)")
    opening({f"{name}.{key}": value for name in "ab" for key, value in weights.items()}, "another architecture")


def test_plain_objects_next_to_the_weights_are_not_made_and_not_told(state_dict, tmp_path):
    objects = {
        "score": np.float64(9.5),
        "history": np.arange(3.0),
        "recent": collections.deque([1, 2], maxlen=5),
        "options": argparse.Namespace(lr=0.1, path=Path("runs")),
        "by level": collections.defaultdict(list, {1: [2]}),
        "where": PureWindowsPath("runs"),
        "when": datetime.datetime(2020, 1, 1),
        "device": torch.device("cpu"),
    }
    for protocol in (2, 4):
        path = tmp_path / f"{protocol}.pth"
        saved = {"model_state_dict": state_dict(1), **objects, "step": 7, "config": {"lr": 0.5, "score": np.float32(1)}}
        torch.save(saved, path, pickle_protocol=protocol)
        policy = load_policy(path)
        assert policy.weights_hash == HASH
        assert policy.metadata["step"] == 7
        assert policy.metadata["config"] == {"lr": 0.5}
        assert not objects.keys() & policy.metadata.keys()


def test_the_state_of_an_optimizer_is_not_told(tmp_path):
    network = random_network(1, 1)
    optimizer = torch.optim.Adam(network.requires_grad_(True).parameters())
    path = tmp_path / "mouse.pth"
    torch.save({"model": network.state_dict(), "optimizer": optimizer.state_dict(), "step": 7}, path)
    told = [*describe(load_policy(path)), *training_options(load_policy(path))]
    assert ("Step", "7") in told
    assert not [title for title, _ in told if "ptimizer" in title or "Betas" in title]


# torch's format before 1.6.


def save_old(value: object, path: Path) -> None:
    torch.save(value, path, _use_new_zipfile_serialization=False)


def test_the_format_before_torch_1_6(state_dict, tmp_path):
    path = tmp_path / "old.pth"
    network = random_network(1, 1)
    optimizer = torch.optim.Adam(network.requires_grad_(True).parameters())
    logits, value = network(torch.rand(2, 3, 64, 64))
    (logits.sum() + value.sum()).backward()
    optimizer.step()
    save_old({"state_dict": state_dict(1), "optimizer_state_dict": optimizer.state_dict(), "step": 7}, path)
    policy = load_policy(path)
    assert policy.weights_hash == HASH
    assert policy.metadata["step"] == 7
    assert policy.metadata["loaded_from"]["format"] == "torch.save before 1.6, state_dict"
    save_old({key: tensor.half() for key, tensor in pfrl(state_dict(1)).items()}, path)
    assert load_policy(path).metadata["loaded_from"]["stored_as"] == "float16"


class Named:
    """An object that pickles as the name of its class."""


def test_the_old_format_has_the_same_guards(refusal, state_dict, tmp_path):
    path = tmp_path / "old.pth"
    save_old({"state_dict": state_dict(1), "note": Named()}, path)
    refusal(path, f"{__name__}.Named under note when it is opened, which might run code")
    save_old([state_dict(1), state_dict(2)], path)
    refusal(path, "holds 2 state dicts")
    save_old({"state_dict": state_dict(1), "log": "x" * 2000}, path)
    refusal(path, "within its first 2.0 kB", pickle=2000)
    load_policy(path, limits=Limits(pickle=10_000))
    save_old(state_dict(1), path)
    whole = path.read_bytes()
    path.write_bytes(whole + b"more")
    refusal(path, "old.pth is damaged", "its tensors end at 2.5 MB")
    os.truncate(path, len(whole) - 4)
    refusal(path, "old.pth is damaged")
    path.write_bytes(
        whole.replace(b"\x0d\x00\x00\x00little_endianq\x02\x88", b"\x0d\x00\x00\x00little_endianq\x02\x89")
    )
    refusal(path, "big-endian")
