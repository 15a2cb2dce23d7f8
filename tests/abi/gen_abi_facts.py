#!/usr/bin/env python3
"""Writes tests/abi/generated/*.inc: what abi_facts.cc prints about every declaration of include/cuda.

  tests/abi/gen_abi_facts.py [--check]

FUNCTION(name) TYPE(name) RECORD(type) FIELD(type, path) ENUM(type) ENUMERATOR(name) CONSTANT(name) MEANING(name): see
abi_facts.cc. The lists follow our headers only, so a toolkit is not needed; --check is the drift check of CI.
"""
import argparse
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))
from import_cuda_facts import REGISTRATION, Tree, is_definition  # noqa: E402

OUT = "tests/abi/generated"
HALVES = {
    "driver": (["detail/driver_functions.h", "detail/driver_functions_per_thread.h", "detail/driver_functions_superseded.h"],
               {"driver_functions.h", "driver_functions_per_thread.h", "driver_functions_superseded.h", "driver_structs.h",
                "driver_enums.h", "driver_v1_types.h", "uuid.h"}, ["cuda.h"]),
    "runtime": (["cuda_runtime_api.h", "cuda_profiler_api.h", "library_types.h", "cuda_gl_interop.h", "cuda_egl_interop.h",
                 "cuda_vdpau_interop.h"],
                {"runtime_functions.h", "runtime_functions_per_thread.h", "runtime_structs.h", "runtime_enums.h",
                 "interop_types.h", "vector_types.h", "vector_structs.h", "library_types.h", "texture_types.h",
                 "surface_types.h", "cuda_profiler_api.h", "cuda_gl_interop.h", "cuda_egl_interop.h",
                 "cuda_vdpau_interop.h", "uuid.h"}, ["cuda_runtime_api.h"]),
}
# No header of a toolkit declares these.
UNDECLARED = {name for _, name, _ in REGISTRATION}


def fields(node, path=""):
    """Paths of the named fields of a record, nested ones included."""
    nested = None
    for child in node.get("inner", []):
        if child["kind"] == "RecordDecl":
            nested = child
        elif child["kind"] == "FieldDecl":
            name, type_text = child.get("name", ""), child["type"]["qualType"]
            full = f"{path}.{name}" if path and name else path or name
            if name:
                yield full
            if nested is not None and "[" not in type_text:
                yield from fields(nested, full)
            nested = None


def facts(half):
    includes, want, sources = HALVES[half]
    flags = [f"-I{ROOT}/include/cuda"]
    tree = Tree("clang-19", flags, "".join(f'#include "{h}"\n' for h in includes), want)
    lines, anonymous, seen, types = [], None, set(), set()

    def add(kind, *names):
        line = f"{kind}({', '.join(names)})"
        if line not in seen:
            seen.add(line)
            lines.append(line)

    for _, node in tree.decls:
        kind, name = node["kind"], node.get("name")
        if kind == "FunctionDecl" and name not in UNDECLARED:
            add("FUNCTION", name)
        elif kind in ("RecordDecl", "EnumDecl") and is_definition(node):
            if not name:
                anonymous = node
                continue
            define(node, f"{'enum' if kind == 'EnumDecl' else node['tagUsed']} {name}", add)
        elif kind == "TypedefDecl":
            types.add(name)
            if anonymous is not None:
                define(anonymous, name, add)
                anonymous = None
            add("TYPE", name)
    enumerators = {line for line in lines if line.startswith("ENUMERATOR")}
    for _, name, text in tree.object_macros(want):
        if name.startswith("CULVERT_") or text in types or re.match(r"^(struct|enum|union) ", text):
            continue
        target = f"ENUMERATOR({text})"
        if re.match(r"^\(|^-?\d|^0x", text) or target in enumerators:
            add("CONSTANT", name)
    return lines


def meanings(half):
    """The names that stand for another symbol, in either mode."""
    _, _, sources = HALVES[half]
    names = set()
    for mode in ([], ["-DCUDA_API_PER_THREAD_DEFAULT_STREAM"]):
        tree = Tree("clang-19", [f"-I{ROOT}/include/cuda", *mode], "".join(f'#include "{h}"\n' for h in sources), set())
        names |= {name for _, name, _ in tree.object_macros({"driver_names.h", "runtime_names.h"})}
    return [f"MEANING({name})" for name in sorted(names) if not name.startswith("CULVERT_")]


def define(node, type_name, add):
    if node["kind"] == "EnumDecl":
        add("ENUM", type_name)
        for child in node.get("inner", []):
            if child["kind"] == "EnumConstantDecl":
                add("ENUMERATOR", child["name"])
    else:
        add("RECORD", type_name)
        for path in fields(node):
            add("FIELD", type_name, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a list differs")
    args = parser.parse_args()
    differs = False
    lists = {f"{OUT}/{half}_{what}.inc": lines for half in HALVES
             for what, lines in (("facts", facts(half)), ("meanings", meanings(half)))}
    for name, lines in lists.items():
        path = os.path.join(ROOT, name)
        text = "\n".join(["// Generated by tests/abi/gen_abi_facts.py from include/cuda; do not edit.", *lines]) + "\n"
        old = open(path).read() if os.path.exists(path) else None
        if old == text:
            continue
        differs = True
        print(f"gen_abi_facts: {name} {'differs: run tests/abi/gen_abi_facts.py' if args.check else 'written'}")
        if not args.check:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as f:
                f.write(text)
    sys.exit(1 if differs and args.check else 0)


if __name__ == "__main__":
    main()
