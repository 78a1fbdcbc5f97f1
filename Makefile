# Everything from a bare clone with Python 3.11 or later: `make demo`, then `make test`.
.DEFAULT_GOAL := help
.PHONY: help demo test lint soak bench format lock clean

PYTHON ?= $(or $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done),python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# The stamps say which lock file the environment was last filled from.
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
LOCK := $(VENV)-lock
COMPILE = $(LOCK)/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --quiet \
	--generate-hashes --no-emit-index-url --no-annotate --no-header $(ARGS)

help:  ## List what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(RUNTIME)  ## Play 30 months of a health insurer, premiums and care, on a real PostgreSQL
	$(BIN)/avenant generate demo

test: lint  ## Linters, types, layers and all tests
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --durations 25

lint: $(DEV)  ## Linters, types and layers alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: $(DEV)  ## The long tests in full
	AVENANT_SOAK=1 $(BIN)/python -m pytest -n 2 --dist loadfile --durations 15 -m soak

bench: $(RUNTIME)  ## Speed and memory, as ratios
	$(BIN)/avenant bench

format: $(DEV)  ## Put the code into the house format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: pyproject.toml  ## Resolve the dependencies again (ARGS=--upgrade takes the newest)
	test -x $(LOCK)/bin/uv || $(PYTHON) -m venv $(LOCK)
	test -x $(LOCK)/bin/uv || $(LOCK)/bin/python -m pip install --quiet uv
	$(COMPILE) --group build --group dev --output-file requirements-dev.lock
	$(COMPILE) --group build --constraint requirements-dev.lock --output-file requirements.lock

clean:  ## Remove the environment and what the tools left; databases stay
	rm -rf $(VENV) $(LOCK) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "avenant needs Python 3.11 or later; name one: make PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes --no-deps -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	$(PIP) install --require-hashes --no-deps -r requirements-dev.lock
	@touch $@
