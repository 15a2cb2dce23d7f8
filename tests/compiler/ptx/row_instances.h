// Valid instances of instruction-table rows, as PTX text: for the table tests, the fuzz corpus and for comparing the
// table with an assembler.
#ifndef CULVERT_TESTS_COMPILER_PTX_ROW_INSTANCES_H_
#define CULVERT_TESTS_COMPILER_PTX_ROW_INSTANCES_H_

#include <string>
#include <string_view>
#include <vector>

#include "compiler/ptx/instructions.h"

namespace culvert::ptx {

// Statements that exercise the row: the plain form, each alternative of each modifier once, all optional parts at once.
// They use the names that InstanceEntry() declares.
std::vector<std::string> RowInstances(const InstructionRow& row);

// A module header, and an entry `name` around `body`.
std::string InstanceHeader(uint32_t version, uint32_t target);
// The newest header with which the row may be used.
std::string HeaderFor(const InstructionRow& row);
std::string InstanceEntry(std::string_view name, std::string_view body);

}  // namespace culvert::ptx

#endif  // CULVERT_TESTS_COMPILER_PTX_ROW_INSTANCES_H_
