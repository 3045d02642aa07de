// Tables that processes share: what Erlang has as ets (ETS-1). A table belongs to the process that made it
// and goes with it, or to its heir, before anybody hears of that process's end.
//
//     auto scores = Table<std::string, int>::create({.access = TableAccess::public_table});
//     scores.insert("ada", 1);
//     scores.update_counter("ada", 1);           // atomic, by whoever
//     std::optional<int> ada = scores.lookup("ada");
//
// A Table is a handle: a small value that is copied and sent. Each call is one atomic step, unless it says
// otherwise. Functions given to a table run in the calling process and under no lock, so they may do anything
// and capture anything; those that change an object get a copy, and run again if somebody else was faster.
// Only hashing and comparing keys, and values of a bag, happens under a lock: these must not call the
// runtime, nor throw.
//
// Thread: in a process. Errors: BadTable for a table that is gone and where access is refused; the null
// handle is std::logic_error.
#pragma once

#include <throng/stdlib/table_typed.hpp>
#include <throng/vm/send.hpp>

namespace throng {

template <class Key, class Value, TableKind kind = TableKind::set>
class Table;

// What a process is told that has got a table, as an heir or by give_away(): Erlang's ETS-TRANSFER.
template <class Key, class Value, TableKind kind = TableKind::set>
struct TableTransfer {
  Table<Key, Value, kind> table;
  Pid from;
  std::string data;
};

template <class Key, class Value, TableKind kind>
class Table {
  using Core = detail::TableCore;
  using ItemRef = detail::ItemRef;
  using Typed = detail::TypedTable<Key, Value, kind>;
  using Item = typename Typed::Item;
  static constexpr bool single = Typed::single;

 public:
  static constexpr bool sendable = true;
  using Object = std::pair<Key, Value>;
  using Objects = std::vector<Object>;
  using Transfer = TableTransfer<Key, Value, kind>;
  // What a key has: one value or none, or several.
  using Found = std::conditional_t<single, std::optional<Value>, std::vector<Value>>;

  // No table. Make one, or find one.
  Table() = default;
  // A new table, the caller's. Errors: BadTable if the name is taken.
  static Table create(TableOptions options = {}) {
    detail::require_table<Key, Value, kind>();
    return Table(Core::create(Item::type(), kind, voice, std::move(options)));
  }
  // The table of that name. Errors: BadTable if it is of other types.
  static std::optional<Table> find(std::string_view name) {
    auto core = Core::find(name, Item::type(), kind);
    return core ? std::optional(Table(std::move(core))) : std::nullopt;
  }
  // The same. Errors: BadTable if there is none.
  static Table named(std::string_view name) {
    std::optional<Table> found = find(name);
    if (!found) throw BadTable("throng: there is no table \"" + std::string(name) + "\"");
    return *std::move(found);
  }

  explicit operator bool() const noexcept { return core_ != nullptr; }
  friend bool operator==(const Table& a, const Table& b) noexcept { return a.core_ == b.core_; }

  // -- putting in

  // Replaces the key's object; in a bag, adds one.
  void insert(Key key, Value value) const {
    ItemRef item = Typed::make(std::move(key), std::move(value));
    core().insert({&item, 1}, false);
  }
  // All in one atomic step.
  void insert(Objects objects) const {
    detail::Items items = Typed::items_of(std::move(objects));
    core().insert(items, false);
  }
  // False: the key is there, and nothing has changed.
  bool insert_new(Key key, Value value) const {
    ItemRef item = Typed::make(std::move(key), std::move(value));
    return core().insert({&item, 1}, true);
  }
  // All or none, in one atomic step.
  bool insert_new(Objects objects) const {
    detail::Items items = Typed::items_of(std::move(objects));
    return core().insert(items, true);
  }

  // -- looking

  // Copies, in a bag in the order of their insertion.
  Found lookup(const Key& key) const {
    if constexpr (!single) {
      return Typed::values_of(core().find_all(Item::ref(key)));
    } else if constexpr (std::is_trivially_copyable_v<Value>) {
      Found found;
      core().read(
          Item::ref(key),
          [](const detail::TableItem& item, void* to) {
            static_cast<Found*>(to)->emplace(Item::in(item).value);
          },
          &found);
      return found;
    } else {
      ItemRef item = core().find(Item::ref(key));
      return item ? Found(Typed::value_in(item)) : Found();
    }
  }
  bool member(const Key& key) const { return static_cast<bool>(core().find(Item::ref(key))); }
  // Calls f(value) without copying it. False: there is none.
  template <class F>
  bool with(const Key& key, F&& f) const {
    Typed::require_single();
    ItemRef item = core().find(Item::ref(key));
    if (item) f(Typed::value_in(item));
    return static_cast<bool>(item);
  }
  std::size_t size() const { return core().size(); }

  // -- taking out

  // How many objects there were.
  std::size_t erase(const Key& key) const { return core().take(Item::ref(key)).size(); }
  // Objects with this key and a value equal to this one: how many.
  std::size_t erase_object(Key key, Value value) const {
    static_assert(detail::HasEqual<Value>, "throng: erase_object() needs values with ==");
    ItemRef like = Typed::make(std::move(key), std::move(value));
    return core().erase_object(*like, false);
  }
  Found take(const Key& key) const {
    detail::Items taken = core().take(Item::ref(key));
    if constexpr (single) {
      return taken.empty() ? Found() : Found(Typed::value_in(taken.front()));
    } else {
      return Typed::values_of(taken);
    }
  }
  void clear() const { core().clear(); }

  // -- changing; not for bags

  // Calls f(value), which may change it; in one atomic step, for which f may have to run again. What f
  // returned, or nothing if there is no such key; where f returns nothing, whether there was one.
  template <class F>
  auto update(const Key& key, F&& f) const {
    Typed::require_single();
    using Result = std::invoke_result_t<F&, Value&>;
    if constexpr (std::is_void_v<Result>) {
      return Typed::update(core(), key, f, nullptr);
    } else {
      std::optional<Result> result;
      Typed::update(core(), key, f, &result);
      return result;
    }
  }
  // The same; if there is no such key, f changes this value, which is then put there.
  template <class F>
  auto update(const Key& key, F&& f, Value initial) const {
    Typed::require_single();
    using Result = std::invoke_result_t<F&, Value&>;
    if constexpr (std::is_void_v<Result>) {
      Typed::update_or_insert(core(), key, f, initial, nullptr);
    } else {
      std::optional<Result> result;
      Typed::update_or_insert(core(), key, f, initial, &result);
      return *std::move(result);
    }
  }

  // Adds to an integer value, or to an integer member of it; wraps around. The new value, or nothing if there
  // is no such key.
  auto update_counter(const Key& key, CounterStep step) const {
    return Typed::count(core(), key, step, typename Typed::Whole());
  }
  template <class Member, class Class>
  auto update_counter(const Key& key, Member Class::*member, CounterStep step) const {
    return Typed::count(core(), key, step, typename Typed::template Part<Member, Class>{member});
  }
  // The same; if there is no such key, it adds to this value, which is then put there.
  auto update_counter(const Key& key, CounterStep step, Value initial) const {
    return Typed::count_or_insert(core(), key, step, typename Typed::Whole(), initial);
  }
  template <class Member, class Class>
  auto update_counter(const Key& key, Member Class::*member, CounterStep step, Value initial) const {
    return Typed::count_or_insert(core(), key, step, typename Typed::template Part<Member, Class>{member},
                                  initial);
  }

  // -- one key after another; an ordered_set goes on from keys that are not there, the others throw

  std::optional<Key> first() const { return Typed::key_of(core().first()); }
  std::optional<Key> last() const { return Typed::key_of(core().last()); }
  std::optional<Key> next(const Key& key) const { return Typed::key_of(core().next(Item::ref(key))); }
  std::optional<Key> prev(const Key& key) const { return Typed::key_of(core().previous(Item::ref(key))); }

  // -- all objects, step by step. What is there all the time is visited exactly once, as it was at some time
  // during the visit; the objects of one key come together; an ordered_set is visited in order.

  template <class F>
  void for_each(F&& f) const {
    Typed::for_each(core(), [&](const ItemRef& item) { f(Typed::key_in(item), Typed::value_in(item)); });
  }
  // from = f(from, key, value) for each.
  template <class Accumulated, class F>
  Accumulated fold(Accumulated from, F&& f) const {
    for_each([&](const Key& key, const Value& value) { from = f(std::move(from), key, value); });
    return from;
  }
  // Those for which predicate(key, value) holds.
  template <class P>
  Objects select(P&& predicate) const {
    Objects found;
    for_each([&](const Key& key, const Value& value) {
      if (predicate(key, value)) found.emplace_back(key, value);
    });
    return found;
  }
  template <class P>
  std::size_t count_if(P&& predicate) const {
    std::size_t found = 0;
    for_each([&](const Key& key, const Value& value) { found += predicate(key, value) ? 1U : 0U; });
    return found;
  }
  Objects to_vector() const {
    return select([](const Key&, const Value&) { return true; });
  }
  // Each object goes in the state for which the predicate holds. How many.
  template <class P>
  std::size_t select_delete(P&& predicate) const {
    return Typed::change_each(core(), [&](const ItemRef& item) -> std::optional<std::size_t> {
      if (!predicate(Typed::key_in(item), Typed::value_in(item))) return 0;
      std::size_t erased = core().erase_object(*item, true);
      return erased > 0 ? std::optional(erased) : std::nullopt;
    });
  }
  // What f(key, value), an optional, gives takes the place of the value that f saw. How many.
  template <class F>
  std::size_t select_replace(F&& f) const {
    Typed::require_single();
    return Typed::change_each(core(), [&](const ItemRef& item) -> std::optional<std::size_t> {
      std::optional<Value> made = f(Typed::key_in(item), Typed::value_in(item));
      if (!made) return 0;
      core().check_write();
      ItemRef next = Typed::make(Typed::key_in(item), *std::move(made));
      bool done = core().exchange(Typed::ref_of(item), item.get(), std::move(next));
      return done ? std::optional<std::size_t>(1) : std::nullopt;
    });
  }

  // A walk that can be interrupted: for_each in pieces. Belongs to one process.
  class Traversal {
   public:
    // About so many objects at least, or all that are left; empty: there are no more.
    Objects next(std::size_t at_least = 1) {
      Objects found;
      while (more_ && found.size() < at_least) {
        detail::Items chunk;
        more_ = table_.core().next_chunk(position_, chunk);
        for (const ItemRef& item : chunk) found.emplace_back(Typed::key_in(item), Typed::value_in(item));
      }
      return found;
    }

   private:
    friend class Table;
    explicit Traversal(Table table) noexcept : table_(std::move(table)) {}
    Table table_;
    detail::TablePosition position_{};
    bool more_ = true;
  };
  Traversal traverse() const { return Traversal(*this); }

  // -- the table

  // Nothing once it is gone.
  std::optional<TableInfo> info() const { return core().info(); }
  bool exists() const { return core().exists(); }
  // By who may write. Returns when nobody finds it any more.
  void destroy() const { core().destroy(); }
  void rename(std::string name) const { core().rename(std::move(name)); }
  // By the owner. Null: nobody.
  void set_heir(Pid heir, std::string data = {}) const { core().set_heir(heir, std::move(data)); }
  // By the owner: the other gets a Transfer. False: it does not live, and the table stays the caller's.
  bool give_away(Pid to, std::string data = {}) const { return core().give_away(to, std::move(data)); }

 private:
  static void tell(Pid to, std::shared_ptr<Core> core, Pid from, std::string data) {
    send(to, Transfer{Table(std::move(core)), from, std::move(data)});
  }
  static void tell_heir(const Farewell& farewell, Pid to, std::shared_ptr<Core> core, std::string data) {
    farewell.send(to, Transfer{Table(std::move(core)), farewell.process(), std::move(data)});
  }
  static constexpr detail::TableVoice voice{tell, tell_heir};

  explicit Table(std::shared_ptr<Core> core) noexcept : core_(std::move(core)) {}
  Core& core() const {
    if (!core_) [[unlikely]]
      detail::null_table();
    return *core_;
  }

  std::shared_ptr<Core> core_;
};

}  // namespace throng
