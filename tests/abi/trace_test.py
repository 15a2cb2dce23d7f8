#!/usr/bin/env python3
"""CULVERT_TRACE=1 shows every call with names, values, result, code and time, one line each. trace_test.py PROGRAM"""
import os
import re
import subprocess
import sys
import unittest

PROGRAM = sys.argv[1]
WANTED = [
    r"cuInit\(Flags=0\) = 0 CUDA_SUCCESS",
    r"cuDeviceGetCount\(count=0x[0-9a-f]+ -> 1\) = 0 CUDA_SUCCESS",
    r"cuDeviceGetAttribute\(pi=0x[0-9a-f]+ -> 32, attrib=CU_DEVICE_ATTRIBUTE_WARP_SIZE, dev=0\) = 0 CUDA_SUCCESS",
    r"cuDeviceGetAttribute\(pi=0x0, attrib=CU_DEVICE_ATTRIBUTE_WARP_SIZE, dev=0\) = 1 CUDA_ERROR_INVALID_VALUE",
    r"cudaMalloc\(devPtr=0x[0-9a-f]+ -> 0x(?P<pointer>[0-9a-f]+), size=4096\) = 0 cudaSuccess",
    r"cudaMemcpy\(dst=0x{pointer}, src=0x[0-9a-f]+, count=16, kind=cudaMemcpyHostToDevice\) = 0 cudaSuccess",
    r"cudaMemcpy\(dst=0x{pointer}, src=0x[0-9a-f]+, count=16, kind=9\) = 21 cudaErrorInvalidMemcpyDirection",
    r"cudaGetLastError\(\) = cudaErrorInvalidMemcpyDirection",
    r"cudaFree\(devPtr=0x{pointer}\) = 0 cudaSuccess",
]


def lines(**environment):
    environment = {**os.environ, "CULVERT_DEVICES": "1", **environment}
    return subprocess.run([PROGRAM], check=True, capture_output=True, text=True, env=environment).stderr.splitlines()


class Trace(unittest.TestCase):
    def test_shows_every_call(self):
        found = lines(CULVERT_TRACE="1")
        self.assertEqual(len(found), len(WANTED), "\n".join(found))
        pointer = ""
        for line, wanted in zip(found, WANTED):
            pattern = r"^culvert: \[\d+\] " + wanted.replace("{pointer}", pointer)
            if "Success" in wanted or "SUCCESS" in wanted:
                pattern += r", \d+ ns$"
            m = re.match(pattern, line)
            self.assertIsNotNone(m, f"{line}\ndoes not match\n{pattern}")
            pointer = m.groupdict().get("pointer", pointer)
        self.assertTrue(found[3].endswith(" ns: pi must not be null"), found[3])
        self.assertRegex(found[6], r" ns: .+$")

    def test_is_silent_by_default(self):
        self.assertEqual(lines(CULVERT_TRACE="0"), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
