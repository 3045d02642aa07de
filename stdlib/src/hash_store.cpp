// Objects by the hash of their keys, in shards that are locked apart. A shard is an array of slots, one for
// each key, and a table of chains into it.
//
// Invariants:
//   1. A key keeps its slot for as long as it has an object; a traversal goes through the slots in order, so
//      it meets every key that stays exactly once, whatever else comes and goes.
//   2. Several shards are locked in the order of their numbers.
#include <algorithm>
#include <array>
#include <bit>

#include "held.hpp"
#include "shared_lock.hpp"
#include "table_store.hpp"

namespace throng::detail {
namespace {

constexpr std::uint32_t none = ~std::uint32_t{0};
constexpr std::size_t slots_at_once = 1024;  // that a traversal looks at under the lock

struct Slot {
  ItemRef item{};                 // the oldest object; null: the slot is free
  std::unique_ptr<Items> more{};  // the key's others
  std::uint32_t next = none;      // in the chain, or in the list of free slots

  std::size_t objects() const noexcept { return item ? 1 + (more ? more->size() : 0) : 0; }
};

struct alignas(64) Shard {
  SharedLock mutex;
  // -- guarded by mutex
  std::vector<std::uint32_t> chains;  // first slots; a power of two, or empty
  std::vector<Slot> slots;
  std::uint32_t free = none;
  std::size_t keys = 0;
  std::size_t objects = 0;
  bool closed = false;

  std::uint32_t& chain_of(std::uint64_t hash) noexcept { return chains[hash & (chains.size() - 1)]; }

  // The link that leads to the key's slot, or null.
  std::uint32_t* find_link(const TableType& type, KeyRef key) {
    if (chains.empty()) return nullptr;
    for (std::uint32_t* link = &chain_of(key.hash); *link != none; link = &slots[*link].next) {
      const ItemRef& item = slots[*link].item;
      if (item->hash == key.hash && type.equal(item.key(), key.key)) return link;
    }
    return nullptr;
  }
  Slot* find(const TableType& type, KeyRef key) {
    std::uint32_t* link = find_link(type, key);
    return link != nullptr ? &slots[*link] : nullptr;
  }

  void add(ItemRef item) {
    if (keys >= chains.size()) grow();
    std::uint32_t number = free;
    if (number != none) {
      free = slots[number].next;
    } else {
      number = static_cast<std::uint32_t>(slots.size());
      slots.emplace_back();
    }
    std::uint32_t& chain = chain_of(item->hash);
    slots[number].item = std::move(item);
    slots[number].next = std::exchange(chain, number);
    ++keys;
    ++objects;
  }

  void remove(std::uint32_t* link, Items& old) {
    std::uint32_t number = *link;
    Slot& slot = slots[number];
    *link = slot.next;
    objects -= slot.objects();
    old.push_back(std::move(slot.item));
    if (slot.more) std::move(slot.more->begin(), slot.more->end(), std::back_inserter(old));
    slot.more.reset();
    slot.next = std::exchange(free, number);
    if (--keys == 0) reset();
  }

  // Nobody is in the middle of what is not there: positions may begin again.
  void reset() {
    slots = std::vector<Slot>();
    chains = std::vector<std::uint32_t>();
    free = none;
    keys = objects = 0;
  }

  void grow() {
    std::vector<std::uint32_t> wider(std::max<std::size_t>(8, chains.size() * 2), none);
    slots.reserve(std::max(slots.size(), wider.size()));
    chains = std::move(wider);
    for (std::uint32_t number = 0; number < slots.size(); ++number) {
      Slot& slot = slots[number];
      if (slot.item) slot.next = std::exchange(chain_of(slot.item->hash), number);
    }
  }
};

class HashStore final : public TableStore {
 public:
  HashStore(const TableType& type, TableKind kind, std::size_t shards, TableRefusal closed)
      : TableStore(type, std::move(closed)),
        kind_(kind),
        count_(std::bit_ceil(shards)),
        shards_(std::make_unique<Shard[]>(count_)) {}

  bool insert(std::span<ItemRef> items, bool only_new, Items& old) override;
  ItemRef find(KeyRef key) override {
    Shard& shard = shard_of(key.hash);
    HeldShared lock(shard.mutex);
    if (shard.closed) refuse();
    Slot* slot = shard.find(type_, key);
    return slot != nullptr ? slot->item : ItemRef();
  }
  void find_all(KeyRef key, Items& found) override {
    Shard& shard = shard_of(key.hash);
    HeldShared lock(shard.mutex);
    if (shard.closed) refuse();
    if (Slot* slot = shard.find(type_, key)) append(*slot, found);
  }
  bool read(KeyRef key, ItemReader reader, void* context) override {
    Shard& shard = shard_of(key.hash);
    HeldShared lock(shard.mutex);
    if (shard.closed) refuse();
    Slot* slot = shard.find(type_, key);
    if (slot == nullptr) return false;
    reader(*slot->item, context);
    return true;
  }
  bool exchange(KeyRef key, const TableItem* expected, ItemRef replacement, Items& old) override;
  Modified modify(KeyRef key, ItemWriter writer, void* context) override {
    Shard& shard = shard_of(key.hash);
    Held lock(shard.mutex);
    if (shard.closed) refuse();
    Slot* slot = shard.find(type_, key);
    if (slot == nullptr) return Modified::absent;
    if (!slot->item.is_sole()) return Modified::is_seen;
    writer(*slot->item, context);
    return Modified::done;
  }
  void erase(KeyRef key, Items& old) override {
    Shard& shard = shard_of(key.hash);
    Held lock(shard.mutex);
    if (shard.closed) refuse();
    if (std::uint32_t* link = shard.find_link(type_, key)) shard.remove(link, old);
  }
  void erase_object(const TableItem& object, bool only_itself, Items& old) override;

  bool next_chunk(TablePosition& position, Items& found) override;
  ItemRef first() override { return first_from(0, 0); }
  // Where there is no order, the first is the last as well, and before is after: as in Erlang.
  ItemRef last() override { return first(); }
  ItemRef next(KeyRef key, bool& known) override;
  ItemRef previous(KeyRef key, bool& known) override { return next(key, known); }

  std::size_t size() override {
    return sum([](const Shard& shard) { return shard.objects; });
  }
  std::size_t memory() override {
    std::size_t item_size = type_.item_size;
    return sizeof(*this) + count_ * sizeof(Shard) + sum([item_size](const Shard& shard) {
             return shard.chains.capacity() * sizeof(std::uint32_t) + shard.slots.capacity() * sizeof(Slot) +
                    shard.objects * item_size;
           });
  }
  void clear(bool close, Items& old) override;
  void open() override {
    for (std::size_t i = 0; i < count_; ++i) {
      Held lock(shards_[i].mutex);
      shards_[i].closed = false;
    }
  }

 private:
  Shard& shard_of(std::uint64_t hash) noexcept { return shards_[number_of(hash)]; }
  // The upper bits: the lower ones choose the chain.
  std::size_t number_of(std::uint64_t hash) const noexcept { return (hash >> 40) & (count_ - 1); }

  static void append(const Slot& slot, Items& found) {
    found.push_back(slot.item);
    if (slot.more) found.insert(found.end(), slot.more->begin(), slot.more->end());
  }
  void insert_one(Shard& shard, ItemRef item, Items& old);
  void erase_from(Slot& slot, Shard& shard, std::uint32_t* link, std::size_t index, Items& old);
  ItemRef first_from(std::size_t shard, std::size_t slot);

  // Of all shards at one time.
  template <class F>
  std::size_t sum(F of) {
    NoPreempt no_preempt;
    std::vector<std::shared_lock<SharedLock>> locks;
    locks.reserve(count_);
    for (std::size_t i = 0; i < count_; ++i) locks.emplace_back(shards_[i].mutex);
    std::size_t all = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      if (shards_[i].closed) refuse();
      all += of(shards_[i]);
    }
    return all;
  }

  const TableKind kind_;
  const std::size_t count_;
  const std::unique_ptr<Shard[]> shards_;
};

void HashStore::insert_one(Shard& shard, ItemRef item, Items& old) {
  Slot* slot = shard.find(type_, {item.key(), item->hash});
  if (slot == nullptr) {
    shard.add(std::move(item));
    return;
  }
  if (kind_ == TableKind::set) {
    std::swap(slot->item, item);
    old.push_back(std::move(item));
    return;
  }
  if (kind_ == TableKind::bag) {
    bool there = type_.same(*slot->item, *item);
    for (std::size_t i = 0; !there && slot->more && i < slot->more->size(); ++i)
      there = type_.same(*(*slot->more)[i], *item);
    if (there) {
      old.push_back(std::move(item));
      return;
    }
  }
  if (!slot->more) slot->more = std::make_unique<Items>();
  slot->more->push_back(std::move(item));
  ++shard.objects;
}

bool HashStore::insert(std::span<ItemRef> items, bool only_new, Items& old) {
  std::vector<std::size_t> numbers;
  for (const ItemRef& item : items) numbers.push_back(number_of(item->hash));
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  NoPreempt no_preempt;
  std::vector<std::unique_lock<SharedLock>> locks;
  locks.reserve(numbers.size());
  for (std::size_t number : numbers) {
    locks.emplace_back(shards_[number].mutex);
    if (shards_[number].closed) refuse();
  }
  for (std::size_t i = 0; only_new && i < items.size(); ++i) {
    if (shard_of(items[i]->hash).find(type_, {items[i].key(), items[i]->hash}) != nullptr) return false;
  }
  old.reserve(items.size());
  for (ItemRef& item : items) {
    Shard& shard = shard_of(item->hash);
    insert_one(shard, std::move(item), old);
  }
  return true;
}

bool HashStore::exchange(KeyRef key, const TableItem* expected, ItemRef replacement, Items& old) {
  Shard& shard = shard_of(key.hash);
  Held lock(shard.mutex);
  if (shard.closed) refuse();
  std::uint32_t* link = shard.find_link(type_, key);
  Slot* slot = link != nullptr ? &shard.slots[*link] : nullptr;
  if ((slot != nullptr ? slot->item.get() : nullptr) != expected) return false;
  if (slot == nullptr) {
    if (replacement) shard.add(std::move(replacement));
  } else if (replacement) {
    old.push_back(std::exchange(slot->item, std::move(replacement)));
  } else {
    shard.remove(link, old);
  }
  return true;
}

// Object number `index` of the slot; the rest keep their order.
void HashStore::erase_from(Slot& slot, Shard& shard, std::uint32_t* link, std::size_t index, Items& old) {
  if (!slot.more) {
    shard.remove(link, old);
    return;
  }
  if (index == 0) {
    old.push_back(std::move(slot.item));
    slot.item = std::move(slot.more->front());
    index = 1;
  } else {
    old.push_back(std::move((*slot.more)[index - 1]));
  }
  slot.more->erase(slot.more->begin() + static_cast<std::ptrdiff_t>(index - 1));
  if (slot.more->empty()) slot.more.reset();
  --shard.objects;
}

void HashStore::erase_object(const TableItem& object, bool only_itself, Items& old) {
  Shard& shard = shard_of(object.hash);
  Held lock(shard.mutex);
  if (shard.closed) refuse();
  std::uint32_t* link = shard.find_link(type_, {type_.key_of(object), object.hash});
  if (link == nullptr) return;
  std::size_t number = *link;
  for (std::size_t i = shard.slots[number].objects(); i-- > 0;) {
    Slot& slot = shard.slots[number];
    const ItemRef& there = i == 0 ? slot.item : (*slot.more)[i - 1];
    if (only_itself ? there.get() != &object : !type_.same(*there, object)) continue;
    bool was_last = slot.objects() == 1;
    erase_from(slot, shard, link, i, old);
    if (was_last) return;
  }
}

bool HashStore::next_chunk(TablePosition& position, Items& found) {
  if (position.shard >= count_) return false;
  Shard& shard = shards_[position.shard];
  HeldShared lock(shard.mutex);
  if (shard.closed) refuse();
  std::size_t end = std::min(shard.slots.size(), position.slot + slots_at_once);
  while (position.slot < end && found.size() < chunk) {
    const Slot& slot = shard.slots[position.slot++];
    if (slot.item) append(slot, found);
  }
  if (position.slot < shard.slots.size()) return true;
  position = {position.shard + 1, 0, {}};
  return true;
}

ItemRef HashStore::first_from(std::size_t number, std::size_t at) {
  for (; number < count_; ++number, at = 0) {
    Shard& shard = shards_[number];
    HeldShared lock(shard.mutex);
    if (shard.closed) refuse();
    for (; at < shard.slots.size(); ++at) {
      if (shard.slots[at].item) return shard.slots[at].item;
    }
  }
  return {};
}

ItemRef HashStore::next(KeyRef key, bool& known) {
  std::size_t number = number_of(key.hash);
  std::size_t at = 0;
  {
    Shard& shard = shards_[number];
    HeldShared lock(shard.mutex);
    if (shard.closed) refuse();
    std::uint32_t* link = shard.find_link(type_, key);
    known = link != nullptr;
    if (!known) return {};
    at = *link + std::size_t{1};
  }
  return first_from(number, at);
}

void HashStore::clear(bool close, Items& old) {
  NoPreempt no_preempt;
  std::vector<std::unique_lock<SharedLock>> locks;
  locks.reserve(count_);
  for (std::size_t i = 0; i < count_; ++i) {
    locks.emplace_back(shards_[i].mutex);
    if (shards_[i].closed && !close) refuse();
  }
  for (std::size_t i = 0; i < count_; ++i) {
    Shard& shard = shards_[i];
    for (Slot& slot : shard.slots) {
      if (slot.more) std::move(slot.more->begin(), slot.more->end(), std::back_inserter(old));
      if (slot.item) old.push_back(std::move(slot.item));
    }
    shard.reset();
    shard.closed = shard.closed || close;
  }
}

}  // namespace

std::unique_ptr<TableStore> make_hash_store(const TableType& type, TableKind kind, std::size_t shards,
                                            TableRefusal closed) {
  return std::make_unique<HashStore>(type, kind, shards, std::move(closed));
}

}  // namespace throng::detail
