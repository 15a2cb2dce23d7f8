#!/usr/bin/env python3
"""Kernels that go wrong: the error code, that it stays, and the report on stderr. faults_test.py PROGRAM

The report must name the kernel, the block and thread, and the source line (the program is built with -lineinfo).
"""

import os
import pathlib
import re
import subprocess
import sys
import unittest

PROGRAM = ""
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kernels.cu")


def line_of(text: str, which: int = 0) -> int:
    """Number of the source line that holds `text`."""
    return [i for i, line in enumerate(pathlib.Path(SOURCE).read_text().splitlines(), 1) if text in line][which]


class Faults(unittest.TestCase):
    def run_kernel(self, name, **environment):
        done = subprocess.run([PROGRAM, name], env={**os.environ, **environment}, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def expect(self, name, code, error, *parts, line=None, **environment):
        done = self.run_kernel(name, **environment)
        self.assertEqual(done.stdout, f"launch 0 synchronise {code} {error}, then {code}\n", done.stderr)
        self.assertRegex(done.stderr, rf"kernel _Z\d+{name}")
        for part in parts:
            self.assertIn(part, done.stderr)
        self.assertRegex(done.stderr, r"PTX line \d+")
        if line is not None:
            self.assertIn(f"kernels.cu:{line})", done.stderr)
        return done.stderr

    def test_illegal_addresses(self):
        self.expect("WriteNull", 700, "cudaErrorIllegalAddress", "illegal global write of 4 bytes at 0x0",
                    "block (0,0,0) thread (0,0,0)", line=line_of("void WriteNull"))
        self.expect("ReadFar", 700, "cudaErrorIllegalAddress", "illegal global read of 4 bytes", line=line_of("void ReadFar"))
        self.expect("WritePastBlock", 700, "cudaErrorIllegalAddress", "illegal global write", line=line_of("void WritePastBlock"))

    def test_shared_memory_past_its_end(self):
        self.expect("ReadSharedPastEnd", 719, "cudaErrorLaunchFailure", "shared read of 4 bytes", line=line_of("= buffer[index]"))

    def test_misaligned(self):
        self.expect("Misaligned", 716, "cudaErrorMisalignedAddress", "misaligned global write of 4 bytes", line=line_of("(p + 2) = 1"))

    def test_assertion(self):
        text = self.expect("AssertSmall", 710, "cudaErrorAssert", "block: [0,0,0], thread: [31,0,0]", "thread too large")
        self.assertEqual(len(re.findall("Assertion", text)), 1)

    def test_trap(self):
        self.expect("Trap", 719, "cudaErrorLaunchFailure", "trap by block (0,0,0) thread (7,0,0)")

    def test_stack_overflow(self):
        self.expect("Overflow", 714, "cudaErrorHardwareStackError", "stack overflow")

    def test_call_of_no_function(self):
        self.expect("CallNowhere", 718, "cudaErrorInvalidPc", "call of 0x1234", line=line_of("function(p); }"))

    def test_watchdog_names_a_spinning_warp(self):
        self.expect("SpinForever", 702, "cudaErrorLaunchTimeout", "ran longer than the watchdog allows (300 ms)",
                    "block 0 warp 0 lanes 0xffffffff", "spins", CULVERT_WATCHDOG_MS="300")

    def test_watchdog_names_the_barrier(self):
        self.expect("StuckAtBarrier", 702, "cudaErrorLaunchTimeout", "warp 0 lanes 0xffffffff", "spins",
                    "waits at barrier 0 (32 threads have arrived)", CULVERT_WATCHDOG_MS="300")

    def test_no_watchdog_by_default(self):
        with self.assertRaises(subprocess.TimeoutExpired):
            subprocess.run([PROGRAM, "SpinForever"], capture_output=True, timeout=3)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
