# What people and CI run. `make up` and `make test` need Python ≥ 3.11, make, and a package registry; nothing else.
PORT ?= 8080
DATA ?= ./.acuerdo
WORKERS ?= auto
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
RUN = .venv/bin/python -m
INSTALL = $(RUN) pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r

.PHONY: help up demo test slow check fix openapi contract bench compose-test

help:  ## show this
	@sed -n 's/^\([a-z-]*\):.*  ## /  make \1\t/p' Makefile

up: .venv/runtime  ## start the whole platform: make up PORT=8080 DATA=./.acuerdo ARGS=--no-demo
	@exec $(RUN) services up --port "$(PORT)" --data "$(DATA)" $(ARGS)

demo: ARGS += --demo 2000
demo: up  ## the same with a demo of 2,000 tickets, where DATA holds none yet

test: .venv/development  ## run the tests (some ten minutes on two cores)
	@$(RUN) pytest -q -n $(WORKERS) -m "not slow"

slow: .venv/development  ## run the long tests: real processes killed and brought back
	@$(RUN) pytest -q -n $(WORKERS) -m slow

check: .venv/development  ## lint, format, types, directions between rooms, shape of the house, promises kept
	@$(RUN) ruff check --quiet
	@$(RUN) ruff format --check --quiet
	@$(RUN) mypy --no-error-summary
	@.venv/bin/lint-imports
	@$(RUN) pytest -q tests/architecture
	@$(RUN) services openapi --check

fix: .venv/development  ## mend what ruff can mend
	@$(RUN) ruff check --fix
	@$(RUN) ruff format

contract: .venv/development  ## try the contract with generated requests: make contract EXAMPLES=100
	@ACUERDO_EXAMPLES=$(or $(EXAMPLES),100) $(RUN) pytest -q -n0 -s --timeout 3600 tests/contracts/test_schemathesis.py

bench: .venv/development  ## measure against baselines in the same run (some fifteen minutes)
	@$(RUN) tests.bench

compose-test: .venv/development  ## follow docs/admin.md in containers (as root on Debian it installs an engine where none is)
	@$(RUN) tests.compose

openapi: .venv/development  ## write openapi/*.json from the code
	@$(RUN) services openapi

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Acuerdo needs Python 3.11 or newer"; exit 2; }
	@$(PYTHON) -m venv .venv

.venv/runtime: requirements.lock
.venv/development: requirements-dev.lock
.venv/runtime .venv/development: | .venv/bin/python
	@echo "installing into .venv what $< names (once; a minute or two)"
	@$(INSTALL) $<
	@touch $@
