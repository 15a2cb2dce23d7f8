// Short ways to index PTX text in tests.
#ifndef CULVERT_TESTS_COMPILER_PTX_PTX_TEST_UTIL_H_
#define CULVERT_TESTS_COMPILER_PTX_PTX_TEST_UTIL_H_

#include <memory>
#include <string>

#include "compiler/ptx/module.h"
#include "gtest/gtest.h"
#include "include/culvert/error.h"

namespace culvert::ptx {

inline constexpr char kHeader[] = ".version 8.5\n.target sm_90\n.address_size 64\n";
inline constexpr uint32_t kDevice = 121;

inline std::unique_ptr<Module> IndexOk(const std::string& text) {
  absl::StatusOr<std::unique_ptr<Module>> module = Module::Index(text, kDevice, "test.ptx");
  EXPECT_TRUE(module.ok()) << module.status().message();
  return module.ok() ? *std::move(module) : nullptr;
}

// An entry "k" with many registers and the statements of `body`.
inline std::string Entry(const std::string& body) {
  return std::string(kHeader) +
         ".entry k(.param .u64 p0, .param .align 16 .b8 buffer[64]) {\n"
         ".reg .pred %p<9>; .reg .b16 %h<9>; .reg .b32 %r<9>; .reg .b64 %d<9>; .reg .f32 %f<9>; .reg .f64 %fd<9>;\n" +
         body + "\n}\n";
}

// The only body of Entry(body); nullptr and a test failure if it has errors.
struct Parsed {
  std::unique_ptr<Module> module;
  const Function* function = nullptr;
  const Function* operator->() const { return function; }
};
inline Parsed ParseOk(const std::string& text, uint32_t index = 0) {
  Parsed parsed;
  parsed.module = IndexOk(text);
  if (parsed.module == nullptr) return parsed;
  absl::StatusOr<const Function*> body = parsed.module->Body(index);
  EXPECT_TRUE(body.ok()) << body.status().message();
  if (body.ok()) parsed.function = *body;
  return parsed;
}

// The message of the failure; empty (and a test failure) if there is none.
inline std::string BodyError(const std::string& text, uint32_t index = 0) {
  std::unique_ptr<Module> module = IndexOk(text);
  if (module == nullptr) return "";
  absl::StatusOr<const Function*> body = module->Body(index);
  EXPECT_FALSE(body.ok());
  if (body.ok()) return "";
  EXPECT_EQ(KindOf(body.status()), ErrorKind::kInvalidPtx);
  return std::string(body.status().message());
}

struct IndexFailure {
  ErrorKind kind = ErrorKind::kOk;
  std::string message;
};
inline IndexFailure IndexError(const std::string& text, uint32_t device = kDevice) {
  absl::StatusOr<std::unique_ptr<Module>> module = Module::Index(text, device, "test.ptx");
  EXPECT_FALSE(module.ok());
  if (module.ok()) return {};
  return {KindOf(module.status()), std::string(module.status().message())};
}

}  // namespace culvert::ptx

#endif  // CULVERT_TESTS_COMPILER_PTX_PTX_TEST_UTIL_H_
