# Two commands: `make run` starts everything, `make test` checks everything. `make help` lists the rest.
PY := .venv/bin/python
UV := .venv/bin/uv
.DEFAULT_GOAL := help
.PHONY: help install run test test-long demo bench chaos model evaluate evaluate-claude requirements screenshots lint clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.venv/.installed: requirements.txt
	@command -v python3.11 >/dev/null && python3.11 -m venv .venv || python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/.installed-test: requirements-test.txt .venv/.installed
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	@touch $@

install: .venv/.installed ## the environment (.venv) and the first model
	@$(PY) -m engine setup --environment-only

run: install ## web on http://127.0.0.1:8501 and the sidecar, until Ctrl-C
	@$(PY) -m engine setup
	@$(PY) -m honcho start || [ $$? -eq 130 ]

demo: install ## the same on a throw-away folder with synthetic leads and visible traffic
	@$(PY) -m engine demo || [ $$? -eq 130 ]

test: install .venv/.installed-test ## lint, types, contracts, unit, property, story and browser tests
	@$(PY) -m tests.check

test-long: install .venv/.installed-test ## the campaigns of minutes that `make test` leaves out: real data at length, the API at length
	@$(PY) -m pytest -m long

lint: .venv/.installed-test ## only lint, types and import contracts
	@$(PY) -m tests.check --lint

bench: install .venv/.installed-test ## the benchmarks; rebuilds the README's table
	@$(PY) -m bench

chaos: install .venv/.installed-test ## 500 contacts, random faults and a hundred kills; claims, ticks, a year of memory, ten million quiet hours
	@$(PY) -m bench quiet_hours follow_up

evaluate: install .venv/.installed-test ## quality on real data beside the project; rebuilds the README's second table
	@$(PY) -m bench.quality

evaluate-claude: install .venv/.installed-test ## second readings of made-up cases by the real Claude, where a key is set
	@$(PY) -m bench.claude

model: install ## train the shipped first model from the labelled-synthetic generator
	@$(PY) -m engine model

screenshots: install .venv/.installed-test ## the README's pictures, from a real browser
	@$(PY) -m bench.screenshots

requirements: .venv/.installed-test ## pin requirements*.txt from pyproject.toml
	@$(PY) -m pip install --quiet --disable-pip-version-check uv
	$(UV) pip compile pyproject.toml --quiet --no-header --generate-hashes --no-emit-index-url -o requirements.txt
	$(UV) pip compile pyproject.toml --quiet --no-header --generate-hashes --no-emit-index-url --group test -c requirements.txt -o requirements-test.txt

clean: ## remove the environment and caches (never data/live)
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
