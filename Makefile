VENV ?= .venv
BIN = $(VENV)/bin
# files of tests run side by side; `make test PARALLEL=` runs one after the other
PARALLEL ?= -n 2 --dist loadfile

.PHONY: run fast test endurance check lint lint-js bench docs screenshots lock audit

run: $(VENV)/installed
	$(BIN)/python messenger_app.py

# units and in-process tests: about a minute, after every change
fast: $(VENV)/installed-dev
	$(BIN)/python -m pytest $(PARALLEL) tests/unit tests/integration

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest $(PARALLEL)

# the long variants of tests with PostgreSQL: hundreds of kills, cuts and restarts
endurance: $(VENV)/installed-dev
	$(BIN)/python -m pytest -m endurance

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

# after a change in requirements*.in: every package that is needed, on every platform, with the hashes of its files
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command 'make lock'

lock: $(VENV)/installed-dev
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-postgresql.in -c requirements.txt -o requirements-postgresql.txt
	$(LOCK) requirements-dev.in -c requirements-postgresql.txt -o requirements-dev.txt

# asks a database of known vulnerabilities
audit: $(VENV)/installed-dev
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.txt || \
		{ echo 'pip-audit found a vulnerable package, or could not ask; the lines above say which. Without a network' \
		'it cannot ask: run it again where there is one.'; exit 1; }

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
