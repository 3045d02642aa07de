// What a Table does with the types of its objects, apart from its interface: it makes items of values and
// changes them by putting others in their place.
//
// Thread: in a process.
#pragma once

#include <throng/mailbox/shared.hpp>
#include <throng/stdlib/table_core.hpp>
#include <throng/stdlib/table_counter.hpp>

namespace throng::detail {

template <class K, class V>
struct TableObject {
  using Value = V;
  K key;
  V value;
  bool same_value(const TableObject& other) const { return static_cast<bool>(value == other.value); }
};

template <class T>
constexpr void require_table_part() {
  require_sendable<T>();
  static_assert(
      !Sendable<T> || (std::is_same_v<T, std::decay_t<T>> && Constant<T> && std::is_copy_constructible_v<T>),
      "throng: keys and values of a table are copied and stay constant; put what can't into a Shared");
}

template <class Key, class Value, TableKind kind>
constexpr void require_table() {
  require_table_part<Key>();
  require_table_part<Value>();
  if constexpr (kind == TableKind::ordered_set) {
    static_assert(HasLess<Key>, "throng: the keys of an ordered_set need an operator<");
  } else {
    static_assert(TableHash<Key>::exists && HasEqual<Key>,
                  "throng: the keys of a table need std::hash and ==, or are tuples of such; an ordered_set "
                  "needs operator<");
  }
  static_assert(kind != TableKind::bag || HasEqual<Value>,
                "throng: the values of a bag need ==, as no two objects of a bag are equal");
}

template <class Key, class Value, TableKind kind>
struct TypedTable {
  using Item = ItemOf<TableObject<Key, Value>, kind == TableKind::ordered_set>;
  static constexpr bool single = kind == TableKind::set || kind == TableKind::ordered_set;

  static constexpr void require_single() {
    static_assert(single,
                  "throng: this call is for a set or an ordered_set: a bag may have several objects per key");
  }

  // -- between values and items

  static ItemRef make(Key key, Value value) { return Item::make({std::move(key), std::move(value)}); }
  static const Key& key_in(const ItemRef& item) { return Item::in(std::as_const(*item)).key; }
  static const Value& value_in(const ItemRef& item) { return Item::in(std::as_const(*item)).value; }
  static KeyRef ref_of(const ItemRef& item) { return {item.key(), item->hash}; }

  static Items items_of(std::vector<std::pair<Key, Value>> objects) {
    Items items;
    items.reserve(objects.size());
    for (auto& [key, value] : objects) items.push_back(make(std::move(key), std::move(value)));
    return items;
  }
  static std::vector<Value> values_of(const Items& items) {
    std::vector<Value> values;
    values.reserve(items.size());
    for (const ItemRef& item : items) values.push_back(value_in(item));
    return values;
  }
  static std::optional<Key> key_of(const ItemRef& item) {
    return item ? std::optional<Key>(key_in(item)) : std::nullopt;
  }

  // -- changing. `result`: where f's goes; null: it returns nothing

  // Puts a changed copy of `base` in the place of `expected`. False: somebody was faster.
  template <class F, class Result>
  static bool replace(TableCore& core, const ItemRef& base, const ItemRef& expected, F& f, Result result) {
    ItemRef next = make(key_in(base), value_in(base));
    if constexpr (std::is_null_pointer_v<Result>) {
      f(Item::in(*next).value);
    } else {
      result->emplace(f(Item::in(*next).value));
    }
    return core.exchange(ref_of(base), expected.get(), std::move(next));
  }

  // False: there is no such key.
  template <class F, class Result>
  static bool update(TableCore& core, const Key& key, F& f, Result result) {
    for (;;) {
      ItemRef seen = core.find_to_write(Item::ref(key));
      if (!seen) {
        if constexpr (!std::is_null_pointer_v<Result>) result->reset();
        return false;
      }
      if (replace(core, seen, seen, f, result)) return true;
    }
  }
  template <class F, class Result>
  static void update_or_insert(TableCore& core, const Key& key, F& f, const Value& initial, Result result) {
    for (;;) {
      ItemRef seen = core.find_to_write(Item::ref(key));
      if (replace(core, seen ? seen : make(key, initial), seen, f, result)) return;
    }
  }

  // -- counting

  struct Whole {
    Value& operator()(Value& value) const { return value; }
  };
  template <class Member, class Class>
  struct Part {
    Member Class::*member;
    Member& operator()(Value& value) const { return value.*member; }
  };

  template <class Place>
  static auto count(TableCore& core, const Key& key, const CounterStep& step, Place place) {
    require_single();
    using Integer = std::remove_reference_t<decltype(place(std::declval<Value&>()))>;
    struct Context {
      const CounterStep& step;
      Place& place;
      std::optional<Integer> result;
    } context{step, place, {}};
    Modified modified = core.modify(
        Item::ref(key),
        [](TableItem& item, void* opaque) {
          auto& in = *static_cast<Context*>(opaque);
          in.result = step_integer(in.place(Item::in(item).value), in.step);
        },
        &context);
    if (modified == Modified::is_seen) {
      auto one_step = [&](Value& value) { return step_integer(place(value), step); };
      update(core, key, one_step, &context.result);
    }
    return context.result;
  }
  template <class Place>
  static auto count_or_insert(TableCore& core, const Key& key, const CounterStep& step, Place place,
                              const Value& initial) {
    auto result = count(core, key, step, place);
    if (!result) {
      auto one_step = [&](Value& value) { return step_integer(place(value), step); };
      update_or_insert(core, key, one_step, initial, &result);
    }
    return *result;
  }

  // -- all objects

  template <class F>
  static void for_each(TableCore& core, F f) {
    TablePosition position;
    Items chunk;
    for (bool more = true; more; chunk.clear()) {
      more = core.next_chunk(position, chunk);
      for (ItemRef& item : chunk) f(item);
    }
  }
  // f(item) says how many it has changed; nothing: somebody has changed the object meanwhile, and f gets what
  // is there now. Of a bag's objects one that is gone has not become another.
  template <class F>
  static std::size_t change_each(TableCore& core, F f) {
    std::size_t sum = 0;
    for_each(core, [&](ItemRef& item) {
      std::optional<std::size_t> done;
      while (item && !(done = f(item))) item = single ? core.find(ref_of(item)) : ItemRef();
      sum += done.value_or(0);
    });
    return sum;
  }
};

}  // namespace throng::detail
