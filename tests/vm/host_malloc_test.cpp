// The promise to the host program: whatever throng allocates with, malloc and operator new stay the host's
// own.
#include <throng/base/allocate.hpp>
#include <throng/base/config.hpp>

#include <dlfcn.h>
#include <doctest/doctest.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <string>

#ifndef THRONG_MIMALLOC_SONAME
#define THRONG_MIMALLOC_SONAME "libmimalloc.so.2"
#endif

namespace {

std::string object_of(const void* function) {
  Dl_info info{};
  return ::dladdr(function, &info) != 0 && info.dli_fname != nullptr ? info.dli_fname : "";
}

[[maybe_unused]] std::string object_of_symbol(const char* name) {
  return object_of(::dlsym(RTLD_DEFAULT, name));
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

void make_throng_allocate() {
  void* const block = throng::detail::allocate(100);
  throng::detail::release(block);
}

}  // namespace

TEST_CASE("malloc, free and operator new resolve to the host's libraries after throng has allocated") {
  make_throng_allocate();
  const auto new_function = static_cast<void* (*)(std::size_t)>(&::operator new);
  CHECK_FALSE(contains(object_of(reinterpret_cast<void*>(new_function)), "mimalloc"));
  CHECK_FALSE(contains(object_of(reinterpret_cast<void*>(&std::malloc)), "mimalloc"));
  CHECK_FALSE(contains(object_of(reinterpret_cast<void*>(&std::free)), "mimalloc"));
#if !THRONG_ASAN && !THRONG_TSAN
  CHECK(contains(object_of_symbol("malloc"), "libc.so"));
  CHECK(contains(object_of_symbol("free"), "libc.so"));
  CHECK(contains(object_of_symbol("_Znwm"), "libstdc++"));
  CHECK(contains(object_of_symbol("_ZdlPv"), "libstdc++"));
#endif
}

TEST_CASE("no symbol of the private allocator is visible to the host") {
  make_throng_allocate();
  CHECK(::dlsym(RTLD_DEFAULT, "mi_malloc") == nullptr);
  CHECK(::dlsym(RTLD_DEFAULT, "mi_free") == nullptr);
  static_cast<void>(::dlerror());
}

TEST_CASE("blocks of malloc and new lie outside the private heap, throng's blocks inside it") {
  void* const ours = throng::detail::allocate(100);
  // NOLOAD: only if throng itself has loaded it.
  void* const library = ::dlopen(THRONG_MIMALLOC_SONAME, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
  if (library == nullptr) {
    static_cast<void>(::dlerror());
    MESSAGE("the private allocator is not in use: ", std::string(throng::detail::allocator_name()));
    CHECK(std::string(throng::detail::allocator_name()).find("malloc (") == 0);
  } else {
    const auto in_heap = reinterpret_cast<bool (*)(const void*)>(::dlsym(library, "mi_is_in_heap_region"));
    REQUIRE(static_cast<bool>(in_heap));
    void* const from_malloc = std::malloc(100);
    void* const large = std::malloc(10'000'000);
    const auto from_new = std::make_unique<char[]>(100);
    CHECK_FALSE(in_heap(from_malloc));
    CHECK_FALSE(in_heap(large));
    CHECK_FALSE(in_heap(from_new.get()));
    CHECK(in_heap(ours));
    std::free(from_malloc);
    std::free(large);
    ::dlclose(library);  // only the reference taken above
  }
  throng::detail::release(ours);
}
