# Everything a person does here, by name. Works from a path with spaces and with the make of macOS.

PYTHON ?= python3
RUN := .venv/bin/python
BABEL := $(RUN) -m babel.messages.frontend --quiet
PIP := $(RUN) -m pip --disable-pip-version-check --quiet
CHROMIUM := $(shell command -v chromium || command -v google-chrome)
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard bookshop/translations/*/LC_MESSAGES/*.po))

# The tests start this shop's processes more than a hundred times: what was compiled is kept, also
# where the machine says otherwise.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo test check bench chaos browser translations venv packages tools

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: packages $(CATALOGUES) ## make .venv and install what the shop needs

demo: setup ## run the whole shop on this machine, until Ctrl-C
	@exec $(RUN) manage.py demo

test: setup tools ## run the tests, all but chaos (ARGS="-k basket" for some)
	$(RUN) -m pytest -p tests.ci_guard -p tests.sharing_out -n 2 --dist loadfile \
		--no-loadscope-reorder --durations=15 --ignore=tests/chaos $(ARGS)

check: setup tools ## check form, types and who may import whom
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	.venv/bin/lint-imports

bench: setup tools ## measure how fast the shop is
	$(RUN) -m benchmarks $(ARGS)

chaos: setup tools ## spoil everything while people buy (MINUTES=2 SEED=7 DATABASES="sqlite postgres")
	$(RUN) -m pytest -p tests.ci_guard tests/chaos $(ARGS)

browser: setup tools ## run the stories in a real Chromium
	@$(if $(CHROMIUM),,$(RUN) -m playwright install chromium)
	$(RUN) -m pytest -p tests.ci_guard -m browser $(ARGS)

translations: packages ## bring new texts into the catalogues, for you to translate
	@$(BABEL) extract --mapping babel.cfg --add-location file --output .venv/messages.pot .
	@$(BABEL) update --input-file .venv/messages.pot --output-dir bookshop/translations \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 100

# What is installed is remembered by what the requirements say: a second time takes no time.
venv:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3"; exit 1; } >&2
	@$(RUN) -c 'import pip' 2>/dev/null || "$(PYTHON)" -m venv --clear .venv

packages: venv
	@$(call install,requirements.txt)

tools: packages
	@$(call install,requirements-dev.txt)

install = wanted=$$(cksum < $(1)); \
	[ "$$wanted" = "$$(cat .venv/$(1).installed 2>/dev/null)" ] || { \
	echo "installing $(1) into .venv (the first time takes some minutes)"; \
	$(PIP) install -r $(1) && echo "$$wanted" > .venv/$(1).installed; }

%.mo: %.po | packages
	@$(BABEL) compile --input-file=$< --output-file=$@
