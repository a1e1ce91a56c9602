# The README's commands and the project's other tasks. Each is a script or a command that can be
# run by hand as well; `make` only remembers their names.

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test lint format bench evaluate sample map lock stack faults killed fuzz clean

bin := .venv/bin

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## set .venv up to run glyphwatch
	bash infra/setup.sh

setup-dev:
	@bash infra/setup.sh --dev

demo: ## set up, scan the bundled sample, check the answer, show a table
	bash infra/demo.sh

test: ## set up and run every check; PYTEST='-k skeleton' narrows the tests
	bash infra/test.sh $(PYTEST)

lint: setup-dev ## ruff and mypy alone
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy --strict

format: setup-dev ## format the code and apply ruff's safe fixes
	$(bin)/ruff format
	$(bin)/ruff check --fix

bench: setup-dev ## measure speed beside grep, wc and a Python loop; BENCH='--rounds 2' passes on
	$(bin)/python -m tests.benchmarks.throughput $(BENCH)

evaluate: setup-dev ## list what is reported among real benign names; EVALUATE='--known 50000'
	$(bin)/python -m tests.benchmarks.false_reports $(EVALUATE)

sample: setup ## make the bundled sample and its answer again; the same bytes
	$(bin)/glyphwatch sample

map: setup ## make the confusable map again; CONFUSABLES=confusables.txt, from Unicode
	@test -n "$(CONFUSABLES)" || { echo "say CONFUSABLES=FILE: Unicode's confusables.txt"; exit 2; }
	$(bin)/glyphwatch map build --from all --confusables $(CONFUSABLES) \
		--output detector/data/confusables.txt

faults: setup-dev ## every fault of the stream, an hour and more; FAULTS=--only=F1,F5
	$(bin)/python -m tests.faults --output docs/faults.md $(FAULTS)

killed: setup-dev ## kill a scan at random until it ends, 50 times over
	GLYPHWATCH_KILLED_SCANS=50 $(bin)/python -m pytest -q tests/pipeline/test_resume.py -k killed

fuzz: setup-dev ## scan broken logs for ten minutes; FUZZ='--minutes 60 --seed 7'
	$(bin)/python -m tests.fuzz $(FUZZ)

lock: ## pin requirements by hash again; LOCK=--upgrade takes the newest
	bash infra/lock.sh $(LOCK)

stack: setup-dev ## real Kafka, DynamoDB Local and Postgres until Ctrl-C; STACK='run -- CMD'
	@$(bin)/python -m infra.stack $(or $(STACK),up)

clean: ## remove .venv and all that builds, tests and tools left
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f detector/_kernel*.so
