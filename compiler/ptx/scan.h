// Byte-class scans over PTX text, 16 bytes at a time: what makes indexing fast.
#ifndef CULVERT_COMPILER_PTX_SCAN_H_
#define CULVERT_COMPILER_PTX_SCAN_H_

#include <cstddef>

namespace culvert::ptx {

// `begin` lies just after a '{'. Returns the position of the matching '}', skipping strings and comments, or nullptr.
const char* FindMatchingBrace(const char* begin, const char* end);

size_t CountNewlines(const char* begin, const char* end);

}  // namespace culvert::ptx

#endif  // CULVERT_COMPILER_PTX_SCAN_H_
