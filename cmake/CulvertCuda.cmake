# culvert_cuda_executable(NAME SOURCES... [OPTIONS FLAGS...] [OUTPUT_DIRECTORY DIR] [DEPENDS FILES...]): builds a CUDA
# program with `culvert cc` as part of the build. The program is DIR/NAME (default: the current binary directory) and
# belongs to the target NAME; sources are relative to the current source directory. It is rebuilt when the tool, our
# CUDA headers, the device-math bitcode or the front libraries change.
function(culvert_cuda_executable name)
  cmake_parse_arguments(ARG "" "OUTPUT_DIRECTORY" "OPTIONS;DEPENDS" ${ARGN})
  set(sources "")
  foreach(source IN LISTS ARG_UNPARSED_ARGUMENTS)
    get_filename_component(path "${source}" ABSOLUTE)
    list(APPEND sources "${path}")
  endforeach()
  set(directory "${CMAKE_CURRENT_BINARY_DIR}")
  if(ARG_OUTPUT_DIRECTORY)
    set(directory "${ARG_OUTPUT_DIRECTORY}")
  endif()
  file(MAKE_DIRECTORY "${directory}")
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/include/cuda/*.h" "${CMAKE_SOURCE_DIR}/include/cuda/*.hpp")
  add_custom_command(
    OUTPUT "${directory}/${name}"
    COMMAND culvert cc ${ARG_OPTIONS} ${sources} -o "${directory}/${name}"
    DEPENDS culvert culvert_device_math culvert_front_libraries "${CMAKE_BINARY_DIR}/share/culvert/device_math.bc"
            ${sources} ${headers} ${ARG_DEPENDS}
    COMMENT "culvert cc ${name}"
    VERBATIM)
  add_custom_target(${name} ALL DEPENDS "${directory}/${name}")
endfunction()
