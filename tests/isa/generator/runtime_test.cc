// The long way: generated kernels as modules and launches of the runtime, on several workers, many in flight at once.
#include <cstdlib>
#include <vector>

#include "tests/isa/generator/engine.h"
#include "tests/isa/generator/generate.h"
#include "tests/isa/generator/machine.h"
#include "tests/runtime/fixture.h"

namespace culvert::gen {
namespace {

constexpr uint64_t kFirstSeed = 5'000'000;  // others than isa_generator_test and the long runs have

class GeneratedTest : public RuntimeTest {
 public:
  static void SetUpTestSuite() { setenv("CULVERT_WORKERS", "4", 1); }
};

TEST_F(GeneratedTest, KernelsAgreeThroughTheRuntime) {
  constexpr int kKernels = 150;
  struct Flight {
    Job job;
    Output expected, output;
    uint64_t input = 0, out = 0;
    std::shared_ptr<Module> module;
  };
  std::vector<Flight> flights(kKernels);
  for (int i = 0; i < kKernels; ++i) {
    Flight& flight = flights[static_cast<size_t>(i)];
    Kernel kernel = Generate(kFirstSeed + static_cast<uint64_t>(i));
    MachineResult machine = Execute(kernel);
    ASSERT_EQ(machine.problem, "") << i;
    flight.job = MakeJob(kernel);
    flight.expected = machine.output;
    // What the output holds before.
    flight.output.assign(flight.job.output_bytes, kOutputFill);
    std::fill(flight.output.end() - kCellBytes, flight.output.end(), 0);
    flight.input = *Allocate(*context_, flight.job.input.size());
    flight.out = *Allocate(*context_, flight.job.output_bytes);
    ASSERT_TRUE(CopyIn(flight.input, flight.job.input.data(), flight.job.input.size()).ok());
    ASSERT_TRUE(CopyIn(flight.out, flight.output.data(), flight.output.size()).ok());
    absl::StatusOr<std::shared_ptr<Module>> module = Module::Load(*context_, flight.job.ptx.c_str(), {});
    ASSERT_TRUE(module.ok()) << i << ": " << module.status();
    flight.module = *module;
  }
  std::shared_ptr<Stream> streams[3];
  for (std::shared_ptr<Stream>& stream : streams) stream = *Stream::Create(context_, {.non_blocking = true});
  for (size_t i = 0; i < flights.size(); ++i) {
    Flight& flight = flights[i];
    uint64_t cells = flight.out + flight.job.output_bytes - kCellBytes;
    void* arguments[] = {&flight.input, &flight.out, &cells, flight.job.params.data(), nullptr};
    LaunchParams params;
    params.function = *flight.module->GetFunction("kernel");
    for (int d = 0; d < 2; ++d) params.grid[d] = flight.job.grid[d];
    for (int d = 0; d < 3; ++d) params.block[d] = flight.job.block[d];
    params.arguments = arguments;
    ASSERT_TRUE(streams[i % 3]->Launch(params).ok()) << i;
  }
  for (std::shared_ptr<Stream>& stream : streams) ASSERT_TRUE(stream->Synchronize().ok());
  for (size_t i = 0; i < flights.size(); ++i) {
    Flight& flight = flights[i];
    ASSERT_TRUE(CopyOut(flight.output.data(), flight.out, flight.output.size()).ok());
    EXPECT_EQ(flight.output, flight.expected) << "isa_generate --seed " << kFirstSeed + i;
  }
  for (std::shared_ptr<Stream>& stream : streams) stream.reset();
}

}  // namespace
}  // namespace culvert::gen
