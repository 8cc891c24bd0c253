# `make` alone lists what there is to do.
#
# What has been set up is remembered by stamps whose names carry a hash of the files they
# depend on: a fresh checkout, a branch switch or a touched file redoes nothing needlessly.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
ifndef BESIDE
.NOTPARALLEL:
endif
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3.11
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
STAGE := tools/stage.sh
PLAYED := $(addprefix tests/gateway/,test_played_waits.py test_simulated_lines.py test_simulate.py test_simulated_again.py)

say = @printf '==> %s\n'
short = sha256sum | cut -c1-16

# Of pyproject.toml what comes before the tools' configuration: that changes what is installed.
PYTHON_READY := .venv/.ready-$(shell { cat requirements-dev.lock; sed '/^\[tool\./,$$d' pyproject.toml; } | $(short))
NPM_READY := web/node_modules/.ready-$(shell cat web/package-lock.json | $(short))
WEB_BUILT := gateway/static/.built-$(shell find web -name node_modules -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | $(short))

.PHONY: help
help:
	@echo 'Zuruf. What there is to do:'
	@grep -hE '^[a-z][a-z0-9-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F '\t' '{printf "  make %-12s %s\n", $$1, $$2}'

##
## Run
##

.PHONY: run
run: $(PYTHON_READY) $(WEB_BUILT)  ## Set everything up and start the embedded form with the demo site
	@exec $(BIN)/zuruf serve --demo $(ARGS)

.PHONY: setup
setup: $(PYTHON_READY) $(WEB_BUILT)  ## Only set up: virtual environment, npm packages, built web

.PHONY: wheel
wheel: $(PYTHON_READY) $(WEB_BUILT)  ## Build dist/zuruf-*.whl, with the built web inside
	$(say) 'Wheel'
	@$(BIN)/python -m hatchling build -t wheel

##
## Check
##

.PHONY: test
test: browsers servers test-beside test-scenarios test-e2e test-wheel  ## Everything: checks, then all tests in short form
	@echo 'All tests passed.'

# What listens to no clock but its own runs two at a time; a stage's lines are printed when it is done.
.PHONY: test-beside
test-beside: servers $(PYTHON_READY) $(WEB_BUILT)
	@$(MAKE) BESIDE=yes --jobs=2 --output-sync=target \
	    test-gateway test-conformance test-acd test-signaling test-simulation test-tools check

.PHONY: check
check: lint types imports rules generated web-check web-test  ## Lint, types, imports, house rules, generated files, web unit tests

.PHONY: lint types imports rules generated web-check web-test
lint: $(PYTHON_READY)
	@$(STAGE) 'ruff' 60 $(BIN)/ruff check --quiet .
	@$(STAGE) 'ruff format' 60 $(BIN)/ruff format --check --quiet .

types: $(PYTHON_READY)
	@$(STAGE) 'mypy' 300 $(BIN)/mypy

imports: $(PYTHON_READY)
	@$(STAGE) 'imports' 60 $(BIN)/lint-imports --no-logo

rules: $(PYTHON_READY)
	@$(STAGE) 'house rules' 120 $(BIN)/python -m tools.check

generated: $(PYTHON_READY)
	@$(STAGE) 'generated files' 120 $(BIN)/python -m tools.check_generated

web-check: $(NPM_READY)
	@$(STAGE) 'tsc and biome' 120 npm --prefix web run --silent check

web-test: $(NPM_READY)
	@$(STAGE) 'vitest' 180 npm --prefix web run --silent test

.PHONY: test-tools
test-tools: $(PYTHON_READY)
	@$(STAGE) 'tests/tools' 120 $(PYTEST) -q tests/tools

.PHONY: test-acd
test-acd: $(PYTHON_READY)
	@COVERAGE_FILE=.coverage.acd $(STAGE) 'tests/acd' 180 $(PYTEST) -q tests/acd --ignore=tests/acd/test_any_day.py --ignore=tests/acd/test_mutants.py \
	    --cov=acd --cov-branch --cov-fail-under=100
	@$(STAGE) 'tests/acd: any day' 180 $(PYTEST) -q tests/acd/test_any_day.py tests/acd/test_mutants.py

.PHONY: test-signaling
test-signaling: $(PYTHON_READY)
	@COVERAGE_FILE=.coverage.signaling $(STAGE) 'tests/signaling' 180 $(PYTEST) -q tests/signaling \
	    --cov=signaling --cov-branch --cov-fail-under=95

.PHONY: test-gateway
test-gateway: $(PYTHON_READY) $(WEB_BUILT)
	@$(STAGE) 'tests/gateway' 420 $(PYTEST) -q tests/gateway $(PLAYED:%=--ignore=%) --ignore=tests/gateway/test_wheel.py

.PHONY: test-simulation
test-simulation: $(PYTHON_READY)
	@$(STAGE) 'tests/gateway: played' 180 $(PYTEST) -q $(PLAYED)

.PHONY: test-conformance
test-conformance: servers $(PYTHON_READY)
	@$(STAGE) 'tests/conformance' 240 $(PYTEST) -q tests/conformance

.PHONY: test-scenarios
test-scenarios: servers $(PYTHON_READY) $(WEB_BUILT)
	@$(STAGE) 'tests/scenarios' 600 $(PYTEST) -q tests/scenarios

.PHONY: test-e2e
test-e2e: browsers $(PYTHON_READY) $(WEB_BUILT)
	@$(STAGE) 'tests/e2e' 1200 $(PYTEST) -q tests/e2e

.PHONY: test-wheel
test-wheel: $(PYTHON_READY) $(WEB_BUILT)
	@$(STAGE) 'wheel' 240 $(PYTEST) -q tests/gateway/test_wheel.py

.PHONY: e2e
e2e: test-e2e  ## Only the tests with real browsers

.PHONY: soak
soak: servers $(PYTHON_READY) $(WEB_BUILT)  ## Full counts, for hours, and docs/reference/soak.md; stopped, it goes on where it was
	@$(BIN)/python -m tests.scenarios.soak $(ARGS)

.PHONY: mutants
mutants: $(PYTHON_READY)  ## Change the core in every single place and see whether a test notices; takes hours, goes on where it was
	@$(BIN)/python -m tools.mutate $(ARGS)

.PHONY: bench
bench: browsers servers $(PYTHON_READY) $(WEB_BUILT)  ## Measure, and write the pages of results under docs/reference
	@$(BIN)/python -m bench $(ARGS)

.PHONY: bench-acd
bench-acd: servers $(PYTHON_READY)  ## Measure only how the core decides and how soon agents are offered contacts, and write that page
	@$(BIN)/python -m bench deciding assigning $(ARGS)

.PHONY: theory
theory: $(PYTHON_READY)  ## Play lines through the core, and write docs/reference/erlang.md; goes on where it was stopped
	@$(BIN)/python -m bench.theory $(ARGS)

.PHONY: waits
waits: $(PYTHON_READY)  ## Play days, and write how right the estimated wait was into docs/explanation/estimated-wait.md
	@$(BIN)/python -m bench.waits $(ARGS)

##
## Change
##

.PHONY: fix
fix: $(PYTHON_READY) $(NPM_READY)  ## Format, and repair what linters can repair
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .
	@npm --prefix web run --silent fix

.PHONY: gen
gen: $(PYTHON_READY)  ## Generate schema, TypeScript types, diagrams and reference pages from code
	@for generator in tools/gen_*.py; do $(BIN)/python -m "tools.$$(basename "$$generator" .py)"; done

.PHONY: screenshots
screenshots: browsers $(PYTHON_READY) $(WEB_BUILT)  ## Take the pictures in docs/images anew
	@$(BIN)/python -m tools.screenshots

.PHONY: lock
lock: $(PYTHON_READY)  ## Resolve dependencies anew and write the lock files
	@$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	    --custom-compile-command 'make lock' pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	    --custom-compile-command 'make lock' pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

.PHONY: clean
clean:  ## Remove what was set up and built here; data stays
	@rm -rf .venv web/node_modules gateway/static dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

##
## Set-up, each step once
##

$(PYTHON_READY):
	@command -v $(PYTHON) >/dev/null || { echo 'Python 3.11 is needed, as $(PYTHON). Another one: make PYTHON=...' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo 'Python cannot make virtual environments here. Install python3.11-venv.' >&2; exit 1; }
	$(say) 'Python: virtual environment'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(say) 'Python: locked packages (under a minute)'
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@rm -f .venv/.ready*
	@touch .venv/.ready $@

$(NPM_READY):
	@command -v node npm >/dev/null || { echo 'Node 20 with npm is needed.' >&2; exit 1; }
	@node -e 'const [a, b] = process.versions.node.split("."); if (+a < 20 || (+a === 20 && +b < 19)) { console.error("Node 20.19 or newer is needed; this is " + process.version + "."); process.exit(1); }'
	$(say) 'Web: npm packages'
	@npm --prefix web ci --loglevel=error
	@touch $@

$(WEB_BUILT): $(NPM_READY)
	$(say) 'Web: build'
	@npm --prefix web run --silent build
	@touch $@

.PHONY: browsers
browsers:
	@tools/need.sh chromium:chromium firefox-esr:firefox-esr turnserver:coturn ip:iproute2 nft:nftables

.PHONY: servers
servers:
	@tools/need.sh postgres:postgresql redis-server:redis-server setpriv:util-linux
