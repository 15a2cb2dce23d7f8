#!/usr/bin/env python3
"""Writes include/cuda/ and the rows of cuda_api/api/ from the facts of an installed CUDA toolkit.

Run by hand when a new toolkit appears; the build never needs it. It reads names, types, values, layouts and lookup
versions out of the public headers with clang's syntax tree and writes our own declarations from them. Comments and
formatting of the toolkit are not carried over. Existing rows keep what people wrote into them (status, note, impl, test,
not_null, raw).

  tools/import_cuda_facts.py [--cuda /usr/local/cuda] [--clang clang-19] [--check]
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Types of other APIs in interoperability prototypes, spelled by what they are at the ABI (x86-64, AArch64 Linux).
FOREIGN_TYPES = {
    "GLuint": "unsigned int", "GLenum": "unsigned int", "GLint": "int",
    "EGLImageKHR": "void *", "EGLStreamKHR": "void *", "EGLSyncKHR": "void *", "EGLint": "int",
    "VdpDevice": "unsigned int", "VdpVideoSurface": "unsigned int", "VdpOutputSurface": "unsigned int",
    "VdpGetProcAddress": "void",  # a function type; only its address is passed
}
SHIM = {
    "GL/gl.h": "typedef unsigned int GLuint; typedef unsigned int GLenum; typedef int GLint;",
    "EGL/egl.h": "typedef int EGLint; typedef void *EGLImageKHR; typedef void *EGLStreamKHR; typedef void *EGLSyncKHR;",
    "EGL/eglext.h": "",
    "vdpau/vdpau.h": "#include <stdint.h>\ntypedef uint32_t VdpDevice; typedef uint32_t VdpVideoSurface;"
                     " typedef uint32_t VdpOutputSurface;\n"
                     "typedef uint32_t VdpGetProcAddress(uint32_t, uint32_t, void **);",
}

# Entry points that compilers call; no public header declares all of them (docs: driver_facts in the design notes).
REGISTRATION = [
    ("void **", "__cudaRegisterFatBinary", [("void *", "fatCubin")]),
    ("void", "__cudaRegisterFatBinaryEnd", [("void **", "fatCubinHandle")]),
    ("void", "__cudaUnregisterFatBinary", [("void **", "fatCubinHandle")]),
    ("void", "__cudaRegisterFunction",
     [("void **", "fatCubinHandle"), ("const char *", "hostFun"), ("char *", "deviceFun"), ("const char *", "deviceName"),
      ("int", "thread_limit"), ("uint3 *", "tid"), ("uint3 *", "bid"), ("dim3 *", "bDim"), ("dim3 *", "gDim"),
      ("int *", "wSize")]),
    ("void", "__cudaRegisterVar",
     [("void **", "fatCubinHandle"), ("char *", "hostVar"), ("char *", "deviceAddress"), ("const char *", "deviceName"),
      ("int", "ext"), ("size_t", "size"), ("int", "constant"), ("int", "global")]),
    ("void", "__cudaRegisterManagedVar",
     [("void **", "fatCubinHandle"), ("void **", "hostVarPtrAddress"), ("char *", "deviceAddress"),
      ("const char *", "deviceName"), ("int", "ext"), ("size_t", "size"), ("int", "constant"), ("int", "global")]),
    ("void", "__cudaRegisterHostVar",
     [("void **", "fatCubinHandle"), ("const char *", "deviceName"), ("char *", "hostVar"), ("size_t", "size")]),
    ("void", "__cudaRegisterUnifiedTable", [("void **", "fatCubinHandle"), ("void *", "table")]),
    ("char", "__cudaInitModule", [("void **", "fatCubinHandle")]),
    ("unsigned int", "__cudaPushCallConfiguration",
     [("dim3", "gridDim"), ("dim3", "blockDim"), ("size_t", "sharedMem"), ("cudaStream_t", "stream")]),
    ("cudaError_t", "__cudaPopCallConfiguration",
     [("dim3 *", "gridDim"), ("dim3 *", "blockDim"), ("size_t *", "sharedMem"), ("void *", "stream")]),
    ("cudaError_t", "__cudaGetKernel", [("cudaKernel_t *", "kernel"), ("const void *", "hostFun")]),
    ("cudaError_t", "__cudaLaunchKernel",
     [("cudaKernel_t", "kernel"), ("dim3", "gridDim"), ("dim3", "blockDim"), ("void **", "args"), ("size_t", "sharedMem"),
      ("cudaStream_t", "stream")]),
    ("cudaError_t", "__cudaLaunchKernel_ptsz",
     [("cudaKernel_t", "kernel"), ("dim3", "gridDim"), ("dim3", "blockDim"), ("void **", "args"), ("size_t", "sharedMem"),
      ("cudaStream_t", "stream")]),
    ("void *", "__cudaGetProcAddress", [("const char *", "symbol")]),
]

# Group markers of the toolkit's manual -> our family (file) and the manual's section title.
FAMILIES = {
    "libcuda": [
        ("error", "Error Handling", "CUDA_ERROR CUDA_LOGS"),
        ("initialize", "Initialization", "CUDA_INITIALIZE"),
        ("version", "Version Management", "CUDA_VERSION"),
        ("device", "Device Management", "CUDA_DEVICE CUDA_DEVICE_DEPRECATED"),
        ("primary_context", "Primary Context Management", "CUDA_PRIMARY_CTX"),
        ("context", "Context Management", "CUDA_CTX CUDA_CTX_DEPRECATED"),
        ("green_context", "Green Contexts", "CUDA_GREEN_CONTEXTS"),
        ("module", "Module Management", "CUDA_MODULE CUDA_MODULE_DEPRECATED"),
        ("library", "Library Management", "CUDA_LIBRARY"),
        ("memory", "Memory Management", "CUDA_MEM"),
        ("virtual_memory", "Virtual Memory Management", "CUDA_VA"),
        ("memory_pool", "Stream Ordered Memory Allocator", "CUDA_MALLOC_ASYNC"),
        ("multicast", "Multicast Object Management", "CUDA_MULTICAST"),
        ("unified", "Unified Addressing", "CUDA_UNIFIED"),
        ("stream", "Stream Management", "CUDA_STREAM"),
        ("event", "Event Management", "CUDA_EVENT"),
        ("external", "External Resource Interoperability", "CUDA_EXTRES_INTEROP"),
        ("memory_op", "Stream Memory Operations", "CUDA_MEMOP"),
        ("execution", "Execution Control", "CUDA_EXEC CUDA_EXEC_DEPRECATED"),
        ("graph", "Graph Management", "CUDA_GRAPH"),
        ("occupancy", "Occupancy", "CUDA_OCCUPANCY"),
        ("texture_reference", "Texture Reference Management", "CUDA_TEXREF_DEPRECATED CUDA_SURFREF_DEPRECATED"),
        ("texture", "Texture and Surface Object Management", "CUDA_TEXOBJECT CUDA_SURFOBJECT"),
        ("tensor_map", "Tensor Map Object Management", "CUDA_TENSOR_MEMORY"),
        ("peer", "Peer Context Memory Access", "CUDA_PEER_ACCESS"),
        ("graphics", "Graphics Interoperability", "CUDA_GRAPHICS"),
        ("entry_point", "Driver Entry Point Access", "CUDA_DRIVER_ENTRY_POINT"),
        ("coredump", "Coredump Attributes Control API", "CUDA_COREDUMP"),
        ("checkpoint", "CUDA Checkpointing", "CUDA_CHECKPOINT"),
        ("profiler", "Profiler Control", "CUDA_PROFILER CUDA_PROFILER_DEPRECATED"),
    ],
    "libcudart": [
        ("registration", "none (called by compiled code)", "registration"),
        ("device", "Device Management", "CUDART_DEVICE CUDART_DEVICE_DEPRECATED"),
        ("error", "Error Handling", "CUDART_ERROR CUDART_LOGS"),
        ("stream", "Stream Management", "CUDART_STREAM"),
        ("event", "Event Management", "CUDART_EVENT"),
        ("external", "External Resource Interoperability", "CUDART_EXTRES_INTEROP"),
        ("execution", "Execution Control", "CUDART_EXECUTION CUDART_EXECUTION_DEPRECATED"),
        ("occupancy", "Occupancy", "CUDART_OCCUPANCY"),
        ("memory", "Memory Management", "CUDART_MEMORY CUDART_MEMORY_DEPRECATED"),
        ("memory_pool", "Stream Ordered Memory Allocator", "CUDART_MEMORY_POOLS"),
        ("unified", "Unified Addressing", "CUDART_UNIFIED"),
        ("peer", "Peer Device Memory Access", "CUDART_PEER"),
        ("graphics", "Graphics, OpenGL, EGL and VDPAU Interoperability", "CUDART_INTEROP interop"),
        ("texture", "Texture and Surface Object Management", "CUDART_TEXTURE_OBJECT CUDART_SURFACE_OBJECT"),
        ("version", "Version Management", "CUDART__VERSION"),
        ("graph", "Graph Management", "CUDART_GRAPH"),
        ("entry_point", "Driver Entry Point Access", "CUDART_DRIVER_ENTRY_POINT"),
        ("library", "Library Management", "CUDART_LIBRARY"),
        ("interactions", "Interactions with the CUDA Driver API", "CUDART_DRIVER"),
        ("profiler", "Profiler Control", "CUDART_PROFILER"),
    ],
}

# Functions that stand outside the manual's groups.
UNGROUPED = {
    "cuGetExportTable": "CUDA_DRIVER_ENTRY_POINT",
    "cuGraphInstantiateWithFlags": "CUDA_GRAPH",
    "cudaGetExportTable": "CUDART_DRIVER_ENTRY_POINT",
    "cudaGetDriverEntryPoint": "CUDART_DRIVER_ENTRY_POINT",
}

# Rows whose implementation has the exact C signature: they do not return a status, or what they return is not an outcome.
RAW = {"cudaGetLastError", "cudaPeekAtLastError"}

# Pointer parameters that may be null although the rules of DefaultNotNull() would demand them (manual, "may be NULL",
# or observed: the callers of driver_facts pass null there).
NULLABLE = {
    ("cuModuleGetGlobal_v2", "dptr"), ("cuModuleGetGlobal_v2", "bytes"), ("cuModuleGetGlobal", "dptr"),
    ("cuLibraryGetGlobal", "dptr"), ("cuLibraryGetGlobal", "bytes"), ("cuLibraryGetManaged", "dptr"),
    ("cudaLibraryGetGlobal", "dptr"), ("cudaLibraryGetManaged", "dptr"),
    ("cuMemGetAddressRange_v2", "pbase"), ("cuMemGetAddressRange", "pbase"),
    ("cuCtxGetStreamPriorityRange", "leastPriority"), ("cudaDeviceGetStreamPriorityRange", "leastPriority"),
    ("cuMemGetInfo_v2", "free"), ("cuMemGetInfo", "free"), ("cudaMemGetInfo", "free"),
    ("cuDevicePrimaryCtxGetState", "flags"), ("cuDeviceComputeCapability", "major"),
    ("cuMemBatchDecompressAsync", "paramsArray"), ("cuGraphGetNodes", "nodes"), ("cuGraphGetRootNodes", "rootNodes"),
    ("cudaGraphGetNodes", "nodes"), ("cudaGraphGetRootNodes", "pRootNodes"),
    ("cuModuleEnumerateFunctions", "functions"), ("cuLibraryEnumerateKernels", "kernels"),
    ("cudaLibraryEnumerateKernels", "kernels"), ("cuOccupancyMaxPotentialBlockSize", "minGridSize"),
    ("cuMulticastBindMem", "mcHandle"), ("cudaArrayGetInfo", "desc"), ("cudaSetValidDevices", "device_arr"),
    ("cuCtxAttach", "pctx"), ("cuCtxPopCurrent_v2", "pctx"), ("cuCtxPopCurrent", "pctx"),
    ("cuTexRefSetAddress", "ByteOffset"), ("cuTexRefSetAddress_v2", "ByteOffset"),
    ("cudaGetTextureObjectResourceViewDesc", "pResViewDesc"), ("cuGetProcAddress", "symbol"),
    ("cuGetProcAddress_v2", "symbol"), ("cuDevSmResourceSplitByCount", "result"),
    ("cuMemcpyBatchAsync", "dsts"), ("cuMemcpyBatchAsync_v2", "dsts"), ("cuMemPrefetchBatchAsync", "dptrs"),
    ("cuMemDiscardBatchAsync", "dptrs"), ("cuMemDiscardAndPrefetchBatchAsync", "dptrs"),
    ("cudaMemPrefetchBatchAsync", "dptrs"), ("cudaMemDiscardBatchAsync", "dptrs"),
    ("cudaMemDiscardAndPrefetchBatchAsync", "dptrs"),
}


class Tree:
    """The declarations of one translation unit with the file each stands in."""

    def __init__(self, clang, flags, text, want):
        self.decls = []  # (file, node)
        with tempfile.TemporaryDirectory() as tmp:
            for name, body in SHIM.items():
                path = os.path.join(tmp, "shim", name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w") as f:
                    f.write(body)
            source = os.path.join(tmp, "facts.c")
            with open(source, "w") as f:
                f.write(text)
            command = [clang, f"-I{tmp}/shim", *flags]
            dump = subprocess.run([*command, "-fsyntax-only", "-Xclang", "-ast-dump=json", source], check=True,
                                  capture_output=True).stdout
            self.macros = subprocess.run([*command, "-E", "-dD", source], check=True, capture_output=True,
                                         text=True).stdout
        self.file = ""
        for node in json.loads(dump)["inner"]:
            where = self._visit(node)
            if os.path.basename(where) in want:
                self.decls.append((os.path.basename(where), node))

    def _location(self, loc):
        """Follows clang's elision: a location without file is in the file printed last."""
        found = None
        for key, value in loc.items():
            if key == "file":
                self.file = found = value
            elif key in ("spellingLoc", "expansionLoc") and isinstance(value, dict):
                inner = self._location(value)
                if key == "expansionLoc":
                    found = inner
        return found or self.file

    def _visit(self, node):
        where = None
        for key, value in node.items():
            if key == "loc" and isinstance(value, dict):
                where = self._location(value)
            elif key == "range":
                for end in ("begin", "end"):
                    self._location(value.get(end, {}))
            elif key == "inner":
                for child in value:
                    if isinstance(child, dict):
                        self._visit(child)
        return where or self.file

    def object_macros(self, want):
        """(file, name, text) of the object-like macros defined in the wanted headers, in order."""
        result, current = [], ""
        for line in self.macros.splitlines():
            if m := re.match(r'# \d+ "([^"]*)"', line):
                current = os.path.basename(m[1])
            elif current in want and (m := re.match(r"#define (\w+) (.+)$", line)):
                result.append((current, m[1], m[2].strip()))
        return result


def spell(type_text):
    """Our spelling of a type: pointers bind to the left, foreign types by what they are."""
    text = type_text.replace("_Bool", "bool")
    for name, plain in FOREIGN_TYPES.items():
        text = re.sub(rf"\b{name}\b", plain, text)
    text = re.sub(r"\s+\*", "*", text)
    text = re.sub(r"\*(?=const\b)", "* ", text)
    return re.sub(r"\s+", " ", text).strip()


def declare(type_text, name):
    """`type name` as a C declarator."""
    text = spell(type_text)
    if m := re.match(r"^(.*?)\((\*+)\)\((.*)\)$", text):
        return f"{m[1].strip()} ({m[2]}{name})({m[3]})"
    if m := re.match(r"^(.*?)((?:\[\d+\])+)$", text):
        return f"{m[1].strip()} {name}{m[2]}"
    return f"{text} {name}".rstrip()


def constant(node):
    """The evaluated value below an enumerator or attribute, or None."""
    for child in node.get("inner", []):
        if child["kind"] == "ConstantExpr" or ("value" in child and child["kind"] == "IntegerLiteral"):
            return int(child["value"])
        value = constant(child)
        if value is not None:
            return value
    return None


def alignment(node):
    for child in node.get("inner", []):
        if child["kind"] == "AlignedAttr":
            return constant(child)
    return None


def enum_lines(node, typedef_name=None):
    head = f"typedef enum {node.get('name', '')}".rstrip() if typedef_name else f"enum {node['name']}"
    lines, value = [head + " {"], -1
    for child in node["inner"]:
        if child["kind"] != "EnumConstantDecl":
            continue
        explicit = constant(child)
        value = value + 1 if explicit is None else explicit
        text = hex(value) if value >= 0x10000 else str(value)
        lines.append(f"  {child['name']} = {text},")
    lines.append("}" + (f" {typedef_name};" if typedef_name else ";"))
    return lines


def record_lines(node, indent="", typedef_name=None, member=None):
    """A struct or union with its nested ones."""
    pad, tag = indent + "  ", node["tagUsed"]
    name = node.get("name", "")
    head = f"{indent}{'typedef ' if typedef_name else ''}{tag}{' ' + name if name else ''}"
    align = alignment(node)
    if align:
        head += f" __attribute__((aligned({align})))"
    lines, pending = [head + " {"], None
    for child in node.get("inner", []):
        if child["kind"] == "RecordDecl":
            if pending is not None and pending.get("name"):
                lines += record_lines(pending, pad)
            pending = child
        elif child["kind"] == "FieldDecl":
            type_text = child["type"]["qualType"]
            field = child.get("name", "")
            if pending is not None and ("unnamed" in type_text or "anonymous" in type_text or not pending.get("name")):
                suffix = re.search(r"((?:\[\d+\])*)$", type_text)[1]
                lines += record_lines(pending, pad, member=field + suffix)
            elif pending is not None:
                lines += record_lines(pending, pad, member=field)
            else:
                align = alignment(child)
                attribute = f" __attribute__((aligned({align})))" if align else ""
                lines.append(f"{pad}{declare(type_text, field)}{attribute};")
            pending = None
    tail = typedef_name or member or ""
    lines.append(f"{indent}}}{' ' + tail if tail else ''};")
    return lines


def is_definition(node):
    return node.get("completeDefinition") or any(c["kind"] == "EnumConstantDecl" for c in node.get("inner", []))


class Types:
    """Splits the type declarations of a tree into enum lines and struct lines, keeping their order."""

    def __init__(self, decls):
        self.enums, self.structs = [], []
        self.enum_names, self.record_names, self.typedef_names = [], [], []
        anonymous = None
        forward = set()
        for _, node in decls:
            kind, name = node["kind"], node.get("name")
            if name in ("CUuuid_st", "CUuuid"):  # shared by both APIs: detail/uuid.h
                continue
            if kind in ("EnumDecl", "RecordDecl") and is_definition(node) and not name:
                anonymous = node
            elif kind == "EnumDecl" and is_definition(node):
                self.enums += [*enum_lines(node), ""]
                self.enum_names.append(f"enum {name}")
            elif kind == "RecordDecl" and is_definition(node):
                self.structs += [*record_lines(node), ""]
                self.record_names.append(f"{node['tagUsed']} {name}")
            elif kind == "RecordDecl" and name and name not in forward:
                forward.add(name)
                self.structs.append(f"{node['tagUsed']} {name};")
            elif kind == "TypedefDecl":
                self.typedef_names.append(name)
                type_text = node["type"]["qualType"]
                if anonymous is not None:
                    if anonymous["kind"] == "EnumDecl":
                        self.enums += [*enum_lines(anonymous, name), ""]
                    else:
                        self.structs += [*record_lines(anonymous, typedef_name=name), ""]
                        self.record_names.append(name)
                    anonymous = None
                elif type_text.startswith("enum "):
                    self.enums += [f"typedef {declare(type_text, name)};", ""]
                else:
                    self.structs.append(f"typedef {declare(type_text, name)};")


def functions(decls):
    result = {}
    for where, node in decls:
        if node["kind"] == "FunctionDecl" and node.get("storageClass") != "static":
            params = [(spell(p["type"]["qualType"]), p.get("name", "")) for p in node.get("inner", [])
                      if p["kind"] == "ParmVarDecl"]
            returns = node["type"]["qualType"].split("(")[0].strip()
            result[node["name"]] = {"file": where, "returns": spell(returns), "params": params}
    return result


def strip_comments(text):
    return re.sub(r"//[^\n]*", "", re.sub(r"/\*.*?\*/", "", text, flags=re.S))


def default_arguments(text):
    """{function: {parameter: default}} of the C++ declarations of the runtime header."""
    result = {}
    for m in re.finditer(r"CUDARTAPI\s+(\w+)\s*\((.*?)\)\s*;", strip_comments(text), re.S):
        for param in re.split(r",(?![^()]*\))", m[2]):
            if d := re.search(r"(\w+)\s*(?:__dv\(([^()]*)\)|=\s*(\w+))", param):
                result.setdefault(m[1], {})[d[1]] = d[2] or d[3]
    return result


def groups(text):
    """{function: manual group} from the group markers of a header."""
    result, stack = {}, []
    pattern = r"\\(?:defgroup|addtogroup)\s+(\w+)([^\n]*)|@\}|\b(cu[A-Z]\w*|cuda[A-Z]\w*)\s*\("
    for m in re.finditer(pattern, text):
        if m[1]:
            if "*/" not in m[2]:
                stack.append(m[1])
        elif m[0] == "@}":
            if stack:
                stack.pop()
        elif stack and m[3] not in result:
            if re.search(r"API\s+$", text[max(0, m.start() - 40):m.start()]):
                result[m[3]] = stack[-1]
    return result


HEADER = """// {what}
//
// Declarations of the CUDA {version} binary interface, written by tools/import_cuda_facts.py from its names, types and
// values. Reference: {manual}.
#ifndef {guard}
#define {guard}

"""


CHECK = False  # --check: compare only
differing = []


def same(path, old, new):
    """Rows are edited by people: their order of fields and line breaks are free."""
    return tomllib.loads(old) == tomllib.loads(new) if path.endswith(".toml") else old == new


def write(path, text):
    full = os.path.join(ROOT, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    if os.path.exists(full):
        with open(full) as f:
            if same(path, f.read(), text):
                return
    if CHECK:
        differing.append(path)
        return
    with open(full, "w") as f:
        f.write(text)
    print("wrote", path)


def header(path, what, manual, body, extern_c=True):
    guard = "CULVERT_" + re.sub(r"\W", "_", path).upper() + "_"
    text = HEADER.format(what=what, version="13.0", manual=manual, guard=guard)
    pre = "\n".join(line for line in body if line.startswith("#include"))
    rest = "\n".join(line for line in body if not line.startswith("#include")).strip("\n")
    if pre:
        text += pre + "\n\n"
    if extern_c:
        text += f"#ifdef __cplusplus\nextern \"C\" {{\n#endif\n\n{rest}\n\n#ifdef __cplusplus\n}}\n#endif\n"
    else:
        text += rest + "\n"
    write(path, re.sub(r"\n{3,}", "\n\n", text) + f"\n#endif  // {guard}\n")


def prototype(name, f, defaults=None, limit=120, prefix=""):
    parts = []
    for type_text, param in f["params"]:
        text = declare(type_text, param)
        if defaults and param in defaults:
            text += f" CULVERT_DEFAULT({defaults[param]})"
        parts.append(text)
    line = f"{prefix}{spell(f['returns'])} {name}({', '.join(parts) or 'void'});"
    if len(line) <= limit:
        return [line]
    head, lines, current = f"{prefix}{spell(f['returns'])} {name}(", [], "    "
    for i, part in enumerate(parts):
        piece = part + (", " if i + 1 < len(parts) else ");")
        if len(current) + len(piece.rstrip()) > limit:
            lines.append(current.rstrip())
            current = "    "
        current += piece
    return [head, *lines, current.rstrip()]


def default_not_null(name, f):
    """Pointers a call cannot do without: the handle or value a function creates or gets, names, parameter structs."""
    result = []
    verb = re.search(r"(Create|Get|Alloc|Open|Load|Retain|Query|Malloc|Clone|Instantiate|Begin|Export|Import|Choose)", name)
    for i, (type_text, param) in enumerate(f["params"]):
        if (name, param) in NULLABLE or not type_text.endswith("*"):
            continue
        pointee = type_text[:-1].strip()
        if type_text == "const char*":
            if param in ("name", "fname", "symbol", "pciBusId", "path", "fileName"):
                result.append(param)
        elif pointee.startswith("const ") and re.search(r"(struct|Desc|DESC|MEMCPY|Prop|Params|PARAMS|UUID|uuid|Config)",
                                                        pointee) and i <= 1 and "Array" not in param:
            result.append(param)
        elif i == 0 and verb and not pointee.startswith("const") and pointee not in ("void", "char"):
            result.append(param)
        elif i == 1 and re.search(r"(GetAttribute|GetDescriptor|GetType|GetPriority|GetFlags|GetId|GetCtx|IsCapturing|"
                                  r"GetCount|EndCapture|GetGraph)", name) and not pointee.startswith("const") \
                and pointee not in ("void", "char") and f["params"][0][0][-1] != "*":
            result.append(param)
    return [p for p in result if (name, p) not in NULLABLE]


def toml_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


KEPT = ("status", "note", "not_null", "raw", "impl", "test")


def rows_file(library, family, title, manual, rows):
    path = f"cuda_api/api/{library}/{family}.toml"
    full = os.path.join(ROOT, path)
    old = {}
    if os.path.exists(full):
        with open(full, "rb") as f:
            old = {row["name"]: row for row in tomllib.load(f).get("function", [])}
    lines = [f"# Rows of {library}, family {family}. Meaning of the fields: cuda_api/README.md.",
             f"title = {toml_string(title)}", f"manual = {toml_string(manual)}", ""]
    for row in rows:
        if row["name"] in old:
            row = {key: value for key, value in row.items() if key != "not_null"}  # the row says what must not be null
        kept = {key: old[row["name"]][key] for key in KEPT if key in old.get(row["name"], {})}
        row = {**row, **kept}
        lines.append("[[function]]")
        for key in ("name", "variant_of", "returns", "params", "lookup", "since", "raw", "not_null", "status", "note",
                    "impl", "test"):
            value = row.get(key)
            if value is None or value is False or (key == "not_null" and not value):
                continue
            if isinstance(value, bool):
                text = "true"
            elif isinstance(value, str):
                text = toml_string(value)
            elif isinstance(value, list):
                text = "[" + ", ".join(toml_string(v) for v in value) + "]"
                if len(text) > 100:
                    text = "[\n" + "".join(f"  {toml_string(v)},\n" for v in value) + "]"
            else:
                text = str(value)
            lines.append(f"{key} = {text}")
        lines.append("")
    write(path, "\n".join(lines))


def lookup_versions(typedefs, names):
    """{symbol: (lookup, since)} by the rule of cuGetProcAddress: the versions of PFN_<name>_v<V>, in order, belong to the
    last exported ones of <name>, <name>_v2, <name>_v3, ..."""
    versions = {}
    for name, version in re.findall(r"\bPFN_(\w+?)_v(\d+)\)", typedefs):
        versions.setdefault(name, set()).add(int(version))
    for name in ("cuProfilerInitialize", "cuProfilerStart", "cuProfilerStop"):
        versions.setdefault(name, {4000})
    result = {}
    for name, found in versions.items():
        symbols = [s for s in [name, *(f"{name}_v{i}" for i in range(2, 9))] if s in names]
        found = sorted(found)
        for symbol, version in zip(symbols[-len(found):], found[-len(symbols):]):
            result[symbol] = (name, version)
    return result


def names_list(path):
    with open(os.path.join(ROOT, path)) as f:
        return f.read().split()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cuda", default="/usr/local/cuda")
    parser.add_argument("--clang", default="clang-19")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file differs from the toolkit")
    args = parser.parse_args()
    global CHECK
    CHECK = args.check
    inc = os.path.join(args.cuda, "include")
    read = lambda name: open(os.path.join(inc, name), errors="replace").read()

    internal = [f"-I{inc}", "-D__CUDA_API_VERSION_INTERNAL", "-D__CUDA_API_VERSION_INTERNAL_ODR"]
    driver_files = {"cuda.h", "cudaProfiler.h"}
    driver_text = "#include <cuda.h>\n#include <cudaProfiler.h>\n"
    drv_all = Tree(args.clang, internal, driver_text, driver_files)
    drv_public = Tree(args.clang, [f"-I{inc}"], driver_text, driver_files)
    drv_ptds = Tree(args.clang, [f"-I{inc}", "-DCUDA_API_PER_THREAD_DEFAULT_STREAM"], driver_text, driver_files)
    write_driver(drv_all, drv_public, drv_ptds)

    rt_files = {"driver_types.h", "texture_types.h", "surface_types.h", "vector_types.h", "cuda_runtime_api.h",
                "cuda_profiler_api.h", "library_types.h", "cuda_gl_interop.h", "cuda_egl_interop.h", "cuda_vdpau_interop.h"}
    rt_text = "".join(f"#include <{h}>\n" for h in ("cuda_runtime_api.h", "library_types.h", "cuda_profiler_api.h",
                                                    "cuda_gl_interop.h", "cuda_egl_interop.h", "cuda_vdpau_interop.h"))
    rt_flags = [f"-I{inc}", "-D__CUDA_RUNTIME_H__"]  # the interoperability headers need no C++ half
    rt_all = Tree(args.clang, [*rt_flags, *internal[1:]], rt_text, rt_files)
    rt_public = Tree(args.clang, rt_flags, rt_text, rt_files)
    rt_ptds = Tree(args.clang, [*rt_flags, "-DCUDA_API_PER_THREAD_DEFAULT_STREAM"], rt_text, rt_files)
    write_runtime(rt_all, rt_public, rt_ptds, default_arguments(read("cuda_runtime_api.h")))
    write_rows(drv_all, rt_all, {**groups(read("cuda.h")), **groups(read("cudaProfiler.h"))},
               {**groups(read("cuda_runtime_api.h")), **groups(read("cuda_profiler_api.h"))},
               strip_comments(read("cudaTypedefs.h")))
    if differing:
        sys.exit(f"import_cuda_facts: differ from {args.cuda}: {', '.join(differing)}")


def name_map(tree, files):
    """{name used in sources: symbol} of the macros of a header."""
    macros = tree.object_macros(files)
    table = {}
    for _, name, text in macros:
        if m := re.match(r"^__CUDA(?:RT)?_API_PT(D|S)[SZ]\((\w+)\)$", text):
            table[name] = (m[2], "_ptds" if "PTDS" in text else "_ptsz")
        elif re.match(r"^cu(da)?[A-Z]\w*$", text) and re.match(r"^cu(da)?[A-Z]", name):
            table[name] = (text, "")
    return table


def name_lines(public, ptds, functions_known):
    lines = []
    plain = {n: s for n, (s, _) in public.items() if s in functions_known}
    per_thread = {n: s + suffix for n, (s, suffix) in ptds.items() if s in functions_known}
    both = sorted(n for n in plain if per_thread.get(n) == plain[n])
    lines += [f"#define {n} {plain[n]}" for n in both]
    lines += ["", "#if defined(CUDA_API_PER_THREAD_DEFAULT_STREAM)"]
    lines += [f"#define {n} {s}" for n, s in sorted(per_thread.items()) if n not in both]
    lines += ["#else"]
    lines += [f"#define {n} {s}" for n, s in sorted(plain.items()) if n not in both and n != s]
    lines += ["#endif"]
    return lines


def constants(tree, files, skip=()):
    lines = []
    for _, name, text in tree.object_macros(files):
        if not re.match(r"^(CU_|CUDA_|RESOURCE_ABI|cuda[A-Z]|CUDART_VERSION|CUDA_VERSION)", name):
            continue
        if "_API_PT" in text or name in skip or name.endswith("_HAS_BEEN_DEFINED") or name.startswith("CUDA_CB"):
            continue
        if re.match(r"^0[xX][0-9a-fA-F]+$", text):
            text = "0x" + text[2:].lower()
        lines.append(f"#define {name} {text}")
    return lines


def write_driver(full, public, ptds):
    manual = "CUDA Driver API manual"
    in_public = {n["name"] for _, n in public.decls if n["kind"] == "TypedefDecl"}
    tags_public = {n.get("name") for _, n in public.decls if n["kind"] in ("RecordDecl", "EnumDecl")}
    v1 = [(f, n) for f, n in full.decls
          if (n["kind"] == "TypedefDecl" and n["name"] not in in_public)
          or (n["kind"] == "RecordDecl" and n.get("name") and n["name"] not in tags_public)]
    drop = {id(n) for _, n in v1}
    rest = Types([d for d in full.decls if id(d[1]) not in drop])
    header("include/cuda/detail/driver_enums.h", "Enumerations of the driver API", manual, rest.enums)
    known = functions(full.decls)
    public_names = name_map(public, {"cuda.h"})
    skip = set(public_names) & set(known)
    values = constants(public, {"cuda.h"}, skip={n for n, (s, _) in public_names.items() if s in known} | skip)
    header("include/cuda/detail/driver_structs.h", "Handles, structures and constants of the driver API", manual,
           ["#include <stddef.h>", "#include <stdint.h>", '#include "driver_enums.h"', '#include "uuid.h"', *values, "", *rest.structs])
    header("include/cuda/detail/driver_v1_types.h",
           "32-bit types of the driver API's first version; only symbols without suffix use them", manual,
           ['#include "driver_structs.h"', *Types(v1).structs])
    visible = functions(public.decls)
    per_thread = {n: f for n, f in known.items() if re.search(r"_pt[sd][sz]$", n)}
    missing = {n: {**known[re.sub(r"_pt[sd][sz]$", "", n)]} for n in names_list("cuda_api/api/libcuda_symbols.txt")
               if n not in known}
    per_thread.update(missing)
    lines = ['#include "driver_structs.h"']
    for name, f in visible.items():
        lines += prototype(name, f)
    header("include/cuda/detail/driver_functions.h", "Functions of the driver API under their symbol names", manual, lines)
    lines = ['#include "driver_structs.h"']
    for name, f in per_thread.items():
        if name not in visible and not uses_v1(f):
            lines += prototype(name, f)
    header("include/cuda/detail/driver_functions_per_thread.h",
           "Functions of the driver API whose default stream is the calling thread's", manual, lines)
    lines = ['#include "driver_v1_types.h"']
    for name, f in known.items():
        if name not in visible and name not in per_thread:
            lines += prototype(name, f)
    header("include/cuda/detail/driver_functions_superseded.h",
           "Functions of the driver API that a later version replaced; their plain names mean the newer symbols", manual,
           lines)
    header("include/cuda/detail/driver_names.h", "Which symbol a name of the driver API means in sources", manual,
           name_lines(public_names, name_map(ptds, {"cuda.h"}), set(known)), extern_c=False)


def uses_v1(f):
    return any("_v1" in t and "CUDA_KERNEL_NODE" not in t for t, _ in f["params"])


def write_runtime(full, public, ptds, defaults):
    manual = "CUDA Runtime API manual"
    by_file = lambda *names: [d for d in full.decls if d[0] in names]
    vectors = vector_lines(by_file("vector_types.h"))
    header("include/cuda/detail/vector_structs.h", "The short vector structures", "CUDA C++ Programming Guide, vector types",
           vectors, extern_c=False)
    types, api_types = Types(by_file("driver_types.h")), Types(by_file("cuda_runtime_api.h"))
    header("include/cuda/detail/runtime_enums.h", "Enumerations of the runtime API", manual, types.enums)
    known = functions(full.decls)
    values = constants(public, {"driver_types.h"}, skip=set(known))
    type_names = {n for n in re.findall(r"#define (\w+) (?:cudaLaunchAttribute\w+)", "\n".join(values))}
    early = [v for v in values if v.split()[1] not in type_names]
    late = [v for v in values if v.split()[1] in type_names]
    header("include/cuda/detail/runtime_structs.h", "Handles, structures and constants of the runtime API", manual,
           ["#include <stddef.h>", '#include "../vector_types.h"', '#include "runtime_enums.h"', '#include "uuid.h"', *early, "", *types.structs,
            *api_types.structs, "", *late])
    for name, what in (("texture_types", "Texture object types"), ("surface_types", "Surface object types")):
        t = Types(by_file(name + ".h"))
        header(f"include/cuda/{name}.h", what + " of the runtime API", manual,
               ['#include "driver_types.h"', *constants(public, {name + ".h"}), "", *t.enums, *t.structs])
    t = Types(by_file("library_types.h"))
    header("include/cuda/library_types.h", "Data type names shared by the CUDA math libraries", manual,
           [*constants(public, {"library_types.h"}), *t.enums, *t.structs])
    lines = ['#include "../driver_types.h"', '#include "../surface_types.h"', '#include "../texture_types.h"']
    visible = functions([d for d in public.decls if d[0] == "cuda_runtime_api.h"])
    ordered = [n for n in visible if n in known]
    for name in ordered:
        lines += prototype(name, known[name], defaults.get(name))
    lines += [""]
    header("include/cuda/detail/runtime_functions.h", "Functions of the runtime API under their symbol names", manual, lines)
    lines = ['#include "runtime_functions.h"']
    for name, f in known.items():
        if re.search(r"_pt[sd][sz]$", name):
            lines += prototype(name, f, defaults.get(re.sub(r"_pt[sd][sz]$", "", name)))
    header("include/cuda/detail/runtime_functions_per_thread.h",
           "Functions of the runtime API whose default stream is the calling thread's", manual, lines)
    header("include/cuda/detail/runtime_names.h", "Which symbol a name of the runtime API means in sources", manual,
           name_lines(name_map(public, {"cuda_runtime_api.h"}), name_map(ptds, {"cuda_runtime_api.h"}), set(known)),
           extern_c=False)
    interop = ("cuda_gl_interop", "cuda_egl_interop", "cuda_vdpau_interop")
    t = Types(by_file(*(name + ".h" for name in interop)))
    header("include/cuda/detail/interop_types.h", "Types of the runtime API's interoperability with graphics APIs", manual,
           ['#include "../driver_types.h"', *constants(public, {name + ".h" for name in interop}), *t.enums, *t.structs])
    for name, what in zip(interop, ("OpenGL", "EGL", "VDPAU")):
        lines = ['#include "cuda_runtime_api.h"', '#include "detail/interop_types.h"']
        for fn, f in functions(by_file(name + ".h")).items():
            lines += prototype(fn, f)
        header(f"include/cuda/{name}.h", f"Interoperability of the runtime API with {what}; foreign types by their ABI",
               manual, lines)
    lines = ['#include "../driver_types.h"']
    for returns, name, params in REGISTRATION:
        lines += prototype(name, {"returns": returns, "params": [(spell(t), n) for t, n in params]})
    header("include/cuda/detail/registration.h", "Functions that compiled host code calls to register and launch kernels",
           "none; known from what compilers emit", lines)


def vector_lines(decls):
    lines = []
    for _, node in decls:
        if node["kind"] != "RecordDecl" or not is_definition(node) or node["name"] == "dim3":
            continue
        fields = [c for c in node["inner"] if c["kind"] == "FieldDecl"]
        types = {c["type"]["qualType"] for c in fields}
        assert len(types) == 1, node["name"]
        align = alignment(node)
        attribute = f"__attribute__((aligned({align}))) " if align else ""
        members = ", ".join(c["name"] for c in fields)
        lines.append(f"struct {attribute}{node['name']} {{ {types.pop()} {members}; }};")
        lines.append(f"typedef struct {node['name']} {node['name']};")
    return lines


def write_rows(drv, rt, drv_groups, rt_groups, typedefs):
    for library, tree, group_of, symbols in (("libcuda", drv, drv_groups, "libcuda_symbols.txt"),
                                             ("libcudart", rt, rt_groups, "libcudart_symbols.txt")):
        names = names_list(f"cuda_api/api/{symbols}")
        known = functions(tree.decls)
        if library == "libcudart":
            for returns, name, params in REGISTRATION:
                known[name] = {"file": "registration", "returns": spell(returns),
                               "params": [(spell(t), n) for t, n in params]}
                group_of[name] = "registration"
            for name, f in known.items():
                if "interop" in f["file"]:
                    group_of[name] = "interop"
        versions = lookup_versions(typedefs, set(names)) if library == "libcuda" else {}
        status_type = "CUresult" if library == "libcuda" else "cudaError_t"
        family_of = {g: fam for fam, _, gs in FAMILIES[library] for g in gs.split()}
        rows = {fam: [] for fam, _, _ in FAMILIES[library]}
        for name in names:
            base = re.sub(r"_pt[sd][sz]$", "", name)
            plain = re.sub(r"_v\d+$", "", base)
            group = next((group_of[n] for n in (base, plain, *(f"{plain}_v{i}" for i in range(2, 6))) if n in group_of), None)
            if group is None:
                group = UNGROUPED.get(plain)
            if group is None or group not in family_of:
                sys.exit(f"{library}: no family for {name} (group {group})")
            if name != base and base in names:
                rows[family_of[group]].append({"name": name, "variant_of": base})
                continue
            f = known[name]
            row = {"name": name, "returns": f["returns"], "params": [declare(t, n) for t, n in f["params"]],
                   "status": "stub"}
            if name in versions:
                row["lookup"], row["since"] = versions[name]
            if f["returns"] != status_type or name in RAW:
                row["raw"] = True
            else:
                row["not_null"] = default_not_null(name, f)
            rows[family_of[group]].append(row)
        title = {"libcuda": "CUDA Driver API", "libcudart": "CUDA Runtime API"}[library]
        for family, section, _ in FAMILIES[library]:
            rows_file(library, family, section, f"{title}, {section}", rows[family])


if __name__ == "__main__":
    main()
