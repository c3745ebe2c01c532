"""Session files reopen what was saved, policies are found again, and a crash loses nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.document.autosave import Autosave
from app.document.document import OpenMaze, State
from app.document.policy_lookup import find_policy
from app.document.session_file import PolicyReference, load_session, save_session, to_json
from app.errors import PolicyError, SessionError
from app.interventions.patches import AddVector, PatchStack
from app.interventions.patches_file import load_patches
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.policy.saving import save_safetensors
from tests.document.states import VIEW, maze, state

ROOT = Path(__file__).resolve().parents[2]


def saved_policy(folder: Path, seed: int = 0) -> Policy:
    path = folder / "policy.safetensors"
    policy = policy_of(random_network(1, seed), "random", path)
    save_safetensors(policy, path)
    return policy


def test_everything_comes_back(tmp_path: Path) -> None:
    policy = saved_policy(tmp_path)
    file = tmp_path / "a session.mazescope"
    save_session(file, state(policy), VIEW)
    session = load_session(file)
    assert session.state == state()
    assert session.view == VIEW
    assert session.policy is not None
    found, notice = find_policy(session.policy)
    assert (found, notice) == (policy, "")


def test_a_session_moved_with_its_policy_still_finds_it(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    policy = saved_policy(here)
    save_session(here / "s.mazescope", state(policy), VIEW)
    here.rename(there)
    session = load_session(there / "s.mazescope")
    assert session.policy is not None
    assert find_policy(session.policy) == (policy, "")


def test_other_weights_in_the_policys_place_are_told(tmp_path: Path) -> None:
    save_session(tmp_path / "s.mazescope", state(saved_policy(tmp_path)), VIEW)
    other = saved_policy(tmp_path, seed=1)
    session = load_session(tmp_path / "s.mazescope")
    assert session.policy is not None
    found, notice = find_policy(session.policy)
    assert found == other
    assert "other weights" in notice


def test_a_policy_that_is_gone_is_told_with_the_places(tmp_path: Path) -> None:
    policy = saved_policy(tmp_path)
    save_session(tmp_path / "s.mazescope", state(policy), VIEW)
    (tmp_path / "policy.safetensors").unlink()
    session = load_session(tmp_path / "s.mazescope")
    assert session.policy is not None
    with pytest.raises(PolicyError, match=r"was not found; looked in .*policy\.safetensors"):
        find_policy(session.policy)


def change(**values: object) -> str:
    found = json.loads(json.dumps(to_json(state(), VIEW)))
    found.update(values)
    return json.dumps(found)


def change_snapshot(**values: object) -> list[object]:
    return [to_json(state(), VIEW)["snapshots"][0] | values]


def change_maze(**values: object) -> str:
    found = json.loads(change())
    found["mazes"][0] |= values
    return json.dumps({**found, "active": found["mazes"][0]["id"]})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("[" * 65 + "]" * 65, "is not JSON"),
        ("[]", "This is not a session"),
        ('{"format": "mazescope-maze"}', "This is not a session"),
        (change(version=2), "has version 2; this program reads version 1"),
        (change(version=True), "has version true; this program reads version 1"),
        (change(version=1.0), "has version 1.0; this program reads version 1"),
        (change(snapshots={}), 'The session\'s "snapshots" is not a list'),
        (change(snapshots=[{"name": "A"}]), 'lacks one of the keys "name", "tab", "maze", "stack"'),
        (change(snapshots=change_snapshot(name="")), 'needs a text "name"'),
        (change(snapshots=change_snapshot() * 2), "Two snapshots of the session have one name"),
        (change(active=True), '"active" must be one of them'),
        (change_maze(id=2**62), 'a whole number "id" from 0 to'),
        (change_maze(id=-1), 'a whole number "id" from 0 to'),
        (change_maze(seed=2**31), "expected a whole number from 0 to 2147483647, or null"),
        (change_maze(seed=-1), "expected a whole number from 0 to 2147483647, or null"),
        (change_maze(region=26), "expected a whole number from 1 to 25, or null"),
        (change(stack={"patches": [{"kind": "zero", "layer": "fc_policy"}] * 501}), "501 patches were found"),
        (change(mazes=[]), "has no mazes"),
        (change(mazes=[{"id": 1}]), "lacks one of the keys"),
        (change(active=9), '"active" must be one of them'),
        (change(stack={"patches": [{"kind": "melt"}]}), "melt"),
        (change(view=3), '"view" is not an object'),
        (change(policy={"name": "x"}), 'lacks its "weights_hash"'),
        (change(policy=[1]), '"policy" is not an object'),
    ],
)
def test_what_is_not_a_session_is_refused_with_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "bad.mazescope"
    file.write_text(text)
    with pytest.raises(SessionError) as refusal:
        load_session(file)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_missing_file_and_folder_are_refused_with_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.mazescope", tmp_path):
        with pytest.raises(SessionError, match="cannot be read"):
            load_session(path)


def test_a_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "s.mazescope"
    save_session(file, state(), VIEW)
    before = file.read_bytes()
    with pytest.raises(SessionError, match="could not be saved"):
        save_session(tmp_path / "no folder" / "s.mazescope", state(), VIEW)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_shipped_policy_cannot_name_a_place_outside_the_program(tmp_path: Path) -> None:
    file = tmp_path / "s.mazescope"
    file.write_text(change(policy={"name": "x", "weights_hash": "0", "shipped": "../../secret"}))
    session = load_session(file)
    assert session.policy is not None
    assert session.policy.paths == ()


CRASH = """
import os, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from app.document.autosave import Autosave
from tests.document.states import VIEW, state
autosave = Autosave(Path({folder!r}))
autosave.keep(state(), VIEW, Path({folder!r}) / "mine.mazescope")
print("kept", flush=True)
if sys.argv[1] == "crash":
    os._exit(9)
sys.stdin.read()
autosave.close()
"""


def test_a_crashed_programs_document_is_found_and_a_running_ones_is_not(tmp_path: Path) -> None:
    script = CRASH.format(root=str(ROOT), folder=str(tmp_path))
    assert subprocess.run([sys.executable, "-c", script, "crash"], timeout=120).returncode == 9
    with subprocess.Popen(
        [sys.executable, "-c", script, "run"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "kept\n"
        autosave = Autosave(tmp_path)
        found = autosave.left_behind()
        running.communicate("", timeout=60)
    assert [each.path for each in found] == [tmp_path / "mine.mazescope"]
    assert found[0].session.state == state()
    assert found[0].session.view == VIEW
    found[0].discard()
    assert autosave.left_behind() == ()
    autosave.close()
    assert list((tmp_path / "autosave").iterdir()) == []


def test_an_unreadable_autosave_is_put_aside_not_deleted(tmp_path: Path) -> None:
    autosave = Autosave(tmp_path)
    (tmp_path / "autosave" / "77-1.json").write_text("{")
    assert autosave.left_behind() == ()
    autosave.close()
    assert [file.name for file in (tmp_path / "autosave").iterdir()] == ["77-1.unreadable"]


def test_a_shipped_policy_of_an_impossible_name_is_passed_over(tmp_path: Path) -> None:
    state = State((OpenMaze(1, "a", maze(), maze()),), 1, None, PatchStack())
    found = {**to_json(state, {}), "policy": {"name": "p", "weights_hash": "x", "shipped": "a\0b"}}
    (tmp_path / "odd.mazescope").write_text(json.dumps(found))
    policy = load_session(tmp_path / "odd.mazescope").policy
    assert policy is not None
    assert policy.paths == ()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_an_autosave_removed_while_the_folder_is_read_is_passed_over(tmp_path: Path) -> None:
    autosave = Autosave(tmp_path)
    # A link to nothing is listed and cannot be looked at, as a file is that another program has just removed.
    (autosave.file.parent / "1-0.json").symlink_to(tmp_path / "gone")
    assert autosave.left_behind() == ()
    autosave.close()


def test_of_two_programs_that_start_at_once_one_offers_what_was_left(tmp_path: Path) -> None:
    script = CRASH.format(root=str(ROOT), folder=str(tmp_path))
    assert subprocess.run([sys.executable, "-c", script, "crash"], timeout=120).returncode == 9
    first, second = Autosave(tmp_path), Autosave(tmp_path)
    assert len(first.left_behind()) == 1
    assert second.left_behind() == ()
    first.close()
    (found,) = second.left_behind()
    found.discard()
    second.close()
    assert list((tmp_path / "autosave").iterdir()) == []


def test_locks_and_unfinished_files_of_killed_runs_are_removed(tmp_path: Path) -> None:
    running, autosave = Autosave(tmp_path), Autosave(tmp_path)
    folder = autosave.file.parent
    old, new = time.time() - 7200, time.time()
    for name, written in (("1-a.lock", old), (".0a.part", old), ("2-b.lock", new), (".0b.part", new)):
        (folder / name).touch()
        os.utime(folder / name, (written, written))
    os.utime(running.file.with_suffix(".lock"), (old, old))
    assert autosave.left_behind() == ()
    kept = {"2-b.lock", ".0b.part", *(each.file.with_suffix(".lock").name for each in (running, autosave))}
    assert {file.name for file in folder.iterdir()} == kept
    running.close()
    autosave.close()


def test_an_autosave_that_is_spoilt_meanwhile_is_an_error_of_the_disk(tmp_path: Path) -> None:
    script = CRASH.format(root=str(ROOT), folder=str(tmp_path))
    assert subprocess.run([sys.executable, "-c", script, "crash"], timeout=120).returncode == 9
    autosave = Autosave(tmp_path)
    (found,) = autosave.left_behind()
    found.file.write_text("{")
    with pytest.raises(OSError, match="cannot be read any more"):
        found.put_aside()
    assert found.file.exists()
    autosave.close()


def test_names_too_long_for_a_file_are_names_of_no_file(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="was not found"):
        find_policy(PolicyReference("a", "b", (Path("x" * 5000), Path("a\0b"))))
    file = tmp_path / "p.json"
    file.write_text(json.dumps({"patches": [{"kind": "add", "layer": "fc_policy", "vector": "x" * 5000}]}))
    assert load_patches(file).patches == (AddVector(layer="fc_policy", vector="x" * 5000),)
