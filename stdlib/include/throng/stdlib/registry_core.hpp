// The part of a registry that does not know its types: entries of processes by key, which go with their
// processes (REG-1). It is there for as long as somebody has a handle to it; it runs while a process owns it.
//
// Thread: in a process.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <throng/base/owned.hpp>
#include <throng/mailbox/message.hpp>
#include <throng/stdlib/table_core.hpp>
#include <throng/vm/possession.hpp>

namespace throng {

namespace registry {

enum class Keys : std::uint8_t {
  unique,     // a key has one entry
  duplicate,  // several, of one process or of many
};

struct Options {
  std::string name{};  // of the process that owns it, and by which others find it; empty: none
  Keys keys = Keys::unique;
  std::size_t partitions = 8;            // locks that registering processes share
  std::vector<std::string> listeners{};  // names of processes that are told of entries that come and go
};

// A registry that does not run, runs already, or has other keys than the call needs.
class BadRegistry : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

}  // namespace registry

namespace detail {

class KeyLocks;
class RegistryOwner;

// How a registry of certain types speaks of its items.
struct RegistryVoice {
  Pid (*process_of)(const TableItem&);
  void (*entered)(Pid server, const std::string& registry, const TableItem&);
  void (*left)(Pid server, const std::string& registry, const TableItem&);
  void (*left_at_end)(const Farewell&, Pid server, const std::string& registry, const TableItem&);
};

class RegistryCore final : public Possession, public std::enable_shared_from_this<RegistryCore> {
 public:
  // The one of that name, running or not; without a name a new one. Errors: BadRegistry if it has other
  // types.
  static std::shared_ptr<RegistryCore> find(std::string_view name, const TableType& type,
                                            const RegistryVoice& voice);
  RegistryCore(std::string name, const TableType& type, const RegistryVoice& voice);
  ~RegistryCore() override;

  // It runs from now on, and for as long as the caller lives. Errors: BadRegistry if it does.
  void open(const registry::Options& options);

  const std::string& name() const noexcept { return name_; }
  registry::Keys keys() const noexcept;
  Pid process() const noexcept;
  bool is_running() const noexcept { return static_cast<bool>(process()); }

  // -- entries. Errors: BadRegistry if it does not run.
  // The caller's. Who has the unique key already, or nothing.
  std::optional<Pid> enter(ItemRef item);
  // These, of the caller's.
  void leave(const Items& items);
  bool replace(const ItemRef& item, ItemRef by);
  ItemRef find(KeyRef key);
  Items find_all(KeyRef key);
  Items of(Pid process);
  bool next_chunk(TablePosition& position, Items& found);
  std::size_t size();

  void acquire(const ItemRef& key);
  void release(const ItemRef& key) noexcept;

  void put_meta(std::string name, Message value);
  bool get_meta(const std::string& name, const MessageType& type, void (*take)(void*, const void*), void* to);
  bool erase_meta(const std::string& name);

  void give_up(const Farewell& farewell) noexcept override;  // of a process that has entries

 private:
  friend class RegistryOwner;

  // Entries by process: what goes when it ends.
  struct Bin;
  static constexpr std::size_t bins = 16;

  Bin& bin_of(Pid process) noexcept;
  TableStore& store();
  void close() noexcept;
  Pid try_open(const registry::Options& options, Pid by);  // who runs it already
  bool try_enter(TableStore& entries, const ItemRef& item, Pid by, bool only_new);
  void require_running() const;

  const std::string name_;
  const TableType& type_;
  const RegistryVoice& voice_;
  const std::unique_ptr<Bin[]> bins_;
  const std::shared_ptr<KeyLocks> locks_;

  mutable std::mutex mutex_;
  // -- guarded by mutex_
  Owned<TableStore> kept_store_;  // made by the first open(), never changed
  std::map<std::string, Message> meta_;
  // Protocol: the store once there is one, stored release when it is complete, loaded acquire.
  std::atomic<TableStore*> store_{nullptr};
  // Protocol: stored by open() and close() alone, under mutex_, and loaded relaxed: the store says whether it
  // is open, under its locks, which order these.
  std::atomic<std::uint64_t> process_{0};
  std::atomic<registry::Keys> keys_{registry::Keys::unique};
  std::atomic<bool> has_listeners_{false};
};

}  // namespace detail
}  // namespace throng
