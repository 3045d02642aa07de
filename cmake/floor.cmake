# throng_floor(NAME name [DEPENDS floor...]): one floor of the library as target throng_<name>, alias throng::<name>.
#
# Sources are <name>/src/*.cpp; the public include directory is <name>/include, the private one <name>/src. A floor
# is linked to exactly the floors it names, and those must exist already, so an upward include finds no file.
# A floor without sources is a header-only (INTERFACE) target of the same name.

# Warnings of everything that is ours. PRIVATE: a host compiles our headers with its own.
function(throng_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
    $<$<BOOL:${THRONG_WERROR}>:-Werror>)
endfunction()

# C++20 without extensions for a target of ours; hosts get only "at least C++20".
function(throng_language target)
  set_target_properties(${target} PROPERTIES CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF)
endfunction()

# Compiles a target's files in pieces of ten. Not current.cpp: nobody may see through its accessor. Nor injector.cpp: it
# includes the package's queue in a way of its own for the thread sanitizer. What one file calls its own another may call
# the same, so two warnings make no sense; other builds give them. After throng_warnings().
function(throng_unity target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)
  target_compile_options(${target} PRIVATE -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  set_source_files_properties("${PROJECT_SOURCE_DIR}/scheduler/src/current.cpp"
                              "${PROJECT_SOURCE_DIR}/scheduler/src/injector.cpp" TARGET_DIRECTORY ${target}
                              PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# throng_precompile(target header...): in a way that ccache can keep.
function(throng_precompile target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  target_compile_options(${target} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess> "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
endfunction()

# Links to a floor what its users must not see. Nothing to do for a floor without sources.
function(throng_floor_link name)
  get_target_property(type throng_${name} TYPE)
  if(NOT type STREQUAL "INTERFACE_LIBRARY")
    target_link_libraries(throng_${name} PRIVATE ${ARGN})
  endif()
endfunction()

function(throng_floor)
  cmake_parse_arguments(PARSE_ARGV 0 floor "" "NAME" "DEPENDS")
  set(target throng_${floor_NAME})
  set(root "${PROJECT_SOURCE_DIR}/${floor_NAME}")
  file(GLOB sources CONFIGURE_DEPENDS "${root}/src/*.cpp")

  if(sources)
    set(access PUBLIC)
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PRIVATE "${root}/src")
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    throng_language(${target})
    throng_warnings(${target})
    if(THRONG_UNITY)
      throng_unity(${target})
    endif()
    if(THRONG_LTO AND THRONG_LTO_WORKS)
      set_target_properties(${target} PROPERTIES INTERPROCEDURAL_OPTIMIZATION ON)
    endif()
  else()
    set(access INTERFACE)
    add_library(${target} INTERFACE)
  endif()
  add_library(throng::${floor_NAME} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${floor_NAME})
  target_compile_features(${target} ${access} cxx_std_20)
  target_include_directories(${target} ${access}
    "$<BUILD_INTERFACE:${root}/include>" "$<INSTALL_INTERFACE:include>")

  foreach(lower IN LISTS floor_DEPENDS)
    if(NOT TARGET throng_${lower})
      message(FATAL_ERROR "Floor ${floor_NAME} may not depend on ${lower}: only floors below it can be named.")
    endif()
    target_link_libraries(${target} ${access} throng_${lower})
  endforeach()
  if(NOT floor_DEPENDS)
    # The lowest floor carries what every user of any floor needs. Bound at load: a first call through a lazy
    # PLT entry would run the dynamic linker on a process's small stack.
    target_link_libraries(${target} ${access} Threads::Threads ${CMAKE_DL_LIBS})
    target_link_options(${target} INTERFACE "LINKER:-z,now" ${THRONG_SANITIZE_FLAGS})
  endif()
  set_property(GLOBAL APPEND PROPERTY THRONG_FLOORS ${floor_NAME})
endfunction()

set(THRONG_LTO_WORKS OFF)
if(THRONG_LTO)
  include(CheckIPOSupported)
  check_ipo_supported(RESULT THRONG_LTO_WORKS LANGUAGES CXX)
  if(NOT THRONG_LTO_WORKS)
    message(WARNING "THRONG_LTO is ignored: this compiler and linker cannot do link-time optimization together.")
  elseif(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(THRONG_LTO_WORKS OFF)
    message(STATUS "THRONG_LTO is for g++: an archive of clang's bitcode could be used by clang alone.")
  else()
    # Machine code beside the intermediate one, so that an installed archive serves every linker and compiler.
    set(CMAKE_CXX_COMPILE_OPTIONS_IPO "-flto=auto;-ffat-lto-objects")
  endif()
endif()
