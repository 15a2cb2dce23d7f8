// Names and texts of error codes; they work before cuInit.
#include <string>

#include "driver.h"

namespace culvert {
namespace {

TEST(Errors, NamesAndTexts) {
  const char* text = nullptr;
  EXPECT_CU(cuGetErrorName(CUDA_ERROR_INVALID_PTX, &text));
  EXPECT_EQ(std::string(text), "CUDA_ERROR_INVALID_PTX");
  EXPECT_CU(cuGetErrorName(CUDA_SUCCESS, &text));
  EXPECT_EQ(std::string(text), "CUDA_SUCCESS");
  EXPECT_CU(cuGetErrorString(CUDA_ERROR_OUT_OF_MEMORY, &text));
  EXPECT_NE(std::string(text), "");
  text = "x";
  EXPECT_EQ(cuGetErrorName(static_cast<CUresult>(12345), &text), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(text, nullptr);
  // 9 and 98 are codes of the runtime API only.
  EXPECT_EQ(cuGetErrorString(static_cast<CUresult>(98), &text), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuGetErrorName(CUDA_SUCCESS, nullptr), CUDA_ERROR_INVALID_VALUE);
}

}  // namespace
}  // namespace culvert
