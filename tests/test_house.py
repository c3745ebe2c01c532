"""The layout of the house: loose files, names used once, and recipes whose files exist."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOOSE = {"app": {"errors", "number_format", "paths", "progress"}, "widgets": {"features", "main_window"}}
SUFFIX = re.compile(r"\.(py|md|toml)$")


def test_of_loose_files() -> None:
    for folder, expected in LOOSE.items():
        assert {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__"} == expected


def test_no_two_modules_have_one_name() -> None:
    names = Counter(path.name for folder in LOOSE for path in (ROOT / folder).rglob("*.py"))
    assert [name for name, times in names.items() if times > 1] == ["__init__.py"]


def test_the_recipes_name_files_that_exist() -> None:
    text = (ROOT / "docs" / "decisions" / "house.md").read_text(encoding="utf-8")
    recipes = text[text.index("## To add a panel") : text.index("## Where the loose files went")]
    named = [name for name in re.findall(r"`([^`\s]+)`", recipes) if SUFFIX.search(name) and "NAME" not in name]
    assert len(named) > 20
    folders = [
        ROOT,
        *(path for folder in ("app", "widgets", "tests") for path in (ROOT / folder).rglob("*") if path.is_dir()),
    ]
    missing = [name for name in named if not any((folder / name).is_file() for folder in folders)]
    assert not missing


def test_no_environment_is_tracked() -> None:
    """A link named .venv that is committed replaces the environment of whoever takes the commit."""
    if not (ROOT / ".git").exists():
        pytest.skip("these sources are no work tree of git")
    listed = subprocess.run(["git", "ls-files", ".venv", "build"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not listed.stdout
    assert ".venv" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
