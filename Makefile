# One-line wrappers; what they do is in scripts/.
.PHONY: help run test lan soak bench lint audit setup dev

help:
	@echo 'make run    serve a demo campus on http://127.0.0.1:8080'
	@echo 'make test   run every test'
	@echo 'make lan    the Rust tests again on a network with nothing but this machine (as root)'
	@echo 'make soak   the same tests with many more generated cases'
	@echo 'make bench  the event store against raw PostgreSQL, frames against a memory walk'
	@echo 'make lint   formatting, lints, page types, licences'
	@echo 'make audit  known vulnerabilities (cargo-deny, needs the network)'
	@echo 'make setup  install what is missing'
	@echo 'make dev    server and pages with hot reload'

# The dev profile: on two cores a release build takes several times as long as this one, and the
# crates the demo waits for (hashing, images) are optimised in both. `make run PROFILE=release`
# for measurements.
PROFILE ?= dev

run:
	@scripts/setup.sh run
	cargo run --profile $(PROFILE) -- serve --demo \
		--data-dir "$(or $(DATA_DIR),$$(scripts/data-dir.sh))"

test: setup
	scripts/test.sh

lan: setup
	scripts/lan.sh

soak: setup
	PROPTEST_CASES=4096 CHAOBIAO_TEST_SOAK=1 scripts/test.sh

bench: setup
	cargo run --release --package chaobiao-bench -- $(BENCH)

lint:
	scripts/lint.sh

audit:
	cargo deny check advisories

setup:
	@scripts/setup.sh

dev:
	@scripts/setup.sh run
	scripts/dev.sh
