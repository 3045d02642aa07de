# throng_preemptible(target): what runs in processes and is compiled into `target` gives way in its own loops and
# recursions, not only in calls of the runtime. For a target with sources; PRIVATE, so each such target says it itself.
#
# THRONG_PREEMPT decides how: `plugin` has checks inserted by a compiler plugin, `coverage` by the compiler's coverage
# callbacks, which cost much more, `none` does without checks. `auto` takes the plugin if it fits the compiler, else
# coverage with a warning.
#
# This file is part of the tree and of the installed package. Whoever includes it sets what is known of the plugin:
#   property THRONG_PREEMPT_PLUGIN       the plugin's file, empty if there is none
#   property THRONG_PREEMPT_BUILT_FOR    the compiler it fits, as throng_preempt_compiler says it
#   property THRONG_PREEMPT_REASON       why there is none, half a sentence
#   property THRONG_PREEMPT_HEADERS      the include directories with throng's own headers
#   property THRONG_PREEMPT_STAMP        changes when the plugin changes, so that its users are compiled again
#   property THRONG_PREEMPT_COVERAGE     the library with the callback
include_guard(GLOBAL)

# g++ loads only what was built for its very version, clang what was built for its major version.
function(throng_preempt_compiler result)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(${result} "g++ ${CMAKE_CXX_COMPILER_VERSION}" PARENT_SCOPE)
  elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    string(REGEX MATCH "^[0-9]+" major "${CMAKE_CXX_COMPILER_VERSION}")
    set(${result} "clang ${major}" PARENT_SCOPE)
  else()
    set(${result} "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}" PARENT_SCOPE)
  endif()
endfunction()

# The options of a target with checks by the plugin. In a link with optimization g++ compiles once more, and without the
# plugin there would be no check at all; where a link compiles nothing, it ignores the options. Who links a static
# library links what it holds.
function(throng_preempt_use_plugin target)
  get_property(plugin GLOBAL PROPERTY THRONG_PREEMPT_PLUGIN)
  get_property(headers GLOBAL PROPERTY THRONG_PREEMPT_HEADERS)
  get_property(stamp GLOBAL PROPERTY THRONG_PREEMPT_STAMP)
  get_target_property(type ${target} TYPE)
  set(languages CXX)
  if(CMAKE_C_COMPILER_ID STREQUAL CMAKE_CXX_COMPILER_ID AND CMAKE_C_COMPILER_VERSION STREQUAL CMAKE_CXX_COMPILER_VERSION)
    list(APPEND languages C)
  endif()
  string(REPLACE ";" "," languages "${languages}")

  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(options "-fplugin=${plugin}")
    foreach(directory IN LISTS headers)
      list(APPEND options "-fplugin-arg-throng_preempt-skip=${directory}")
    endforeach()
    set(compile ${options} -falign-loops=32)  # the checks move loops across borders of fetching
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
      list(APPEND compile -mno-red-zone)  # the cold path is a call that the compiler does not know of
      list(APPEND options -mno-red-zone)
    endif()
    set(access PRIVATE)
    if(type MATCHES "^(STATIC|OBJECT)_LIBRARY$")
      set(access INTERFACE)
    endif()
    target_link_options(${target} ${access} "$<$<LINK_LANGUAGE:${languages}>:${options}>")
  else()
    # Loaded also as a plugin of the front end, of which compiler caches know that its contents matter: one that compares
    # preprocessed text does not see the definition below.
    set(compile "SHELL:-Xclang -load -Xclang ${plugin}" "-fpass-plugin=${plugin}")
  endif()
  target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:${languages}>:${compile}>")
  target_compile_definitions(${target} PRIVATE "THRONG_PREEMPT_STAMP=${stamp}")
  if(TARGET throng_preempt_ready)
    add_dependencies(${target} throng_preempt_ready)
  endif()
endfunction()

function(throng_preempt_use_coverage target)
  get_property(library GLOBAL PROPERTY THRONG_PREEMPT_COVERAGE)
  set(kinds trace-pc)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    set(kinds edge,trace-pc,no-prune)  # pruning takes the callback from a loop that never ends
  endif()
  target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:-fsanitize-coverage=${kinds}>")
  target_link_libraries(${target} PRIVATE ${library})
endfunction()

function(throng_preemptible target)
  if(NOT TARGET ${target})
    message(FATAL_ERROR "throng_preemptible(${target}): there is no target of this name.")
  endif()
  get_target_property(imported ${target} IMPORTED)
  get_target_property(type ${target} TYPE)
  if(imported OR type MATCHES "INTERFACE_LIBRARY|UTILITY")
    message(FATAL_ERROR "throng_preemptible(${target}): nothing of this target is compiled here.")
  endif()
  set(mode auto)
  if(DEFINED THRONG_PREEMPT)
    set(mode "${THRONG_PREEMPT}")
  endif()
  if(NOT mode MATCHES "^(auto|plugin|coverage|none)$")
    message(FATAL_ERROR "THRONG_PREEMPT is \"${mode}\" but must be auto, plugin, coverage or none.")
  endif()

  get_property(plugin GLOBAL PROPERTY THRONG_PREEMPT_PLUGIN)
  get_property(built_for GLOBAL PROPERTY THRONG_PREEMPT_BUILT_FOR)
  get_property(reason GLOBAL PROPERTY THRONG_PREEMPT_REASON)
  throng_preempt_compiler(compiler)
  if(plugin AND NOT built_for STREQUAL compiler)
    set(reason "throng's plugin was built for ${built_for} and this is ${compiler}, so build throng with this compiler")
  endif()

  if(mode STREQUAL "none")
    return()
  elseif(mode STREQUAL "coverage")
    throng_preempt_use_coverage(${target})
  elseif(plugin AND built_for STREQUAL compiler)
    throng_preempt_use_plugin(${target})
  elseif(mode STREQUAL "plugin")
    message(FATAL_ERROR "throng_preemptible(${target}) has no plugin: ${reason}.")
  elseif(CMAKE_CXX_COMPILER_ID MATCHES "^(GNU|Clang)$")
    get_property(told GLOBAL PROPERTY THRONG_PREEMPT_TOLD)
    if(NOT told)
      set_property(GLOBAL PROPERTY THRONG_PREEMPT_TOLD ON)
      message(WARNING "throng_preemptible(${target}) falls back on coverage callbacks, with which tight loops take four"
                      " times as long and more: ${reason}.")
    endif()
    throng_preempt_use_coverage(${target})
  else()
    message(WARNING "throng_preemptible(${target}) does nothing: ${reason}.")
  endif()
endfunction()
