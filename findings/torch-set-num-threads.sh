#!/bin/sh
# torch.set_num_threads is neither a thread's setting nor the process's
#
# Version: torch 2.13.0 (CPU build).
# A good guess: it holds for the whole process; or, as it works from any thread, for the thread that calls it.
# Behaviour: both, in part. It sets the caller's number and the default of threads that have not computed or asked yet. So
# a worker that limits itself to one thread leaves the main thread as it was, but every thread started later computes on
# one; and a thread that already ran takes over the new default only if it had not asked before.
# What to do: in the worker, ask first, set, and have another thread set the old number again for those to come.
#
# Seen:
#     main sets 4:                          main 4, a new thread 4
#     a worker sets 1 and ends:             main 4, a new thread 1
#     two running threads, main then sets 2: the one that had asked 1, the other 2
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import threading

import torch


def in_a_thread(work):
    found = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


torch.set_num_threads(4)
assert (torch.get_num_threads(), in_a_thread(torch.get_num_threads)) == (4, 4)
in_a_thread(lambda: torch.set_num_threads(1))
found = torch.get_num_threads(), in_a_thread(torch.get_num_threads)
print("a worker set 1: main", found[0], "a new thread", found[1])
assert found == (4, 1)

asked, go, seen = threading.Event(), threading.Event(), {}


def asks_twice():
    torch.get_num_threads()
    asked.set()
    go.wait()
    seen["asked before"] = torch.get_num_threads()


def asks_late():
    go.wait()
    seen["asked after"] = torch.get_num_threads()


threads = [threading.Thread(target=work) for work in (asks_twice, asks_late)]
for thread in threads:
    thread.start()
asked.wait()
torch.set_num_threads(2)
go.set()
for thread in threads:
    thread.join()
print(seen)
assert seen == {"asked before": 1, "asked after": 2}
EOF
