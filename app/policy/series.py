"""A series: the checkpoints that one training run left, in the order of their steps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.errors import PolicyError, shown
from app.policy.loading import load_policy
from app.policy.policy import Policy
from app.policy.zip_directory import SUFFIXES
from app.progress import Progress, batches, go_on

MOST: Final = 1000
"""Checkpoints of a series, at most."""

LARGEST_STEP: Final = 10**15
"""A larger number is no step: it would fit no column of a table."""

INNER: Final = "series"
"""The folder in which `training.train` keeps the series of a run."""

_NUMBER: Final = re.compile(
    r"(?P<step>(?<![A-Za-z])(?:global)?[ _-]?steps?[ =_-]?)?"
    r"(?<![0-9.])(?P<digits>\d{1,15}(?:\.\d{1,15})?(?:e\+?0?\d)?)(?P<unit>[kmb]?)(?![0-9a-z])",
    re.IGNORECASE,
)
_TIMES: Final = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}


@dataclass(frozen=True)
class Checkpoint:
    """One point of a series.

    Attributes:
        step: the training step that its file's name holds; which kind of step is the run's own affair.
        policy: its policy, whose network is in memory only while it is used.
    """

    step: int
    policy: Policy

    @property
    def observations(self) -> int | None:
        """Labelled observations or frames that the run had seen, where the file says it."""
        found = self.policy.metadata.get("observations")
        return found if isinstance(found, int) else None


@dataclass(frozen=True)
class Series:
    """The checkpoints of one run, at least two, their steps ascending, all of one architecture.

    Attributes:
        name: of the run: its folder's name.
        checkpoints: the points.
    """

    name: str
    checkpoints: tuple[Checkpoint, ...]

    def __len__(self) -> int:
        return len(self.checkpoints)

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps, ascending."""
        return tuple(each.step for each in self.checkpoints)

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The policies in the order of the steps."""
        return tuple(each.policy for each in self.checkpoints)

    @property
    def last(self) -> Policy:
        """The policy at the end of training."""
        return self.checkpoints[-1].policy

    def words(self) -> tuple[str, ...]:
        """Its name in a command: its folder, where that holds these checkpoints and no others; else its files."""
        files = tuple(policy.path for policy in self.policies if policy.path is not None)
        with suppress(PolicyError):
            if files and series_files([files[0].parent]) == files:
                return (str(files[0].parent),)
        return tuple(map(str, files))

    def nearest(self, position: float) -> int:
        """The index of the checkpoint nearest to a place on the log axis; see `positions`."""
        return int(np.abs(self.positions - position).argmin())

    @property
    def positions(self) -> np.ndarray:
        """(n,) float64 places on the log axis, see `log_positions`."""
        return log_positions(self.steps)


def log_positions(steps: Sequence[int]) -> np.ndarray:
    """(n,) float64 log10 of ascending steps, and for a step 0 that of half the step that follows."""
    values = np.array(steps, dtype=np.float64)
    if len(values) and values[0] == 0:
        values[0] = values[1] / 2 if len(values) > 1 else 1
    return np.log10(values)


def step_of(path: str | Path) -> int | None:
    """The step that a file's name holds: its last number, "16000", "82k", "1.5M" or "1e6"; None without one.

    A number that follows the word step, as in "step-80-seed-2", is preferred; one after another letter, as in "w1-s2",
    counts only where there is no other.
    """
    stem = Path(path).stem
    numbers = list(_NUMBER.finditer(stem))
    if not numbers:
        return None
    named = [each for each in numbers if each["step"]]
    free = [each for each in numbers if not stem[: each.start()][-1:].isalpha()]
    found = (named or free or numbers)[-1]
    step = int(Decimal(found["digits"]) * _TIMES[found["unit"].lower()])
    return step if step <= LARGEST_STEP else None


def series_files(paths: Sequence[str | Path]) -> tuple[Path, ...]:
    """The checkpoint files that a folder, or several files, name as a series, their steps ascending.

    Of a folder, files without a number are left out, as the last policy of a run is; of a run's folder that of
    its series is taken.

    Raises:
        PolicyError: one sentence: for what is not there, fewer than two, too many, a folder among others, a file
            without a number, or two of one step.
    """
    given = [Path(path) for path in paths]
    if len(given) == 1 and given[0].is_dir():
        files = _files_in(given[0])
        where = f"{shown(given[0].name or given[0])} holds"
    else:
        files = given
        where = "What was opened holds"
        for path in files:
            if not path.exists():
                raise PolicyError(
                    f"There is no file or folder {shown(path)}; expected a folder of checkpoints, or several of a run."
                )
            if path.is_dir():
                raise PolicyError(
                    f"{shown(path.name or path)} is a folder, and was opened with others; expected one folder alone, "
                    "or several checkpoints of one run."
                )
            if step_of(path) is None:
                raise PolicyError(
                    f"{shown(path.name)} has no number in its name; expected the training step, as in step-4096."
                )
    if len(files) < 2:
        raise PolicyError(
            f"{where} {'one checkpoint' if files else 'no checkpoints'} with a step in the name; expected at "
            "least two of one run."
        )
    if len(files) > MOST:
        raise PolicyError(f"{where} {len(files)} checkpoints; expected a series of at most {MOST}.")
    files = sorted(files, key=lambda path: (step_of(path) or 0, path.name))
    for one, other in pairwise(files):
        if step_of(one) == step_of(other):
            raise PolicyError(
                f"{shown(one.name)} and {shown(other.name)} are both of step {step_of(one)}; expected the "
                "checkpoints of one run."
            )
    return tuple(files)


def _files_in(folder: Path) -> list[Path]:
    inner = folder / INNER
    place = inner if inner.is_dir() else folder
    try:
        found = [path for path in place.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file()]
    except OSError as error:
        raise PolicyError(f"{shown(folder.name)} cannot be read ({shown(error.strerror or error)}).") from error
    return [path for path in found if step_of(path) is not None]


def open_series(paths: Sequence[str | Path], progress: Progress = go_on) -> Series:
    """Open a series: a folder of checkpoints, a run's folder, or several files.

    Every file is read once, to refuse what cannot be used before anything is computed; the networks leave memory again
    as others come in.

    Raises:
        PolicyError: one sentence on what cannot be used, see `series_files` and `load_policy`; or on two architectures.
        Cancelled: when `progress` says not to continue.
    """
    files = series_files(paths)
    found: list[Checkpoint] = []
    for (path,) in batches(files, 1, progress):
        policy = load_policy(path)
        step = step_of(path)
        assert step is not None
        if found and found[0].policy.width != policy.width:
            raise PolicyError(
                f"{shown(path.name)} is of width {policy.width} and {shown(files[0].name)} of width "
                f"{found[0].policy.width}; expected one architecture in a series."
            )
        found.append(Checkpoint(step, policy))
    return Series(_name(files), tuple(found))


def _name(files: Sequence[Path]) -> str:
    folder = files[0].resolve().parent
    return shown((folder.parent if folder.name == INNER else folder).name or "series")


def series_to_json(series: Series) -> list[dict[str, Any]]:
    """Its points, for recipes."""
    return [
        {"step": each.step, "policy": each.policy.name, "weights": each.policy.weights_hash}
        for each in series.checkpoints
    ]
