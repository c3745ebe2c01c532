#!/bin/sh
# A worker that Dask starts gives back every array that it frees, so that the next one is new memory of the system
#
# Version: distributed 2026.8.0, numpy 2.4.6, Python 3.11, Linux with glibc.
# A good guess: a function takes as long in a worker of LocalCluster as it takes in any other process.
# Behaviour: the worker is started with MALLOC_TRIM_THRESHOLD_=65536, meant to return memory that is not needed. In glibc
# that also ends the adjustment of the size from which memory is mapped, so each array of more than 128 kB is mapped and
# unmapped each time, and every page of it faulted in: a network's forward passes on small batches took 1.7 times as long.
# `dask worker` does the same.
# What to do: set distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_ to a large number, or call
# mallopt(M_MMAP_THRESHOLD) and mallopt(M_TRIM_THRESHOLD) in the worker.
#
# Seen: page faults in 200 sums of arrays of 4 MB: plain process 0; worker 102,800; with mallopt 0
set -eu
[ "$(uname -s)" = Linux ] || { echo "only Linux with glibc has this setting"; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check distributed==2026.8.0 numpy==2.4.6
cat > "$folder/check.py" <<'EOF'
import ctypes
import platform
import resource
import sys

import numpy as np
from dask.distributed import Client, LocalCluster

if platform.libc_ver()[0] != "glibc":
    print("only glibc has this setting")
    sys.exit(2)


def faults(kept=False):
    if kept:
        libc = ctypes.CDLL(None)
        libc.mallopt(-1, 256 * 2**20)  # M_TRIM_THRESHOLD
        libc.mallopt(-3, 32 * 2**20)  # M_MMAP_THRESHOLD
    ones = np.ones(2**20, dtype=np.float32)
    for _ in range(10):
        ones + ones
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(200):
        ones + ones
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


if __name__ == "__main__":
    plain = faults()
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        worker = client.submit(faults, pure=False).result()
        kept = client.submit(faults, True, pure=False).result()
    print(f"page faults: plain process {plain:,}; worker {worker:,}; with mallopt {kept:,}")
    assert worker > 20 * plain
    assert worker > 20 * kept
EOF
"$folder/venv/bin/python" "$folder/check.py"
