PYTHON ?= python3
UV ?= uv

.PHONY: help book test audit bench torture fuzz reproduce load canary mutants coverage lock clean
.NOTPARALLEL:

help:
	@echo 'make book    bring book/ up to date and build the HTML in _build/html'
	@echo 'make test    every check'
	@echo 'make audit   test every page for accessibility, in every mode (minutes; needs Chromium and npm)'
	@echo 'make bench   measure it beside other tools (up to 45 minutes, alone on the machine)'
	@echo 'make torture, make fuzz, make reproduce, make load'
	@echo '             put it under stress: kill runs, feed it nonsense, make it twice, make 900 pages (10 to 30 minutes each)'
	@echo 'make canary  make it with the newest Sphinx, without Jupyter Book (minutes; fetches packages)'
	@echo 'make mutants, make coverage'
	@echo '             test the tests: change the calculations, measure what is reached (half an hour each)'
	@echo 'make lock    write requirements.lock and its licences anew from pyproject.toml (needs uv; LOCK=--upgrade takes newer versions)'
	@echo 'make clean   remove _build'
	@echo 'Without make: python -m ncthelpers book, python -m ncthelpers test, python -m ncthelpers --help'

book:
	$(PYTHON) -m ncthelpers book

test:
	$(PYTHON) -m ncthelpers test

audit:
	$(PYTHON) -m ncthelpers audit

bench:
	$(PYTHON) -m ncthelpers bench

torture fuzz reproduce load canary mutants coverage:
	$(PYTHON) -m ncthelpers trial $@

lock:
	$(UV) pip compile pyproject.toml --all-extras --universal --fork-strategy fewest --python-version 3.11 --only-binary :all: --generate-hashes \
	    --no-config --no-emit-index-url --no-header --no-annotate $(LOCK) --quiet --output-file requirements.lock
	$(PYTHON) -m ncthelpers --help > /dev/null
	.venv/bin/python -I tests/bill_of_materials.py

clean:
	rm -rf _build
