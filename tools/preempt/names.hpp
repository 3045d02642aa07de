// Which library wrote a function, read from its mangled name. For both compiler plugins; no other information
// survives in the intermediate code of clang without -g.
#pragma once

#include <string_view>

namespace throng::preempt {

inline bool starts_with(std::string_view text, std::string_view begin) {
  return text.compare(0, begin.size(), begin) == 0;
}

// A mangled name from its outermost scope on: without _Z, and without the letters for local, nested, const
// and static. Empty for a name that C++ did not mangle.
inline std::string_view scope_of(std::string_view mangled) {
  if (!starts_with(mangled, "_Z")) {
    return {};
  }
  mangled.remove_prefix(2);
  while (!mangled.empty() && std::string_view("ZNKVROL").find(mangled.front()) != std::string_view::npos) {
    mangled.remove_prefix(1);
  }
  return mangled;
}

// throng::detail and what it encloses.
inline bool is_runtime_detail(std::string_view mangled) {
  return starts_with(scope_of(mangled), "6throng6detail");
}

// throng and what it encloses.
inline bool is_runtime(std::string_view mangled) { return starts_with(scope_of(mangled), "6throng"); }

// The standard library's templates.
inline bool is_standard_library(std::string_view mangled) {
  const std::string_view scope = scope_of(mangled);
  for (const std::string_view name :
       {"St", "Sa", "Ss", "Sb", "Si", "So", "Sd", "9__gnu_cxx", "10__cxxabiv1"}) {
    if (starts_with(scope, name)) {
      return true;
    }
  }
  return false;
}

// Functions of the C library and of the C++ runtime that return an address, or a handle, of the calling
// thread, and are declared as if that were the same one for ever.
inline bool is_of_the_thread(std::string_view name) {
  for (const std::string_view known :
       {"__errno_location", "__h_errno_location", "pthread_self", "thrd_current", "__ctype_b_loc",
        "__ctype_tolower_loc", "__ctype_toupper_loc", "__cxa_get_globals", "__cxa_get_globals_fast",
        "__tls_get_addr", "__emutls_get_address"}) {
    if (name == known) {
      return true;
    }
  }
  return false;
}

// What the checks themselves call. A check in there would call itself.
inline bool is_slow_path(std::string_view name) {
  return starts_with(name, "throng_preempt_") || starts_with(name, "__sanitizer_cov_");
}

}  // namespace throng::preempt
