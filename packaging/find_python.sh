#!/bin/sh
# Print the newest Python from 3.11 to 3.14 that is found here and runs, if possible one that makes virtual environments.
# Prints nothing where there is none.
suitable='sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))'
for check in "import ensurepip, sys, venv; $suitable" "import sys; $suitable"; do
    for name in python3.14 python3.13 python3.12 python3.11 python3 python; do
        # A name may be found and still not run, as pyenv's do for a version that is not switched on.
        if path=$(command -v "$name") && "$path" -c "$check" >/dev/null 2>&1; then
            echo "$path"
            exit 0
        fi
    done
done
