#!/usr/bin/env python3
"""Checks what the built shared objects export, need and hide (cuda_api/README.md). Usage: shared_objects_test.py LIBDIR

With --sanitized only the exports are checked: a sanitizer brings its runtime library and its own symbols.
"""
import os
import re
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FRONT = {"libcuda.so.1": ("libcuda", None), "libcudart.so.13": ("libcudart", "libcudart.so.13")}
SYSTEM = {"libc.so.6", "libm.so.6"}
LIBDIR, SANITIZED = "", False


def tool(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def symbols(library, *flags):
    """[(type letter, name, version)] of the dynamic symbol table."""
    rows = []
    for line in tool("nm", "-D", *flags, os.path.join(LIBDIR, library)).splitlines():
        fields = line.split()
        name, _, version = fields[-1].partition("@")
        rows.append((fields[-2], name, version.lstrip("@")))
    return rows


def dynamic(library, tag):
    text = tool("readelf", "-dW", os.path.join(LIBDIR, library))
    return re.findall(rf"\({tag}\).*?\[(.*?)\]", text)


class Exports(unittest.TestCase):
    def test_front_libraries_export_their_lists(self):
        for library, (table, node) in FRONT.items():
            with open(os.path.join(ROOT, f"cuda_api/api/{table}_symbols.txt")) as f:
                wanted = f.read().split()
            found = symbols(library, "--defined-only")
            names = [(kind, name) for kind, name, _ in found if name != node]
            self.assertEqual(sorted(name for _, name in names), wanted, library)
            self.assertEqual({kind for kind, _ in names}, {"T"}, library)
            versions = {version for _, name, version in found if name != node}
            self.assertEqual(versions, {node or ""}, library)

    def test_libculvert_exports_the_tables_only(self):
        found = {(name, version) for _, name, version in symbols("libculvert.so", "--defined-only") if name != "CULVERT_1"}
        self.assertEqual(found, {("culvert_libcuda_table", "CULVERT_1"), ("culvert_libcudart_table", "CULVERT_1")})

    def test_plain_names_lead_to_the_front_libraries(self):
        for library in FRONT:
            link = os.path.join(LIBDIR, library[:library.index(".so") + 3])
            self.assertEqual(os.readlink(link), library)


class Needs(unittest.TestCase):
    def setUp(self):
        if SANITIZED:
            self.skipTest("a sanitizer needs its own libraries")

    def test_only_libc_and_libm_are_needed(self):
        self.assertLessEqual(set(dynamic("libculvert.so", "NEEDED")), SYSTEM)
        for library in FRONT:
            self.assertIn("libculvert.so", dynamic(library, "NEEDED"))
            self.assertLessEqual(set(dynamic(library, "NEEDED")), SYSTEM | {"libculvert.so"})

    def test_names_and_search_path(self):
        for library in [*FRONT, "libculvert.so"]:
            self.assertEqual(dynamic(library, "SONAME"), [library])
            self.assertEqual(dynamic(library, "RPATH"), ["$ORIGIN"], library)
            self.assertIn("NODELETE", tool("readelf", "-dW", os.path.join(LIBDIR, library)), library)

    def test_nothing_of_other_libraries_is_visible(self):
        for library in [*FRONT, "libculvert.so"]:
            for kind, name, version in symbols(library):
                self.assertNotIn(kind, "u", f"{library}: {name} is GNU_UNIQUE")
                self.assertFalse(name.startswith("_Z"), f"{library}: C++ symbol {name} ({kind})")
                self.assertNotRegex(name, r"(?i)absl|llvm|zstd|lz4|libunwind", library)
                if kind == "U" and name not in ("culvert_libcuda_table", "culvert_libcudart_table"):
                    self.assertRegex(version, r"^GLIBC_", f"{library}: {name} comes from elsewhere")

    def test_front_libraries_are_jumps_without_state(self):
        for library in FRONT:
            sections = tool("readelf", "-SW", os.path.join(LIBDIR, library))
            for section in (".init_array", ".data ", ".bss", ".tdata", ".tbss"):
                self.assertNotIn(section, sections, library)


if __name__ == "__main__":
    SANITIZED = "--sanitized" in sys.argv
    LIBDIR = next(a for a in sys.argv[1:] if not a.startswith("-"))
    unittest.main(argv=sys.argv[:1], verbosity=1)
