# Compiler-wide settings: one language level, hidden symbols, position-independent code, sanitizers, ccache.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "Culvert is built with clang 19 or newer (musttail and preserve_none); "
                      "use a preset: cmake --preset release")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS ON)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()

set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -gline-tables-only")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O1 -gline-tables-only")

# No contraction: a*b+c stays two roundings unless PTX says fma. No GNU_UNIQUE symbols by construction (clang).
# Thread-local state uses static TLS so that __tls_get_addr, and with it ld-linux, is not needed.
add_compile_options(-ffp-contract=off -fno-math-errno -ftls-model=initial-exec)
add_link_options(-fuse-ld=lld-19 -Wl,--gc-sections)

# Our own targets, not the dependencies, get the warnings.
add_library(culvert_warnings INTERFACE)
target_compile_options(culvert_warnings INTERFACE -Wall -Wextra -Werror -Wno-unused-parameter -Wno-missing-field-initializers)

if(CULVERT_SANITIZE)
  # Programs pass any number where the C API has an enum; clang gives it meaning (no -fstrict-enums).
  add_compile_options(-fsanitize=${CULVERT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -fno-sanitize=enum)
  add_link_options(-fsanitize=${CULVERT_SANITIZE})
  if(CULVERT_SANITIZE MATCHES "address")
    add_compile_options(-shared-libsan)
    execute_process(COMMAND "${CMAKE_CXX_COMPILER}" -print-file-name=libclang_rt.asan-${CMAKE_SYSTEM_PROCESSOR}.so
                    OUTPUT_VARIABLE sanitizer_runtime OUTPUT_STRIP_TRAILING_WHITESPACE)
    get_filename_component(sanitizer_dir "${sanitizer_runtime}" DIRECTORY)
    add_link_options(-shared-libsan "-Wl,-rpath,${sanitizer_dir}")
  endif()
endif()
if(CULVERT_FUZZERS)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# Branch coverage, read by tools/coverage.py.
if(CULVERT_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()

# culvert_library(NAME SOURCES... DEPS...): a static library of one folder, with the includes written from the root.
function(culvert_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PUBLIC culvert_include ${ARG_DEPS} PRIVATE culvert_warnings ${ARG_PRIVATE_DEPS})
endfunction()
