# Two commands do everything: `make run` and `make test`. Both create what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TESTING := $(VENV)/.testing

# Written once, read by every worker and by every process that a drill starts.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check drills bench messages clean

run: $(READY)
	$(BIN)/python -m bot run

test: check
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not drill"

check: $(TESTING)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

drills: $(TESTING)
	$(BIN)/python -m pytest -n auto --dist worksteal -m drill

bench: $(TESTING)
	$(BIN)/python -m bench

messages: $(TESTING)
	mkdir -p build
	$(BIN)/pybabel -q extract --no-default-keywords -k _ -k N_ -k ngettext:1,2 -c Translators: --sort-by-file \
		--add-location=file --no-wrap --project=Körpü -o build/messages.pot bot scheduler
	$(BIN)/pybabel -q update -i build/messages.pot -d bot/locales --no-fuzzy-matching --ignore-obsolete \
		--ignore-pot-creation-date --no-wrap

$(READY): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt .
	touch $@

$(TESTING): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt ".[tests]"
	touch $@

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis
