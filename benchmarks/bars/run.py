#!/usr/bin/env python3
"""Measure the start-up and launch bars and append rows to benchmarks/history.

Usage: benchmarks/bars/run.py [BUILD_DIR]   (default build/release)

Measures: execve to the end of a vector add under LD_PRELOAD (median of 51 runs, warm page cache) for each variant that
can be built (culvert cc; nvcc with static and shared cudart), the same program without any CUDA call as the floor of a
process start, launch + synchronise and back-to-back launches of an empty kernel, and memory growth over 10^6 launches.
"""

import datetime
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
from bench_history import machine  # noqa: E402


def compile_variants(build: pathlib.Path, source: pathlib.Path, out: pathlib.Path) -> dict[str, pathlib.Path]:
    """Build `source` in every way this machine can; variant name -> program."""
    commands = {"cc": [str(build / "bin/culvert"), "cc", "-O2", str(source)]}
    if nvcc := shutil.which("nvcc"):
        commands["nvcc-static"] = [nvcc, "-O2", str(source)]
        commands["nvcc-shared"] = [nvcc, "-O2", "-cudart", "shared", str(source)]
    programs = {}
    for variant, command in commands.items():
        program = out / f"{source.stem}-{variant}"
        subprocess.run([*command, "-o", str(program)], check=True)
        programs[variant] = program
    return programs


def preload(build: pathlib.Path, variant: str) -> dict[str, str]:
    libraries = [build / "lib/libcuda.so.1"]
    if variant != "nvcc-static":
        libraries.append(build / "lib/libcudart.so.13")
    return {**os.environ, "LD_PRELOAD": ":".join(map(str, libraries))}


def time_process_ms(command: list[str], env: dict[str, str], runs: int) -> float:
    samples = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
        samples.append((time.perf_counter() - start) * 1e3)
    return statistics.median(samples)


def main() -> None:
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/release").resolve()
    out = build / "bars"
    out.mkdir(exist_ok=True)
    here = pathlib.Path(__file__).resolve().parent
    rows = [{"name": "process_start/true", "time_ms": round(time_process_ms(["/bin/true"], dict(os.environ), 51), 3)}]
    for variant, program in compile_variants(build, here / "vector_add.cu", out).items():
        env = preload(build, variant)
        time_process_ms([str(program)], env, 3)
        rows.append({"name": f"execve_to_result/{variant}", "time_ms": round(time_process_ms([str(program)], env, 51), 3)})
    for variant, program in compile_variants(build, here / "launch.cu", out).items():
        result = subprocess.run([str(program)], env=preload(build, variant), check=True, capture_output=True, text=True)
        rows.append({"name": f"launch/{variant}", **json.loads(result.stdout)})
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    with (ROOT / "benchmarks/history" / f"{machine()}.jsonl").open("a") as stream:
        for row in rows:
            row = {"date": datetime.date.today().isoformat(), "commit": commit, "machine": machine(), **row}
            print(json.dumps(row))
            stream.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
