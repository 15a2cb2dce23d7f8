#!/usr/bin/env python3
"""Runs toolkit_ptx on the libraries of the CUDA toolkit: toolkit_ptx.py PROGRAM [OPTIONS] [--page]

The toolkit is $CUDA_HOME or /usr/local/cuda; without one the exit status is 77 (skipped). --page writes the totals to
docs/toolkit_ptx.md; leave --every out for that.
"""

import os
import pathlib
import re
import subprocess
import sys

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs" / "toolkit_ptx.md"
HEAD = """# PTX of the toolkit's libraries

Written by `tests/compiler/toolkit_ptx/toolkit_ptx.py build/release/bin/toolkit_ptx --page`; do not edit.

CUDA toolkit {version}. Every PTX text in the fatbins of its libraries is indexed; every kernel in it is parsed, checked and
compiled to bytecode (not run). A kernel that uses an instruction of a family that Culvert does not implement yet must be
refused with the name of that instruction; any other failure is a defect and is listed. A fatbin that holds machine code
only is counted, and not looked at further.

"""


def main():
    home = pathlib.Path(os.environ.get("CUDA_HOME", "/usr/local/cuda"))
    libraries = sorted([*home.glob("lib64/*.so"), *home.glob("lib64/*.a")])
    if not libraries:
        print(f"skipped: no toolkit libraries in {home}/lib64")
        return 77
    options = [option for option in sys.argv[2:] if option != "--page"]
    done = subprocess.run([sys.argv[1], *options, *map(str, libraries)], stdout=subprocess.PIPE, text=True, check=False)
    sys.stdout.write(done.stdout)
    if "--page" in sys.argv and done.returncode in (0, 1):
        match = re.search(r"#define CUDART_VERSION\s+(\d+)", (home / "include/cuda_runtime_api.h").read_text())
        version = int(match.group(1)) if match else 0
        PAGE.write_text(HEAD.format(version=f"{version // 1000}.{version % 1000 // 10}") + done.stdout)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
