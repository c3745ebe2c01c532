"""Fixtures every test may use."""

from __future__ import annotations

import faulthandler
import gc
import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Before torch loads: its threads sleep while they wait for each other. There are two for each worker of pytest, and
# while they spin, as they do otherwise, they take the processor from the other worker.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import pytest
from _pytest.faulthandler import fault_handler_stderr_fd_key
from hypothesis import HealthCheck, settings

from app.maze.procgen_client import Procgen
from app.policy.policy import Policy
from tests.skips import LONG, NO_PROCGEN, all_packages, left_out, needs_procgen_libraries, skip, want
from widgets.startup.system_packages import missing_needs

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT.parent / "shared" / "reference"
WIDGETS = ROOT / "tests" / "widgets"

# A busy machine is no failure. The same examples each time, so that a run says something of the change that was made,
# and `make test` passes for a stranger; seven runs with other examples found nothing. FULL=1 looks for new ones.
settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("FULL") != "1",
)
settings.load_profile("any machine")

WITHOUT_QT = missing_needs("qt")
"""The libraries for want of which Qt does not load here; the rest of the tests does without it."""

os.environ.setdefault("PYTEST_QT_API", "pyside6")
pytest_plugins = [] if WITHOUT_QT else ["pytestqt.plugin"]


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The application's memory between runs is neither read nor changed by tests."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--device", default="cpu", help="what engine and studies compute on: cpu, cuda or mps")


@pytest.fixture(scope="session")
def device(request: pytest.FixtureRequest) -> str:
    """The device that `--device` names."""
    return str(request.config.getoption("--device"))


class WithoutQt(pytest.Collector):
    """Takes the place of tests/widgets where Qt does not load: one skip that names the packages."""

    def collect(self) -> list[pytest.Item]:
        """Skip, with the reason."""
        skip(want(WITHOUT_QT), whole_module=True)
        return []


@pytest.hookimpl(tryfirst=True)
def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    return WithoutQt.from_parent(parent, name=WIDGETS.name, path=path) if WITHOUT_QT and path == WIDGETS else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("FULL") != "1":
        skip = pytest.mark.skip(reason=LONG)
        for item in items:
            if "full" in item.keywords:
                item.add_marker(skip)


@pytest.fixture(autouse=True)
def _crashes_are_told(pytestconfig: pytest.Config) -> None:
    """A crash tells where it was, also after a test of the program's own crash log, which ends pytest's."""
    if not faulthandler.is_enabled() and pytestconfig.pluginmanager.has_plugin("faulthandler"):
        faulthandler.enable(pytestconfig.stash[fault_handler_stderr_fd_key])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.exitstatus == pytest.ExitCode.OK and _left_out(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in _left_out(config):
        terminalreporter.line(f"LEFT OUT, though every package is meant to be installed: {line}")


def _left_out(config: pytest.Config) -> list[str]:
    """Tests left out where none should be; known to the process that prints, not to its workers."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return left_out(reporter.stats.get("skipped", ())) if all_packages() and reporter is not None else []


def pytest_collection_finish() -> None:
    # What has been imported and collected stays: the garbage collector need not go through it again and again.
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of recorded results and a public checkpoint, which a plain clone does not have."""
    if not REFERENCE.is_dir():
        pytest.skip("needs the reference data in ../shared/reference, which is not here")
    return REFERENCE


@pytest.fixture(scope="session")
def reference_checkpoint(reference: Path) -> Path:
    """The public checkpoint trained 160 M steps (scale 1)."""
    return reference / "checkpoints" / "maze_rr5_easy_160M.pth"


@pytest.fixture(scope="session")
def procgen_here() -> None:
    """Skips where the game is not installed, or what it is linked to."""
    if not Procgen.available():
        pytest.skip(NO_PROCGEN)
    needs_procgen_libraries()


@pytest.fixture(autouse=True)
def _marked_procgen(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("procgen") is not None:
        request.getfixturevalue("procgen_here")


@pytest.fixture(scope="session")
def procgen(procgen_here: None) -> Iterator[Procgen]:
    """The game in its own process, shared by all tests; mark those that use it `procgen`."""
    with Procgen() as game:
        yield game


@pytest.fixture(scope="session")
def reference_policy(reference_checkpoint: Path) -> Policy:
    """The checkpoint, opened."""
    from app.policy.loading import load_policy

    return load_policy(reference_checkpoint)


@pytest.fixture(scope="session")
def small_policy() -> Policy:
    """A policy of scale 1 with seeded random weights."""
    from app.policy.network import random_network
    from app.policy.policy import policy_of

    return policy_of(random_network(1, 0), "small")


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Next to other work, threads of small networks cost more in waiting for each other than they give."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
