// Registries: processes under keys of any type, with a value each (REG-1). An entry belongs to the process
// that made it and goes with it, before anybody hears of that process's end.
//
//     auto players = registry::start_link<std::string>({.name = "players"});
//     players.register_key("ada");                                   // the caller
//     std::optional<Pid> ada = players.whereis("ada");
//     ServerName<Game> game = players.via<Game>("game 7");           // a name as good as any
//     gen_server::start_link<Game>({.name = players.name_for("game 7")});
//
// A Directory is a handle: a small value that is copied and sent. One that has a name survives restarts of
// the registry, which then is empty. Looking up and registering happen in the caller, without a message.
// Functions given to a Directory run in the caller and under no lock, so they may do anything. Hashing and
// comparing keys must not call the runtime, nor throw.
//
// Thread: in a process. Errors: BadRegistry while the registry does not run.
#pragma once

#include <throng/stdlib/gen_server.hpp>
#include <throng/stdlib/registry_core.hpp>
#include <throng/stdlib/table_typed.hpp>

namespace throng::registry {

// The value of an entry that has none.
struct None {
  bool operator==(const None&) const = default;
};

template <class Value = None>
struct Entry {
  Pid process;
  Value value;
};
template <class Key, class Value = None>
struct Record {
  Key key;
  Pid process;
  Value value;
};

// Who has the unique key: the caller, if it has it already.
struct AlreadyRegistered {
  Pid process;
};

// What listeners are told, in the order in which it happened to each key.
template <class Key, class Value = None>
struct Registered {
  std::string registry;
  Key key;
  Pid process;
  Value value;
};
template <class Key>
struct Unregistered {
  std::string registry;
  Key key;
  Pid process;
};

template <class Key, class Value = None>
class Directory;

}  // namespace throng::registry

namespace throng::detail {

template <class K, class V>
struct RegistryObject {
  using Value = V;
  K key;
  Pid process;
  V value;
  bool same_value(const RegistryObject& other) const { return process == other.process; }
};

template <class Key, class Value>
struct TypedRegistry {
  using Item = ItemOf<RegistryObject<Key, Value>, false>;
  using LockItem = ItemOf<TableObject<Key, registry::None>, false>;

  static const RegistryObject<Key, Value>& in(const ItemRef& item) { return Item::in(std::as_const(*item)); }

  static Pid process_of(const TableItem& item) { return Item::in(item).process; }
  static void entered(Pid server, const std::string& name, const TableItem& item) {
    const auto& entry = Item::in(item);
    send(server, registry::Registered<Key, Value>{name, entry.key, entry.process, entry.value});
  }
  static void left(Pid server, const std::string& name, const TableItem& item) {
    send(server, registry::Unregistered<Key>{name, Item::in(item).key, Item::in(item).process});
  }
  static void left_at_end(const Farewell& farewell, Pid server, const std::string& name,
                          const TableItem& item) {
    farewell.send(server, registry::Unregistered<Key>{name, Item::in(item).key, Item::in(item).process});
  }
  static constexpr RegistryVoice voice{process_of, entered, left, left_at_end};

  static std::shared_ptr<RegistryCore> core(std::string_view name) {
    require_table<Key, Value, TableKind::set>();
    return RegistryCore::find(name, Item::type(), voice);
  }
};

[[noreturn]] void refuse_via(const RegistryCore& registry, const char* why);

// A key of a registry as the name of a process.
template <class Key, class Value>
class ViaRecord final : public NameRecord {
 public:
  ViaRecord(registry::Directory<Key, Value> directory, Key key, Value value)
      : directory_(std::move(directory)), key_(std::move(key)), value_(std::move(value)) {}

  std::optional<Pid> claim() const override {
    directory_.require_names();
    try {
      auto registered = directory_.register_key(key_, value_);
      return registered ? std::nullopt : std::optional(registered.error().process);
    } catch (const registry::BadRegistry&) {
      directory_.require_names();  // it has just ended
      throw;
    }
  }
  std::optional<Pid> find() const override {
    try {
      return directory_.process() ? directory_.whereis(key_) : std::nullopt;
    } catch (const registry::BadRegistry&) {
      if (directory_.process()) throw;
      return std::nullopt;
    }
  }
  std::string text() const override { return "a key of the registry \"" + directory_.name() + "\""; }

 private:
  const registry::Directory<Key, Value> directory_;
  const Key key_;
  const Value value_;
};

}  // namespace throng::detail

namespace throng::registry {

template <class Key, class Value>
class Directory {
  using Typed = detail::TypedRegistry<Key, Value>;
  using Item = typename Typed::Item;
  using ItemRef = detail::ItemRef;

 public:
  static constexpr bool sendable = true;
  using Entries = std::vector<Entry<Value>>;
  using Records = std::vector<Record<Key, Value>>;

  // The registry of that name, running or not. Errors: BadRegistry if it is of other types.
  explicit Directory(std::string_view name) : core_(Typed::core(name)) {}

  const std::string& name() const noexcept { return core_->name(); }
  Keys keys_kind() const noexcept { return core_->keys(); }
  // Whose the registry is; null: it does not run.
  Pid process() const noexcept { return core_->process(); }
  friend bool operator==(const Directory& a, const Directory& b) noexcept { return a.core_ == b.core_; }

  // -- the caller's entries

  // Refused if the key is unique and somebody has it. With duplicate keys a process may have several entries
  // under one.
  Expected<void, AlreadyRegistered> register_key(Key key, Value value = {}) const {
    std::optional<Pid> holder = core_->enter(Item::make({std::move(key), self(), std::move(value)}));
    if (holder) return Unexpected(AlreadyRegistered{*holder});
    return {};
  }
  // All of the caller's under this key: how many.
  std::size_t unregister_key(const Key& key) const {
    return unregister_match(key, [](const Value&) { return true; });
  }
  // Those whose value the predicate takes.
  template <class P>
  std::size_t unregister_match(const Key& key, P&& predicate) const {
    detail::Items mine = core_->find_all(Item::ref(key));
    std::erase_if(mine, [&, me = self()](const ItemRef& item) {
      return Typed::in(item).process != me || !predicate(Typed::in(item).value);
    });
    if (!mine.empty()) core_->leave(mine);
    return mine.size();
  }
  // Puts f(value) in the place of the caller's value under a unique key: the new and the old one, or nothing
  // if the caller does not have the key. Errors: BadRegistry where keys are not unique.
  template <class F>
  std::optional<std::pair<Value, Value>> update_value(const Key& key, F&& f) const {
    require_unique("update_value() needs unique keys");
    ItemRef item = core_->find(Item::ref(key));
    if (!item || Typed::in(item).process != self()) return std::nullopt;
    Value next = f(Typed::in(item).value);
    if (!core_->replace(item, Item::make({key, self(), next}))) return std::nullopt;
    return std::pair(std::move(next), Typed::in(item).value);
  }

  // -- everybody's

  // Who has the unique key. Errors: BadRegistry where keys are not unique.
  std::optional<Pid> whereis(const Key& key) const {
    require_unique("whereis() needs unique keys; use lookup()");
    ItemRef item = core_->find(Item::ref(key));
    return item ? std::optional(Typed::in(item).process) : std::nullopt;
  }
  // The key's entries, oldest first.
  Entries lookup(const Key& key) const {
    return match(key, [](const Entry<Value>&) { return true; });
  }
  // Those of lookup() that the predicate takes.
  template <class P>
  Entries match(const Key& key, P&& predicate) const {
    Entries entries;
    for (const ItemRef& item : core_->find_all(Item::ref(key))) {
      Entry<Value> entry{Typed::in(item).process, Typed::in(item).value};
      if (predicate(std::as_const(entry))) entries.push_back(std::move(entry));
    }
    return entries;
  }
  template <class P>
  std::size_t count_match(const Key& key, P&& predicate) const {
    return match(key, std::forward<P>(predicate)).size();
  }
  // Calls f(entries) in the caller, if there are any: the way to publish.
  template <class F>
  void dispatch(const Key& key, F&& f) const {
    if (Entries entries = lookup(key); !entries.empty()) f(std::as_const(entries));
  }
  // The values that a process has under the key.
  std::vector<Value> values(const Key& key, Pid process) const {
    std::vector<Value> values;
    for (const ItemRef& item : core_->find_all(Item::ref(key))) {
      if (Typed::in(item).process == process) values.push_back(Typed::in(item).value);
    }
    return values;
  }
  // The keys of a process, in the order of registering; one for each entry.
  std::vector<Key> keys(Pid process) const {
    std::vector<Key> keys;
    for (const ItemRef& item : core_->of(process)) keys.push_back(Typed::in(item).key);
    return keys;
  }

  // -- all entries, step by step; what is there all the time is visited exactly once

  template <class F>
  void for_each(F&& f) const {  // f(key, process, value)
    detail::TablePosition position;
    detail::Items chunk;
    for (bool more = true; more; chunk.clear()) {
      more = core_->next_chunk(position, chunk);
      for (const ItemRef& item : chunk)
        f(Typed::in(item).key, Typed::in(item).process, Typed::in(item).value);
    }
  }
  template <class P>
  Records select(P&& predicate) const {
    Records records;
    for_each([&](const Key& key, Pid process, const Value& value) {
      if (predicate(key, process, value)) records.push_back({key, process, value});
    });
    return records;
  }
  template <class P>
  std::size_t count_select(P&& predicate) const {
    std::size_t count = 0;
    for_each([&](const Key& key, Pid process, const Value& value) {
      count += predicate(key, process, value) ? 1U : 0U;
    });
    return count;
  }
  std::size_t count() const { return core_->size(); }

  // -- names: a key that is a process's name wherever one is taken. Errors: BadName where keys are not unique

  ProcessName name_for(Key key, Value value = {}) const {
    return ProcessName(
        std::make_unique<detail::ViaRecord<Key, Value>>(*this, std::move(key), std::move(value)));
  }
  template <class Server>
  ServerName<Server> via(Key key, Value value = {}) const {
    return ServerName<Server>(name_for(std::move(key), std::move(value)));
  }

  // Runs f while no other process is in lock() with this key; the process waits its turn. Has nothing to do
  // with entries. The end of a process ends its locks. Errors: std::logic_error if the caller has it already.
  template <class F>
  auto lock(Key key, F&& f) const {
    struct Held {
      const std::shared_ptr<detail::RegistryCore>& core;
      ItemRef key;
      ~Held() { core->release(key); }
    };
    ItemRef item = Typed::LockItem::make({std::move(key), None{}});
    core_->acquire(item);
    Held held{core_, item};
    return f();
  }

  // -- properties of the registry, gone with its process

  template <class T>
  void put_meta(std::string name, T value) const {
    core_->put_meta(std::move(name), detail::make_message<Shared<T>>(detail::message_kind, std::move(value)));
  }
  // Nothing if there is none of this type.
  template <class T>
  std::optional<Shared<T>> meta(const std::string& name) const {
    std::optional<Shared<T>> found;
    core_->get_meta(
        name, detail::message_type_of<Shared<T>>,
        [](void* to, const void* value) {
          static_cast<std::optional<Shared<T>>*>(to)->emplace(*static_cast<const Shared<T>*>(value));
        },
        &found);
    return found;
  }
  bool erase_meta(const std::string& name) const { return core_->erase_meta(name); }

 private:
  template <class K, class V>
  friend class DirectoryServer;
  friend class detail::ViaRecord<Key, Value>;

  void require_unique(const char* why) const {
    if (core_->keys() != Keys::unique) throw BadRegistry(std::string("throng: ") + why);
  }
  void require_names() const {
    if (core_->keys() != Keys::unique)
      detail::refuse_via(*core_, "has duplicate keys, and a name has one process");
    if (!process()) detail::refuse_via(*core_, "does not run");
  }

  std::shared_ptr<detail::RegistryCore> core_;
};

// What runs a registry: an ordinary server, for supervisors as well. All it does is to be there, and to tell
// the listeners.
template <class Key, class Value = None>
class DirectoryServer {
 public:
  using Protocol = Messages<>;
  using Info = Messages<Registered<Key, Value>, Unregistered<Key>>;

  explicit DirectoryServer(Options options) : DirectoryServer(Directory<Key, Value>(options.name), options) {}
  DirectoryServer(Directory<Key, Value> directory, Options options)
      : directory_(std::move(directory)), listeners_(std::move(options.listeners)) {
    options.listeners = listeners_;
    directory_.core_->open(options);
  }

  void handle_info(Registered<Key, Value> event) const { tell(event); }
  void handle_info(Unregistered<Key> event) const { tell(event); }

 private:
  template <class Event>
  void tell(const Event& event) const {
    for (const std::string& name : listeners_) {
      if (std::optional<Pid> listener = throng::whereis(name)) send(*listener, event);
    }
  }

  Directory<Key, Value> directory_;
  std::vector<std::string> listeners_;
};

// Starts a registry, linked to the caller. Errors: StartFailed, as where the name is taken.
template <class Key, class Value = None>
Directory<Key, Value> start_link(Options options = {}) {
  Directory<Key, Value> directory(options.name);
  StartOptions start{.name = ProcessName(options.name)};
  gen_server::start_link<DirectoryServer<Key, Value>>(std::move(start), directory, std::move(options));
  return directory;
}
template <class Key, class Value = None>
Expected<Directory<Key, Value>, StartError> try_start_link(Options options = {}) {
  Directory<Key, Value> directory(options.name);
  StartOptions start{.name = ProcessName(options.name)};
  auto started = gen_server::try_start_link<DirectoryServer<Key, Value>>(std::move(start), directory,
                                                                         std::move(options));
  if (!started) return Unexpected(std::move(started).error());
  return directory;
}

}  // namespace throng::registry
