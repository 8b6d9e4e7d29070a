# On a fresh machine with Python >= 3.11 and make: `make demo` and `make test`. Nothing else.
# FLEXWEAVE_DATA, where set, reaches every command: tests and benchmarks that read it skip without.
PYTHON ?= python3
JOBS   ?= 2
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.stamp
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
UV     ?= $(BIN)/uv
LOCK    = $(UV) pip compile pyproject.toml --quiet --universal --python-version 3.11 \
          --fork-strategy fewest --generate-hashes --no-emit-index-url --no-emit-find-links \
          --custom-compile-command "make lock" $(UPGRADE)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help env demo test lint format bench mutants docs lock clean

help:  ## say what each target does
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

env: $(STAMP)  ## make the environment in .venv from the hash-pinned lock

# The project is built by the locked setuptools, so that its build downloads nothing.
$(STAMP): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "needs Python 3.11 or newer: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes --only-binary :all: -r requirements-dev.txt
	$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

demo: $(STAMP)  ## solve a synthetic school, show the answer, write its report
	$(BIN)/flexweave solve fixtures/demo -o out/demo
	@echo
	$(BIN)/flexweave show fixtures/demo out/demo
	@echo
	$(BIN)/flexweave report out/demo -o out/demo.html --scenario fixtures/demo --audience coordinator
	@echo
	@echo "The answer is in $(CURDIR)/out/demo:"
	@ls out/demo | sed 's/^/  /'

test: lint  ## lint, then every test with coverage
	@rm -f .coverage .coverage.*
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal --cov --cov-report=
	@rm -f .coverage.*
	$(BIN)/python -m coverage report --fail-under 95
	@echo "models, rules, verify: every branch"
	$(BIN)/python -m coverage report --fail-under 100 \
		--include 'scheduler/models/*,scheduler/rules/*,scheduler/verify.py'

lint: $(STAMP)  ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(STAMP)  ## let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)  ## measure the engine beside rivals (hours); ARGS="week-300 --seeds 1" for less
	$(BIN)/python -m benchmarks $(ARGS)

mutants: $(STAMP)  ## break the rules on purpose, see that the tests notice
	$(BIN)/python tests/mutants.py

docs: $(STAMP)  ## write the generated pages anew
	$(BIN)/python docs/generate.py

lock: $(STAMP)  ## pin again; UPGRADE=--upgrade takes newer versions
	@test -x $(UV) || command -v $(UV) >/dev/null || $(PIP) install uv
	$(LOCK) --extra dev -o requirements-dev.txt
	$(LOCK) -c requirements-dev.txt -o requirements.txt

clean:  ## remove what was made, the environment too
	rm -rf $(VENV) out build *.egg-info .coverage .coverage.* htmlcov \
		.pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find scheduler api tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
