# Three commands for a stranger: `make nightly`, `make test` and, after a night, `make bi`. All set up first.
.PHONY: nightly test bi setup lock clean check check-types check-models check-statements check-style check-layers check-contracts

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BI_VENV := .venv-bi
AIM := $(VENV)/bin/aim
export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# What is imported is compiled once, also where a container's image says that nothing should be.
export PYTHONDONTWRITEBYTECODE :=

nightly: setup
	$(AIM) nightly --with-sample $(if $(DATE),--date $(DATE))

# In the order of their folders: whole nights first, so that no long file is left to one process at the end.
test: setup $(BI_VENV)/installed
	$(VENV)/bin/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

bi: setup $(BI_VENV)/installed
	$(AIM) bi up

setup: $(VENV)/installed

# Installed by uv where it is there, else by plain pip; --no-deps since every package is pinned and hashed.
# --no-compile, as uv does: most of it is never imported, and what is compiles itself then (half of the time of pip).
$(VENV)/installed: requirements.lock pyproject.toml
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	if command -v uv >/dev/null 2>&1; then \
		uv pip install --quiet --python $(VENV)/bin/python --no-deps --require-hashes -r requirements.lock && \
		uv pip install --quiet --python $(VENV)/bin/python --no-deps --no-build-isolation -e . ; \
	else \
		$(VENV)/bin/python -m pip install --quiet --no-compile --no-deps --require-hashes -r requirements.lock && \
		$(VENV)/bin/python -m pip install --quiet --no-deps --no-build-isolation -e . ; \
	fi
	$(VENV)/bin/python -m pip check
	touch $@

# Superset in an environment of its own: it stands on SQLAlchemy 1.4, Airflow and dbt do not.
$(BI_VENV)/installed: bi/requirements.lock
	test -x $(BI_VENV)/bin/python || $(PYTHON) -m venv $(BI_VENV)
	if command -v uv >/dev/null 2>&1; then \
		uv pip install --quiet --python $(BI_VENV)/bin/python --no-deps --require-hashes -r bi/requirements.lock ; \
	else \
		$(BI_VENV)/bin/python -m pip install --quiet --no-compile --no-deps --require-hashes -r bi/requirements.lock ; \
	fi
	touch $@

# Each by itself, so that `make --jobs 2 check` runs two at a time; the longest first.
check: check-types check-models check-statements check-style check-layers check-contracts

check-types: setup
	$(VENV)/bin/mypy

check-models: setup
	$(VENV)/bin/sqlfluff lint dbt_project

check-statements: setup
	$(VENV)/bin/sqlfluff lint --templater placeholder plugins

check-style: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

check-layers: setup
	$(VENV)/bin/lint-imports

check-contracts: setup
	$(AIM) contracts check

lock:
	uv pip compile -p 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.lock
	uv pip compile -p 3.11 --generate-hashes --no-emit-index-url --no-header bi/requirements.in -o bi/requirements.lock

clean:
	rm -rf $(VENV) $(BI_VENV) .aim .mypy_cache .ruff_cache .pytest_cache .hypothesis
