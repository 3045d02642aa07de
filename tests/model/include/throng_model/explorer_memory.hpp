// The explorer's operations on atomics and plain data: scheduling point, choice of the value, bookkeeping,
// trace. Included by explorer.hpp only.
#pragma once

#include <throng_model/explorer.hpp>

namespace throng_model {

inline Bits Explorer::load(Memory::Id id, Order order) {
  if (mode_ == Mode::inspecting) return memory_.newest(id);
  step();
  std::size_t age = 0;
  if (mode_ == Mode::running && options_.stale_loads) {
    std::size_t readable = memory_.count_readable(current_, id, order);
    age = static_cast<std::size_t>(decide(static_cast<int>(readable), static_cast<int>(readable), false));
  }
  Bits value = memory_.load(current_, id, order, age);
  note("load", id, value, age == 0 ? "" : ", an older value");
  if (!memory_.sees_construction(current_, id)) {
    fail("data race on atomic " + std::to_string(id) + ": its construction is not visible to " +
         name_of(current_));
  }
  return value;
}

inline void Explorer::store(Memory::Id id, Order order, const Bits& value) {
  must_not_write();
  step();
  memory_.store(current_, id, order, value);
  note("store", id, value);
}

inline Bits Explorer::begin_modify(Memory::Id id) {
  must_not_write();
  step();
  return memory_.newest(id);
}

inline void Explorer::end_modify(Memory::Id id, Order order, const Bits& value) {
  memory_.modify(current_, id, order, value);
  note("modify", id, value);
  if (!memory_.sees_construction(current_, id)) {
    fail("data race on atomic " + std::to_string(id) + ": its construction is not visible to " +
         name_of(current_));
  }
}

inline void Explorer::end_failed_compare(Memory::Id id, Order order) {
  memory_.load(current_, id, order, 0);
  note("failed compare", id, memory_.newest(id));
}

inline void Explorer::access_plain(Handle& handle, const char* name, bool writes) {
  if (handle.execution != execution_number()) add_plain(handle, true);
  if (mode_ == Mode::inspecting) {
    if (writes) must_not_write();
    return;
  }
  std::size_t other =
      writes ? memory_.write_cell(current_, handle.id) : memory_.read_cell(current_, handle.id);
  if (other == Memory::nobody) return;
  fail("data race on " + std::string(name) + ": " + name_of(current_) + (writes ? " writes" : " reads") +
       ", not ordered after the access by " + name_of(other));
}

inline void Explorer::must_not_write() {
  if (mode_ != Mode::running) fail("block_until: the predicate must only look");
}

inline void Explorer::note(const char* what, Memory::Id id, const Bits& value, const char* more) {
  if (trace_ == nullptr || mode_ == Mode::inspecting) return;
  char number[24];
  std::snprintf(number, sizeof number, value.words[0] < 65536 ? "%llu" : "0x%llx",
                static_cast<unsigned long long>(value.words[0]));
  note(std::string(what) + " of atomic " + std::to_string(id) + " -> " + number + more);
}

}  // namespace throng_model
