# SPDX-License-Identifier: Apache-2.0
"""The page of ``windhover scan --html`` in a real browser, as TAP.

usage: page_test.py WINDHOVER

Needs Debian's chromium and node with npm, which brings playwright-core as package-lock.json has
it.  Ends with 77 (skipped) where one of them is absent.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77


def skip(reason):
    print(reason)
    sys.exit(SKIPPED)


def installed():
    """Whether what the lock file names is there already."""
    wanted = json.loads((HERE / "package-lock.json").read_text())["packages"]
    for place, package in wanted.items():
        manifest = HERE / place / "package.json"
        if place and (not manifest.exists()
                      or json.loads(manifest.read_text())["version"] != package["version"]):
            return False
    return True


def main():
    windhover = os.path.abspath(sys.argv[1])
    for program in ("chromium", "node", "npm"):
        if not shutil.which(program):
            skip(f"{program} is not installed")
    if not installed():
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=HERE,
                              capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stderr)
            skip("npm cannot bring playwright-core")
    sys.stdout.flush()
    os.execvp("node", ["node", str(HERE / "page_test.mjs"), windhover, shutil.which("chromium")])


if __name__ == "__main__":
    main()
