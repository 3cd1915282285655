# The one door: everything that is done with this project is a target here (`make help`).
#
# A clone needs Python 3.11 or newer with venv, stable Rust (Cargo.toml names the oldest that
# will do) and make. What else is needed comes pinned and hashed from requirements/ and
# Cargo.lock into .venv and target. Stamps keep a second run from repeating the first.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.SUFFIXES:

# ── Settings, each to be overridden on the command line ───────────────────────────────────────

# The interpreter that makes the environment; by default the first that is new enough.
PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,$(if \
	$(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>&1 || echo no),,$(p))))
VENV ?= .venv
# Arguments for pytest, as in `make test-python PYTEST=tests/unit`.
PYTEST ?= tests
# Arguments for the benchmarks, as in `make bench BENCH=--quick`.
BENCH ?=
# Seconds that each target of coverage-guided fuzzing gets.
FUZZ_SECONDS ?= 30
# How many preemptions loom explores in one execution; its authors find most faults by 3.
LOOM_MAX_PREEMPTIONS ?= 3

# ── Derived ───────────────────────────────────────────────────────────────────────────────────

BIN := $(VENV)/bin
TARGET := $(or $(CARGO_TARGET_DIR),target)
REPORTS := $(TARGET)/reports
SOURCES := $(sort $(shell find rust python -type f \
	\( -name '*.rs' -o -name 'Cargo.toml' -o -name '*.py' -o -name '*.pyi' -o -name 'py.typed' \) \
	-not -path '*/target/*' -not -path 'rust/fuzz/*'))
MANIFEST := dist/.sources
TYPED := python/zmq4 tools benches tests/conftest.py tests/fixtures tests/architecture $(wildcard tests/typing)

# Both builds of the boundary ask the same interpreter, so that neither spoils the other's cache.
export PYO3_PYTHON := $(abspath $(BIN)/python)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUNBUFFERED := 1
export LOOM_MAX_PREEMPTIONS

CHECK := $(BIN)/python tools/check.py --reports $(REPORTS)
# A suite of its own folder, the last word of its arguments, which a version may be without.
suite = $(if $(wildcard $(lastword $1)),$(CHECK) $@ -- $(BIN)/python -m pytest $1,echo 'skipped: no $(lastword $1)')
LINTS := format clippy rustdoc ruff mypy basedpyright stubs
TESTS := test-rust loom test-python

# ── Run and prove ─────────────────────────────────────────────────────────────────────────────

.PHONY: demo
demo: $(VENV)/.installed ## Build the wheel, install it into .venv, and show messages travelling
	@$(BIN)/zmq4 demo

.PHONY: test
test: ## All that proves the project; ends by naming what was skipped
	@rm -rf $(REPORTS)
	@$(MAKE) --no-print-directory --keep-going $(LINTS) $(TESTS) || true
	@$(if $(wildcard $(BIN)/python),$(BIN)/python,$(PYTHON)) tools/verdict.py \
		--reports $(REPORTS) $(LINTS) $(TESTS)

.PHONY: test-quick
test-quick: $(VENV)/.installed $(VENV)/.dev ## The tests that take seconds: no loom, nothing marked slow
	@$(CHECK) test-rust -- $(CARGO_TEST)
	@$(CHECK) test-python -- $(BIN)/python -m pytest -m 'not slow and not soak' $(PYTEST)

.PHONY: lint
lint: $(LINTS) ## Formatting, lints and types of both languages

.PHONY: test-rust
CARGO_TEST = cargo test --workspace --exclude zmq4-py --all-features --locked
test-rust: $(VENV)/.dev ## The tests of the Rust crates below the boundary
	@$(CHECK) $@ -- $(CARGO_TEST)

.PHONY: test-python
test-python: $(VENV)/.installed $(VENV)/.dev ## The Python tests, against the installed wheel
	@$(CHECK) $@ -- $(BIN)/python -m pytest -m 'not soak' $(PYTEST)

.PHONY: coverage
coverage: $(VENV)/.installed $(VENV)/.dev ## Which branches of the Python package its tests take
	@$(BIN)/python -m pytest -m 'not soak' --cov --cov-report=term-missing $(PYTEST)

.PHONY: loom
loom: $(VENV)/.dev ## All interleavings of the queues and wake-ups
	@$(CHECK) $@ -- env RUSTFLAGS='--cfg zmq4_loom' CARGO_PROFILE_RELEASE_LTO=off \
		cargo test -p zmq4-core --lib --release --locked --target-dir $(TARGET)/loom loom_

.PHONY: interop
interop: $(VENV)/.installed $(VENV)/.dev ## Against other implementations of the protocol
	@$(call suite,tests/interop)

.PHONY: soak
soak: $(VENV)/.installed $(VENV)/.dev ## Long and bounded load; memory must stay flat
	@$(call suite,-m soak -o faulthandler_timeout=0 tests/soak)

.PHONY: bench
bench: $(VENV)/.installed $(VENV)/.bench ## Throughput and latency beside the peers
	@$(BIN)/python benches/run.py $(BENCH)

.PHONY: bench-majordomo
bench-majordomo: $(VENV)/.installed $(VENV)/.bench ## Majordomo beside a plain broker on pyzmq
	@$(BIN)/python benches/run_majordomo.py $(BENCH)

# ── One check each ────────────────────────────────────────────────────────────────────────────

.PHONY: format
format: $(VENV)/.dev
	@$(CHECK) $@ -- cargo fmt --all --check

.PHONY: clippy
clippy: $(VENV)/.dev
	@$(CHECK) $@ -- cargo clippy --workspace --all-targets --all-features --locked -- -D warnings

.PHONY: docs rustdoc
docs: rustdoc ## The Rust crates' documentation, warnings denied
rustdoc: $(VENV)/.dev
	@$(CHECK) $@ -- env RUSTDOCFLAGS='-D warnings' \
		cargo doc --workspace --no-deps --document-private-items --all-features --locked

.PHONY: ruff
ruff: $(VENV)/.dev
	@$(CHECK) $@ -- sh -c '$(BIN)/ruff format --check . && $(BIN)/ruff check .'

.PHONY: mypy
mypy: $(VENV)/.dev
	@$(CHECK) $@ -- $(BIN)/mypy --strict $(TYPED)

.PHONY: basedpyright
basedpyright: $(VENV)/.installed $(VENV)/.dev
	@$(CHECK) $@ -- $(BIN)/basedpyright

.PHONY: stubs
stubs: $(VENV)/.installed $(VENV)/.dev
	@$(CHECK) $@ -- $(BIN)/python -m mypy.stubtest zmq4._native --concise

.PHONY: fuzz fuzz-replay
fuzz: fuzz-replay ## Replay the corpora; where cargo-fuzz is present, search for new inputs
	@$(CHECK) $@ -- $(BIN)/python tools/fuzz.py --seconds $(FUZZ_SECONDS)
fuzz-replay: $(VENV)/.dev
	@$(CHECK) $@ -- cargo test --workspace --exclude zmq4-py --all-features --locked corpus

.PHONY: deny
deny: ## Licences, sources and duplicates of the dependencies (needs cargo-deny)
	cargo deny --all-features check bans licenses sources

.PHONY: generate
generate: $(VENV)/.dev ## Write what is made of the table of options, rust/zmq4-py/options.toml
	$(BIN)/python tools/options.py

.PHONY: tidy
tidy: $(VENV)/.dev ## Format both languages and mend what the linters can mend
	cargo fmt --all
	$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format .

# ── Environment and build ─────────────────────────────────────────────────────────────────────

.PHONY: build
build: $(VENV)/.installed ## Build the wheel into dist/ and install it into .venv

$(VENV)/.made:
	@[ -n '$(PYTHON)' ] || { echo 'No Python 3.11 or newer was found; name one: make PYTHON=…' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.build: requirements/build.txt $(VENV)/.made
$(VENV)/.dev: requirements/dev.txt $(VENV)/.made
$(VENV)/.bench: requirements/bench.txt $(VENV)/.made
$(VENV)/.build $(VENV)/.dev $(VENV)/.bench:
	$(BIN)/python -m pip install --quiet --require-hashes --requirement $<
	@touch $@

# The list itself is a prerequisite: a file taken away must lead to a build too.
.PHONY: force
$(MANIFEST): force
	@mkdir -p $(@D)
	@printf '%s\n' $(SOURCES) | cmp --silent - $@ || printf '%s\n' $(SOURCES) > $@

dist/.built: $(SOURCES) $(MANIFEST) Cargo.toml Cargo.lock pyproject.toml README.md LICENSE | $(VENV)/.build
	rm -f dist/*.whl
	$(BIN)/maturin build --release --locked --interpreter $(BIN)/python --out dist
	@touch $@

$(VENV)/.installed: dist/.built | $(VENV)/.build
	$(BIN)/python -m pip install --quiet --no-index --no-deps --force-reinstall dist/*.whl
	@touch $@

.PHONY: lock
lock: ## Renew requirements/*.txt from pyproject.toml (needs uv on the PATH)
	for group in dev build bench; do \
		uv pip compile --quiet --universal --upgrade --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-emit-find-links --no-header --no-annotate \
			--group pyproject.toml:$$group --output-file requirements/$$group.txt; \
	done

.PHONY: clean
clean: ## Remove everything that a target made
	rm -rf $(VENV) dist target rust/fuzz/target .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -rf .coverage .coverage.* $(REPORTS)
	find $(wildcard python tests tools benches examples) -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
