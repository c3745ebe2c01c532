"""Good checkpoints, of every kind there is."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from app.policy.limits import Limits
from app.policy.loading import load_policy
from app.policy.network import Network, random_network
from app.policy.policy import policy_of, weights_hash
from app.policy.stages import as_input

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("width", [1, 2, 4])
@pytest.mark.parametrize("kind", ["model_state_dict", "state_dict", "bare", "safetensors"])
def test_every_kind_and_width(kind, width, state_dict, tmp_path):
    path, weights = tmp_path / "mouse.pth", state_dict(width)
    if kind == "safetensors":
        save_file(weights, path)  # under a suffix that is not its own: the content decides
    else:
        torch.save(weights if kind == "bare" else {kind: weights}, path)
    policy = load_policy(str(path))
    assert (policy.width, policy.name, policy.path) == (width, "mouse", path)
    assert policy.weights_hash == weights_hash(random_network(width, width))
    assert not policy.network.training
    for key, tensor in policy.network.state_dict().items():
        assert tensor.dtype == torch.float32
        assert tensor.device.type == "cpu"
        assert torch.equal(tensor, weights[key])
    assert not any(parameter.requires_grad for parameter in policy.network.parameters())


def test_a_torch_file_named_safetensors_opens(state_dict, tmp_path):
    path = tmp_path / "misnamed.safetensors"
    torch.save({"state_dict": state_dict(1)}, path)
    assert load_policy(path).metadata["loaded_from"]["format"] == "torch.save, state_dict"


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "agent.policy."])
@pytest.mark.parametrize("kind", ["torch", "safetensors"])
def test_prefixes_of_wrappers_are_ignored(prefix, kind, state_dict, tmp_path):
    path, plain = tmp_path / "wrapped", state_dict(1)
    wrapped = {prefix + key: tensor for key, tensor in plain.items()}
    if kind == "torch":
        torch.save({"model_state_dict": wrapped}, path)
    else:
        save_file(wrapped, path)
    assert load_policy(path).weights_hash == weights_hash(random_network(1, 1))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("kind", ["torch", "safetensors"])
def test_other_float_types_become_float32(dtype, kind, state_dict, tmp_path):
    path = tmp_path / "typed"
    stored = {key: tensor.to(dtype) for key, tensor in state_dict(1).items()}
    if kind == "torch":
        torch.save(stored, path)
    else:
        save_file(stored, path)
    policy = load_policy(path)
    assert policy.metadata["loaded_from"]["stored_as"] == str(dtype).removeprefix("torch.")
    for key, tensor in policy.network.state_dict().items():
        assert tensor.dtype == torch.float32
        assert torch.equal(tensor, stored[key].float())


def test_tensors_saved_on_cuda_come_to_the_cpu(state_dict, torch_bytes, rezip, tmp_path):
    def moved(name, record):
        if name != "data.pkl":
            return record
        assert b"X\x03\0\0\0cpu" in record
        return record.replace(b"X\x03\0\0\0cpu", b"X\x06\0\0\0cuda:0")

    path = tmp_path / "cuda.pth"
    path.write_bytes(rezip(torch_bytes({"model_state_dict": state_dict(1)}), moved))
    assert load_policy(path).weights_hash == weights_hash(random_network(1, 1))


def test_parameters_views_and_shared_storage(tmp_path):
    """Weights saved as parameters, transposed, or as parts of one flat tensor are the same weights."""
    network = random_network(1, 3)
    flat = torch.cat([parameter.detach().reshape(-1) for parameter in network.parameters()])
    weights, start = {}, 0
    for key, parameter in network.named_parameters():
        weights[key] = flat[start : start + parameter.numel()].view(parameter.shape)
        start += parameter.numel()
    fc = network.fc_policy.weight.detach()
    weights["fc_policy.weight"] = fc.t().contiguous().t()
    weights["fc_policy.bias"] = torch.nn.Parameter(weights["fc_policy.bias"].clone())
    path = tmp_path / "flat.pth"
    torch.save(weights, path)
    policy = load_policy(path)
    assert policy.weights_hash == weights_hash(network)
    # Each weight owns its memory: nothing keeps the flat tensor, or the file's bytes, alive.
    for parameter in policy.network.parameters():
        assert parameter.untyped_storage().nbytes() == 4 * parameter.numel()


def test_a_real_optimizer_beside_the_weights(tmp_path):
    network = Network(1)
    optimizer = torch.optim.Adam(network.parameters())
    logits, value = network(torch.rand(2, 3, 64, 64))
    (logits.sum() + value.sum()).backward()
    optimizer.step()
    path = tmp_path / "trained.pth"
    notes = {"step": 160_000_000, "config": {"world": "easy", "region": 5}, "returns": [9.5, 10.0]}
    whole = {"model_state_dict": network.state_dict(), "optimizer_state_dict": optimizer.state_dict(), **notes}
    torch.save(whole, path)
    policy = load_policy(path)
    assert policy.weights_hash == weights_hash(network)
    assert {key: policy.metadata[key] for key in notes} == notes
    assert set(policy.metadata) == {*notes, "loaded_from"}


MEMORY = """
import resource, sys
from app.policy.loading import load_policy
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
load_policy(sys.argv[1]); before = peak()
load_policy(sys.argv[2]); print(peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory in Linux's units")
def test_an_optimizers_state_never_comes_into_memory(state_dict, tmp_path):
    small, large = tmp_path / "small.pth", tmp_path / "large.pth"
    torch.save({"model_state_dict": state_dict(1)}, small)
    moments = {"state": {index: {"exp_avg": torch.zeros(5_000_000)} for index in range(8)}}
    torch.save({"model_state_dict": state_dict(1), "optimizer_state_dict": moments}, large)
    assert large.stat().st_size > 160_000_000
    command = [sys.executable, "-c", MEMORY, str(small), str(large)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) * 1024 < 20_000_000


def test_metadata_of_safetensors_is_decoded_where_it_is_json(state_dict, tmp_path):
    path = tmp_path / "file-name.safetensors"
    said = {
        "name": "Whiskers",
        "world": "easy",
        "region": "5",
        "config": '{"seed": 0}',
        "odd": "{not json",
        "nan": "NaN",
    }
    save_file(state_dict(1), path, metadata=said)
    policy = load_policy(path)
    assert policy.name == "Whiskers"
    found = {key: value for key, value in policy.metadata.items() if key != "loaded_from"}
    assert found == {**said, "region": 5, "config": {"seed": 0}}
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert policy.metadata["loaded_from"] == {"format": "safetensors", "bytes": path.stat().st_size, "sha256": digest}


def test_opening_draws_no_random_numbers_and_leaves_the_default_device(state_dict, tmp_path):
    path = tmp_path / "quiet.pth"
    torch.save(state_dict(2), path)
    torch.manual_seed(7)
    before = torch.get_rng_state()
    load_policy(path)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.empty(1).device.type == "cpu"


def test_two_threads_open_different_files_at_once(state_dict, tmp_path):
    wanted = {}
    for width in (1, 2):
        path = tmp_path / f"{width}.pth"
        torch.save(state_dict(width), path)
        wanted[path] = weights_hash(random_network(width, width))
    found: list[tuple[Path, str]] = []

    def work(path: Path) -> None:
        for _ in range(5):
            found.append((path, load_policy(path).weights_hash))

    threads = [threading.Thread(target=work, args=(path,)) for path in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 10
    assert all(wanted[path] == digest for path, digest in found)


def test_the_reference_checkpoint(reference, reference_checkpoint):
    policy = load_policy(reference_checkpoint)
    assert (policy.width, policy.parameters, policy.name) == (1, 626_256, "maze_rr5_easy_160M")
    assert policy.metadata["loaded_from"]["sha256"].startswith("e82e620e")
    recorded = np.load(reference / "observations.npz")
    for world, logits in (("easy", "logits_easy_devinterp160M"), ("hard", "logits_hard")):
        with torch.no_grad():
            found, value = policy.network(as_input(torch.from_numpy(recorded[world])))
        assert np.abs(found.numpy() - recorded[logits]).max() < 1e-4
        assert np.abs(value.numpy() - recorded[f"value_{world}"]).max() < 1e-4


def test_the_reference_checkpoint_gives_the_recorded_probabilities(reference, reference_checkpoint):
    policy = load_policy(reference_checkpoint)
    recorded = np.load(reference / "recorded.npz")
    levels = [key.removesuffix("/obs_start") for key in recorded.files if key.endswith("/obs_start")]
    assert len(levels) == 13
    for level in levels:
        grid, dim = recorded[f"{level}/grid"], int(recorded[f"{level}/dim"])
        margin = (len(grid) - dim) // 2
        (row,) = np.flatnonzero((recorded[f"{level}/squares"] == margin).all(axis=1))
        picture = torch.from_numpy(recorded[f"{level}/obs_start"])[None]
        with torch.no_grad():
            found = policy.network(as_input(picture))[0].softmax(-1)[0].numpy()
        wanted = torch.from_numpy(recorded[f"{level}/logits"][row]).softmax(-1).numpy()
        assert np.abs(found - wanted).max() < 1e-5, level


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**31), width=st.integers(1, 2), wrapper=st.sampled_from(["model_state_dict", "state_dict"]))
def test_what_is_saved_is_what_is_opened(seed, width, wrapper, tmp_path):
    policy = policy_of(random_network(width, seed), "any")
    path = tmp_path / "any.pth"
    torch.save({wrapper: policy.network.state_dict()}, path)
    assert load_policy(path) == policy


def test_notes_of_too_many_values_are_left_out_and_the_others_stay(state_dict, tmp_path):
    path, many, same = tmp_path / "notes.pth", [[1, 2, 3], [4, 5, 6]], [[1, 2, 3]] * 2
    notes = {"many": many, "same": same, "long": [1] * 6, "who": "half a pair \ud800", "step": 7}
    torch.save({"model_state_dict": state_dict(1), **notes}, path)
    assert load_policy(path).metadata.keys() == {*notes, "loaded_from"}
    found = load_policy(path, limits=Limits(note_values=10, note_items=5)).metadata
    assert found.keys() == {"many", "same", "who", "step", "loaded_from"}
    found = load_policy(path, limits=Limits(note_values=9)).metadata
    assert found.keys() == {"long", "who", "step", "loaded_from"}
    assert found["who"].encode()
    assert found["step"] == 7
