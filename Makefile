# Two commands carry everything: make run, make test. Python 3.12 or newer and make are all they need.
.DEFAULT_GOAL := help
START := @sh studyapp/launcher/start.sh
PYTHON_IN := .venv/bin/python
.PHONY: help run test check fix bench backup restore lock

help:
	@echo "make run      the whole site on http://127.0.0.1:8000/ (HOST and PORT choose another address)"
	@echo "make test     all tests this machine can run; REQUIRE_ALL=1 fails for what is missing"
	@echo "              ARGS=\"-m 'not slow'\" leaves the long ones out"
	@echo "make check    style, types, import rules, templates, migrations, production settings"
	@echo "make fix      put style and format right"
	@echo "make bench    the speed of the numbers, and of the site: requests a second, waiting times, memory"
	@echo "make backup   the site's data into var/backups/;  make restore FILE=… brings it back"
	@echo "make lock     renew requirements/*.txt from pyproject.toml"

run:
	$(START) run $(PYTHON_IN) -m studyapp.launcher

test:
	$(START) dev $(PYTHON_IN) -m pytest $(ARGS)

check:
	$(START) dev sh studyapp/launcher/check.sh

fix:
	$(START) dev sh -c '$(PYTHON_IN) -m ruff check --fix . ; $(PYTHON_IN) -m ruff format .'

bench:
	$(START) dev $(PYTHON_IN) -m tests.bench $(ARGS)

backup:
	$(START) run $(PYTHON_IN) -m studyapp.backup

restore:
	$(START) run $(PYTHON_IN) -m studyapp.restore "$(FILE)"

COMPILE := $(PYTHON_IN) -m uv pip compile --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.12 --quiet
lock:
	@echo uv | $(COMPILE) - --upgrade --output-file requirements/uv.txt
	@$(COMPILE) pyproject.toml --upgrade --output-file requirements/run.txt
	@$(COMPILE) pyproject.toml --group dev --constraint requirements/run.txt --upgrade --output-file requirements/dev.txt
