#!/usr/bin/env python3
"""Reads fatbins that nvcc wrote with every compression and kind of content. Exit 77 when there is no nvcc.

usage: nvcc_output_test.py FATBIN_FILE_TEST
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SOURCE = "__global__ void scale(float* x, float f) { x[threadIdx.x] *= f; }\n"
# name, options, expected beginning of the answer
CASES = [
    ("default", ["-arch=compute_80"], "arch 80 name '' ptx"),
    ("raw", ["-arch=compute_80", "--compress-mode=none"], "arch 80 name '' ptx"),
    ("lz4", ["-arch=compute_80", "--compress-mode=speed"], "arch 80 name '' ptx"),
    ("zstd", ["-arch=compute_80", "--compress-mode=size"], "arch 80 name '' ptx"),
    ("lines", ["-arch=sm_80", "-lineinfo"], "arch 80 name 'source.cu' ptx"),
    ("debug", ["-arch=sm_80", "-G"], "arch 80 name 'source.cu' ptx"),
    ("several", ["-gencode=arch=compute_75,code=[sm_75,compute_75]", "-gencode=arch=compute_90,code=compute_90",
                 "-gencode=arch=compute_120,code=compute_120"], "arch 120 name '' ptx"),
    ("specific", ["-gencode=arch=compute_90a,code=compute_90a"], "arch 90 name '' ptx"),
    ("machine_code", ["-gencode=arch=compute_80,code=sm_80", "-gencode=arch=compute_90,code=sm_90"],
     "error 209 no PTX in the image, only sm_80, sm_90"),
]


def main() -> int:
    tool = sys.argv[1]
    nvcc = shutil.which("nvcc") or shutil.which("/usr/local/cuda/bin/nvcc")
    if nvcc is None:
        print("SKIP fatbin/nvcc_output: nvcc is not installed")
        return 77
    failures = 0
    with tempfile.TemporaryDirectory() as directory:
        source = pathlib.Path(directory, "source.cu")
        source.write_text(SOURCE)
        checks = []
        for name, options, expected in CASES:
            out = source.with_name(name + ".fatbin")
            subprocess.run([nvcc, "-fatbin", *options, source.name, "-o", out.name], check=True, cwd=directory)
            checks.append((out.name, expected))
        subprocess.run([nvcc, "-cubin", "-arch=sm_80", source.name, "-o", "bare80.cubin"], check=True, cwd=directory)
        checks.append(("bare80.cubin", "error 209 the image is machine code for sm_80"))
        subprocess.run([nvcc, "-cubin", "-arch=sm_120", source.name, "-o", "bare120.cubin"], check=True, cwd=directory)
        checks.append(("bare120.cubin", "error 209 the image is machine code for sm_120"))
        checks.append((source.name, "error 200"))
        for name, expected in checks:
            answer = subprocess.run([os.path.abspath(tool), name], check=True, cwd=directory, capture_output=True,
                                    text=True).stdout.strip()
            good = answer.startswith(f"{name}: {expected}")
            failures += not good
            print(("ok   " if good else "FAIL ") + answer + ("" if good else f"   expected {expected}"))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
