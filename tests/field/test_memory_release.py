"""Freed memory: a process that was told to return it at once keeps it while many levels are computed."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import textwrap

import pytest

from tests.conftest import ROOT

PROGRAM = textwrap.dedent(
    """
    import resource
    import numpy as np
    from app.field.memory_release import keep_freed_memory

    def faults():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(100):
            np.ones(2**19)
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    first = faults()
    keep_freed_memory()
    faults()
    print(first, faults())
    """
)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has this setting")
def test_memory_is_kept_where_a_setting_returns_it() -> None:
    # As a worker is started that Dask starts.
    env = {**os.environ, "MALLOC_TRIM_THRESHOLD_": "65536"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    returned, kept = map(int, done.stdout.split())
    assert returned > 2000
    assert kept < returned / 10
