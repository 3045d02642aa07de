// Where objects are kept: by hash or in order, behind locks of its own. Nothing here waits for anything but
// such a lock, and no code of users runs under one but the comparison of keys and, in a bag, of values; what
// leaves the store is handed out, so that it is destroyed behind the lock.
//
// Thread: any. Errors: what the refusal raises, once it is closed.
#pragma once

#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <throng/stdlib/table_core.hpp>
#include <throng/stdlib/table_item.hpp>

namespace throng::detail {

// What is said to who comes when a store is closed.
struct TableRefusal {
  std::string sentence;
  void (*raise)(const std::string& sentence);  // throws
};

class TableStore {
 public:
  TableStore(const TableType& type, TableRefusal closed) : type_(type), closed_(std::move(closed)) {}
  TableStore(const TableStore&) = delete;
  TableStore& operator=(const TableStore&) = delete;
  virtual ~TableStore() = default;

  // All or, with only_new and a key that is there already, none, in one atomic step. What was replaced, or
  // refused, is added to `old`.
  virtual bool insert(std::span<ItemRef> items, bool only_new, Items& old) = 0;
  // The first object of the key, or null.
  virtual ItemRef find(KeyRef key) = 0;
  virtual void find_all(KeyRef key, Items& found) = 0;
  // Lets `reader` see the object under the lock: for copies that can't call anything. False: none.
  virtual bool read(KeyRef key, ItemReader reader, void* context) = 0;
  // Puts `replacement` in the place of `expected`; either may be null, for none. False: another is there.
  virtual bool exchange(KeyRef key, const TableItem* expected, ItemRef replacement, Items& old) = 0;
  // Changes the object where it is, if nobody looks at it.
  virtual Modified modify(KeyRef key, ItemWriter writer, void* context) = 0;
  virtual void erase(KeyRef key, Items& old) = 0;
  // Objects equal to that one, or, with only_itself, that one.
  virtual void erase_object(const TableItem& object, bool only_itself, Items& old) = 0;

  // The next objects; false: there are no more. Whatever is there all the time appears exactly once, all of
  // one key together.
  virtual bool next_chunk(TablePosition& position, Items& found) = 0;
  virtual ItemRef first() = 0;
  virtual ItemRef last() = 0;
  // Of a key that need not be there where there is an order. `known`: it is, or there is.
  virtual ItemRef next(KeyRef key, bool& known) = 0;
  virtual ItemRef previous(KeyRef key, bool& known) = 0;

  virtual std::size_t size() = 0;
  virtual std::size_t memory() = 0;
  virtual void clear(bool close, Items& old) = 0;
  // One that was closed, and is empty, is there again.
  virtual void open() = 0;

  const TableType& type() const noexcept { return type_; }

 protected:
  static constexpr std::size_t chunk = 64;  // objects that a traversal takes at once
  [[noreturn]] void refuse() const {
    closed_.raise(closed_.sentence);
    std::abort();
  }

  const TableType& type_;

 private:
  TableRefusal closed_;
};

std::unique_ptr<TableStore> make_hash_store(const TableType& type, TableKind kind, std::size_t shards,
                                            TableRefusal closed);
std::unique_ptr<TableStore> make_ordered_store(const TableType& type, TableRefusal closed);

}  // namespace throng::detail
