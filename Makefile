# Two commands do everything on a fresh machine: `make reproduce` and `make test`.
SHELL := bash
.PHONY: help reproduce ready full test mutants docs site build install check bench bench-growth claims judging peers peers-clv peers-api peers-sdv peers-spark native clean
help: ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

node_modules/.package-lock.json: package.json package-lock.json
	@echo "telelink: installing packages (npm ci)"
	@npm ci --loglevel=error
	@node scripts/trim-packages.mjs
	@touch node_modules/.package-lock.json

install: node_modules/.package-lock.json ## install the packages of the lockfile

build: install ## compile kernels and TypeScript into dist/
	@npm run --silent build

reproduce: ready ## execute the notebooks into reports/ (only what changed)
	@node dist/cli/main.js reproduce

# The addon of @tensorflow/tfjs-node is made beside the build, once an installation, and never required: nets run on
# kernels of our own unless TELELINK_BACKEND says otherwise. TELELINK_NATIVE=0 leaves it out (a download of 210 MB).
ready:
	@$(MAKE) --no-print-directory -j2 build $(if $(filter 0,$(TELELINK_NATIVE)),,node_modules/.native)

node_modules/.native: node_modules/.package-lock.json scripts/native.mjs
	@node scripts/native.mjs
	@touch node_modules/.native

full: ready ## the same with every method on five splits, and every model on twenty seeds (three quarters of an hour)
	@node dist/cli/main.js reproduce -p netSeeds=5 -p publishedSeeds=5 -p tunedSeeds=20 -p draws=20

test: build ## types, lint, layers and all tests
	@npm run --silent test

mutants: build ## put known faults into a copy of the code, one at a time: tests have to notice each (minutes)
	@node scripts/mutants.mjs

docs site: build scripts/site/node_modules/.package-lock.json ## the guides, the reference and the reports as a site in site/
	@node scripts/site/build-site.mjs

scripts/site/node_modules/.package-lock.json: scripts/site/package-lock.json
	@npm ci --prefix scripts/site --loglevel=error
	@touch $@

bench: build peers peers-clv ## time ours beside the peers', one run each
	@node bench/run.mjs

bench-growth: build ## time and memory of each command on 10³ to 10⁷ customers, as table and chart in docs/BENCHMARKS.md
	@node bench/growth.mjs

claims: build ## which command makes each published figure, and which no longer hold
	@node scripts/claims.mjs

judging: build ## whether the figures that train claims hold on fresh rows, on 200 tables of noise and weak signal
	@TELELINK_JUDGING_TABLES=200 npx vitest run tests/services/predict/judging.test.ts

native: install ## make @tensorflow/tfjs-node work where its own download fails
	@node scripts/native.mjs

# The Python libraries of record are needed by make-reference.py, the benchmarks and a few tests; never by users.
peers: .cache/peers/.installed ## install the Python peers into .cache/peers
.cache/peers/.installed: scripts/peers.txt
	@python3 -m venv .cache/peers
	@.cache/peers/bin/pip install --quiet --disable-pip-version-check -r scripts/peers.txt
	@touch $@

# Each of these in a Python of its own, because it needs other versions or hundreds of megabytes.
peers-clv: .cache/peers-clv/.installed ## install the peers that need an older pandas
peers-api: .cache/peers-api/.installed ## install what the API is measured beside and checked with
peers-sdv: .cache/peers-sdv/.installed ## install SDV's CTGAN (several hundred MB), for make bench alone
peers-spark: .cache/peers-spark/.installed ## install PySpark (it needs Java), for the test of exported models
.cache/peers-%/.installed: scripts/peers-%.txt
	@python3 -m venv .cache/peers-$*
	@.cache/peers-$*/bin/pip install --quiet --disable-pip-version-check -r scripts/peers-$*.txt
	@touch $@

clean: ## remove everything that was made
	rm -rf dist .cache node_modules scripts/site/node_modules site reports/*.html reports/*.json
