# Everything that hands, hooks and CI do to Redress. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help setup run test storm fuzz tampers foureyes money proofs faults check format bench lock clean
.SUFFIXES:
.DELETE_ON_ERROR:
SHELL := /bin/sh

BIN := .venv/bin
# Processes of the test run, and what else to hand to pytest: make test ARGS="tests/web -k claim"
JOBS ?= 2
ARGS ?=

help: ## List the targets
	@echo "Redress: claims, reclamations and refunds of online shops. Targets:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

setup: .venv/ready ## Make .venv from the lock file (redone when it changes)

run: .venv/ready ## Start everything on this machine, until Ctrl-C (PORT=8000)
	@$(BIN)/redress run

test: .venv/ready ## Test everything against real servers (ARGS="tests/web -k claim", JOBS=2)
	@$(BIN)/pytest -n $(JOBS) --dist worksteal --durations=10 --durations-min=1 $(ARGS)

storm: .venv/ready ## Kill, cut off, poison, and compare two ledgers (ONLY=kill SEED=7 KILLS=40 REFUNDS=1000)
	@$(BIN)/python -m tests.storms $(ONLY) $(if $(SEED),--seed $(SEED)) \
	  $(if $(KILLS),--kills $(KILLS)) $(if $(REFUNDS),--refunds $(REFUNDS)) \
	  $(if $(SEEDS),--seeds $(SEEDS))

fuzz: .venv/ready ## Try 10,000 broken workflow files (minutes; ARGS=1000 for fewer)
	@$(BIN)/python -m tests.workflows.fuzz $(ARGS)

tampers: .venv/ready ## Tamper with the journal 10,000 times and look for each (ARGS="100 --seed 2")
	@$(BIN)/python -m tests.claims.tampers $(ARGS)

foureyes: .venv/ready ## Let several people try 10,000 ways around the second one (ARGS="100 --seed 2")
	@$(BIN)/python -m tests.claims.four_eyes $(ARGS)

money: .venv/ready ## Refund 4,000 orders and 400 in PostgreSQL in random ways to the last cent (ARGS="--hypothesis-seed=7")
	@MONEY_ORDERS=$(or $(ORDERS),4000) MONEY_SEQUENCES=$(or $(SEQUENCES),400) $(BIN)/pytest --timeout=0 \
	  --hypothesis-profile=anew --hypothesis-show-statistics tests/claims/money/test_money_properties.py \
	  tests/claims/money/test_money_sequences.py $(ARGS)

proofs: .venv/ready ## Hold the proofs against brute force on 1,000 random pairs (minutes; ARGS=100 for fewer)
	@$(BIN)/python -m tests.workflows.prove_random $(ARGS)

faults: .venv/ready ## Plant 500 faults into good workflow files and look for them (ARGS=100 for fewer)
	@$(BIN)/python -m tests.workflows.faults $(ARGS)

check: .venv/ready ## Lint, types, architecture, templates, workflow files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint web/templates --lint --quiet
	$(BIN)/redress workflow check config/workflows
	$(BIN)/redress workflow test config/workflows

format: .venv/ready ## Bring code and templates into the house's form
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

bench: .venv/ready ## Measure against the floor (ARGS=name of one)
	@$(BIN)/python -m bench $(ARGS)

lock: .venv/ready ## Choose the newest allowed packages anew, with hashes
	@{ echo "# The exact packages of Redress, with hashes. Written by: make lock"; \
	  $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate --no-header --group local --group dev \
	    --upgrade --quiet pyproject.toml; } > requirements.lock.new
	@mv requirements.lock.new requirements.lock

clean: ## End the local servers; remove .redress, .venv and all caches
	@test ! -x $(BIN)/python || $(BIN)/python -m config.local.clean
	@rm -rf .redress .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@rm -rf dist build *.egg-info requirements.lock.new
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/ready: requirements.lock pyproject.toml
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	  python=; \
	done; \
	test -n "$$python" || { echo "Redress needs Python 3.11 or newer; install it, or name it: make PYTHON=/path/to/python3.11 setup" >&2; exit 1; }; \
	$$python -c 'import ensurepip, venv' 2>/dev/null || { echo "$$python has no venv module; on Debian: apt-get install python3-venv" >&2; exit 1; }; \
	echo "Making .venv with $$($$python --version); this takes a minute …"; \
	$$python -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@
