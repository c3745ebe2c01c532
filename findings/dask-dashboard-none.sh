#!/bin/sh
# LocalCluster(dashboard_address=None), documented to disable the dashboard, still listens on port 8787
#
# Version: distributed 2026.8.0, Python 3.11.
# A good guess: as its docstring says ("Set to None to disable the dashboard"), no port is opened, and a second cluster on the
# same machine has nothing to warn of.
# Behaviour: the scheduler starts its HTTP server on 8787, and answers there; a second cluster finds the port taken, warns, and
# takes another. With warnings as errors, as in tests, the second cluster does not start.
# What to do: `dashboard_address=":0"` takes any free port, so that clusters do not meet.
#
# Seen: the first cluster answers /health on 8787 with "ok"; the second warns "Port 8787 is already in use."
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check distributed==2026.8.0
cat > "$folder/check.py" <<'EOF'
import socket
import sys
import urllib.request
import warnings

from dask.distributed import LocalCluster


def cluster(address):
    return LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=address)


if __name__ == "__main__":
    assert "Set to ``None`` to disable the dashboard" in " ".join(LocalCluster.__doc__.split())
    with socket.socket() as tried:
        if tried.connect_ex(("127.0.0.1", 8787)) == 0:
            print("port 8787 is in use on this machine")
            sys.exit(2)
    with cluster(None), warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        health = opener.open("http://127.0.0.1:8787/health", timeout=10).read().decode().strip()
        with cluster(None):
            warned = [str(each.message).splitlines()[0] for each in heard if "8787" in str(each.message)]
        with cluster(":0"):
            quiet = [each for each in heard if "8787" in str(each.message)]
    print("8787 says", health, "; the second cluster:", warned)
    assert health == "ok"
    assert warned == ["Port 8787 is already in use."]
    assert len(quiet) == 1
EOF
"$folder/venv/bin/python" "$folder/check.py"
