#!/usr/bin/env python3
"""Append the results of one Google Benchmark run to benchmarks/history/<machine>.jsonl.

One row per benchmark: date, commit, machine, name, real time in ns, and every user counter (rates per second).
Repetitions are reduced to their median.
"""

import datetime
import json
import pathlib
import re
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
KNOWN = {"name", "family_index", "per_family_instance_index", "run_name", "run_type", "repetitions", "repetition_index",
         "threads", "iterations", "real_time", "cpu_time", "time_unit", "aggregate_name", "aggregate_unit", "label"}
UNIT_NS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


def machine() -> str:
    """CPU model and core count, as a file name."""
    text = pathlib.Path("/proc/cpuinfo").read_text()
    fields = dict(re.findall(r"(?m)^(model name|vendor_id|cpu family|model)\s*:\s*(.*)$", text))
    cores = len(re.findall(r"(?m)^processor\s*:", text))
    name = f"{fields.get('vendor_id', 'cpu')}-{fields.get('cpu family', '')}-{fields.get('model', '')}-{cores}c"
    return re.sub(r"[^A-Za-z0-9.-]+", "-", name)


def main() -> None:
    report = json.loads(pathlib.Path(sys.argv[1]).read_text())
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    groups: dict[str, list[dict]] = {}
    for row in report["benchmarks"]:
        if row.get("run_type") != "aggregate":
            groups.setdefault(row.get("run_name", row["name"]), []).append(row)
    out = ROOT / "benchmarks/history" / f"{machine()}.jsonl"
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("a") as stream:
        for name, rows in groups.items():
            entry = {"date": datetime.date.today().isoformat(), "commit": commit, "machine": machine(), "name": name,
                     "time_ns": round(statistics.median(r["real_time"] * UNIT_NS[r["time_unit"]] for r in rows), 2)}
            for key in rows[0]:
                if key not in KNOWN and isinstance(rows[0][key], (int, float)):
                    entry[key] = round(statistics.median(r[key] for r in rows), 4)
            stream.write(json.dumps(entry) + "\n")


if __name__ == "__main__":
    main()
