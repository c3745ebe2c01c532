"""The door: arguments lead to the window, or to one headless command."""

from __future__ import annotations

import multiprocessing
import sys


def _window(files: list[str], new_window: bool) -> int:
    from widgets.startup.launch import launch

    return launch(files, new_window=new_window)


def _smoke_test() -> int:
    from widgets.startup.smoke_test import run

    return run()


def main() -> int:
    """Run the program; returns its exit status."""
    # In a packaged program, procgen's process starts by running this file again.
    multiprocessing.freeze_support()
    from app.cli.main import main as run_command

    return run_command(sys.argv[1:], window=_window, smoke_test=_smoke_test)


if __name__ == "__main__":
    sys.exit(main())
