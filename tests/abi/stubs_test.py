#!/usr/bin/env python3
"""Every function that is not implemented says so: NOT_SUPPORTED (801) and its name once on stderr, never success.

stubs_test.py LIBDIR CALL_ENTRIES
"""
import os
import re
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import gen_api  # noqa: E402

LIBDIR, CALL = sys.argv[1:3]
ERROR_NAMES = {"libcuda": "CUDA_ERROR_NOT_SUPPORTED", "libcudart": "cudaErrorNotSupported"}
SONAMES = {"libcuda": "libcuda.so.1", "libcudart": "libcudart.so.13"}


def call(library, names, **environment):
    """([result], stderr) of calling the functions in order."""
    done = subprocess.run([CALL, os.path.join(LIBDIR, SONAMES[library]), *names], check=True, capture_output=True, text=True,
                          env={**os.environ, **environment})
    return [int(line.split()[1], 16) for line in done.stdout.splitlines()], done.stderr


class Stubs(unittest.TestCase):
    def stubs(self, library):
        rows = gen_api.read_rows(library)[1].values()
        return [row for row in rows if not row.implemented() and not row.returns.startswith("struct ")]

    def test_each_says_once_that_it_is_not_implemented(self):
        for library, error in ERROR_NAMES.items():
            stubs = self.stubs(library)
            results, said = call(library, [row.name for row in stubs for _ in range(2)])
            for row, result in zip(stubs, results[::2]):
                wanted = 0 if row.raw and (row.returns in ("void", "char") or row.returns.endswith("*")) else 801
                self.assertEqual(result & 0xffffffff, wanted, row.name)
            self.assertEqual(results[::2], results[1::2])
            self.assertEqual(said.splitlines(),
                             [f"culvert: {row.name} is not implemented (returns 801 {error})" for row in stubs])

    def test_a_trace_shows_every_call(self):
        for library in SONAMES:
            stubs = self.stubs(library)[:5]
            said = call(library, [row.name for row in stubs for _ in range(2)], CULVERT_TRACE="1")[1]
            names = re.findall(r"culvert: (\w+) is not implemented", said)
            self.assertEqual(names, [row.name for row in stubs for _ in range(2)])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
