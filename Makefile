# Everything is set up by these targets on a machine that has only Python >= 3.11, make and pip.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed

.PHONY: help demo up test coverage check docs bench pictures format clean

help:  ## list all targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Aftercare needs Python 3.11 or newer; name one with make PYTHON=…")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	touch $(STAMP)

demo: $(STAMP)  ## load the sample dealership, run the processes, show the result
	$(BIN)/aftercare demo

up: $(STAMP)  ## the whole stack: database, Prefect, schedules, workers
	$(BIN)/aftercare up

test: $(STAMP)  ## all tests
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --numprocesses 2 --dist loadgroup

coverage: $(STAMP)  ## all tests, with the lines that none of them reached; also in .coverage-html
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --numprocesses 2 --dist loadgroup --cov --cov-report=
	$(BIN)/coverage report
	$(BIN)/coverage html --quiet

check: $(STAMP)  ## lint, types, import contracts, migrations, generated docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/aftercare db check-migrations
	$(BIN)/python -m console.docs --check

docs: $(STAMP)  ## renew the generated parts of docs/
	$(BIN)/python -m console.docs

bench: $(STAMP)  ## the benchmarks, into benchmarks/results.json
	$(BIN)/python -m benchmarks

pictures: $(STAMP)  ## the README's pictures of the console, taken from the sample dealership
	$(BIN)/python -m tests.web.take_pictures

format: $(STAMP)  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## remove the virtual environment and build output
	rm -rf $(VENV) build *.egg-info .coverage .coverage.* .coverage-html
