// What tables and registries keep: objects with a key, erased. An object is made before anybody can see it
// and does not change while more than one can; a change puts another in its place. So readers hold what they
// read by a reference and look at it outside of every lock, and functions of users never run inside one.
//
// Thread: any.
#pragma once

#include <array>
#include <atomic>
#include <optional>
#include <string>
#include <throng/mailbox/message_type.hpp>
#include <tuple>
#include <utility>
#include <vector>

namespace throng::detail {

struct TableItem;

struct TableType {
  const MessageType& key_type;
  const MessageType& value_type;
  std::size_t item_size;
  const void* (*key_of)(const TableItem&) noexcept;
  bool (*equal)(const void* key, const void* other);              // null for ordered ones
  bool (*less)(const void* key, const void* other);               // null for the others
  bool (*same)(const TableItem& object, const TableItem& other);  // keys known to be equal; null: no ==
  void (*destroy)(TableItem*) noexcept;
};

struct TableItem {
  TableItem(const TableType& its_type, std::uint64_t key_hash) noexcept : type(its_type), hash(key_hash) {}

  // Protocol: as in Shared. Added to relaxed by who holds a reference; taken from acq_rel, the last one
  // destroys. A table that holds the only reference, under its lock, may change the object.
  mutable std::atomic<std::uint32_t> references{1};
  const TableType& type;
  const std::uint64_t hash;
};

class ItemRef {
 public:
  ItemRef() = default;
  explicit ItemRef(TableItem* adopted) noexcept : item_(adopted) {}
  ItemRef(const ItemRef& other) noexcept : item_(other.item_) {
    // relaxed: a new reference comes of a living one
    if (item_ != nullptr) item_->references.fetch_add(1, std::memory_order_relaxed);
  }
  ItemRef(ItemRef&& other) noexcept : item_(std::exchange(other.item_, nullptr)) {}
  ItemRef& operator=(ItemRef other) noexcept {
    std::swap(item_, other.item_);
    return *this;
  }
  ~ItemRef() {
    // pairs: the other holders' fetch_sub
    if (item_ != nullptr && item_->references.fetch_sub(1, std::memory_order_acq_rel) == 1)
      item_->type.destroy(item_);
  }

  explicit operator bool() const noexcept { return item_ != nullptr; }
  TableItem* get() const noexcept { return item_; }
  TableItem& operator*() const noexcept { return *item_; }
  TableItem* operator->() const noexcept { return item_; }
  const void* key() const noexcept { return item_->type.key_of(*item_); }
  bool is_sole() const noexcept {
    return item_->references.load(std::memory_order_acquire) == 1;  // pairs: the other holders' fetch_sub
  }

 private:
  TableItem* item_ = nullptr;
};

using Items = std::vector<ItemRef>;

// A key as it is looked for. For as long as a call.
struct KeyRef {
  const void* key;
  std::uint64_t hash;
};

// -- hashing: std::hash, and what is made of such

constexpr std::uint64_t mixed(std::uint64_t bits) noexcept {
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9U;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebU;
  return bits ^ (bits >> 31);
}

template <class T>
concept HasStdHash = requires(const T& value) {
  static_cast<std::uint64_t>(std::hash<T>{}(value));
};

template <class T>
struct TableHash {
  static constexpr bool exists = HasStdHash<T>;
  static std::uint64_t of(const T& value) { return mixed(std::hash<T>{}(value) + 0x9e3779b97f4a7c15U); }
};
template <class... Ts>
struct TableHash<std::tuple<Ts...>> {
  static constexpr bool exists = (TableHash<Ts>::exists && ...);
  static std::uint64_t of(const std::tuple<Ts...>& value) {
    return std::apply(
        [](const Ts&... fields) {
          std::uint64_t hash = sizeof...(Ts);
          ((hash = mixed(hash * 31 + TableHash<Ts>::of(fields))), ...);
          return hash;
        },
        value);
  }
};
template <class A, class B>
struct TableHash<std::pair<A, B>> {
  static constexpr bool exists = TableHash<A>::exists && TableHash<B>::exists;
  static std::uint64_t of(const std::pair<A, B>& value) {
    return mixed(TableHash<A>::of(value.first) * 31 + TableHash<B>::of(value.second));
  }
};
template <class T>
struct HashOfMany {
  static constexpr bool exists = TableHash<T>::exists;
  template <class Range>
  static std::uint64_t of_all(const Range& values) {
    std::uint64_t hash = 0;
    for (const T& value : values) hash = mixed(hash * 31 + TableHash<T>::of(value));
    return hash;
  }
};
template <class T>
requires(!HasStdHash<std::vector<T>>) struct TableHash<std::vector<T>> : HashOfMany<T> {
  static std::uint64_t of(const std::vector<T>& values) { return HashOfMany<T>::of_all(values); }
};
template <class T, std::size_t N>
struct TableHash<std::array<T, N>> : HashOfMany<T> {
  static std::uint64_t of(const std::array<T, N>& values) { return HashOfMany<T>::of_all(values); }
};

template <class T>
concept HasLess = requires(const T& a, const T& b) {
  static_cast<bool>(a < b);
};
template <class T>
concept HasEqual = requires(const T& a, const T& b) {
  static_cast<bool>(a == b);
};

// -- the typed side

// `Object` has a member `key`; `ordered` says what the key must be able to do.
template <class Object, bool ordered>
struct ItemOf : TableItem {
  using Key = std::remove_const_t<decltype(Object::key)>;

  template <class... Args>
  ItemOf(std::uint64_t key_hash, Args&&... args)
      : TableItem(type(), key_hash), object{std::forward<Args>(args)...} {}

  static const Object& in(const TableItem& item) noexcept { return static_cast<const ItemOf&>(item).object; }
  static Object& in(TableItem& item) noexcept { return static_cast<ItemOf&>(item).object; }
  static std::uint64_t hash_of([[maybe_unused]] const Key& key) {
    if constexpr (ordered) {
      return 0;
    } else {
      return TableHash<Key>::of(key);
    }
  }
  static KeyRef ref(const Key& key) { return {&key, hash_of(key)}; }
  static ItemRef make(Object made) {
    std::uint64_t hash = hash_of(made.key);
    return ItemRef(new ItemOf(hash, std::move(made)));
  }

  static const void* key_of(const TableItem& item) noexcept { return &in(item).key; }
  static bool equal(const void* a, const void* b) {
    return static_cast<bool>(*static_cast<const Key*>(a) == *static_cast<const Key*>(b));
  }
  static bool less(const void* a, const void* b) {
    return static_cast<bool>(*static_cast<const Key*>(a) < *static_cast<const Key*>(b));
  }
  static bool same(const TableItem& a, const TableItem& b) { return in(a).same_value(in(b)); }
  static void destroy(TableItem* item) noexcept { delete static_cast<ItemOf*>(item); }

  static const TableType& type() noexcept {
    static constexpr TableType described{message_type_of<Key>, message_type_of<typename Object::Value>,
                                         sizeof(ItemOf),       key_of,
                                         pick_equal(),         pick_less(),
                                         pick_same(),          destroy};
    return described;
  }

  Object object;

 private:
  using Compare = bool (*)(const void*, const void*);
  static constexpr Compare pick_equal() {
    if constexpr (ordered) {
      return nullptr;
    } else {
      return equal;
    }
  }
  static constexpr Compare pick_less() {
    if constexpr (ordered && HasLess<Key>) {
      return less;
    } else {
      return nullptr;
    }
  }
  static constexpr bool (*pick_same())(const TableItem&, const TableItem&) {
    if constexpr (HasEqual<typename Object::Value>) {
      return same;
    } else {
      return nullptr;
    }
  }
};

}  // namespace throng::detail
