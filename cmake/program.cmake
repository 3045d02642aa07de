# throng_program(PREFIX p SOURCE file TIMEOUT seconds LABEL label): a program as a user would write it, one source,
# only throng::throng, only the warnings users have, `assert` on. Run by ctest as <p>.<file without suffix>.
# A program whose opening comment names throng_preemptible is built with it, and left out where that is not available.

# Faults on purpose and numbers of processes that a sanitizer cannot carry: built, but not run there.
set(THRONG_NOT_UNDER_SANITIZERS faults million)

# Seconds a sanitizer needs for what takes `seconds` without.
function(throng_timeout result seconds)
  if(NOT THRONG_SANITIZE STREQUAL "none")
    math(EXPR seconds "${seconds} * 4")
  endif()
  set(${result} ${seconds} PARENT_SCOPE)
endfunction()

function(throng_program)
  cmake_parse_arguments(PARSE_ARGV 0 program "" "PREFIX;SOURCE;TIMEOUT;LABEL" "")
  cmake_path(GET program_SOURCE STEM stem)
  set(target ${program_PREFIX}_${stem})
  file(STRINGS "${program_SOURCE}" wants_preemption LIMIT_COUNT 20 REGEX "^//.*throng_preemptible")
  if(wants_preemption AND NOT COMMAND throng_preemptible)
    message(STATUS "throng: ${stem} is left out, it needs throng_preemptible().")
    return()
  endif()

  add_executable(${target} "${program_SOURCE}")
  throng_language(${target})
  target_compile_options(${target} PRIVATE -Wall -Wextra -Werror -UNDEBUG)
  target_link_libraries(${target} PRIVATE throng::throng)
  if(wants_preemption)
    throng_preemptible(${target})
  endif()

  if(NOT THRONG_SANITIZE STREQUAL "none" AND stem IN_LIST THRONG_NOT_UNDER_SANITIZERS)
    return()
  endif()
  throng_timeout(timeout ${program_TIMEOUT})
  add_test(NAME ${program_PREFIX}.${stem} COMMAND ${target})
  set_tests_properties(${program_PREFIX}.${stem} PROPERTIES LABELS ${program_LABEL} TIMEOUT ${timeout} PROCESSORS 2)
endfunction()
