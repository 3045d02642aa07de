# For the stand-alone project of a runtime, which includes this file: rival_common is the command line, the line of
# JSON and the work of the processes, and has main(); rival_program(NAME) makes a program of it and the caller's
# sources. A Release build unless said otherwise, since the others are measured as they are installed.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG" CACHE STRING "" FORCE)
# Off, since what would be inlined are a runtime's own functions, and those come as compiled by Debian.
option(RIVAL_LTO "Link-time optimization of what is compiled here" OFF)

find_package(Threads REQUIRED)
add_library(rival_language INTERFACE)
target_compile_features(rival_language INTERFACE cxx_std_20)
target_compile_options(rival_language INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)

# CLI11 is headers alone, so its path is enough.
find_path(RIVAL_CLI11 CLI/CLI.hpp REQUIRED)
# The command line and the line of JSON are those of throng's own program; nothing of throng is in these two files.
file(GLOB common_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.cpp")
set(harness "${CMAKE_CURRENT_LIST_DIR}/../../harness")
add_library(rival_common OBJECT ${common_sources} "${harness}/workload.cpp" "${harness}/command_line.cpp")
target_include_directories(rival_common PUBLIC "${CMAKE_CURRENT_LIST_DIR}" "${harness}")
target_include_directories(rival_common SYSTEM PRIVATE "${RIVAL_CLI11}")
target_link_libraries(rival_common PRIVATE rival_language Threads::Threads)
set_target_properties(rival_common PROPERTIES CXX_EXTENSIONS OFF INTERPROCEDURAL_OPTIMIZATION ${RIVAL_LTO})

function(rival_program name)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE rival_common rival_language Threads::Threads ${ARGN})
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF INTERPROCEDURAL_OPTIMIZATION ${RIVAL_LTO})
endfunction()
