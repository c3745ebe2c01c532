"""Source text of modules that are imported behind the window: nobody reads it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap

from tests.conftest import ROOT


def test_modules_that_are_imported_behind_the_window_are_not_read() -> None:
    program = textwrap.dedent(
        """
        import json, linecache, sys
        from widgets.startup.launch import application
        kept = application()
        before = set(sys.modules)
        import pyqtgraph, xml.sax.handler
        import widgets.main_window
        added = [getattr(sys.modules[name], "__file__", None) for name in set(sys.modules) - before]
        print(json.dumps([len(added), [file for file in added if file in linecache.cache]]))
        """
    )
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    imported, read = json.loads(done.stdout)
    assert imported > 100
    assert read == []
