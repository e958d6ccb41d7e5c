VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: run test check bench screenshots

run: $(VENV)/installed
	$(BIN)/python messenger_app.py

test: $(VENV)/installed
	$(BIN)/python -m pytest

check: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

bench: $(VENV)/installed
	$(BIN)/python -m benchmarks --markdown benchmarks/measured.md

screenshots: $(VENV)/installed
	$(BIN)/python -m tests.pictures

$(VENV)/installed: requirements.txt
	python3 -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check -r requirements.txt
	touch $@
