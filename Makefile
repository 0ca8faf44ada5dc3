# One command each. `make demo` and `make test` work as the first command in a fresh clone.
#
#   make install   the virtual environment in .venv, with docgen and its tools
#   make demo      the whole round trip on a sample deal, in demo/
#   make test      the tests (minutes)
#   make check     style, types, import order, docs against code
#   make soak      the slow sweeps and long property runs (hours); writes bench/soak/<date>.txt
#   make bench     speed and memory, on this machine
#   make golden    write the golden texts anew, to be read before they are committed
#   make gallery   draw every page of every paper into docs/gallery
#   make docs      write the generated documents (docs/errors.md)
#   make clean     remove .venv, build results and caches; never a workspace, never the archive

.POSIX:
.SUFFIXES:
.PHONY: install demo test check soak bench golden gallery docs clean

# Tests start hundreds of child processes; without kept bytecode each compiles the program anew.
unexport PYTHONDONTWRITEBYTECODE

VENV = .venv
BIN = $(VENV)/bin
STAMP = $(VENV)/.installed
WORKERS = 2
PYTEST = $(BIN)/python -m pytest

install: $(STAMP)
	@echo "docgen is installed in $(VENV); try: make demo"

# The stamp lies inside the environment, so that removing one removes both.
$(STAMP): pyproject.toml constraints.txt scripts/system_packages.sh scripts/make_venv.sh scripts/find_python.sh
	@scripts/system_packages.sh runtime
	@scripts/make_venv.sh $(VENV)
	@touch $@

demo: $(STAMP)
	@$(BIN)/docgen demo

test: $(STAMP)
	@$(PYTEST) -n $(WORKERS) --dist worksteal -m "not slow"

check: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(PYTEST) tests/project

soak: $(STAMP)
	@$(BIN)/python scripts/soak.py

bench: $(STAMP)
	@$(BIN)/python bench/run.py
	@$(BIN)/python bench/letters.py
	@$(BIN)/python bench/peers.py
	@$(BIN)/python bench/workbook.py
	@$(BIN)/python bench/board.py
	@$(BIN)/python bench/statement.py
	@$(BIN)/python bench/burst.py
	@$(BIN)/python bench/ocr.py
	@$(BIN)/python bench/verify.py
	@$(BIN)/python bench/growth.py

golden: $(STAMP)
	@$(BIN)/python scripts/update_golden.py

gallery: $(STAMP)
	@$(BIN)/python scripts/make_gallery.py

docs: $(STAMP)
	@$(BIN)/python scripts/make_errors_doc.py

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis
