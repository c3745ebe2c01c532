# Two commands do everything a newcomer needs: `make run` and `make test`. `make help` lists the rest.

# The newest suitable Python that is found, unless one is named: make run PYTHON=/path/to/python3.12
PYTHON ?= $(shell sh packaging/find_python.sh)
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
RUN_STAMP := .venv/.requirements
DEV_STAMP := .venv/.requirements-dev
STUDIES_STAMP := .venv/.requirements-studies
NUMPY2_PY := build/numpy2-env/bin/python
NUMPY2_STAMP := build/numpy2-env/.requirements
PACKAGE_PY := build/package-env/bin/python
PACKAGE_STAMP := build/package-env/.requirements
# Ratios travel only where memory is given back in the same way.
PLAIN_MEMORY := env -u GLIBC_TUNABLES -u LD_PRELOAD -u MALLOC_ARENA_MAX -u MALLOC_MMAP_THRESHOLD_ -u MALLOC_TRIM_THRESHOLD_
# What is compiled is kept: else the tests, and each of the processes that they start, are compiled again, every time.
COMPILED := env -u PYTHONDONTWRITEBYTECODE
ARGS ?=
JOBS ?= 2
# A worker that crashed is not started again: pytest-xdist 3.8 then waits without end for tests it gave to nobody.
XDIST := -n $(JOBS) --dist loadfile --max-worker-restart 0
# Of the tests, those where another numpy shows first, and quick enough for a second run.
QUICK := tests/document tests/drawing tests/export tests/field/test_engine.py tests/field/test_measures.py \
	tests/interventions tests/io tests/maze tests/studies

# `make test` runs these beside the tests.
TYPES = $(PY) -m mypy --no-error-summary && mkdir -p build \
	&& { .venv/bin/lint-imports --no-logo >build/import-contract.log || { cat build/import-contract.log; exit 1; }; } \
	&& echo "Checks passed: style, types, import contract."

.PHONY: help run test test-numpy2 check style types studies screenshots demo bench bench-cuda package package-test package-bench release clean
.DEFAULT_GOAL := help

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 18

run: $(RUN_STAMP)  ## Set up once, then open the window (ARGS="FILE ..." opens files)
	@$(PY) packaging/linux/install_packages.py run || true
	@$(PY) main.py $(ARGS)

test: $(DEV_STAMP) style  ## All checks and tests (FULL=1 runs the long ones as well)
	@$(PY) packaging/linux/install_packages.py test || true
	@($(TYPES)) & types=$$!; \
		$(COMPILED) $(PY) -m pytest $(XDIST) $(ARGS); tests=$$?; \
		wait $$types && exit $$tests

test-numpy2: $(NUMPY2_STAMP)  ## Types and quick tests without procgen and with numpy 2, in an environment of their own
	@$(NUMPY2_PY) -m mypy --no-error-summary --cache-dir build/numpy2-env/mypy
	@$(COMPILED) $(NUMPY2_PY) -m pytest $(XDIST) $(or $(ARGS),$(QUICK))

check: style types  ## Style, types, and the contract that keeps Qt out of app/

style: $(DEV_STAMP)
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --check --quiet .

types: $(DEV_STAMP)
	@$(TYPES)

studies: $(STUDIES_STAMP)  ## Install what fits and clusters need besides: scikit-learn and Dask

screenshots: $(DEV_STAMP)  ## Draw the pictures of the README and the guide again
	@$(PY) docs/make_screenshots.py
	@$(PY) docs/make_study_pictures.py

demo: $(DEV_STAMP)  ## Record the README's demos again, as GIF and MP4
	@$(PY) docs/make_demo.py

bench: $(DEV_STAMP)  ## Print the benchmark table (JSON=FILE writes it, BEFORE=FOLDER compares with a tree of c310395)
	@$(PLAIN_MEMORY) $(PY) -m benchmarks $(if $(JSON),--json $(JSON))
	@$(if $(BEFORE),$(PY) -m benchmarks.next_to_before $(BEFORE))

bench-cuda: $(DEV_STAMP)  ## Measure and test on a CUDA device, in less than 8 minutes
	@$(PLAIN_MEMORY) $(PY) -m benchmarks gpu full_refresh slider $(if $(JSON),--json $(JSON))
	@timeout 300 $(PY) -m pytest -q --device cuda tests/field

package: $(PACKAGE_STAMP)  ## Build the frozen program and this system's installers, into dist/
	@$(PY) packaging/linux/install_packages.py package || true
	@$(PACKAGE_PY) packaging/build.py $(ARGS)

package-test: $(PACKAGE_STAMP)  ## Test what `make package` built: the program, and the installers by installing them
	@$(PACKAGE_PY) packaging/smoke_test.py $(ARGS)

package-bench: $(PACKAGE_STAMP)  ## Measure how long a start takes, frozen and from source, cold and warm
	@$(PACKAGE_PY) packaging/startup_bench.py $(ARGS)

release: package package-test  ## Build, test, describe all of dist/: manifest.json, SHA256SUMS
	@$(PACKAGE_PY) packaging/release.py
	@$(PACKAGE_PY) packaging/verified.py write

clean:  ## Remove what the commands above made, but not .venv
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find app benchmarks docs packaging tests training widgets -name __pycache__ -prune -exec rm -rf {} +

# A stamp keeps the contents that were installed, so that a second run starts at once and a touched file installs nothing.
.venv/bin/python:
	@python="$(PYTHON)"; version=$$("$$python" -c 'import sys; print(*sys.version_info[:2], sep=".")' 2>/dev/null); \
	case "$$version" in 3.11|3.12|3.13|3.14) ;; *) \
		echo "Mazescope needs Python 3.11 to 3.14; found $${version:-none}$${python:+ at $$python}. Try: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2; exit 2;; esac; \
	"$$python" packaging/linux/install_packages.py python || exit 2; \
	echo "Creating .venv with Python $$version ..."; \
	"$$python" -m venv .venv || { rm -rf .venv; exit 2; }

$(RUN_STAMP): requirements.txt | .venv/bin/python
	@cmp -s requirements.txt $@ || { echo "Installing what Mazescope needs into .venv (once, about a minute) ..." && $(PIP) install -r requirements.txt; }
	@cp requirements.txt $@

$(STUDIES_STAMP): requirements-studies.txt $(RUN_STAMP)
	@cmp -s requirements-studies.txt $@ || { echo "Installing what fits and clusters need into .venv ..." && $(PIP) install -r requirements-studies.txt; }
	@cp requirements-studies.txt $@

$(DEV_STAMP): requirements-dev.txt requirements-studies.txt $(RUN_STAMP)
	@cat requirements-dev.txt requirements-studies.txt | cmp -s - $@ || { echo "Installing what the tests need into .venv ..." && $(PIP) install -r requirements-dev.txt; }
	@cat requirements-dev.txt requirements-studies.txt >$@

# What is installed where procgen has no wheel, and so numpy 2, on every platform.
build/requirements-without-procgen.txt: requirements.txt
	@mkdir -p build && sed -e '/^procgen-mirror==/d' -e '/^numpy==1/d' -e 's/^\(numpy==2[^;]*\);.*/\1/' requirements.txt >$@

$(NUMPY2_STAMP): build/requirements-without-procgen.txt requirements-dev.txt requirements-studies.txt | .venv/bin/python
	@cat build/requirements-without-procgen.txt requirements-dev.txt requirements-studies.txt | cmp -s - $@ || { echo "Installing numpy 2, and all but procgen, into build/numpy2-env ..." \
		&& rm -rf build/numpy2-env && .venv/bin/python -m venv build/numpy2-env \
		&& $(NUMPY2_PY) -m pip --disable-pip-version-check --quiet install -r build/requirements-without-procgen.txt -r requirements-dev.txt; }
	@cat build/requirements-without-procgen.txt requirements-dev.txt requirements-studies.txt >$@

# What is packaged is built from the pinned requirements alone, never from what a developer has in .venv.
$(PACKAGE_STAMP): requirements.txt packaging/requirements.txt | .venv/bin/python
	@cat requirements.txt packaging/requirements.txt | cmp -s - $@ || { echo "Installing what is packaged into build/package-env ..." \
		&& rm -rf build/package-env && .venv/bin/python -m venv build/package-env \
		&& $(PACKAGE_PY) -m pip --disable-pip-version-check --quiet install -r requirements.txt -r packaging/requirements.txt; }
	@cat requirements.txt packaging/requirements.txt >$@
