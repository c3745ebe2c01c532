"""The command line: the window, or one headless command. Whatever is wrong with the input is one sentence, exit 2."""

from __future__ import annotations

import argparse
import atexit
import contextlib
import gc
import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app import __version__
from app.cli.parser import PROGRAM, Parser, with_numbers_joined
from app.errors import MazescopeError

if TYPE_CHECKING:
    from app.cli.screen_problem import ScreenProblem

DESCRIPTION: Final = (
    "See what a maze-solving policy wants at every square of a maze, change its mind, and find out why."
)
BAD_INPUT: Final = 2
INTERRUPTED: Final = 130
NOT_WRITTEN: Final = 1
"""The exit status when what was asked for could not be printed."""

NOBODY_READS: Final = 141
"""The exit status of a program whose reader went away, as a shell reports it for SIGPIPE."""

COMMANDS: Final = {
    "field": "compute the vector field of mazes and write it as NPZ, PNG, SVG, PDF or CSV",
    "info": "say what there is to know of a checkpoint",
    "verify": "compare levels, observations and play with procgen itself",
    "effects": "measure what each vector and layer does to a policy's decisions",
    "study": "ask a study about a policy: how it answers, why, how often",
}


def main(
    argv: list[str],
    *,
    window: Callable[[list[str], bool], int],
    smoke_test: Callable[[], int],
    screen_problem: Callable[[], ScreenProblem | None] = lambda: None,
) -> int:
    """Run the program with these arguments; returns the exit status.

    Args:
        argv: without the program's own name.
        window: opens the window on checkpoints, mazes, vectors, sessions or patches; also a second one, if told so.
        smoke_test: opens the window, tries it and closes it again.
        screen_problem: why no window can be opened, or None when one can; without one, its field is written to files.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        if argv and argv[0] in COMMANDS:
            return _headless(lambda: _command(argv[0], argv[1:]))
        return _screen(argv, window, smoke_test, screen_problem)
    except MazescopeError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as ended:  # argparse, after --help or --version
        return int(ended.code or 0)


def _screen(
    argv: list[str],
    window: Callable[[list[str], bool], int],
    smoke_test: Callable[[], int],
    screen_problem: Callable[[], ScreenProblem | None],
) -> int:
    parser = Parser(
        prog=PROGRAM,
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="commands without a window:\n"
        + "\n".join(f"  {PROGRAM} {name:9}{text}" for name, text in COMMANDS.items())
        + f"\n\n`{PROGRAM} COMMAND --help` says more.",
    )
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="checkpoints, mazes, vectors, sessions, patches or exports to open; without a screen, to compute",
    )
    parser.add_argument("--new-window", action="store_true", help="open another window where there already is one")
    parser.add_argument("--smoke-test", action="store_true", help="open the window, try it, print one line of JSON")
    parser.add_argument("--version", action="version", version=f"Mazescope {__version__}")
    arguments = parser.parse_args(argv)
    if arguments.smoke_test:
        return smoke_test()
    problem = screen_problem()
    if problem is None:
        return window(arguments.files, arguments.new_window)

    def write_instead() -> int:
        from app.cli import without_screen

        return without_screen.run(arguments.files, problem)

    return _headless(write_instead)


def _headless(run: Callable[[], int]) -> int:
    """Run a command and print what it says, in one piece: what goes wrong with printing is then told from the rest."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            code = run()
    except SystemExit as ended:  # argparse, after --help
        code = int(ended.code or 0)
    return _print(said.getvalue()) or code


@contextlib.contextmanager
def _few_collections() -> Iterator[None]:
    """Let the garbage collector look seldom: most of what a short command makes are torch's modules, which stay. To go
    through them again and again while they are loaded takes a tenth of its time, and a last look at them when the
    interpreter ends takes a sixth."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 50)
    atexit.register(gc.freeze)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _print(text: str) -> int:
    if sys.stdout is None:  # A program without a terminal.
        return 0
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _print_no_more()
        return NOBODY_READS
    except OSError as error:
        _print_no_more()
        print(f"The answer could not be written: {error.strerror or error}.", file=sys.stderr)
        return NOT_WRITTEN
    return 0


def _print_no_more() -> None:
    # What is still held back would be tried once more when the interpreter ends, with a traceback.
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _command(name: str, argv: list[str]) -> int:
    parser = Parser(prog=f"{PROGRAM} {name}", description=f"{COMMANDS[name].capitalize()}.", allow_abbrev=False)
    # Each command brings its own imports; the window needs none of them.
    if name == "field":
        with _few_collections():
            from app.cli import field_command

            field_command.add_arguments(parser)
            return field_command.run(parser.parse_args(with_numbers_joined(argv)))
    if name == "info":
        return _info(parser, argv)
    if name == "study":
        from app.cli import study_command

        study_command.add_arguments(parser)
        return study_command.run(parser.parse_args(argv))
    if name == "verify":
        from app.cli import verify_command

        verify_command.add_arguments(parser)
        return verify_command.run(parser.parse_args(with_numbers_joined(argv)))
    from app.cli import effects_command

    effects_command.add_arguments(parser)
    return effects_command.run(parser.parse_args(with_numbers_joined(argv)))


def _info(parser: argparse.ArgumentParser, argv: list[str]) -> int:
    parser.add_argument("checkpoint", type=Path, nargs="?", help="the file; the policy that ships when left out")
    parser.add_argument("--json", action="store_true", help="print one JSON object, training options as well")
    parser.add_argument(
        "--check", action="store_true", help="play 20 levels as well: is it a maze policy, or one of another game"
    )
    arguments = parser.parse_args(argv)

    from app.document.open_file import open_policy
    from app.policy.policy_info import default_policy_path, describe, training_options

    policy = open_policy(arguments.checkpoint or default_policy_path())
    rows = describe(policy)
    if arguments.check:
        from app.studies.maze_check import check_policy

        rows.append(("Check", check_policy(policy).sentence))
    if arguments.json:
        import json

        print(json.dumps(dict(rows + training_options(policy)), ensure_ascii=False, indent=1))
    else:
        width = max(len(title) for title, _ in rows)
        for title, text in rows:
            print(f"{title:{width}}  {text}")
    return 0
