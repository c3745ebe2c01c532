"""`study`: ask a study about a policy, print what it found, and write its numbers and plots."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol, cast

from app.cli.parser import PROGRAM, Parser, with_numbers_joined
from app.cli.progress_line import progress_line
from app.cli.study_inputs import POLICY, Inputs, add_common
from app.errors import MazescopeError
from app.io.atomic import write_atomically
from app.progress import Progress, go_on
from app.studies.study import Question, Result

STUDIES: Final[dict[str, tuple[str, str]]] = {
    "response": (
        "app.cli.response_study",
        "how an effect grows with its coefficient, and which stage bends it",
    ),
    "effects": ("app.cli.effects_study", "what each vector and layer does to decisions, and which channels retarget"),
    "channels": ("app.cli.channels_study", "which channels mark the cheese"),
    "push": (
        "app.cli.push_study",
        "which channels or units push for which move, exactly or by ablation",
    ),
    "retarget": (
        "app.cli.retarget_study",
        "how well setting channels leads the policy to each square, by distance and maze size",
    ),
    "outcome": (
        "app.cli.outcome_study",
        "where sampled and greedy play end, exactly, without sampling",
    ),
    "training": (
        "app.cli.training_study",
        "what a policy does and holds over its training, from checkpoints of one run",
    ),
    "levels": ("app.cli.levels_study", "what a policy would do in each of many levels, and what they are like"),
    "fit": ("app.cli.fit_study", "how far a level's features tell what a policy does there"),
    "ablate": ("app.cli.ablate_study", "what each channel of a layer is worth, by ablating one after another"),
    "resample": ("app.cli.resample_study", "do claimed channels depend on the cheese's square, and others not"),
    "transfer": ("app.cli.transfer_study", "does a vector of one level steer on another, next to mean, probe, random"),
    "sweep": ("app.cli.sweep_study", "where and how strongly a vector steers, layer by coefficient"),
}
"""Name -> (module with `add_arguments` and `question`, what it answers). One line a study."""

REPORT: Final = "report.html"
FILES: Final = ("csv", "parquet", "svg", "png", "pdf")


class StudyModule(Protocol):
    """Protocol of the modules of `STUDIES`."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the study's own options; the common ones are declared already."""

    def question(self, arguments: argparse.Namespace, inputs: Inputs) -> Question:
        """The question that the arguments ask.

        Raises:
            MazescopeError: one sentence on what cannot be used.
        """


def description() -> str:
    """The list of studies, one a line."""
    return "\n".join(f"  {name:12}{text}" for name, (_, text) in STUDIES.items())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments before the study's own."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"studies:\n{description()}\n\n`study NAME --help` says more."
    parser.add_argument("name", metavar="NAME", help="which study")
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="...", help="its arguments")


def run(arguments: argparse.Namespace) -> int:
    """Measure, write and print; the exit status.

    Raises:
        MazescopeError: one sentence on what cannot be used.
    """
    parsed, asked, inputs = _asked((arguments.name, *arguments.rest))
    result = asked.run(device=inputs.device, progress=progress_line(arguments.name) if sys.stderr.isatty() else go_on)
    # What draws and writes is imported only now: a question that is refused need not wait for it.
    from app.drawing.palette import palette
    from app.export.study_files import json_text, study_bytes, text_of

    for kind in FILES:
        path = getattr(parsed, kind)
        if path is not None:
            _write(path, study_bytes(kind, result, palette=palette(parsed.palette)))
    if parsed.report is not None:
        from app.export.study_report import report_bytes
        from app.studies.command_files import command_words

        words = command_words(result.question, parsed.report)
        _write(parsed.report / REPORT, report_bytes(result, palette(parsed.palette), words))
    print(json_text(result) if parsed.json else text_of(result), end="")
    return 0


def ask(*words: str, progress: Progress = go_on) -> Result:
    """The result of a study asked in the command line's words: `ask("response", "--seeds", "0:200")`.

    Args:
        words: the study's name and its arguments; options that print or write do nothing here.
        progress: told how much is done.

    Raises:
        MazescopeError: one sentence on what cannot be used or measured.
        Cancelled: when `progress` says not to continue.
    """
    _, asked, inputs = _asked(words)
    return asked.run(device=inputs.device, progress=progress)


def _asked(words: Sequence[str]) -> tuple[argparse.Namespace, Question, Inputs]:
    name, *rest = words or ("",)
    if name not in STUDIES:
        raise MazescopeError(f"There is no study {name!r}; expected one of {', '.join(STUDIES)}.")
    module = cast(StudyModule, importlib.import_module(STUDIES[name][0]))
    what = STUDIES[name][1]
    description = f"{what[:1].upper()}{what[1:]}."
    parser = Parser(prog=f"{PROGRAM} study {name}", description=description, allow_abbrev=False)
    add_common(parser, getattr(module, "CHECKPOINT", POLICY))
    module.add_arguments(parser)
    parsed = parser.parse_args(with_numbers_joined(rest))
    _check_folders(parsed)
    inputs = Inputs(parsed)
    asked = module.question(parsed, inputs)
    if inputs.patches_are_unused:
        raise MazescopeError(f"--patches was given; `study {name}` measures the policy without patches.")
    return parsed, asked, inputs


def _check_folders(parsed: argparse.Namespace) -> None:
    for kind in FILES:
        path = getattr(parsed, kind)
        if path is not None and not path.parent.is_dir():
            raise MazescopeError(f"The folder of {path} does not exist; expected one for --{kind}.")
    if parsed.report is not None:
        try:
            parsed.report.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MazescopeError(f"{parsed.report} is not a folder for --report: {error.strerror or error}.") from error


def _write(path: Path, content: bytes) -> None:
    try:
        write_atomically(path, content)
    except OSError as error:
        raise MazescopeError(f"{path} could not be written: {error.strerror or error}.") from error
