# Each target installs what it needs and is quick the second time; `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
unexport PYTHONDONTWRITEBYTECODE # tests start golive hundreds of times: compiled once it starts a fifth sooner
.PHONY: help run check test bench faults shots lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## */  make \1\t/'

run: .make/runtime ## a simulated hospital and the whole of golive: http://127.0.0.1:8000/wall
	.venv/bin/golive demo

check: .make/dev ## format, lint, types, layers, pure tests
	.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/mypy && .venv/bin/lint-imports && $(PY) -m pytest -q -n 2 tests/unit

# most of a test against a real peer is waiting, so six run side by side; what compares measured times runs apart, with its like
test: .make/dev .make/peers check ## everything that must hold, against real peers (CI runs this)
	$(PY) -m pytest -q -m quiet -n 2 --dist loadfile --no-loadscope-reorder tests/integration tests/browser
	$(PY) -m pytest -q -m "not quiet" -n 6 --dist loadfile --no-loadscope-reorder tests/integration tests/browser

bench: .make/dev .make/peers ## speed and memory as ratios beside a baseline; rewrites docs/performance.md
	$(PY) -m tests.bench

faults: .make/dev .make/peers ## crashes, hostile peers, clocks and full disks, with a printed table
	$(PY) -m tests.faults

shots: .make/dev .make/peers ## screenshots of the wall for the README
	$(PY) -m tests.browser.shots

lock: ## renew the hash locks after a change of dependencies (needs uv)
	uv pip compile -q --generate-hashes --no-emit-index-url --universal --no-annotate --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile -q --generate-hashes --no-emit-index-url --universal --no-annotate --no-header --python-version 3.11 pyproject.toml --group dev -o requirements-dev.lock
	npm install --ignore-scripts --package-lock-only

clean: ## forget the environment and what was fetched
	rm -rf .venv .make static/vendor

.venv/bin/pip:
	./install venv

.make/runtime: requirements.lock pyproject.toml hatch_build.py package-lock.json | .venv/bin/pip
	./install runtime

.make/dev: requirements-dev.lock pyproject.toml hatch_build.py package-lock.json | .venv/bin/pip
	./install dev

.make/peers: install
	./install peers
