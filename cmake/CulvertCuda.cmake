# culvert_cuda_executable(TARGET SOURCES... [OUTPUT_NAME NAME] [OUTPUT_DIRECTORY DIR] [OPTIONS FLAGS...] [DEPENDS FILES...]):
# builds a CUDA program with `culvert cc` as part of the build. The program is DIR/NAME (default: the target's name in
# cuda/ of the current binary directory); sources are relative to the current source directory. It is rebuilt when the tool, our
# CUDA headers or the device-math bitcode change; the front libraries must exist, but a change of theirs rebuilds nothing.
function(culvert_cuda_executable target)
  cmake_parse_arguments(ARG "" "OUTPUT_NAME;OUTPUT_DIRECTORY" "OPTIONS;DEPENDS" ${ARGN})
  set(sources "")
  foreach(source IN LISTS ARG_UNPARSED_ARGUMENTS)
    get_filename_component(path "${source}" ABSOLUTE)
    list(APPEND sources "${path}")
  endforeach()
  set(directory "${CMAKE_CURRENT_BINARY_DIR}/cuda")  # beside it a file would have the name of the target
  if(ARG_OUTPUT_DIRECTORY)
    set(directory "${ARG_OUTPUT_DIRECTORY}")
  endif()
  set(name "${target}")
  if(ARG_OUTPUT_NAME)
    set(name "${ARG_OUTPUT_NAME}")
  endif()
  file(MAKE_DIRECTORY "${directory}")
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/include/cuda/*.h" "${CMAKE_SOURCE_DIR}/include/cuda/*.hpp")
  add_custom_command(
    OUTPUT "${directory}/${name}"
    COMMAND culvert cc ${ARG_OPTIONS} ${sources} -o "${directory}/${name}"
    DEPENDS culvert "${CMAKE_BINARY_DIR}/share/culvert/device_math.bc" ${sources} ${headers} ${ARG_DEPENDS}
    COMMENT "culvert cc ${name}"
    VERBATIM)
  add_custom_target(${target} ALL DEPENDS "${directory}/${name}")
  add_dependencies(${target} culvert_device_math culvert_front_libraries)
endfunction()
