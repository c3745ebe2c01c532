"""Parquet files: what is written is read, missing numbers stay missing, parts become one file."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from app.errors import MazescopeError
from app.io import parquet
from app.io.parquet_parts import PartsFolder


def columns(start: int = 0, count: int = 5) -> dict[str, np.ndarray]:
    seeds = np.arange(start, start + count)
    return {
        "seed": seeds,
        "row": np.ma.MaskedArray(seeds.astype(np.int32), mask=seeds % 2 == 0),
        "p": np.ma.MaskedArray(seeds / 7, mask=seeds % 3 == 0),
        "word": np.array([f"word {seed}" for seed in seeds]),
    }


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    assert list(one) == list(other)
    for name, values in one.items():
        assert values.dtype == other[name].dtype, name
        assert (np.ma.getmaskarray(values) == np.ma.getmaskarray(other[name])).all(), name
        assert (np.ma.compressed(values) == np.ma.compressed(other[name])).all(), name


def test_a_file_gives_back_its_columns_and_recipe(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    parquet.write(path, columns(), {"seeds": "0:5", "word": "é"})
    found, recipe = parquet.read(path)
    same(found, columns())
    assert recipe == {"seeds": "0:5", "word": "é"}
    assert parquet.count_rows(path) == 5
    assert parquet.column_names(path) == tuple(columns())
    same(parquet.read(path, ["p"])[0], {"p": columns()["p"]})


def test_parts_joined_are_the_same_file_however_they_were_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROWS_IN_GROUP", 4)
    cuts = ([0, 10], [0, 3, 10], [0, 1, 5, 9, 10])
    contents = set()
    for number, cut in enumerate(cuts):
        path = tmp_path / f"{number}.parquet"
        parts = (columns(start, stop - start) for start, stop in pairwise(cut))
        assert parquet.join(path, parts, {"a": 1}) == 10
        same(parquet.read(path)[0], columns(0, 10))
        contents.add(path.read_bytes())
    assert len(contents) == 1
    assert list(tmp_path.glob(".*")) == []


def test_what_is_no_table_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    with pytest.raises(MazescopeError, match="There is no file"):
        parquet.read(path)
    path.write_text("no table")
    with pytest.raises(MazescopeError, match="cannot be read as Parquet"):
        parquet.read(path)
    parquet.write(path, columns(), {})
    with pytest.raises(MazescopeError, match="has no column 'q'; it has seed, row, p, word"):
        parquet.read(path, ["q"])
    with pytest.raises(MazescopeError, match="cannot be written"):
        parquet.write(tmp_path / "nowhere" / "table.parquet", columns(), {})


def test_parts_outlive_a_run_and_belong_to_one_recipe(tmp_path: Path) -> None:
    target = tmp_path / "table.parquet"
    with PartsFolder(target, {"seeds": "0:10"}).opened() as folder:
        folder.put(0, parquet.to_bytes(columns(0, 5), {}))
        half = parquet.to_bytes(columns(5, 5), {})
        (folder.folder / "00000001.parquet").write_bytes(half[: len(half) // 2])
        (folder.folder / ".abc.part").write_bytes(b"left by a run that was killed")
    with PartsFolder(target, {"seeds": "0:10"}).opened() as folder:
        assert folder.has(0, 5)
        assert not folder.has(0, 6)
        assert not folder.has(1, 5)
        assert not (folder.folder / ".abc.part").exists()
        with (
            pytest.raises(MazescopeError, match="Another run is writing"),
            PartsFolder(target, {"seeds": "0:10"}).opened(),
        ):
            pass
    with (
        pytest.raises(MazescopeError, match=r'another question .its seeds is "0:10", not "0:11".'),
        PartsFolder(target, {"seeds": "0:11"}).opened(),
    ):
        pass
    with PartsFolder(target, {"seeds": "0:11"}).opened(restart=True) as folder:
        assert not folder.has(0, 5)
        folder.put(0, parquet.to_bytes(columns(0, 5), {}))
        assert folder.finish(iter([folder.get(0)]), {"seeds": "0:11"}) == 5
    assert [path.name for path in tmp_path.iterdir()] == ["table.parquet"]
