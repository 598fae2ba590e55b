# SPDX-License-Identifier: Apache-2.0
# The front door; meson and ninja do the work behind it.  See: make help

PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 60
WINDHOVER := build/programs/windhover

.PHONY: help run build test bench fuzz pack install deb format clean

help:
	@echo 'make run      build, compile the starter rules, show live detections (root)'
	@echo 'make build    build everything into build/'
	@echo 'make test     every check there is: builds, tests, sanitizers, house rules'
	@echo 'make bench    measure (nothing is judged)'
	@echo 'make fuzz     run each fuzz target for FUZZ_SECONDS=$(FUZZ_SECONDS)'
	@echo 'make install  install below DESTDIR= into PREFIX=$(PREFIX)'
	@echo 'make deb      build the Debian package into build-deb/'
	@echo 'make format   lay out the C sources as the house does'
	@echo 'make clean    remove what was built'
	@echo
	@echo 'Missing Debian packages are installed on the way, with apt-get.'

build: build/build.ninja
	@ninja -C build

build/build.ninja:
	@tools/install-deps build
	@meson setup build --prefix '$(PREFIX)'

# Same rules, same bytes: compiling them anew each time costs milliseconds and is always right.
pack: build
	@$(WINDHOVER) pack build -o build/starter.pack rules

run: pack
	@tools/run

test:
	@tools/install-deps test
	@tools/test

bench: pack
	@meson test -C build --benchmark --verbose

fuzz:
	@tools/install-deps test
	@tools/fuzz $(FUZZ_SECONDS)

install: pack
	@meson configure build -Dprefix='$(PREFIX)'
	@DESTDIR='$(DESTDIR)' meson install -C build
	@install -D -m 644 build/starter.pack '$(DESTDIR)$(PREFIX)/share/windhover/starter.pack'

deb:
	@tools/install-deps package
	@tools/make-deb

format:
	@git ls-files -z '*.c' '*.h' | xargs -0 clang-format-14 -i

clean:
	@rm -rf build build-clang build-asan build-tsan build-fuzz build-vm build-deb
