# The only way in: laptop and CI run the same targets.
#   make serve    a running Rostra with the demo Space (ARGS="--port 8080" adds flags)
#   make test     everything: lint, types, layers, all tests
#   make check    the fast part of it
#   make bench    all benchmarks, as JSON and as a table
#   make bench-peers   the same listeners on Rostra, Icecast and nginx (ARGS="--listeners 10000")
#   make lock     renew the locked dependencies

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
DATA ?= ./data
ARGS ?=
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# Most tests wait for real time to pass, so three at a time do not make each other late on two
# cores; tests/conftest.py keeps apart what another of its kind would make late.
THREE := -n 3 --dist loadfile --no-loadscope-reorder
# Commands that tests start, and the Debian packages that bring them.
NEEDED := ffmpeg:ffmpeg mpv:mpv espeak-ng:espeak-ng chromium:chromium node:nodejs npm:npm \
  pg_lsclusters:postgresql cvlc:vlc-bin,vlc-plugin-base ip:iproute2 nft:nftables \
  turnserver:coturn nginx:nginx caddy:caddy promtool:prometheus
# Benchmarks start this one as well.
ICECAST := icecast2:icecast2

.PHONY: help serve test check bench bench-peers lock lint debian

help:
	@sed -n 's/^#   //p' Makefile

serve: $(VENV)/.runtime
	@exec $(BIN)/rostra serve --data $(DATA) --demo $(ARGS)

# What fails beside others is tried once more alone: sound that is judged by the sample may be late
# on a machine that is busy elsewhere. What fails alone as well is a fault.
# The lint runs meanwhile, and what it says comes at the end.
test: $(VENV)/.dev debian
	@nice $(MAKE) --no-print-directory lint >$(VENV)/lint.txt 2>&1 & lint=$$!; \
	trap 'kill $$lint 2>/dev/null || true' EXIT; \
	$(BIN)/python -m pytest $(THREE) $(ARGS) || { \
	  code=$$?; [ $$code -eq 1 ] || exit $$code; \
	  echo "Once more, alone:"; \
	  $(BIN)/python -m pytest --last-failed --last-failed-no-failures none $(ARGS); }; \
	wait $$lint && cat $(VENV)/lint.txt || { cat $(VENV)/lint.txt; exit 1; }

check: $(VENV)/.dev lint
	$(BIN)/python -m pytest -m "not process and not browser" $(THREE) $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: NEEDED += $(ICECAST)
bench: $(VENV)/.dev debian
	$(BIN)/python -m bench $(ARGS)

bench-peers: NEEDED := $(ICECAST) nginx:nginx
bench-peers: $(VENV)/.dev debian
	$(BIN)/python -m bench.peers $(ARGS)

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --upgrade --custom-compile-command "make lock"

lock: $(VENV)/.dev
	$(COMPILE) pyproject.toml --group build -o requirements/runtime.txt
	$(COMPILE) pyproject.toml --group dev --group build -c requirements/runtime.txt \
	  -o requirements/dev.txt

# The stamps make a repeated `make serve` instant.
$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Rostra needs Python 3.11 or newer: install the package python3." >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Rostra needs Python 3.11 or newer, and this is $$($(PYTHON) --version):" \
	    "name another with make PYTHON=…" >&2; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "Python's venv is missing: install the package python3-venv." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(BIN)/python
	@echo "Installing Rostra into $(VENV), once …"
	@$(PIP) install --require-hashes -r requirements/runtime.txt
	@$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo "Installing what the tests need into $(VENV), once …"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# Programs that tests start: installed when we may, named when we may not.
debian:
	@missing=(); for pair in $(NEEDED); do \
	  command -v "$${pair%%:*}" >/dev/null || { \
	    IFS=, read -ra brought <<<"$${pair##*:}"; missing+=("$${brought[@]}"); }; done; \
	if [ $${#missing[@]} -eq 0 ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq; \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	    "$${missing[@]}"; \
	else echo "Some tests need what is not here: install $${missing[*]}." >&2; fi
