#!/usr/bin/env python3
"""Tests of the command-line tool: culvert_test.py CULVERT [Cc|Refusals|Run|Info].

Compilations run with an environment in which no toolkit can be found by name: PATH holds clang and the system only.
"""

import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

CULVERT = ""

VECTOR_ADD = r"""
#include <cstdio>
__global__ void Add(const float* a, const float* b, float* c, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) c[i] = a[i] + b[i];
}
int main(int argc, char**) {
  const int n = 1000;
  float *a, *b, *c;
  if (cudaMallocManaged(&a, n * 4) || cudaMallocManaged(&b, n * 4) || cudaMallocManaged(&c, n * 4)) return 3;
  for (int i = 0; i < n; ++i) a[i] = float(i), b[i] = float(2 * i);
  Add<<<(n + 255) / 256, 256>>>(a, b, c, n);
  if (cudaDeviceSynchronize() != cudaSuccess) return 4;
  for (int i = 0; i < n; ++i) if (c[i] != float(3 * i)) return 5;
  std::printf("sum is right, %d arguments\n", argc - 1);
  return 0;
}
"""

# Every family of device functions that must come from our bitcode or from system calls.
DEVICE_FUNCTIONS = r"""
#include <cassert>
#include <cmath>
#include <cstdio>
__global__ void All(double* d, float* f, int n) {
  d[0] = sin(d[0]) + cos(d[1]) + tan(d[2]) + exp(d[3]) + log(d[4]) + pow(d[5], d[6]) + erf(d[7]) + tgamma(d[8]);
  d[1] = sqrt(d[0]) + cbrt(d[1]) + hypot(d[2], d[3]) + atan2(d[4], d[5]) + fmod(d[6], d[7]) + j0(d[8]) + lgamma(d[9]);
  d[2] = remainder(d[0], d[1]) + ldexp(d[2], n) + rint(d[3]) + normcdf(d[4]) + erfinv(d[5]) + sinpi(d[6]);
  f[0] = sinf(f[0]) + cosf(f[1]) + tanf(f[2]) + expf(f[3]) + logf(f[4]) + powf(f[5], f[6]) + erff(f[7]) + tgammaf(f[8]);
  f[1] = __sinf(f[0]) + __expf(f[1]) + __fdividef(f[2], f[3]) + __frcp_rn(f[4]) + __fsqrt_rn(f[5]) + rsqrtf(f[6]);
  f[2] = std::sin(f[0]) + std::pow(f[1], 3.0f) + std::max(f[2], f[3]) + fmaf(f[4], f[5], f[6]) + norm3df(f[0], f[1], f[2]);
  n += __popc(n) + __clz(n) + __brev(n) + __ffs(n) + __mulhi(n, n) + __usad(n, n, n) + __byte_perm(n, n, n);
  n += __shfl_xor_sync(~0u, n, 1) + __ballot_sync(~0u, n) + __reduce_add_sync(~0u, n) + atomicAdd((int*)f, n);
  assert(n != 0);
  printf("%d %f\n", n, d[0]);
  free((void*)(size_t)d[4]);
  d[3] = (double)(size_t)malloc(n);
  f[3] = n;
}
"""


def run(arguments, **options):
    return subprocess.run([str(a) for a in arguments], capture_output=True, text=True, errors="replace", timeout=200, **options)


class Fixture(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": self.folder.name}

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        (self.path / name).write_text(text)
        return name

    def cc(self, *arguments, status=0):
        done = run([CULVERT, "cc", *arguments], cwd=self.path, env=self.environment)
        self.assertEqual(done.returncode, status, done.stderr)
        return done


class Cc(Fixture):
    def test_program_runs_by_itself_and_under_the_tool(self):
        self.cc(self.write("add.cu", VECTOR_ADD), "-o", "add")
        for command in ([self.path / "add", "x"], [CULVERT, "run", "--", self.path / "add", "x"]):
            done = run(command, env=self.environment)
            self.assertEqual((done.returncode, done.stdout), (0, "sum is right, 1 arguments\n"), done.stderr)

    def test_no_file_of_a_toolkit_is_read(self):
        self.write("all.cu", "#include <cooperative_groups.h>\n#include <cuda_fp16.h>\n#include <cuda.h>\n" + VECTOR_ADD)
        marked = self.cc("-E", "all.cu").stdout
        files = {line.split('"')[1] for line in marked.splitlines() if line.startswith("# ") and '"' in line}
        ours = str(pathlib.Path(CULVERT).resolve().parent.parent / "share/culvert/include")
        foreign = [f for f in files if "cuda" in f.lower() and not f.startswith((ours, "/usr/lib/llvm", str(self.path)))]
        self.assertEqual([f for f in foreign if f != "all.cu"], [])
        self.assertTrue(any(f.startswith(ours) for f in files))

    def test_device_functions_are_all_defined(self):
        ptx = self.cc("--ptx", "-o", "-", self.write("all.cu", DEVICE_FUNCTIONS)).stdout
        externs = {line.split("(")[0].split()[-1] if ")" not in line else line.split(")")[1].split()[0]
                   for line in ptx.splitlines() if line.startswith(".extern .func")}
        self.assertEqual(externs, {"vprintf", "malloc", "free", "__assertfail"})

    def test_objects_host_sources_and_several_files(self):
        self.write("kernel.cu", "__global__ void K(int* p) { *p = 42; }\n"
                   "extern \"C\" int Launch(int* p) { K<<<1, 1>>>(p); return cudaDeviceSynchronize(); }\n")
        self.write("main.cpp", "#include <cuda_runtime.h>\nextern \"C\" int Launch(int*);\nint Twice(int);\n"
                   "int main() { int* p; if (cudaMallocManaged((void**)&p, 4, 1)) return 1;\n"
                   "return Launch(p) || Twice(*p) != 84; }\n")
        self.write("twice.cc", "int Twice(int x) { return 2 * x; }\n")
        self.cc("-c", "-O3", "kernel.cu", "-o", "kernel.o")
        self.cc("-c", "main.cpp", "twice.cc")
        self.cc("main.o", "kernel.o", "twice.o", "-o", "one")
        self.cc("-std=c++20", "main.cpp", "kernel.cu", "twice.cc", "-o", "other")
        for name in ("one", "other"):
            self.assertEqual(run([self.path / name], env=self.environment).returncode, 0)

    def test_fatbin_holds_every_architecture(self):
        self.write("k.cu", "__global__ void K() {}\n")
        self.cc("--fatbin", "-arch=sm_70", "-gencode", "arch=compute_90,code=sm_90", "k.cu", "-o", "k.fatbin")
        data = (self.path / "k.fatbin").read_bytes()
        magic, version, header, size = struct.unpack_from("<IHHQ", data)
        self.assertEqual((magic, version, header, 16 + size), (0xBA55ED50, 1, 16, len(data)))
        architectures, at = [], 16
        while at < len(data):
            header_bytes, payload = struct.unpack_from("<IQ", data, at + 4)
            architectures.append(struct.unpack_from("<I", data, at + 28)[0])
            self.assertIn(b".target sm_%d" % architectures[-1], data[at + header_bytes:at + header_bytes + payload])
            at += header_bytes + payload
        self.assertEqual(architectures, [70, 90])

    def test_options_of_nvcc_are_understood(self):
        self.cc(self.write("add.cu", VECTOR_ADD), "-o", "add", "-O3", "-std=c++17", "-lineinfo", "--expt-relaxed-constexpr",
                "-Xcompiler", "-Wall,-fopenmp-simd", "-DX=1", "-I.", "-use_fast_math", "-lcudart", "-lm", "--keep")
        self.assertTrue((self.path / "add.ptx").exists())
        self.assertTrue((self.path / "add.fatbin").exists())
        shown = self.cc("--dryrun", "add.cu").stderr
        self.assertEqual(sum(line.startswith("clang++-19") for line in shown.splitlines()), 3)
        self.assertIn("--cuda-path=/nonexistent", shown)

    def test_relocatable_device_code(self):
        # `shared` is static and used by the host after device code has used it: clang 19 names it twice.
        self.write("a.cu", "extern __device__ int total;\n__device__ int Twice(int);\nstatic __device__ int shared = 1;\n"
                   "__global__ void K() { total = Twice(shared); }\n"
                   "int main() { int x = 21, y = 0; if (cudaMemcpyToSymbol(shared, &x, 4)) return 1;\n"
                   "K<<<1, 1>>>(); if (cudaMemcpyFromSymbol(&y, total, 4)) return 2; return y != 42; }\n")
        self.write("b.cu", "static __device__ int shared = 2;\n__device__ int total;\n"
                   "__device__ int Twice(int x) { return shared * x; }\n")
        self.cc("-rdc=true", "a.cu", "b.cu", "-o", "one")
        self.cc("-dc", "-MD", "a.cu", "b.cu")
        self.assertTrue((self.path / "a.d").read_text().startswith("a.o:"))
        self.cc("a.o", "b.o", "-o", "two")
        self.cc("-dlink", "a.o", "b.o", "-o", "dlink.o")
        libraries = pathlib.Path(CULVERT).resolve().parent.parent / "lib"
        done = run(["clang++-19", "dlink.o", "b.o", "a.o", f"-L{libraries}", "-l:libcudart.so.13", f"-Wl,-rpath,{libraries}",
                    "-o", "three"], cwd=self.path, env=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        run(["ar", "rcs", "libb.a", "b.o"], cwd=self.path)
        self.cc("a.o", "-Wl,--whole-archive", "libb.a", "-Wl,--no-whole-archive", "-o", "four")
        self.cc("-shared", "-Xcompiler", "-fPIC", "-rdc=true", "b.cu", "-o", "libb.so")  # an image of its own
        for name in ("one", "two", "three", "four"):
            done = run([self.path / name], env=self.environment)
            self.assertEqual(done.returncode, 0, name + done.stderr)

    def test_new_and_delete_in_device_code(self):
        self.write("new.cu", "struct A { __device__ virtual ~A() {} __device__ virtual int F() { return 1; } };\n"
                   "struct B : A { int x; __device__ B(int x) : x(x) {} __device__ int F() override { return x; } };\n"
                   "__global__ void K(int* p) { A* a = new B(5); int* b = new int[2]; b[1] = a->F(); *p = b[1];"
                   " delete a; delete[] b; }\n"
                   "int main() { int* p; int x = 0; cudaMalloc(&p, 4); K<<<1, 1>>>(p);\n"
                   "cudaMemcpy(&x, p, 4, cudaMemcpyDeviceToHost); return x != 5; }\n")
        self.cc("new.cu", "-o", "new")
        self.assertEqual(run([self.path / "new"], env=self.environment).returncode, 0)

    def test_half_precision_on_the_host(self):
        self.write("half.cpp", "#include <cuda_fp16.h>\n#include <cstring>\nint main() { int bad = 0;\n"
                   "for (unsigned u = 0; u < 65536; ++u) { unsigned short b = (unsigned short)u; _Float16 h; memcpy(&h, &b, 2);\n"
                   "  float f = __half2float(__ushort_as_half(b)), w = (float)h;\n"
                   "  if (f == f && memcmp(&f, &w, 4)) ++bad; if (f == f && __float2half_rn(f).__x != b) ++bad; }\n"
                   "for (unsigned long long i = 0; i < 1ull << 32; i += 9973) { unsigned u = (unsigned)i; float f; memcpy(&f, &u, 4);\n"
                   "  _Float16 h = (_Float16)f; unsigned short w; memcpy(&w, &h, 2);\n"
                   "  if (f == f && __float2half_rn(f).__x != w) ++bad; }\n"
                   "return bad != 0; }\n")
        self.cc("half.cpp", "-o", "half")
        self.assertEqual(run([self.path / "half"], env=self.environment).returncode, 0)


class Refusals(Fixture):
    def refused(self, part, *arguments):
        self.assertIn(part, self.cc(*arguments, status=1).stderr)

    def test_each_names_the_way_out(self):
        self.write("k.cu", "__global__ void K() {}\n")
        self.refused("no input files", "-o", "x")
        self.refused("missing.cu: no such file", "missing.cu")
        self.refused("-dlink takes objects", "-dlink", "k.cu")
        self.refused("use --ptx or --fatbin", "-cubin", "k.cu")
        self.refused("unknown option --frobnicate", "--frobnicate", "k.cu")
        self.refused("expected sm_NN", "-arch=hopper", "k.cu")
        self.refused("the oldest architecture is sm_50", "-arch=sm_35", "k.cu")
        self.refused("expected true or false", "-ftz=maybe", "k.cu")
        self.refused("name one architecture", "--ptx", "-arch=sm_70", "-gencode", "arch=compute_80,code=sm_80", "k.cu")
        self.refused("was not found; install clang 19", "--clang", "clang++-99", "k.cu")

    def test_undefined_device_function(self):
        self.write("k.cu", "extern __device__ int Other(int);\n__global__ void K(int* p) { *p = Other(1); }\n")
        self.refused("is called but defined nowhere in this source", "-c", "k.cu")

    def test_errors_of_the_compiler_are_kept(self):
        self.write("bad.cu", "__global__ void K() { undefined_name; }\n")
        done = run([CULVERT, "cc", "-c", "bad.cu"], cwd=self.path, env=self.environment)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("undefined_name", done.stderr)

    def test_newer_architecture_is_compiled_for_the_newest_known(self):
        self.write("k.cu", "__global__ void K() {}\n")
        done = self.cc("--ptx", "-arch=sm_100", "-o", "-", "k.cu")
        self.assertIn(".target sm_90", done.stdout)
        self.assertIn("compiling for sm_90", done.stderr)


class Run(Fixture):
    def start(self, *arguments):
        return run([CULVERT, "run", *arguments], cwd=self.path, env=self.environment)

    def test_exit_codes_are_kept(self):
        for code in (0, 1, 7, 255):
            self.assertEqual(self.start("--", "sh", "-c", f"exit {code}").returncode, code)
        self.assertEqual(self.start("--", "sh", "-c", "kill -9 $$").returncode, -9)

    def test_program_cannot_be_started(self):
        self.assertEqual(self.start("--", "no-such-program").returncode, 127)
        self.write("here", "#!/bin/sh\nexit 0\n")
        done = self.start("--", "here")
        self.assertEqual(done.returncode, 127)
        self.assertIn("write ./ before its name", done.stderr)
        done = self.start("--", "./here")
        self.assertEqual(done.returncode, 126)
        self.assertIn("not executable", done.stderr)
        self.assertEqual(self.start("--", "/tmp").returncode, 126)

    def test_wrong_usage(self):
        for arguments in ([], ["--"], ["--devices", "0", "--", "true"], ["--frobnicate", "--", "true"]):
            self.assertEqual(self.start(*arguments).returncode, 2, arguments)

    def test_options_become_environment(self):
        done = self.start("--devices", "2", "--workers", "3", "--memory", "4G", "--cc", "8.0", "--trace", "--blocking", "--", "env")
        for line in ("CULVERT_DEVICES=2", "CULVERT_WORKERS=3", "CULVERT_MEMORY=4G", "CULVERT_COMPUTE_CAPABILITY=8.0",
                     "CULVERT_TRACE=1", "CUDA_LAUNCH_BLOCKING=1"):
            self.assertIn(line, done.stdout.splitlines())
        self.assertIn("libcuda.so.1", next(l for l in done.stdout.splitlines() if l.startswith("LD_PRELOAD=")))

    def test_arguments_reach_the_program(self):
        self.assertEqual(self.start("--", "echo", "--devices", "--", "a b").stdout, "--devices -- a b\n")
        self.assertEqual(self.start("echo", "-n", "x").stdout, "x")

    def test_help_teaches(self):
        for command in (["run", "--help"], ["cc", "--help"], ["info", "--help"], ["--help"]):
            done = run([CULVERT, *command], env=self.environment)
            self.assertEqual(done.returncode, 0)
            self.assertIn("culvert " + command[0].strip("-").replace("help", "run"), done.stdout)


class Info(Fixture):
    def test_devices_and_settings(self):
        done = run([CULVERT, "info"], env={**self.environment, "CULVERT_DEVICES": "2"})
        self.assertEqual(done.returncode, 0, done.stderr)
        for part in ("2 devices", "device 1:", "compute capability       12.1", "libcudart.so.13", "CULVERT_WORKERS"):
            self.assertIn(part, done.stdout)

    def test_unexpected_argument(self):
        self.assertEqual(run([CULVERT, "info", "x"], env=self.environment).returncode, 2)


if __name__ == "__main__":
    CULVERT = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
