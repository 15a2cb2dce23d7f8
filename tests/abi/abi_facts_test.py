#!/usr/bin/env python3
"""Compares what an abi_facts program prints with a golden file.

  abi_facts_test.py GOLDEN PROGRAM              exit 1 and show the difference
  abi_facts_test.py --write GOLDEN PROGRAM      with the program built against the toolkit: record a new toolkit's facts
"""
import difflib
import subprocess
import sys

golden, program = sys.argv[-2:]
found = subprocess.run([program], check=True, capture_output=True, text=True).stdout
if "--write" in sys.argv:
    with open(golden, "w") as f:
        f.write(found)
    sys.exit()
with open(golden) as f:
    wanted = f.read()
difference = list(difflib.unified_diff(wanted.splitlines(), found.splitlines(), golden, program, n=0, lineterm=""))
print("\n".join(difference[:100]))
if difference:
    sys.exit(f"{len(difference)} lines of difference")
print(f"{len(wanted.splitlines())} facts are equal")
