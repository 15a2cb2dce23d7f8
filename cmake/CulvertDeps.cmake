# Third-party libraries, built from Debian's source packages because the archives of the binary packages are not
# position-independent. tools/fetch_deps.py lays the sources into CULVERT_DEPS_DIR.
set(CULVERT_DEP_NAMES abseil libzstd lz4)
foreach(dep IN LISTS CULVERT_DEP_NAMES)
  if(NOT EXISTS "${CULVERT_DEPS_DIR}/${dep}")
    message(FATAL_ERROR "Missing dependency source ${CULVERT_DEPS_DIR}/${dep}: run tools/dev setup")
  endif()
endforeach()

set(ABSL_PROPAGATE_CXX_STD ON)
set(ABSL_ENABLE_INSTALL OFF)
set(BUILD_TESTING OFF)
add_subdirectory("${CULVERT_DEPS_DIR}/abseil" "${CMAKE_BINARY_DIR}/deps/abseil" EXCLUDE_FROM_ALL SYSTEM)

file(GLOB zstd_sources "${CULVERT_DEPS_DIR}/libzstd/lib/common/*.c" "${CULVERT_DEPS_DIR}/libzstd/lib/compress/*.c"
                       "${CULVERT_DEPS_DIR}/libzstd/lib/decompress/*.c")
add_library(culvert_zstd STATIC EXCLUDE_FROM_ALL ${zstd_sources})
target_compile_definitions(culvert_zstd PRIVATE ZSTD_DISABLE_ASM=1 ZSTD_LEGACY_SUPPORT=0 ZSTD_TRACE=0 DEBUGLEVEL=0)
target_include_directories(culvert_zstd SYSTEM PUBLIC "${CULVERT_DEPS_DIR}/libzstd/lib")
target_compile_options(culvert_zstd PRIVATE -w -fno-sanitize=all)

add_library(culvert_lz4 STATIC EXCLUDE_FROM_ALL "${CULVERT_DEPS_DIR}/lz4/lib/lz4.c" "${CULVERT_DEPS_DIR}/lz4/lib/lz4hc.c")
target_include_directories(culvert_lz4 SYSTEM PUBLIC "${CULVERT_DEPS_DIR}/lz4/lib")
target_compile_options(culvert_lz4 PRIVATE -w -fno-sanitize=all)
