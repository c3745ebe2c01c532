"""Dask: a real scheduler and real workers give the bytes that threads give, and a killed worker loses nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from app.errors import MazescopeError
from app.field import cluster
from app.field.level_blocks import level_range
from app.field.machines import Machines
from app.maze.generator import levels
from app.policy.policy import Policy
from app.progress import Cancelled
from app.studies.level_set import of_mazes
from app.studies.level_table import LevelsQuestion
from app.studies.sweep import SweepQuestion
from tests.conftest import ROOT

pytest.importorskip("distributed", reason="clusters need Dask (make studies)")
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@dataclass
class Cluster:
    """A scheduler and its workers as processes of this machine."""

    folder: Path
    address: str
    processes: list[subprocess.Popen[bytes]]

    def start(self, kind: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments]
        log = (self.folder / f"{kind} {len(self.processes)}.log").open("wb")
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        if kind == "scheduler":
            # As the guide starts it: it knows nothing of this program.
            del env["PYTHONPATH"]
        process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, env=env)
        log.close()
        self.processes.append(process)
        return process

    def start_scheduler(self) -> None:
        note = self.folder / "scheduler.json"
        self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(note))
        deadline = time.monotonic() + 120
        while not (note.exists() and note.read_text().strip()):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        self.address = json.loads(note.read_text())["address"]

    def end(self) -> None:
        for process in self.processes[::-1]:
            process.kill()
            process.wait()

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self.start(
            "worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", "."
        )


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler with two workers."""
    found = Cluster(tmp_path_factory.mktemp("cluster"), "", [])
    try:
        found.start_scheduler()
        with pytest.raises(MazescopeError, match="has no worker"):
            SweepQuestion(
                _policy(), of_mazes(levels(15, np.arange(3))), machines=Machines(scheduler=found.address)
            ).run()
        for _ in range(2):
            found.start_worker()
        _wait_for_workers(found.address, 2)
        yield found
    finally:
        found.end()


def _policy() -> Policy:
    from app.policy.network import random_network
    from app.policy.policy import policy_of

    return policy_of(random_network(1, 0), "small")


def _wait_for_workers(address: str, count: int) -> None:
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=120)


def test_the_same_table_and_one_worker_killed_in_the_middle(
    running: Cluster, small_policy: Policy, tmp_path: Path
) -> None:
    asked = level_range("easy", [range(1000)])
    killed: list[int] = []

    def kill_one(done: int, total: int) -> bool:
        if done >= 300 and not killed:
            victim = running.processes[1]
            victim.kill()
            victim.wait()
            killed.append(done)
        return total == 1000

    machines = Machines(scheduler=running.address)
    far = LevelsQuestion(small_policy, asked, out=tmp_path / "far.parquet", machines=machines).run(progress=kill_one)
    assert killed
    assert killed[0] < 1000
    near = LevelsQuestion(small_policy, asked, out=tmp_path / "near.parquet", machines=Machines(1)).run()
    assert far.file is not None
    assert near.file is not None
    assert far.file.read_bytes() == near.file.read_bytes()
    running.start_worker()
    _wait_for_workers(running.address, 2)


def test_other_studies_give_the_same_numbers(running: Cluster, small_policy: Policy) -> None:
    asked = of_mazes(levels(15, np.arange(20)))
    layers = ("embedder.block3.conv",)
    there, here = (
        SweepQuestion(small_policy, asked, layers=layers, coefficients=(-1,), controls=2, machines=machines).run()
        for machines in (Machines(scheduler=running.address), Machines(1))
    )
    assert there.change.tobytes() == here.change.tobytes()
    assert there.cosine.tobytes() == here.cosine.tobytes()


def test_rows_stay_in_order_where_the_last_part_is_done_first(running: Cluster, small_policy: Policy) -> None:
    # Parts of 512 levels and of 88.
    asked = level_range("easy", [range(600)])
    seen: list[list[int]] = []
    there = LevelsQuestion(small_policy, asked, machines=Machines(scheduler=running.address)).run(
        partial=lambda result: seen.append(result.column("seed").tolist())
    )
    assert there.column("seed").tolist() == list(range(600))
    assert all(seeds == sorted(seeds) for seeds in seen)


def test_cancelling_and_errors_come_through(running: Cluster, small_policy: Policy, tmp_path: Path) -> None:
    question = LevelsQuestion(
        small_policy,
        level_range("easy", [range(100_000)]),
        out=tmp_path / "t.parquet",
        machines=Machines(scheduler=running.address),
    )
    with pytest.raises(Cancelled):
        question.run(progress=lambda done, _: done < 500)
    assert len(list((tmp_path / "t.parquet.parts").glob("*.parquet"))) >= 1
    with pytest.raises(MazescopeError, match="beyond the numbers that float32 holds"):
        SweepQuestion(
            small_policy,
            of_mazes(levels(15, np.arange(4))),
            layers=("embedder.block1.conv",),
            coefficients=(1e38,),
            controls=0,
            machines=Machines(scheduler=running.address),
        ).run()


def test_a_scheduler_that_dies_in_the_middle_is_one_sentence(tmp_path: Path) -> None:
    own, out = Cluster(tmp_path, "", []), tmp_path / "table.parquet"
    try:
        own.start_scheduler()
        own.start_worker()
        _wait_for_workers(own.address, 1)
        words = ("study", "levels", "--seeds", "0:100000", "--out", str(out), "--scheduler", own.address)
        command = [sys.executable, "main.py", *words]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            deadline = time.monotonic() + 120
            while not (tmp_path / "table.parquet.parts" / "00000003.parquet").exists():
                assert time.monotonic() < deadline
                assert process.poll() is None
                time.sleep(0.05)
            own.processes[0].kill()
            printed, told = process.communicate(timeout=120)
        assert process.returncode == 2
        assert printed == ""
        assert told == "The scheduler of the cluster is gone; run the same command again to resume.\n"
        assert len(list((tmp_path / "table.parquet.parts").glob("*.parquet"))) >= 3
    finally:
        own.end()


def test_another_version_is_refused(
    running: Cluster, small_policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "__version__", "0.0.9")
    question = LevelsQuestion(
        small_policy, level_range("easy", [range(10)]), machines=Machines(scheduler=running.address)
    )
    with pytest.raises(MazescopeError, match=r"The worker at .* has Mazescope .*; expected 0\.0\.9, as here"):
        question.run()


def test_a_scheduler_of_another_version_is_refused(
    running: Cluster, small_policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    import distributed

    theirs = distributed.__version__
    monkeypatch.setattr(distributed, "__version__", "1999.1.0")
    question = LevelsQuestion(
        small_policy, level_range("easy", [range(10)]), machines=Machines(scheduler=running.address)
    )
    with pytest.raises(MazescopeError, match=rf"The scheduler at .* has Dask {theirs}; expected 1999\.1\.0, as here"):
        question.run()


def test_a_worker_of_an_older_program_is_refused_whatever_it_tells() -> None:
    with pytest.raises(MazescopeError, match="The worker has Dask of another version; expected"):
        cluster._compare(cluster.versions()[:-1], cluster.versions(), "The worker")


def test_a_scheduler_that_is_not_there_is_a_sentence(small_policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECTING", 1.0)
    asked = level_range("easy", [range(10)])
    for address in ("tcp://127.0.0.1:9", "nowhere", "tcp://"):
        with pytest.raises(MazescopeError, match="No Dask scheduler answers at"):
            LevelsQuestion(small_policy, asked, machines=Machines(scheduler=address)).run()


def test_a_scheduler_that_is_not_there_is_all_that_is_told() -> None:
    command = [sys.executable, "main.py", "study", "levels", "--seeds", "0:9", "--scheduler", "nowhere"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 2
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert line.startswith("No Dask scheduler answers at nowhere")


@pytest.mark.full
def test_workers_started_for_the_run(small_policy: Policy) -> None:
    asked = level_range("easy", [range(600)])
    there = LevelsQuestion(small_policy, asked, machines=Machines(workers=2)).run()
    here = LevelsQuestion(small_policy, asked, machines=Machines(1)).run()
    assert (np.ma.compressed(there.column("log_odds")) == np.ma.compressed(here.column("log_odds"))).all()
