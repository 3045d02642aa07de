// What a table can be: its kind, who may do what with it, and what is said when it can't be used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <throng/vm/pid.hpp>

namespace throng {

enum class TableKind : std::uint8_t {
  set,            // one object per key
  ordered_set,    // the same, in the order of the keys
  bag,            // several objects per key, no two of them equal
  duplicate_bag,  // several, equal ones too
};

enum class TableAccess : std::uint8_t {
  public_table,     // all processes read and write
  protected_table,  // all read, the owner writes
  private_table,    // the owner reads and writes
};

struct TableOptions {
  std::string name{};  // by which others find it; empty: none
  TableAccess access = TableAccess::protected_table;
  Pid heir{};               // who gets it when its owner ends; null: it goes with its owner
  std::string heir_data{};  // what the heir is told
};

struct TableInfo {
  std::string name;
  TableKind kind = TableKind::set;
  TableAccess access = TableAccess::protected_table;
  Pid owner;
  Pid heir;
  std::size_t size = 0;    // objects
  std::size_t memory = 0;  // bytes of objects and index; not what objects own elsewhere
  std::string key_type;
  std::string value_type;
};

// A table that is gone, that the caller may not use so, or a name that is taken or that no table has.
class BadTable : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

}  // namespace throng
