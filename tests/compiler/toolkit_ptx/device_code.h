// Finds fatbins in ELF files and in ar archives of them. Sections are read, machine code is not.
#ifndef CULVERT_TESTS_COMPILER_TOOLKIT_PTX_DEVICE_CODE_H_
#define CULVERT_TESTS_COMPILER_TOOLKIT_PTX_DEVICE_CODE_H_

#include <string>
#include <string_view>
#include <vector>

namespace culvert::toolkit {

// A file mapped for reading; empty if it cannot be.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
};

// The fatbins in sections .nv_fatbin and __nv_relfatbin of `file` (an ELF file or an archive), in file order. Views
// into `file`. `problems` gets a line for every place that cannot be read.
std::vector<std::string_view> FindFatbins(std::string_view file, std::vector<std::string>* problems);

}  // namespace culvert::toolkit

#endif  // CULVERT_TESTS_COMPILER_TOOLKIT_PTX_DEVICE_CODE_H_
