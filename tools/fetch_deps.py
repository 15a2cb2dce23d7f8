#!/usr/bin/env python3
"""Fetch the sources of Culvert's dependencies from Debian's source packages into build/deps.

The system's own apt configuration is read, never changed: its package lists are copied with "deb" turned into
"deb-src" into a private apt state under build/deps/apt. Existing, complete trees are left alone.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys

PACKAGES = ("abseil", "libzstd", "lz4")


def source_lists(state: pathlib.Path) -> None:
    """Write sources.list.d/ under `state`: the system's Debian entries, as source entries."""
    parts = state / "sources.list.d"
    parts.mkdir(parents=True, exist_ok=True)
    etc = pathlib.Path("/etc/apt")
    candidates = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]
    for index, path in enumerate(candidates):
        if not path.is_file():
            continue
        text = path.read_text(errors="replace")
        if "debian" not in text:
            continue
        if path.suffix == ".sources":
            text = re.sub(r"(?m)^Types:.*$", "Types: deb-src", text)
            (parts / f"{index:02d}.sources").write_text(text)
        elif path.suffix == ".list" or path.name == "sources.list":
            rows = [re.sub(r"^\s*deb\s", "deb-src ", row) for row in text.splitlines() if re.match(r"^\s*deb\s", row) and "debian" in row]
            if rows:
                (parts / f"{index:02d}.list").write_text("\n".join(rows) + "\n")


def run(command: list[str], cwd: pathlib.Path) -> None:
    result = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        sys.exit(f"fetch_deps: {' '.join(command)} failed:\n{result.stdout}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", nargs="?", default=str(pathlib.Path(__file__).resolve().parent.parent / "build/deps"))
    deps = pathlib.Path(parser.parse_args().directory)
    missing = [p for p in PACKAGES if not (deps / p / ".complete").exists()]
    if not missing:
        return
    state = deps / "apt"
    shutil.rmtree(state, ignore_errors=True)
    (state / "lists/partial").mkdir(parents=True)
    source_lists(state)
    options = ["-o", "Dir::Etc::sourcelist=/dev/null", "-o", f"Dir::Etc::sourceparts={state}/sources.list.d",
               "-o", f"Dir::State::lists={state}/lists", "-o", "APT::Sandbox::User=root"]
    run(["apt-get", *options, "-qq", "update"], deps)
    for package in missing:
        work = state / package
        work.mkdir()
        run(["apt-get", *options, "-qq", "source", package], work)
        trees = [d for d in work.iterdir() if d.is_dir()]
        if len(trees) != 1:
            sys.exit(f"fetch_deps: {package}: expected one source tree, found {len(trees)}")
        shutil.rmtree(deps / package, ignore_errors=True)
        trees[0].rename(deps / package)
        (deps / package / ".complete").touch()


if __name__ == "__main__":
    main()
