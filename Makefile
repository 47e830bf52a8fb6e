# Everything is set up by these targets on a machine that has only Python >= 3.11, make and pip.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed

.PHONY: demo up test check docs bench pictures format clean

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Aftercare needs Python 3.11 or newer; name one with make PYTHON=…")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	touch $(STAMP)

demo: $(STAMP)  ## load the sample dealership, run the processes, show what happened
	$(BIN)/aftercare demo

up: $(STAMP)  ## the whole stack: database, Prefect, schedules, workers
	$(BIN)/aftercare up

test: $(STAMP)  ## all tests
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --numprocesses 2 --dist loadgroup

check: $(STAMP)  ## lint, types, import contracts, migrations, generated docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/aftercare db check-migrations
	$(BIN)/python -m console.docs --check

docs: $(STAMP)  ## the parts of docs/ that are made from the code
	$(BIN)/python -m console.docs

bench: $(STAMP)  ## the benchmarks, into benchmarks/results.json
	$(BIN)/python -m benchmarks

pictures: $(STAMP)  ## the README's pictures of the console, taken from the sample dealership
	$(BIN)/python -m tests.web.take_pictures

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build *.egg-info
