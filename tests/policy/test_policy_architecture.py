"""Whole files that hold something else than the network are refused by name, shape and type."""

from __future__ import annotations

import json
import struct

import pytest
import torch
from safetensors.torch import save_file

# Dictionaries that hold no state dict.


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([torch.zeros(3)], "holds a list without a state dict"),
        (torch.zeros(3), "holds a value of type Tensor"),
        ({}, "without tensors (its keys: none)"),
        ({"epoch": 3, "loss": 0.5}, "without tensors (its keys: epoch, loss)"),
        ({"model_state_dict": {}}, "without tensors under model_state_dict"),
        ({"state_dict": {"weight": [1.0]}}, "without tensors under state_dict (its keys: weight)"),
        ({"embedder.block1.conv.weight": torch.zeros(1), "epoch": 3}, "epoch in the state dict is of type int"),
        ({"a": torch.zeros(1), 3: torch.zeros(1)}, "3 in the state dict"),
    ],
)
def test_other_values(value, words, opening):
    opening(value, words)


# Other architectures.


def test_another_architecture(opening):
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.Linear(4, 4))
    opening(net.state_dict(), "another architecture (with 0.bias, 0.weight, 1.bias and 1 more)", "IMPALA", "35 more")


def test_missing_and_unexpected_layers(opening, state_dict):
    weights = state_dict(1)
    del weights["embedder.block2.conv.bias"]
    weights["embedder.block4.conv.bias"] = torch.zeros(32)
    opening(weights, "lacks embedder.block2.conv.bias", "has embedder.block4.conv.bias")


@pytest.mark.parametrize("key", ["gru.weight_ih_l0", "lstm.bias_hh_l0", "hidden-to-output.weight"])
def test_a_recurrent_policy(key, opening, state_dict):
    opening({"state_dict": {**state_dict(1), key: torch.zeros(3)}}, "recurrent", key)


@pytest.mark.parametrize(
    ("heads", "words"),
    [
        (["fc_policy"], "has no policy head"),
        (["fc_value"], "has no value head"),
        (["fc_policy", "fc_value"], "has no policy head and no value head"),
    ],
)
@pytest.mark.parametrize("kind", ["torch", "safetensors"])
def test_missing_heads(heads, words, kind, refusal, tmp_path, state_dict):
    weights = {key: tensor for key, tensor in state_dict(1).items() if key.partition(".")[0] not in heads}
    path = tmp_path / "headless"
    if kind == "torch":
        torch.save({"model_state_dict": weights}, path)
    else:
        save_file(weights, path)
    refusal(path, f"headless {words}", f"{heads[0]}.weight")


@pytest.mark.parametrize("kind", ["torch", "safetensors"])
@pytest.mark.parametrize(("key", "value"), [("embedder.fc.weight", "nan"), ("fc_value.bias", "inf")])
def test_weights_that_are_no_numbers(kind, key, value, refusal, tmp_path, state_dict):
    weights = state_dict(1)
    weights[key] = weights[key].clone()
    weights[key].view(-1)[0] = float(value)
    path = tmp_path / "nan"
    if kind == "torch":
        torch.save({"model_state_dict": weights}, path)
    else:
        save_file(weights, path)
    refusal(path, f"1 of the {weights[key].numel()} weights in {key} is NaN or infinite")


def test_double_precision_beyond_float32(opening, state_dict):
    opening({**state_dict(1), "fc_value.bias": torch.tensor([1e300], dtype=torch.float64)}, "fc_value.bias", "float32")


def test_weights_whose_outputs_overflow(opening, state_dict):
    weights = {key: tensor * (1e30 if key == "embedder.fc.weight" else 1) for key, tensor in state_dict(1).items()}
    weights["fc_policy.weight"] = weights["fc_policy.weight"] * 1e30
    opening(weights, "computes NaN or infinite outputs")


@pytest.mark.parametrize(
    ("key", "shape", "words"),
    [
        ("embedder.block2.conv.weight", (32, 16, 5, 5), "32 x 16 x 5 x 5; expected 32 x 16 x 3 x 3 at width 1"),
        ("embedder.block3.res2.conv1.bias", (), "a single number; expected 32 at width 1"),
        ("embedder.block1.conv.weight", (24, 3, 3, 3), "24 x 3 x 3 x 3; expected 16k x 3 x 3 x 3"),
        ("embedder.block1.conv.weight", (16, 1, 3, 3), "16 x 1 x 3 x 3; expected 16k x 3 x 3 x 3"),
        ("embedder.block1.conv.weight", (32, 3, 3, 3), "expected"),
        ("embedder.block1.conv.weight", (), "a single number; expected 16k x 3 x 3 x 3"),
        ("embedder.block1.conv.weight", (0, 3, 3, 3), "0 x 3 x 3 x 3; expected 16k"),
        ("fc_policy.weight", (5, 256), "a policy head of 5 actions; expected the 15 of procgen"),
        ("fc_policy.weight", (1, 256), "a policy head of 1 action; expected"),
        ("fc_policy.weight", (15, 512), "fc_policy.weight has the shape 15 x 512; expected 15 x 256"),
        ("fc_value.weight", (2, 256), "fc_value.weight has the shape 2 x 256; expected 1 x 256"),
        ("embedder.fc.weight", (256, 32 * 11 * 11), "pictures of about 88 x 88 pixels"),
        ("embedder.fc.weight", (256, 999), "embedder.fc.weight has the shape 256 x 999"),
    ],
)
@pytest.mark.parametrize("kind", ["torch", "safetensors"])
def test_wrong_shapes(key, shape, words, kind, refusal, tmp_path, state_dict):
    weights = {**state_dict(1), key: torch.zeros(shape)}
    path = tmp_path / "shapes"
    if kind == "torch":
        torch.save({"state_dict": weights}, path)
    else:
        save_file(weights, path)
    refusal(path, words)


def test_a_width_beyond_the_limit(opening, state_dict):
    opening(state_dict(2), "a network of width 2; expected a width of 1 to 1", width=1)


def test_a_width_beyond_the_limit_is_refused_before_values_are_read(opening, state_dict, monkeypatch):
    """A tensor of stride zero claims more values than its file holds."""
    monkeypatch.setattr("app.policy.architecture._read", lambda *_: pytest.fail("values were read"))
    claimed = {**state_dict(1), "embedder.block1.conv.weight": torch.zeros(1).expand(32, 3, 3, 3)}
    opening(claimed, "a network of width 2; expected a width of 1 to 1", width=1)


@pytest.mark.parametrize("dtype", [torch.int64, torch.int8, torch.bool, torch.complex64])
def test_wrong_types(dtype, opening, refusal, tmp_path, state_dict):
    weights = {**state_dict(1), "fc_value.bias": torch.zeros(1, dtype=dtype)}
    opening(weights, "fc_value.bias is of type", "expected float32")


def test_wrong_types_in_safetensors(refusal, tmp_path, state_dict):
    path = tmp_path / "typed.safetensors"
    for dtype in (torch.int64, torch.float8_e4m3fn):
        save_file({**state_dict(1), "fc_value.bias": torch.zeros(1, dtype=dtype)}, path)
        refusal(path, "fc_value.bias is of type", "expected float32")


def test_two_networks_in_one_state_dict(opening, state_dict):
    weights = state_dict(1)
    both = {f"{prefix}.{key}": tensor for prefix in ("policy", "target") for key, tensor in weights.items()}
    opening(both, "another architecture")


def test_names_from_the_file_cannot_break_the_sentence(refusal, tmp_path):
    path = tmp_path / "names.safetensors"
    header = {
        f"line\nbreak {'x' * 300} {n}": {"dtype": "F32", "shape": [1], "data_offsets": [4 * n, 4 * n + 4]}
        for n in range(5)
    }
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(20))
    refusal(path, "line?break", "and 2 more")
