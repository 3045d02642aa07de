# The packages throng stands on, all from Debian, each asked for only where it is used. No package shows in a public
# header, so users of an installed throng need none of their headers.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

# throng_need(<found> <what> <debian package> [hint])
function(throng_need found what package)
  if(NOT found)
    message(FATAL_ERROR "throng needs ${what}: install the Debian package ${package}${ARGN}.")
  endif()
endfunction()

# -- the library
find_package(Boost QUIET COMPONENTS context)
throng_need("${Boost_FOUND}" "Boost.Context" libboost-context-dev)

find_path(THRONG_CONCURRENTQUEUE_INCLUDE concurrentqueue/concurrentqueue.h)
throng_need("${THRONG_CONCURRENTQUEUE_INCLUDE}" "moodycamel::ConcurrentQueue" libconcurrentqueue-dev)
mark_as_advanced(THRONG_CONCURRENTQUEUE_INCLUDE)

# mimalloc is never linked: its shared library would replace the host's malloc. The mailbox floor opens it privately
# by soname, and does without where it is absent.
find_library(THRONG_MIMALLOC_LIBRARY NAMES mimalloc)
throng_need("${THRONG_MIMALLOC_LIBRARY}" "mimalloc" libmimalloc-dev)
find_path(THRONG_MIMALLOC_INCLUDE mimalloc.h)
throng_need("${THRONG_MIMALLOC_INCLUDE}" "mimalloc.h" libmimalloc-dev)
mark_as_advanced(THRONG_MIMALLOC_LIBRARY THRONG_MIMALLOC_INCLUDE)

function(throng_soname result library)
  set(soname "")
  if(CMAKE_OBJDUMP)
    execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${library} OUTPUT_VARIABLE dynamic ERROR_QUIET)
    if(dynamic MATCHES "SONAME +([^ \n]+)")
      set(soname "${CMAKE_MATCH_1}")
    endif()
  endif()
  if(NOT soname AND IS_SYMLINK "${library}")
    file(READ_SYMLINK "${library}" soname)
    cmake_path(GET soname FILENAME soname)
  endif()
  if(NOT soname)
    cmake_path(GET library FILENAME soname)
  endif()
  set(${result} "${soname}" PARENT_SCOPE)
endfunction()
throng_soname(THRONG_MIMALLOC_SONAME "${THRONG_MIMALLOC_LIBRARY}")

# Called when the floors exist: hands each its private packages.
function(throng_link_packages)
  throng_floor_link(vm Boost::context)
  get_target_property(type throng_scheduler TYPE)
  if(NOT type STREQUAL "INTERFACE_LIBRARY")
    target_include_directories(throng_scheduler SYSTEM PRIVATE "${THRONG_CONCURRENTQUEUE_INCLUDE}")
  endif()
  get_target_property(type throng_mailbox TYPE)
  if(NOT type STREQUAL "INTERFACE_LIBRARY")
    target_include_directories(throng_mailbox SYSTEM PRIVATE "${THRONG_MIMALLOC_INCLUDE}")
    target_compile_definitions(throng_mailbox PRIVATE "THRONG_MIMALLOC_SONAME=\"${THRONG_MIMALLOC_SONAME}\"")
  endif()
endfunction()

# -- tests and benchmarks
if(THRONG_TESTS)
  find_package(doctest QUIET)
  throng_need("${doctest_FOUND}" "doctest" doctest-dev ", or configure with -DTHRONG_TESTS=OFF")
  find_package(Python3 QUIET COMPONENTS Interpreter)
  throng_need("${Python3_FOUND}" "python3 for its tests" python3 ", or configure with -DTHRONG_TESTS=OFF")
endif()
if(THRONG_BENCH)
  find_package(benchmark QUIET)
  throng_need("${benchmark_FOUND}" "Google Benchmark" libbenchmark-dev ", or configure with -DTHRONG_BENCH=OFF")
endif()

# -- the command; called only where it has sources
macro(throng_command_packages)
  find_package(fmt QUIET)
  throng_need("${fmt_FOUND}" "fmt" libfmt-dev ", or configure with -DTHRONG_COMMAND=OFF")
  find_package(CLI11 QUIET)
  throng_need("${CLI11_FOUND}" "CLI11" libcli11-dev ", or configure with -DTHRONG_COMMAND=OFF")
  find_package(nlohmann_json QUIET)
  throng_need("${nlohmann_json_FOUND}" "nlohmann::json" nlohmann-json3-dev ", or configure with -DTHRONG_COMMAND=OFF")
endmacro()
