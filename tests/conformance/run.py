#!/usr/bin/env python3
"""Runs conformance programs and says what passed.

  run.py --culvert build/release/bin/culvert PROGRAM...          each program once, its output shown
  run.py --workers 1,2,8 --repeat 100 ... PROGRAM...             each program 100 times on 1, 2 and 8 workers
  run.py --build build/release [--variant cc] [--filter REGEX]   every program of a build tree, one line each

A program passes when its exit code is 0 and it printed "PASS <name>". Exit code: 0 all passed, 1 something failed,
77 skipped (--skip REASON).
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import time

VARIANTS = ("cc", "nvcc", "nvcc_shared", "cc_rdc", "nvcc_rdc", "nvcc_rdc_shared", "nvcc_dlink")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--culvert", help="the tool that starts the programs; default: that of --build")
    parser.add_argument("--direct", action="store_true", help="start the programs without the tool (rpath)")
    parser.add_argument("--devices", type=int, help="number of devices")
    parser.add_argument("--workers", default="", help="comma-separated numbers of workers; default: the library's")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=240, help="seconds for one run")
    parser.add_argument("--build", type=pathlib.Path, help="run every program of this build tree")
    parser.add_argument("--variant", choices=VARIANTS, help="with --build: only this variant")
    parser.add_argument("--filter", default="", help="with --build: only names that match")
    parser.add_argument("--skip", metavar="REASON", help="report the programs skipped")
    parser.add_argument("programs", nargs="*", type=pathlib.Path)
    return parser.parse_args()


def run_once(args: argparse.Namespace, program: pathlib.Path, workers: str) -> tuple[str, str]:
    """("" when passed, else the reason; output)."""
    environment = dict(os.environ)
    if workers:
        environment["CULVERT_WORKERS"] = workers
    devices = args.devices or (3 if program.name == "multi_device" else None)
    if devices:
        environment["CULVERT_DEVICES"] = str(devices)
    command = [str(program)] if args.direct else [args.culvert, "run", "--", str(program)]
    try:
        done = subprocess.run(command, env=environment, timeout=args.timeout, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace")
    except subprocess.TimeoutExpired as expired:
        output = expired.stdout or b""
        return f"no end after {args.timeout:.0f} s", output.decode(errors="replace")
    except OSError as error:
        return f"not started: {error}", ""
    if done.returncode != 0:
        code = done.returncode
        return (f"signal {-code}" if code < 0 else f"exit code {code}"), done.stdout
    if f"PASS {program.name}" not in done.stdout:
        return "exit code 0 without PASS", done.stdout
    return "", done.stdout


def repeat(args: argparse.Namespace, program: pathlib.Path, quiet: bool) -> bool:
    good = True
    for workers in args.workers.split(",") if args.workers else [""]:
        failures, reason, output = 0, "", ""
        start = time.monotonic()
        for _ in range(args.repeat):
            failed, text = run_once(args, program, workers)
            if failed:
                failures, reason, output = failures + 1, failed, text
            elif not output:
                output = text
        seconds = time.monotonic() - start
        name = f"{program.parent.name}/{program.name}" + (f" on {workers} workers" if workers else "")
        if not quiet or failures:
            lines = output.rstrip().splitlines()
            print("\n".join("  | " + line for line in lines[-25:]))
        passed = args.repeat - failures
        counts = f" {passed} of {args.repeat}" if args.repeat > 1 else ""
        print(f"{'FAIL' if failures else 'PASS'} {name}{counts} {seconds:.2f} s" + (f": {reason}" if reason else ""),
              flush=True)
        good = good and failures == 0
    return good


def programs_of(args: argparse.Namespace) -> list[pathlib.Path]:
    found = []
    for variant in [args.variant] if args.variant else VARIANTS:
        folder = args.build / "tests/conformance" / variant
        files = [p for p in folder.glob("*") if p.suffix == "" and os.access(p, os.X_OK)] if folder.is_dir() else []
        if variant == "cc" and (args.build / "bin/transformer_encoder").exists():
            files.append(args.build / "bin/transformer_encoder")
        found += sorted(p for p in files if re.search(args.filter, p.name))
        if not files:
            print(f"SKIP {variant}: no programs in {folder}")
    return found


def main() -> int:
    args = parse_arguments()
    if args.skip:
        for program in args.programs:
            print(f"SKIP {program.parent.name}/{program.name}: {args.skip}")
        return 77
    programs = list(args.programs)
    if args.build:
        programs += programs_of(args)
        args.culvert = args.culvert or str(args.build / "bin/culvert")
    if not args.direct and not args.culvert:
        print("run.py: give --culvert, --build or --direct", file=sys.stderr)
        return 2
    results = [(program, repeat(args, program, quiet=args.build is not None)) for program in programs]
    failed = [f"{p.parent.name}/{p.name}" for p, good in results if not good]
    if len(results) != 1:
        print(f"{len(results) - len(failed)} passed, {len(failed)} failed" + (": " + ", ".join(failed) if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
