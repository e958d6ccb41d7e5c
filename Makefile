VENV ?= .venv
BIN = $(VENV)/bin
# `make test PARALLEL="-n 2 --dist loadfile"` runs the files of tests side by side
PARALLEL ?=

.PHONY: run fast test check lint lint-js bench docs screenshots

run: $(VENV)/installed
	$(BIN)/python messenger_app.py

# units and in-process tests: under a minute, after every change
fast: $(VENV)/installed-dev
	$(BIN)/python -m pytest tests/unit tests/integration

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest $(PARALLEL)

check: lint lint-js test

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

ifneq ($(shell command -v npm 2>/dev/null),)
lint-js: node_modules/installed
	npx --no-install biome check --error-on-warnings --no-errors-on-unmatched
	npx --no-install tsc
else
lint-js:
	@echo "There is no npm, so messenger/elements/*.js is not checked. Install Node.js to check it."
endif

bench: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks --markdown benchmarks/measured.md

# docs/protocol.md
docs: $(VENV)/installed-dev
	$(BIN)/python -m tests.support.protocol_docs

screenshots: $(VENV)/installed-dev
	$(BIN)/python -m tests.support.pictures

$(VENV)/installed: requirements.txt
	python3 -m venv $(VENV)
	$(BIN)/pip install --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.txt
	touch $@

node_modules/installed: package.json package-lock.json
	npm ci --no-fund --no-audit --loglevel=error
	touch $@
