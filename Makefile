# `make demo`, then `make test`. Everything lives in .venv; nothing outside this folder is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
COMPILE := uv pip compile pyproject.toml --group build --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --no-annotate --no-header -q

.PHONY: demo test test-hooks fuzz mutants dist-check bench bench-full docs lint types layers check lock clean

demo: $(STAMP)
	@$(BIN)/python examples/demo.py

test: $(DEV)
	$(BIN)/python -m pytest -n 2 -q

# The hooks of .pre-commit-hooks.yaml under pre-commit, which installs the project from a clone.
test-hooks: $(DEV)
	$(BIN)/python tests/check/hooks_run.py

# Writers killed at every writing call, a minute of writers and readers at once, failing disks, dear queries:
# some 3,500 kills, an hour on two cores. SOAK="-k kill" takes a part.
SOAK ?=
soak: $(DEV)
	PQL_SOAK=1 TRACKING_KILLS=400 $(BIN)/python -m pytest -n 2 --dist load --maxschedchunk 1 -q -rP -p no:randomly \
	  tests/trust tests/tracking/test_tracking_kill.py $(SOAK)

# 100,000 random searches, the lowering held against the reference evaluator; then each target of atheris for
# FUZZ_SECONDS, in turn. `make fuzz FUZZ_TARGETS=parser` takes one of them.
FUZZ_SECONDS ?= 600
FUZZ_TARGETS ?= check differential events format meaning operation page_token parser run_file settings templates

fuzz: $(DEV)
	PQL_FUZZ=12900 $(BIN)/python -m pytest -n 2 -q tests/laws
	@$(PIP) --require-hashes -r requirements-fuzz.lock
	@set -e; for target in $(FUZZ_TARGETS); do \
	  echo "$$target: $(FUZZ_SECONDS) s"; $(BIN)/python fuzz/run.py $$target $(FUZZ_SECONDS); done

# Mutants of the binder, the reference and the joins; half an hour. `MUTANTS="pql.binder.dates.*"` takes some.
MUTANTS ?=
mutants: $(DEV)
	@$(PIP) --require-hashes -r requirements-fuzz.lock
	rm -f mutants/mutmut-stats.json # which knows no test that was changed since
	PQL_FUZZ=25 $(BIN)/mutmut run $(MUTANTS)
	$(BIN)/mutmut results

# Wheel and sdist, installed beside nothing else on each of PYTHONS, and used there. Needs the network.
PYTHONS ?= python3.11 python3.12 python3.13 python3.14
dist-check: $(STAMP)
	$(BIN)/python tests/supply/dist_check.py $(PYTHONS)

bench: $(DEV)
	$(BIN)/python -m bench short

bench-full: $(DEV)
	$(BIN)/python -m bench full

# The guide, in site/index.html. A link or an anchor that leads nowhere is an error.
docs: $(DEV)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV)
	$(BIN)/mypy

layers: $(DEV)
	$(BIN)/lint-imports

check: lint types layers test

# A stamp is newer than what it was made from, so a second call does nothing.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=python3.x" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Making $(VENV) ..."; $(PYTHON) -m venv $(VENV); }
	@echo "Installing the locked dependencies ..."
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $(STAMP)

$(DEV): $(STAMP) requirements-dev.lock
	@echo "Installing what the tests need ..."
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $(DEV)

# Needs uv; the locks carry versions and hashes for every platform, and no registry address. The map then says
# when each dependency was last released.
lock:
	$(COMPILE) -o requirements.lock
	$(COMPILE) --group dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) --group dev --group fuzz -c requirements-dev.lock -o requirements-fuzz.lock
	$(BIN)/python tests/supply/liveness.py

clean:
	rm -rf $(VENV) .pql demo_store .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache site
