"""Entry point: arguments lead to the window, or to one headless command."""

from __future__ import annotations

import multiprocessing
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.cli.screen_problem import ScreenProblem


def _window(files: list[str], new_window: bool) -> int:
    from widgets.startup.launch import launch

    return launch(files, new_window=new_window)


def _screen_problem() -> ScreenProblem | None:
    from widgets.startup.display_check import screen_problem

    return screen_problem()


def _smoke_test() -> int:
    from widgets.startup.smoke_test import run

    return run()


def main() -> int:
    """Run the program; returns its exit status."""
    # In a packaged program, a process started by multiprocessing begins by running this file again.
    multiprocessing.freeze_support()
    from app.cli.main import main as run_command

    return run_command(sys.argv[1:], window=_window, smoke_test=_smoke_test, screen_problem=_screen_problem)


if __name__ == "__main__":
    sys.exit(main())
