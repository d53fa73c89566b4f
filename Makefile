# `make` alone lists what there is. Everything runs in .venv, which is made from requirements/dev.txt.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# No compiler, no tool and no index is assumed beyond python3 and make; pip takes only what the hashes name.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: help setup demo test check format serve bench clean requirements

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.project ## make .venv, with the command .venv/bin/plusmds

demo: setup ## check a synthetic submission with faults over HTTP, from start to report
	@$(BIN)/python -m service.demo

test: setup ## run the whole test suite, on as many cores as there are
	@$(BIN)/python -m pytest -n auto --maxprocesses 4

check: setup ## lint, format, layers, types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/basedpyright

format: setup ## write the source in the project's form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

serve: setup ## start the service on 127.0.0.1:8000
	@$(BIN)/plusmds serve

bench: setup ## measure speed and memory, and print one table (BENCH="--only NAME", "--quick", "--write-readme")
	@$(BIN)/python -m bench $(BENCH)

clean: ## remove what the tools have made, .venv too
	rm -rf .venv .venv-bench bench/last_table.txt build dist *.egg-info .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	rm -f validators/dictionary_encoding/encode.so
	find schema validators service tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

requirements: setup ## pin the requirement files anew from their .in files
	$(COMPILE) -c requirements/fence.txt -o requirements/base.txt requirements/base.in
	$(COMPILE) -c requirements/fence.txt -o requirements/dev.txt requirements/dev.in
	for peer in bench/peers/requirements/*.in; do $(COMPILE) -o $${peer%.in}.txt $$peer || exit 1; done

.venv/.installed: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed; this is %d.%d. Name another: make PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv
	@echo "Installing what requirements/dev.txt pins into .venv"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# A path file rather than an import hook: it costs the command line nothing at start. Compiled, so that neither does the
# first run, nor any where Python is told to write no bytecode.
.venv/.project: .venv/.installed pyproject.toml setup.py $(wildcard validators/dictionary_encoding/*.[ch]) validators/dictionary_encoding/build.py
	@$(PIP) install --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
	@$(BIN)/python -m validators.dictionary_encoding.build
	@$(BIN)/python -m compileall -q schema validators service
	@touch $@
