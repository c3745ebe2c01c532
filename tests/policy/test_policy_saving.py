"""Saved policies come back, in both formats, and open where others read them."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open

from app.errors import PolicyError
from app.io.json_file import MOST_DIGITS
from app.policy.limits import Limits
from app.policy.loading import load_policy
from app.policy.metadata import decode, encode
from app.policy.network import random_network
from app.policy.policy import policy_of
from app.policy.saving import safetensors_bytes, save_safetensors, save_torch

SAID = {
    "name": "Whiskers",
    "region": 5,
    "world": "15",
    "config": {"seed": 0, "squares": [1, 2]},
    "score": 0.5,
    "ok": True,
}


@pytest.mark.parametrize("width", [1, 2])
def test_safetensors_come_back_with_their_metadata(width, tmp_path):
    policy = policy_of(random_network(width, 5), "any")
    path = tmp_path / "saved.safetensors"
    save_safetensors(policy, path, SAID)
    found = load_policy(path)
    assert found == policy
    assert found.name == "Whiskers"
    assert {key: value for key, value in found.metadata.items() if key != "loaded_from"} == SAID
    with safe_open(path, "pt") as file:
        assert all(file.get_slice(key).get_dtype() == "F32" for key in policy.network.state_dict())
        assert all(isinstance(value, str) for value in file.metadata().values())
    again = tmp_path / "again.safetensors"
    save_safetensors(found, again)
    assert again.read_bytes() == path.read_bytes()


def test_the_same_policy_gives_the_same_bytes():
    contents = {safetensors_bytes(random_network(1, 5), SAID) for _ in range(8)}
    assert len(contents) == 1
    assert (8 + int.from_bytes(contents.pop()[:8], "little")) % 8 == 0


def test_the_format_of_train_procgen_pytorch(tmp_path):
    network, path = random_network(1, 6), tmp_path / "model.pth"
    save_torch(network, path, {"step": 7, "optimizer_state_dict": {"state": {0: torch.ones(3)}}})
    found = torch.load(path, weights_only=True)
    assert list(found["model_state_dict"]) == list(network.state_dict())
    assert torch.equal(found["optimizer_state_dict"]["state"][0], torch.ones(3))
    policy = load_policy(path)
    assert policy == policy_of(network, "any")
    assert policy.metadata["step"] == 7


def test_a_half_precision_network_is_saved_as_float32(tmp_path):
    network = random_network(1, 6).half()
    save_safetensors(network, tmp_path / "half.safetensors", {})
    with safe_open(tmp_path / "half.safetensors", "pt") as file:
        assert file.get_slice("fc_value.bias").get_dtype() == "F32"


def test_a_place_that_cannot_be_written(tmp_path):
    for save in (save_safetensors, save_torch):
        with pytest.raises(
            PolicyError, match=r"could not be saved to .*gone.* \(No such file or directory\)"
        ) as caught:
            save(random_network(1, 6), tmp_path / "gone" / "policy")
        assert str(caught.value).isprintable()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=50), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=20), JSON | st.sampled_from(["1", "true", "null", '"x"', "[1]", "NaN", "{"])))
def test_metadata_survives_being_made_strings(said):
    strings = encode(said)
    assert all(isinstance(value, str) for value in strings.values())
    assert decode(strings) == said


def test_metadata_strings_that_are_no_plain_json_stay_strings_or_go():
    odd = {"nan": "NaN", "inf": "-Infinity", "digits": "9" * (MOST_DIGITS + 1)}
    assert decode(odd) == odd
    assert decode({"list": "[0, 0, 0]", "one": "[0]"}, Limits(note_items=2)) == {"one": [0]}
