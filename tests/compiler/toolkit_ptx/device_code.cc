#include "tests/compiler/toolkit_ptx/device_code.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "compiler/fatbin/fatbin_reader.h"

namespace culvert::toolkit {
namespace {

using compiler::fatbin::FatbinBytes;

template <typename T>
bool Read(std::string_view bytes, uint64_t offset, T* out) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return false;
  memcpy(out, bytes.data() + offset, sizeof(T));
  return true;
}

std::string_view Slice(std::string_view bytes, uint64_t offset, uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) return {};
  return bytes.substr(offset, size);
}

// Fatbins stand back to back, aligned to 8, with zeros between.
void FatbinsOfSection(std::string_view section, std::vector<std::string_view>* out,
                      std::vector<std::string>* problems) {
  while (section.size() >= 8) {
    uint64_t word = 0;
    memcpy(&word, section.data(), 8);
    if (word == 0) {
      section.remove_prefix(8);
      continue;
    }
    auto fatbin = FatbinBytes(section.data(), section.size());
    if (!fatbin.ok()) {
      problems->emplace_back(fatbin.status().message());
      return;
    }
    out->push_back(*fatbin);
    section.remove_prefix(std::min((fatbin->size() + 7) / 8 * 8, section.size()));
  }
}

void FatbinsOfElf(std::string_view elf, std::vector<std::string_view>* out, std::vector<std::string>* problems) {
  Elf64_Ehdr header;
  if (!Read(elf, 0, &header) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return;
  Elf64_Shdr names;
  if (!Read(elf, header.e_shoff + uint64_t{header.e_shstrndx} * sizeof(Elf64_Shdr), &names)) return;
  const std::string_view strings = Slice(elf, names.sh_offset, names.sh_size);
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    Elf64_Shdr section;
    if (!Read(elf, header.e_shoff + i * sizeof(Elf64_Shdr), &section) || section.sh_name >= strings.size()) continue;
    const char* name = strings.data() + section.sh_name;
    if (section.sh_type == SHT_NOBITS || (strcmp(name, ".nv_fatbin") != 0 && strcmp(name, "__nv_relfatbin") != 0)) {
      continue;
    }
    FatbinsOfSection(Slice(elf, section.sh_offset, section.sh_size), out, problems);
  }
}

}  // namespace

MappedFile::MappedFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info{};
  if (fd >= 0 && fstat(fd, &info) == 0 && info.st_size > 0) {
    void* at = mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
    if (at != MAP_FAILED) bytes_ = {static_cast<const char*>(at), static_cast<size_t>(info.st_size)};
  }
  if (fd >= 0) close(fd);
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

std::vector<std::string_view> FindFatbins(std::string_view file, std::vector<std::string>* problems) {
  std::vector<std::string_view> fatbins;
  if (!file.starts_with("!<arch>\n")) {
    FatbinsOfElf(file, &fatbins, problems);
    return fatbins;
  }
  file.remove_prefix(8);
  while (file.size() >= 60) {  // ar: a header of 60 bytes, its size field at 48
    const uint64_t size = strtoull(std::string(file.substr(48, 10)).c_str(), nullptr, 10);
    FatbinsOfElf(Slice(file, 60, size), &fatbins, problems);
    const uint64_t step = 60 + size + size % 2;
    if (step > file.size()) break;
    file.remove_prefix(step);
  }
  return fatbins;
}

}  // namespace culvert::toolkit
