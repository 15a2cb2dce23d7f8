#!/usr/bin/env python3
"""Check who includes whom (the table LAYERS) and where CUDA names may occur. Exit 1 and one line per violation.

A layer is a folder; the longest matching folder wins. `uses` lists the folders it may include besides itself.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

LAYERS = {
    "include/culvert": [],
    "include/cuda": [],
    "compiler/fatbin": ["include/culvert", "compiler/compiler.h"],
    "compiler/ptx": ["include/culvert"],
    "compiler/link": ["include/culvert", "compiler/ptx"],
    "compiler/bytecode": ["include/culvert", "compiler/ptx"],
    "compiler": ["include/culvert", "compiler/fatbin", "compiler/ptx", "compiler/link", "compiler/bytecode"],
    "runtime/npu/interp": ["include/culvert"],
    "runtime/npu": ["include/culvert", "runtime/npu/interp"],
    "runtime": ["include/culvert", "runtime/npu", "runtime/npu/interp", "compiler/compiler.h"],
    "cuda_api/libcuda": ["include/culvert", "include/cuda", "runtime", "cuda_api"],
    "cuda_api/libcudart": ["include/culvert", "include/cuda", "runtime", "cuda_api"],
    "cuda_api": ["include/culvert", "include/cuda", "runtime"],
    "device_math": ["include/cuda"],
    "tools": ["include/culvert", "include/cuda", "compiler", "compiler/fatbin", "cuda_api/generated"],
}
# Third-party headers and the one folder that may name each.
THIRD_PARTY = {"zstd.h": "compiler/fatbin", "lz4.h": "compiler/fatbin", "CLI/": "tools"}
# CUDA identifiers may occur as code only here.
CUDA_NAMES_ALLOWED = ("cuda_api/", "include/cuda/", "tests/", "benchmarks/", "tools/", "device_math/")
CUDA_NAME = re.compile(r"\b(?:cuda[A-Z]\w*|cu[A-Z][a-z]\w*|CU(?:result|context|stream|module|function)\b)")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def strip_comments(text: str) -> str:
    """Blank out comments and string literals, keeping line numbers."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def layer_of(path: str) -> str | None:
    best = None
    for layer in LAYERS:
        if path.startswith(layer + "/") and (best is None or len(layer) > len(best)):
            best = layer
    return best


def violations(path: pathlib.Path) -> list[str]:
    name = path.relative_to(ROOT).as_posix()
    layer = layer_of(name)
    text = path.read_text(errors="replace")
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        target = match.group(2)
        for prefix, folder in THIRD_PARTY.items():
            if target.startswith(prefix) and not name.startswith((folder + "/", "tests/", "benchmarks/")):
                found.append(f"{name}:{number}: {target} may only be included in {folder}/")
        if layer is None or match.group(1) != '"':
            continue
        target_layer = layer_of(target)
        if target_layer is None or target_layer == layer:
            continue
        if not any(target == use or target_layer == use for use in LAYERS[layer]):
            found.append(f"{name}:{number}: layer {layer} may not include {target}")
    if layer is not None and not name.startswith(CUDA_NAMES_ALLOWED):
        for number, line in enumerate(strip_comments(text).splitlines(), 1):
            match = CUDA_NAME.search(line)
            if match and not INCLUDE.match(line):
                found.append(f"{name}:{number}: CUDA name '{match.group()}' outside cuda_api")
    return found


def main() -> int:
    problems = []
    for layer in {name.split("/")[0] for name in LAYERS}:
        for path in sorted((ROOT / layer).rglob("*")):
            if path.suffix in (".h", ".cc", ".c", ".def") and "build" not in path.parts:
                problems += violations(path)
    print("\n".join(problems) if problems else "check_layers: ok")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
