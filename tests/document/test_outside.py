"""Files named outside a file's own folder are not touched: told by the text of the path alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from app.document.document import OpenMaze, State
from app.document.open_file import OpenedSession, open_patches, read_file
from app.document.outside import is_outside, refuse_remote, vectors_outside, without_files
from app.document.policy_lookup import find_policies
from app.document.session_file import load_session, save_session, to_json
from app.errors import PatchError, SessionError
from app.interventions.patches import AddVector, PatchStack, Zero
from app.maze.ascii import from_ascii
from app.paths import asset
from app.policy.network import random_network
from app.policy.policy import policy_of
from app.policy.saving import save_safetensors

MAZE = from_ascii("###\n#M#\n###")
SHARE = "\\\\server\\share\\v.safetensors"


def test_paths_are_told_apart_by_their_text(tmp_path: Path) -> None:
    inside = [
        "a.pth",
        "sub/a.pth",
        "sub/../a.pth",
        str(tmp_path / "a.pth"),
        str(asset("policies", "default.safetensors")),
    ]
    outside = [
        "../a.pth",
        "sub/../../a.pth",
        "/etc/a",
        "/dev/zero",
        str(tmp_path.parent / "a.pth"),
        "",
        f"{tmp_path}2/a",
    ]
    outside += [SHARE, "//server/share/a", "\\\\.\\pipe\\a", "NUL", "con.safetensors", "sub/LPT1.pth", "a\0b"]
    assert [named for named in inside if is_outside(named, tmp_path)] == []
    assert [named for named in outside if not is_outside(named, tmp_path)] == [""]
    assert not is_outside("../other/a.pth", tmp_path, [tmp_path.parent / "other"])
    assert is_outside("a.pth", None)


def test_a_policy_elsewhere_waits_for_the_users_word(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "talk", tmp_path / "models"
    home.mkdir()
    elsewhere.mkdir()
    policy = policy_of(random_network(1, 0), "theirs", elsewhere / "p.safetensors")
    save_safetensors(policy, elsewhere / "p.safetensors")
    save_session(home / "s.mazescope", State((OpenMaze(1, "a", MAZE, MAZE),), 1, policy), {})
    opened = read_file(home / "s.mazescope")
    assert isinstance(opened, OpenedSession)
    assert opened.policies.policy is None
    assert elsewhere / "p.safetensors" in opened.policies.outside
    assert "outside the session's folder" in opened.policies.problems[0]
    found = find_policies(opened.session, None)
    assert (found.policy, found.outside) == (policy, ())


@pytest.mark.parametrize("relative", ["/etc/passwd", "C:\\a", "C:a", SHARE, "//server/share/a"])
def test_a_relative_path_is_relative(tmp_path: Path, relative: str) -> None:
    found = to_json(State((OpenMaze(1, "a", MAZE, MAZE),), 1), {})
    found["policy"] = {"name": "p", "weights_hash": "0", "relative": relative}
    (tmp_path / "s.mazescope").write_text(json.dumps(found))
    with pytest.raises(SessionError, match="expected one from the session's folder on"):
        load_session(tmp_path / "s.mazescope")


def test_vectors_elsewhere_are_named_without_their_folder(tmp_path: Path) -> None:
    stack = PatchStack((Zero(), AddVector(vector=SHARE), AddVector(), AddVector(vector="v.safetensors")))
    assert vectors_outside(stack, tmp_path) == (SHARE,)
    assert [getattr(patch, "vector", "") for patch in without_files(stack, {SHARE}).patches] == [
        "",
        "v.safetensors",
        "cheese",
        "v.safetensors",
    ]
    with pytest.raises(PatchError, match=r"Patch 2 names the vector .* of another machine"):
        refuse_remote(stack, tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="pipes have other names there")
def test_a_patches_file_has_nothing_outside_looked_at(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "v.safetensors").write_bytes(b"")
    entry = {"kind": "add", "layer": "fc_policy", "coefficient": 1}
    named = ["../v.safetensors", str(tmp_path / "v.safetensors"), SHARE]
    (home / "p.json").write_text(json.dumps({"patches": [{**entry, "vector": each} for each in named]}))
    # Found, it would be named by its whole path.
    assert [patch.vector for patch in open_patches(home / "p.json").patches] == named  # type: ignore[attr-defined]
