# Two commands do everything on a Debian 12 or Ubuntu 24.04 machine with git, make and python3 (3.11 or later):
#   make run    installs what is missing, loads the demo ward, serves on http://127.0.0.1:8000
#   make test   installs what tests need, checks the code, runs the whole suite

.DEFAULT_GOAL := help
.PHONY: help run setup test setup-test check suite bench lock clean

PYTHON ?= python3
BIN := .venv/bin
# Both databases; two workers, for the tests share no files. ARGS adds options of pytest.
PYTEST := $(BIN)/pytest -n 2 --dist worksteal --db both

help: ## show this list
	@echo "make <target>; the targets:"
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 14
	@echo "Settings come from the environment: PORT, DATABASE_URL, SECRET_KEY … (see README.md)"

run: setup ## install what is missing, load the demo ward, serve on http://127.0.0.1:8000
	@exec $(BIN)/python -m tools.serve

setup: ## install what `make run` needs
	@$(PYTHON) tools/prepare.py run

test: check suite ## install what tests need, then all checks and the whole suite on both databases

setup-test: ## install what `make test` needs
	@$(PYTHON) tools/prepare.py test

check: setup-test ## style, types, import contracts, translations, courses, migrations
	@$(BIN)/python -m tools.check

suite: setup-test ## the tests alone: make suite ARGS="tests/courses -k title"
	@$(PYTEST) $(ARGS)

bench: setup-test ## run all benchmark programs; make bench JSON=figures.json also writes all rows
	@$(BIN)/python -m tools.bench $(if $(JSON),--json $(JSON))

lock: ## write the installed versions to requirements.lock
	@$(BIN)/python -m tools.lock

clean: ## remove what can be made again (keeps instance/, the data)
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	rm -rf tests/browser/node_modules test-results bench-results
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
	find translations -name '*.mo' -delete
