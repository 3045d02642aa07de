# The compiler plugins behind throng_preemptible(), which is in throngPreemptible.cmake: the one that fits the compiler
# in use is part of the build, as target throng_preempt_plugin, if that compiler's headers are there.
set(THRONG_PREEMPT auto CACHE STRING "auto, plugin, coverage or none: how throng_preemptible() is done")
set_property(CACHE THRONG_PREEMPT PROPERTY STRINGS auto plugin coverage none)
include(throngPreemptible)

# Link-time optimization would hide that this file defines what the plugin for g++ calls: names in assembler text.
set_source_files_properties("${PROJECT_SOURCE_DIR}/vm/src/preempt_stubs.cpp" PROPERTIES COMPILE_OPTIONS -fno-lto)

# Where the headers of the compiler's plugins are, or why the plugin cannot be built.
function(throng_preempt_find_headers include reason)
  string(REGEX MATCH "^[0-9]+" major "${CMAKE_CXX_COMPILER_VERSION}")
  set(${include} "" PARENT_SCOPE)
  if(CMAKE_CROSSCOMPILING)
    set(${reason} "throng's plugin runs in the compiler of this machine, so it is not there for others" PARENT_SCOPE)
  elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(package "install the Debian package gcc-${major}-plugin-dev and configure again")
    execute_process(COMMAND "${CMAKE_CXX_COMPILER}" -print-file-name=plugin
                    OUTPUT_VARIABLE directory OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    set(version "")
    if(EXISTS "${directory}/include/plugin-version.h")
      file(STRINGS "${directory}/include/plugin-version.h" version REGEX "basever")
      string(REGEX REPLACE ".*\"([^\"]*)\".*" "\\1" version "${version}")
    endif()
    if(NOT version)
      set(${reason} "the headers of g++'s plugins are missing, so ${package}" PARENT_SCOPE)
    elseif(NOT version VERSION_EQUAL CMAKE_CXX_COMPILER_VERSION)
      set(${reason} "the headers of g++'s plugins are of version ${version}, not of this compiler's, so ${package}"
          PARENT_SCOPE)
    else()
      set(${include} "${directory}/include" PARENT_SCOPE)
    endif()
  elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    set(package "install the Debian package llvm-${major}-dev and configure again")
    set(${reason} "the headers of LLVM ${major} are missing, so ${package}" PARENT_SCOPE)
    find_program(THRONG_LLVM_CONFIG_${major} NAMES llvm-config-${major} llvm-config
                 HINTS "/usr/lib/llvm-${major}/bin")
    mark_as_advanced(THRONG_LLVM_CONFIG_${major})
    if(THRONG_LLVM_CONFIG_${major})
      execute_process(COMMAND "${THRONG_LLVM_CONFIG_${major}}" --version --includedir
                      OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
      string(REPLACE "\n" ";" answer "${answer}")
      list(GET answer 0 version)
      list(GET answer -1 directory)
      if(version MATCHES "^${major}\\." AND EXISTS "${directory}/llvm/Passes/PassPlugin.h")
        set(${include} "${directory}" PARENT_SCOPE)
      endif()
    endif()
  else()
    set(${reason} "there is no plugin for ${CMAKE_CXX_COMPILER_ID}, only for g++ and clang" PARENT_SCOPE)
  endif()
endfunction()

# A plugin is part of the compiler: nothing of how this tree is compiled may reach it, a sanitizer least of all.
function(throng_preempt_build_plugin include)
  set(kind gcc)
  set(name throng_preempt)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    set(kind llvm)
    set(name throng_preempt_llvm)
  endif()
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tools/preempt/${kind}_*.cpp")
  file(GLOB headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tools/preempt/*.hpp")
  add_library(throng_preempt_plugin MODULE ${sources})
  if(NOT THRONG_INSTALL)
    set_target_properties(throng_preempt_plugin PROPERTIES EXCLUDE_FROM_ALL ON)  # built for who depends on it
  endif()
  target_include_directories(throng_preempt_plugin SYSTEM PRIVATE "${include}")
  set_target_properties(throng_preempt_plugin PROPERTIES
    PREFIX "" OUTPUT_NAME ${name} LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib"
    CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS ON INTERPROCEDURAL_OPTIMIZATION OFF
    COMPILE_OPTIONS "-O1;-g0;-fno-rtti;-fno-sanitize=all;-Wall;-Wextra;$<$<BOOL:${THRONG_WERROR}>:-Werror>"
    LINK_OPTIONS "-fno-sanitize=all" CXX_VISIBILITY_PRESET default)

  # What compiles with the plugin waits for this and not for the library, for which only a link would wait.
  add_custom_target(throng_preempt_ready DEPENDS "$<TARGET_FILE:throng_preempt_plugin>")
  add_dependencies(throng_preempt_ready throng_preempt_plugin)

  set(stamp "")
  foreach(file IN LISTS sources headers)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    file(SHA256 "${file}" hash)
    string(APPEND stamp "${hash}")
  endforeach()
  string(SHA256 stamp "${stamp}")
  string(SUBSTRING "${stamp}" 0 12 stamp)
  set_property(GLOBAL PROPERTY THRONG_PREEMPT_STAMP "0x${stamp}")
  set_property(GLOBAL PROPERTY THRONG_PREEMPT_PLUGIN "${PROJECT_BINARY_DIR}/lib/${name}.so")
  throng_preempt_compiler(compiler)
  set_property(GLOBAL PROPERTY THRONG_PREEMPT_BUILT_FOR "${compiler}")
endfunction()

set(headers "")
get_property(floors GLOBAL PROPERTY THRONG_FLOORS)
foreach(floor IN LISTS floors)
  list(APPEND headers "${PROJECT_SOURCE_DIR}/${floor}/include")
endforeach()
set_property(GLOBAL PROPERTY THRONG_PREEMPT_HEADERS "${headers}")

set(reason "THRONG_PREEMPT says that none is wanted")
set(include "")
if(NOT THRONG_PREEMPT MATCHES "^(coverage|none)$")
  throng_preempt_find_headers(include reason)
endif()
if(include)
  throng_preempt_build_plugin("${include}")
else()
  set_property(GLOBAL PROPERTY THRONG_PREEMPT_REASON "${reason}")
endif()

add_library(throng_preempt_coverage STATIC "${PROJECT_SOURCE_DIR}/vm/coverage/preempt_coverage.cpp")
add_library(throng::preempt_coverage ALIAS throng_preempt_coverage)
set_target_properties(throng_preempt_coverage PROPERTIES
  EXPORT_NAME preempt_coverage POSITION_INDEPENDENT_CODE ON INTERPROCEDURAL_OPTIMIZATION OFF)
throng_language(throng_preempt_coverage)
throng_warnings(throng_preempt_coverage)
target_link_libraries(throng_preempt_coverage PUBLIC throng_vm)
set_property(GLOBAL PROPERTY THRONG_PREEMPT_COVERAGE throng::preempt_coverage)
