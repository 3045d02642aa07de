// Objects in the order of their keys, in one tree behind one lock that readers share. A traversal goes on
// behind the last key that it gave, whether that is still there or not.
#include <set>

#include "held.hpp"
#include "shared_lock.hpp"
#include "table_store.hpp"

namespace throng::detail {
namespace {

// The item may be changed for one of the same key.
struct Place {
  mutable ItemRef item;
};

struct PlaceLess {
  using is_transparent = void;
  bool (*less)(const void*, const void*);
  bool operator()(const Place& a, const Place& b) const { return less(a.item.key(), b.item.key()); }
  bool operator()(const Place& a, KeyRef b) const { return less(a.item.key(), b.key); }
  bool operator()(KeyRef a, const Place& b) const { return less(a.key, b.item.key()); }
};

class OrderedStore final : public TableStore {
 public:
  OrderedStore(const TableType& type, TableRefusal closed)
      : TableStore(type, std::move(closed)), places_(PlaceLess{type.less}) {}

  bool insert(std::span<ItemRef> items, bool only_new, Items& old) override {
    old.reserve(items.size());
    Held lock(mutex_);
    check();
    for (const ItemRef& item : items) {
      if (only_new && places_.contains(KeyRef{item.key(), 0})) return false;
    }
    for (ItemRef& item : items) {
      auto place = places_.lower_bound(KeyRef{item.key(), 0});
      if (place == places_.end() || type_.less(item.key(), place->item.key())) {
        places_.emplace_hint(place, Place{std::move(item)});
      } else {
        old.push_back(std::exchange(place->item, std::move(item)));
      }
    }
    return true;
  }
  ItemRef find(KeyRef key) override {
    HeldShared lock(mutex_);
    check();
    auto place = places_.find(key);
    return place != places_.end() ? place->item : ItemRef();
  }
  void find_all(KeyRef key, Items& found) override {
    if (ItemRef item = find(key)) found.push_back(std::move(item));
  }
  bool read(KeyRef key, ItemReader reader, void* context) override {
    HeldShared lock(mutex_);
    check();
    auto place = places_.find(key);
    if (place == places_.end()) return false;
    reader(*place->item, context);
    return true;
  }
  bool exchange(KeyRef key, const TableItem* expected, ItemRef replacement, Items& old) override {
    Held lock(mutex_);
    check();
    auto place = places_.find(key);
    if ((place != places_.end() ? place->item.get() : nullptr) != expected) return false;
    if (place == places_.end()) {
      if (replacement) places_.insert(Place{std::move(replacement)});
    } else if (replacement) {
      old.push_back(std::exchange(place->item, std::move(replacement)));
    } else {
      remove(place, old);
    }
    return true;
  }
  Modified modify(KeyRef key, ItemWriter writer, void* context) override {
    Held lock(mutex_);
    check();
    auto place = places_.find(key);
    if (place == places_.end()) return Modified::absent;
    if (!place->item.is_sole()) return Modified::is_seen;
    writer(*place->item, context);
    return Modified::done;
  }
  void erase(KeyRef key, Items& old) override {
    Held lock(mutex_);
    check();
    if (auto place = places_.find(key); place != places_.end()) remove(place, old);
  }
  void erase_object(const TableItem& object, bool only_itself, Items& old) override {
    Held lock(mutex_);
    check();
    auto place = places_.find(KeyRef{type_.key_of(object), 0});
    if (place == places_.end()) return;
    if (only_itself ? place->item.get() == &object : type_.same(*place->item, object)) remove(place, old);
  }

  bool next_chunk(TablePosition& position, Items& found) override {
    HeldShared lock(mutex_);
    check();
    auto place = position.last ? places_.upper_bound(KeyRef{position.last.key(), 0}) : places_.begin();
    for (; place != places_.end() && found.size() < chunk; ++place) found.push_back(place->item);
    if (!found.empty()) position.last = found.back();
    return !found.empty();
  }
  ItemRef first() override {
    HeldShared lock(mutex_);
    check();
    return places_.empty() ? ItemRef() : places_.begin()->item;
  }
  ItemRef last() override {
    HeldShared lock(mutex_);
    check();
    return places_.empty() ? ItemRef() : places_.rbegin()->item;
  }
  ItemRef next(KeyRef key, bool& known) override {
    known = true;
    HeldShared lock(mutex_);
    check();
    auto place = places_.upper_bound(key);
    return place != places_.end() ? place->item : ItemRef();
  }
  ItemRef previous(KeyRef key, bool& known) override {
    known = true;
    HeldShared lock(mutex_);
    check();
    auto place = places_.lower_bound(key);
    return place != places_.begin() ? std::prev(place)->item : ItemRef();
  }

  std::size_t size() override {
    HeldShared lock(mutex_);
    check();
    return places_.size();
  }
  std::size_t memory() override {
    constexpr std::size_t node = sizeof(Place) + 4 * sizeof(void*);  // colour and three neighbours
    return sizeof(*this) + size() * (node + type_.item_size);
  }
  void clear(bool close, Items& old) override {
    Held lock(mutex_);
    if (!close) check();
    for (const Place& place : places_) old.push_back(std::move(place.item));
    places_.clear();
    closed_ = closed_ || close;
  }
  void open() override {
    Held lock(mutex_);
    closed_ = false;
  }

 private:
  using Places = std::set<Place, PlaceLess>;

  void check() const {
    if (closed_) refuse();
  }
  void remove(Places::iterator place, Items& old) {
    old.push_back(std::move(place->item));
    places_.erase(place);
  }

  SharedLock mutex_;
  // -- guarded by mutex_
  Places places_;
  bool closed_ = false;
};

}  // namespace

std::unique_ptr<TableStore> make_ordered_store(const TableType& type, TableRefusal closed) {
  return std::make_unique<OrderedStore>(type, std::move(closed));
}

}  // namespace throng::detail
