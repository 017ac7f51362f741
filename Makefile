# Every target makes the virtual environment that it needs, so `make demo` works on a fresh clone with python3 alone.
SHELL := bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

DEMO_QUERY := SELECT ?title ?year WHERE { \
  ?figure schema:mentions/rdfs:label "IL6", "STAT3" ; dcterms:title ?title ; schema:isPartOf/schema:datePublished ?year \
} ORDER BY ?year

.DEFAULT_GOAL := help
.PHONY: help demo test test-integration lint format bench bench-peers constraints clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml constraints.txt
	@echo "Installing into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install -e '.[dev,fast,ladybug,leiden,neo4j,notebooks,plot,serve]' -c constraints.txt
	@touch $@

demo: $(STAMP)  ## build the graph of the two sample figures into demo/ and ask it a question
	@echo "== kg build seeds -o demo"
	@$(BIN)/kg build seeds -o demo
	@echo
	@echo "== kg stats demo"
	@$(BIN)/kg stats demo
	@echo
	@echo "== kg query demo '...': which figures show both IL6 and STAT3?"
	@$(BIN)/kg query demo '$(DEMO_QUERY)'

test: lint  ## check style, types and layers, then run the tests on all cores with their coverage; no network
	@$(BIN)/coverage erase
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 8 --dist loadfile --cov

test-integration: $(STAMP)  ## run the tests that need servers
	@$(BIN)/python -m pytest -m integration tests

lint: $(STAMP)  ## ruff, mypy and the order of the layers
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(STAMP)  ## format the code
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: $(STAMP)  ## measure, and write docs/benchmarks.md; CORPUS=FOLDER SMALL=N LARGE=N SIZES="N …" ROUNDS=N INPUTS=N HGNC=FILE
	$(BIN)/python -m benchmarks $(if $(CORPUS),--corpus $(CORPUS)) $(if $(SMALL),--small $(SMALL)) \
	  $(if $(LARGE),--large $(LARGE)) $(if $(SIZES),--sizes $(SIZES)) $(if $(ROUNDS),--rounds $(ROUNDS)) \
	  $(if $(INPUTS),--inputs $(INPUTS)) $(if $(HGNC),--hgnc $(HGNC))

bench-peers: $(STAMP)  ## install the tools that are measured beside kg, each into an environment of its own
	$(BIN)/python -m benchmarks.peers --install

constraints:  ## pin the newest versions of everything in constraints.txt
	rm -rf .venv-newest
	$(PYTHON) -m venv .venv-newest
	.venv-newest/bin/python -m pip --quiet --disable-pip-version-check install -e '.[dev,fast,ladybug,leiden,neo4j,notebooks,plot,serve]'
	{ sed '/^[^#]/,$$d' constraints.txt; .venv-newest/bin/python -m pip freeze --exclude-editable; } > .venv-newest/pins
	mv .venv-newest/pins constraints.txt
	rm -rf .venv-newest

clean:  ## remove everything that can be made again
	rm -rf $(VENV) .venv-newest .venv-peers demo build dist htmlcov .coverage .coverage.* .hypothesis .[a-z]*_cache
	find kg tests benchmarks -name __pycache__ -prune -exec rm -rf {} +
