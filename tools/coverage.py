#!/usr/bin/env python3
"""Branch coverage of the PTX front end and the fatbin reader by their tests and the fuzz corpora.

tools/coverage.py BUILD_DIRECTORY [--missing]: the build has CULVERT_COVERAGE. Runs the test programs below, prints a table
by file and the totals of both folders, and fails if one is below 90 % of branches. --missing: also the lines whose branches
were not taken both ways.
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
FOLDERS = ["compiler/fatbin", "compiler/ptx"]
BAR = 90.0
PROGRAMS = ["ptx_test", "fatbin_test"]
FUZZERS = ["fuzz_lexer", "fuzz_ptx", "fuzz_ptx_body", "fuzz_fatbin", "fuzz_decompress", "fuzz_linked"]


def run(command, profile):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   env={"LLVM_PROFILE_FILE": str(profile), "PATH": "/usr/bin:/bin"})


def collect(build):
    binaries, profiles = [], []

    def add(name, arguments):
        binary = build / "bin" / name
        profile = build / f"{name}.profraw"
        run([binary, *arguments], profile)
        binaries.append(binary)
        profiles.append(profile)

    for name in PROGRAMS:
        add(name, [])
    for name in FUZZERS:
        seeds = [build / "tests/fuzz/inputs/seeds" / name, ROOT / "tests/fuzz/corpus" / name]
        add(f"replay_{name}", ["--mutations=2000", *[seed for seed in seeds if seed.exists()]])
    merged = build / "coverage.profdata"
    subprocess.run(["llvm-profdata-19", "merge", "-sparse", *profiles, "-o", merged], check=True)
    objects = [item for binary in binaries[1:] for item in ("-object", binary)]
    return [binaries[0], *objects, f"-instr-profile={merged}"]


def table(selection):
    sources = [str(path) for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.[ch]*"))]
    done = subprocess.run(["llvm-cov-19", "export", "-summary-only", *selection, *sources], check=True,
                          stdout=subprocess.PIPE)
    files = {pathlib.Path(item["filename"]).relative_to(ROOT): item["summary"]
             for item in json.loads(done.stdout)["data"][0]["files"]}
    failed = False
    for folder in FOLDERS:
        print(f"{folder:40} {'lines':>16} {'branches':>18}")
        sums = {"lines": [0, 0], "branches": [0, 0]}
        for name, summary in files.items():
            if str(name.parent) != folder:
                continue
            cells = []
            for kind in sums:
                covered, count = summary[kind]["covered"], summary[kind]["count"]
                sums[kind][0] += covered
                sums[kind][1] += count
                cells.append(f"{covered:5}/{count:<5} {100 * covered / max(count, 1):5.1f}")
            print(f"  {name.name:38} {cells[0]} {cells[1]}")
        percent = 100 * sums["branches"][0] / sums["branches"][1]
        print(f"  {'all':38} {sums['lines'][0]:5}/{sums['lines'][1]:<5} {100 * sums['lines'][0] / sums['lines'][1]:5.1f} "
              f"{sums['branches'][0]:5}/{sums['branches'][1]:<5} {percent:5.1f}\n")
        failed |= percent < BAR
    return failed


def missing(selection):
    """Lines with a branch that went one way only."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*.cc")):
            shown = subprocess.run(["llvm-cov-19", "show", "-show-branches=count", *selection, str(path)], check=True,
                                   stdout=subprocess.PIPE, text=True).stdout
            for line, column, yes, no in re.findall(
                    r"Branch \((\d+):(\d+)\): \[True: *([^,]+), False: *([^\]]+)\]", shown):
                if yes.strip() == "0" or no.strip() == "0":
                    source = path.read_text().splitlines()[int(line) - 1].strip()
                    print(f"{path.relative_to(ROOT)}:{line}:{column}: true {yes.strip()} false {no.strip()}: {source}")


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    selection = collect(build)
    if "--missing" in sys.argv:
        missing(selection)
    failed = table(selection)
    if failed:
        sys.exit(f"coverage.py: below {BAR:.0f} % of branches")


if __name__ == "__main__":
    main()
