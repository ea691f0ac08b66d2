# `make help` lists the targets. Everything is installed into .venv from the lock files.
PYTHON ?= python3
BIN := .venv/bin
RUN := .venv/.installed-run
DEV := .venv/.installed-dev

.PHONY: demo up test chaos bench fuzz browser verifier screenshots check fix lock help clean
.DEFAULT_GOAL := help

demo: $(RUN) ## Walk one practitioner from order to credential, on the real engine, in a minute
	@$(BIN)/python starter.py demo

up: $(RUN) ## Start the portal and everything it needs, with a sample cohort; until Ctrl-C
	@$(BIN)/python starter.py up

test: browser verifier ## Run every test, on real servers that the tests start themselves
	@$(BIN)/python -m pytest -n $(or $(TEST_PROCESSES),3) --dist loadfile --no-loadscope-reorder --junitxml=var/tests.xml

chaos: $(DEV) ## Kill and cut the real stack while people act, then count; SEED= JOURNEYS= FAULTS=
	@$(BIN)/python -m tests.chaos --seed $(or $(SEED),1) --journeys $(or $(JOURNEYS),100) --faults $(or $(FAULTS),40)

fuzz: $(DEV) ## Feed every reader of outside input what is made to hurt it; TARGET= SECONDS=
	@$(BIN)/python -m tests.hostile --target $(or $(TARGET),all) --seconds $(or $(SECONDS),60)

bench: $(DEV) ## Measure what it costs, beside its goals; ROWS=1,6 for some, QUICK=1 to try it out
	@$(BIN)/python -m bench $(if $(ROWS),--rows $(ROWS)) $(if $(QUICK),--quick)

browser: $(DEV) ## Find the browser for the tests of pages, or install it
	@$(BIN)/python tools/browser.py

verifier: $(DEV) ## Install the independent check of credentials, a Node program
	@$(BIN)/python tools/verifier.py

screenshots: browser ## Take a picture of every page, in light, in dark and on a phone
	@$(BIN)/python -m tests.integration.picturing

check: $(DEV) ## Look at style, types and the direction of imports; changes nothing
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy . && $(BIN)/lint-imports

fix: $(DEV) ## Repair what the style checker can repair by itself
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

lock: .venv/bin/python ## Write the lock files again; with UPGRADE=--upgrade to newer versions
	@$(BIN)/python tools/lock.py $(UPGRADE)

help: ## Say what each target does
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

clean: ## Remove everything that was installed, built or kept by a run
	@rm -rf .venv var tests/verifier/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Laurel needs Python 3.11 or newer, and $(PYTHON) is not that. Try: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@rm -rf .venv && $(PYTHON) -m venv .venv

$(RUN): requirements.lock .venv/bin/python
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock && touch $@

$(DEV): requirements-dev.lock .venv/bin/python
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock && touch $@ $(RUN)
