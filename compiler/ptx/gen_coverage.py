#!/usr/bin/env python3
"""Writes docs/ptx_coverage.md from the PTX tables. --check: fails if the page does not match them."""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent.parent / "docs" / "ptx_coverage.md"

FAMILIES = {
    "kInteger": "Integer arithmetic", "kExtended": "Extended-precision integer arithmetic", "kFloat": "Floating point",
    "kHalf": "Half precision", "kMixed": "Mixed precision", "kCompare": "Comparison and selection",
    "kHalfCompare": "Half-precision comparison", "kLogic": "Logic and shift", "kData": "Data movement",
    "kConvert": "Conversion", "kControl": "Control flow", "kSync": "Synchronisation and communication",
    "kAtomic": "Atomics and reductions", "kStack": "Stack", "kMisc": "Miscellaneous",
}


def instruction_rows():
    pattern = re.compile(r'^CULVERT_INSTRUCTION\((k\w+), "([^"]*)", "([^"]*)", (\d+), (\d+), ([^,]*), (\w+), (k\w+)\)$',
                         re.M)
    text = (HERE / "instructions.def").read_text()
    found = pattern.findall(text)
    if len(found) != len(re.findall(r"^CULVERT_INSTRUCTION\(", text, re.M)):
        sys.exit("gen_coverage.py: a row of instructions.def cannot be read")
    return found


def operands(text):
    """'d[|p]:t0, [a], b&:u32' without the machine-readable parts."""
    text = re.sub(r":\w+", "", text).replace("[|p]", "{|p}").replace("[|q]", "{|q}")
    text = re.sub(r"(\w)[~*&#!%]+", r"\1", text)
    return text.replace("CALL", "(results), function, (arguments)").replace("BRX", "index, targets").replace("L", "label")


def page():
    opcodes = dict(re.findall(r'^CULVERT_OPCODE\((k\w+), "([^"]+)"\)', (HERE / "opcodes.def").read_text(), re.M))
    sets = re.findall(r'^CULVERT_MODIFIER_SET\((\w+), \w+, "([^"]+)"\)', (HERE / "modifiers.def").read_text(), re.M)
    instructions = instruction_rows()
    known = {row[0] for row in instructions}
    runs = sum(row[6] == "run" for row in instructions)
    out = ["# PTX coverage", "",
           "Generated from `compiler/ptx/*.def` by `tools/dev gen`; do not edit.", "",
           f"{len(instructions)} instruction forms of {len(known)} mnemonics; {runs} forms are executed, "
           f"{len(instructions) - runs} are checked and then refused by name. {len(opcodes) - len(known)} further "
           "mnemonics of PTX ISA 9.2 are known and refused by name. A kernel that uses a refused instruction fails; the "
           "other kernels of its module do not.", "",
           "In forms, `{..}` is optional, `$name` one modifier of the set `name` (listed at the end). `since` is the PTX "
           "ISA version, `sm` the lowest `.target`; 0 stands for any. Both also follow from the modifiers used.", ""]
    for family, title in FAMILIES.items():
        out += [f"## {title}", "", "| form | operands | since | sm | status |", "|---|---|---|---|---|"]
        for opcode, form, ops, since, sm, _, status, row_family in instructions:
            if row_family != family:
                continue
            since = f"{int(since) // 10}.{int(since) % 10}"
            form = (opcodes[opcode] + form).replace("|", "\\|")
            ops = operands(ops).replace("|", "\\|")
            out.append(f"| `{form}` | {'`' + ops + '`' if ops else ''} | {since} | {sm} | {status} |")
        out.append("")
    out += ["## Not implemented", "", ", ".join(f"`{text}`" for name, text in opcodes.items() if name not in known), "",
            "## Special registers", "", "| register | bytes | since | sm |", "|---|---|---|---|"]
    special = re.findall(r'^CULVERT_SPECIAL_REGISTER\("([^"]+)", \w+, (\w+), (\d+), (\d+), (\d+)\)',
                         (HERE / "special_registers.def").read_text(), re.M)
    for name, shape, size, since, sm in special:
        name += {"kVector": ".x .y .z .w", "kNumbered": "N", "kScalar": ""}[shape]
        out.append(f"| `{name}` | {size if size != '0' else 'predicate'} | {int(since) // 10}.{int(since) % 10} | {sm} |")
    out += ["", "## Sets of modifiers", "", "| set | modifiers |", "|---|---|"]
    out += [f"| `${name}` | {' '.join(f'`{m}`' for m in text.split())} |" for name, text in sets]
    return "\n".join(out) + "\n"


def main():
    text = page()
    if "--check" in sys.argv[1:]:
        if not PAGE.exists() or PAGE.read_text() != text:
            sys.exit(f"{PAGE.name} does not match the tables: run tools/dev gen")
        return
    PAGE.write_text(text)


if __name__ == "__main__":
    main()
