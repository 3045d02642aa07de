// The part of a table that does not know its types: who owns it, who may use it, where its objects are.
//
// Thread: in a process.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <throng/base/owned.hpp>
#include <throng/stdlib/table_item.hpp>
#include <throng/stdlib/table_options.hpp>
#include <throng/vm/possession.hpp>

namespace throng::detail {

class TableStore;
class TableCore;
class TableNames;
class Tenure;

using ItemReader = void (*)(const TableItem&, void* context);
using ItemWriter = void (*)(TableItem&, void* context);
enum class Modified : std::uint8_t { absent, done, is_seen };  // is_seen: somebody looks at it just now

// Where a traversal is: a place in the store, not a key, so that it survives what happens to objects.
struct TablePosition {
  std::size_t shard = 0;
  std::size_t slot = 0;
  ItemRef last{};  // where there is an order
};

// How a table of certain types tells its new owner.
struct TableVoice {
  void (*tell)(Pid to, std::shared_ptr<TableCore> table, Pid from, std::string data);
  void (*tell_heir)(const Farewell& farewell, Pid to, std::shared_ptr<TableCore> table, std::string data);
};

class TableCore final : public std::enable_shared_from_this<TableCore> {
 public:
  // The caller's. Errors: BadTable if the name is taken.
  static std::shared_ptr<TableCore> create(const TableType& type, TableKind kind, const TableVoice& voice,
                                           TableOptions options);
  // Null: no table has the name. Errors: BadTable if it has other types.
  static std::shared_ptr<TableCore> find(std::string_view name, const TableType& type, TableKind kind);
  // For create().
  TableCore(const TableType& type, TableKind kind, const TableVoice& voice, TableOptions options);
  ~TableCore();

  // -- objects; see TableStore. Errors: BadTable.
  bool insert(std::span<ItemRef> items, bool only_new);
  ItemRef find(KeyRef key);
  Items find_all(KeyRef key);
  bool read(KeyRef key, ItemReader reader, void* context);
  // The object that shall be changed.
  ItemRef find_to_write(KeyRef key);
  bool exchange(KeyRef key, const TableItem* expected, ItemRef replacement);
  Modified modify(KeyRef key, ItemWriter writer, void* context);
  Items take(KeyRef key);
  std::size_t erase_object(const TableItem& object, bool only_itself);
  bool next_chunk(TablePosition& position, Items& found);
  ItemRef first();
  ItemRef last();
  ItemRef next(KeyRef key);
  ItemRef previous(KeyRef key);
  std::size_t size();
  void clear();

  // -- the table
  void check_write();
  void destroy();
  bool exists() const;
  std::optional<TableInfo> info();
  void rename(std::string name);
  void set_heir(Pid heir, std::string data);
  bool give_away(Pid to, std::string data);

 private:
  friend class Tenure;
  friend class TableNames;

  void check_read();
  void require_owner(const char* call);
  [[noreturn]] void refuse(const char* what) const;
  std::string label() const;
  void close() noexcept;
  void inherit(const Farewell& farewell, const Tenure& ending) noexcept;

  // -- constant after construction
  const TableType& type_;
  const TableKind kind_;
  const TableAccess access_;
  const TableVoice& voice_;
  TableNames& names_;
  const Owned<TableStore> store_;
  // Protocol: the bits of the owner's pid. Stored under mutex_, relaxed; loaded relaxed: the owner itself
  // learned of it by a message or has done it, others are refused whichever they see.
  std::atomic<std::uint64_t> owner_{0};

  mutable std::mutex mutex_;
  // -- guarded by mutex_
  std::string name_;
  Pid heir_;
  std::string heir_data_;
  std::shared_ptr<Tenure> tenure_;  // null: the table is gone
};

[[noreturn]] void null_table();

}  // namespace throng::detail
