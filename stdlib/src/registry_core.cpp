// Invariants:
//   1. A process's entries are made and unmade by itself, or by its end; so between a look at them and a
//      change of them nobody else comes.
//   2. An entry gets into the store and into its process's bin without a call of the runtime's between: the
//      end of the process finds it in both or in none.
//   3. A bin's lock is taken before those of the store.
#include <throng/stdlib/registry_core.hpp>

#include <algorithm>
#include <throng/vm/process.hpp>
#include <throng/vm/runtime_local.hpp>
#include <unordered_map>

#include "held.hpp"
#include "key_locks.hpp"
#include "table_store.hpp"

namespace throng::detail {

// What the process that runs a registry owns.
class RegistryOwner final : public Possession {
 public:
  explicit RegistryOwner(std::shared_ptr<RegistryCore> registry) : core(std::move(registry)) {}
  void give_up(const Farewell&) noexcept override {
    if (core) core->close();
  }

  std::shared_ptr<RegistryCore> core;  // null: it was refused. The owning process's alone
};

namespace {

// The runtime's registries by name, for as long as somebody has them.
struct RegistryNames {
  std::mutex mutex;
  std::unordered_map<std::string, std::weak_ptr<RegistryCore>> cores;  // guarded by mutex
};

[[noreturn]] void raise(const std::string& sentence) { throw registry::BadRegistry(sentence); }

std::string label(const std::string& name) {
  return name.empty() ? "throng: this registry" : "throng: the registry \"" + name + "\"";
}

}  // namespace

std::shared_ptr<RegistryCore> RegistryCore::find(std::string_view name, const TableType& type,
                                                 const RegistryVoice& voice) {
  if (name.empty()) return std::make_shared<RegistryCore>(std::string(), type, voice);
  auto& names = throng::runtime_local<RegistryNames>();
  Held lock(names.mutex);
  std::erase_if(names.cores, [](const auto& named) { return named.second.expired(); });
  std::weak_ptr<RegistryCore>& place = names.cores[std::string(name)];
  std::shared_ptr<RegistryCore> core = place.lock();
  if (!core) {
    core = std::make_shared<RegistryCore>(std::string(name), type, voice);
    place = core;
  } else if (!same_type(core->type_.key_type, type.key_type) ||
             !same_type(core->type_.value_type, type.value_type)) {
    raise(label(core->name_) + " is of other types: its keys are " + std::string(core->type_.key_type.name) +
          ", its values " + std::string(core->type_.value_type.name));
  }
  return core;
}

struct alignas(64) RegistryCore::Bin {
  std::mutex mutex;
  std::unordered_map<Pid, Items> of;  // guarded by mutex
};

RegistryCore::Bin& RegistryCore::bin_of(Pid process) noexcept { return bins_[mixed(process.bits()) % bins]; }

RegistryCore::RegistryCore(std::string name, const TableType& type, const RegistryVoice& voice)
    : name_(std::move(name)),
      type_(type),
      voice_(voice),
      bins_(std::make_unique<Bin[]>(bins)),
      locks_(std::make_shared<KeyLocks>()) {}

RegistryCore::~RegistryCore() = default;

void RegistryCore::open(const registry::Options& options) {
  auto owner = std::make_shared<RegistryOwner>(shared_from_this());
  NoPreempt in_one_piece;  // nor ended in between (EXT-6): what it owns is given up as it stands
  Pid me = self();
  if (!own(owner)) return;  // its end is settled (EXT-5)
  Pid other = try_open(options, me);
  if (!other) return;
  owner->core = nullptr;
  disown(*owner);
  raise(label(name_) + " runs already, in " + other.text());
}

Pid RegistryCore::try_open(const registry::Options& options, Pid by) {
  Held lock(mutex_);
  if (Pid other = process()) return other;
  if (!kept_store_) {
    TableRefusal closed{label(name_) + " does not run: it was not started, or its process has ended", raise};
    kept_store_ = make_hash_store(type_, TableKind::duplicate_bag,
                                  std::max<std::size_t>(1, options.partitions), std::move(closed));
    store_.store(kept_store_.get(), std::memory_order_release);  // pairs: store()'s acquire
  }
  keys_.store(options.keys, std::memory_order_relaxed);                         // relaxed: see the fields
  has_listeners_.store(!options.listeners.empty(), std::memory_order_relaxed);  // relaxed: see the fields
  process_.store(by.bits(), std::memory_order_relaxed);                         // relaxed: see the fields
  kept_store_->open();
  return {};
}

void RegistryCore::close() noexcept {
  Items old;
  std::map<std::string, Message> meta;
  {
    Held lock(mutex_);
    process_.store(0, std::memory_order_relaxed);  // relaxed: see the fields
    if (kept_store_) kept_store_->clear(true, old);
    meta.swap(meta_);
    for (std::size_t i = 0; i < bins; ++i) {
      Held bin_lock(bins_[i].mutex);
      for (auto& [process, items] : bins_[i].of)
        std::move(items.begin(), items.end(), std::back_inserter(old));
      bins_[i].of.clear();
    }
  }
}

registry::Keys RegistryCore::keys() const noexcept {
  return keys_.load(std::memory_order_relaxed);  // relaxed: see the fields
}

Pid RegistryCore::process() const noexcept {
  return Pid(process_.load(std::memory_order_relaxed));  // relaxed: see the fields
}

TableStore& RegistryCore::store() {
  charge(2);
  TableStore* made = store_.load(std::memory_order_acquire);  // pairs: open()'s release
  if (made == nullptr) raise(label(name_) + " does not run: it was not started");
  return *made;
}

void RegistryCore::require_running() const {
  charge(1);
  if (!is_running()) raise(label(name_) + " does not run: it was not started, or its process has ended");
}

// -- entries

std::optional<Pid> RegistryCore::enter(ItemRef item) {
  TableStore& entries = store();
  Pid me = self();
  if (!own(shared_from_this())) return std::nullopt;  // its end is settled (EXT-5)
  bool only_new = keys() == registry::Keys::unique;
  while (!try_enter(entries, item, me, only_new)) {
    if (ItemRef holder = entries.find({item.key(), item->hash})) return voice_.process_of(*holder);
  }
  if (has_listeners_.load(std::memory_order_relaxed))  // relaxed: see the fields
    voice_.entered(process(), name_, *item);
  return std::nullopt;
}

// Both under the bin's lock: close() empties the store first and the bins then.
bool RegistryCore::try_enter(TableStore& entries, const ItemRef& item, Pid by, bool only_new) {
  Items old;
  ItemRef entered = item;
  Bin& bin = bin_of(by);
  Held lock(bin.mutex);
  if (!entries.insert({&entered, 1}, only_new, old)) return false;
  bin.of[by].push_back(item);
  return true;
}

void RegistryCore::leave(const Items& items) {
  TableStore& entries = store();
  Pid me = self();
  Items old;
  bool has_more = true;
  {
    Bin& bin = bin_of(me);
    Held lock(bin.mutex);
    auto mine = bin.of.find(me);
    for (const ItemRef& item : items) {
      entries.erase_object(*item, true, old);
      if (mine == bin.of.end()) continue;
      std::erase_if(mine->second, [&](const ItemRef& entry) { return entry.get() == item.get(); });
    }
    has_more = mine != bin.of.end() && !mine->second.empty();
    if (mine != bin.of.end() && !has_more) bin.of.erase(mine);
  }
  if (has_listeners_.load(std::memory_order_relaxed)) {  // relaxed: see the fields
    for (const ItemRef& item : items) voice_.left(process(), name_, *item);
  }
  if (!has_more) disown(*this);
}

bool RegistryCore::replace(const ItemRef& item, ItemRef by) {
  TableStore& entries = store();
  Items old;
  Bin& bin = bin_of(self());
  Held lock(bin.mutex);
  if (!entries.exchange({item.key(), item->hash}, item.get(), by, old)) return false;
  for (ItemRef& entry : bin.of[voice_.process_of(*item)]) {
    if (entry.get() == item.get()) std::swap(entry, by);
  }
  return true;
}

ItemRef RegistryCore::find(KeyRef key) { return store().find(key); }
Items RegistryCore::find_all(KeyRef key) {
  Items found;
  store().find_all(key, found);
  return found;
}
Items RegistryCore::of(Pid process) {
  require_running();
  Bin& bin = bin_of(process);
  Held lock(bin.mutex);
  auto entries = bin.of.find(process);
  return entries != bin.of.end() ? entries->second : Items();
}
bool RegistryCore::next_chunk(TablePosition& position, Items& found) {
  bool more = store().next_chunk(position, found);
  if (!found.empty()) charge(static_cast<std::int32_t>(found.size()));
  return more;
}
std::size_t RegistryCore::size() { return store().size(); }

void RegistryCore::give_up(const Farewell& farewell) noexcept {
  Items mine;
  {
    Bin& bin = bin_of(farewell.process());
    Held lock(bin.mutex);
    auto entries = bin.of.extract(farewell.process());
    if (entries) mine = std::move(entries.mapped());
  }
  TableStore* entries = store_.load(std::memory_order_acquire);  // pairs: open()'s release
  for (const ItemRef& item : mine) {
    Items old;
    try {
      entries->erase_object(*item, true, old);
    } catch (const registry::BadRegistry&) {
      return;  // it has ended, and its entries with it
    }
    if (has_listeners_.load(std::memory_order_relaxed))  // relaxed: see the fields
      voice_.left_at_end(farewell, process(), name_, *item);
  }
}

// -- locks and properties

void RegistryCore::acquire(const ItemRef& key) {
  require_running();
  locks_->acquire(key);
}
void RegistryCore::release(const ItemRef& key) noexcept { locks_->release(key); }

void RegistryCore::put_meta(std::string name, Message value) {
  require_running();
  Held lock(mutex_);
  std::swap(meta_[std::move(name)], value);
}
bool RegistryCore::get_meta(const std::string& name, const MessageType& type,
                            void (*take)(void*, const void*), void* to) {
  require_running();
  Held lock(mutex_);
  auto value = meta_.find(name);
  if (value == meta_.end() || !same_type(*value->second.get()->type, type)) return false;
  take(to, value->second.payload());
  return true;
}
bool RegistryCore::erase_meta(const std::string& name) {
  require_running();
  Message old;
  Held lock(mutex_);
  auto value = meta_.find(name);
  if (value == meta_.end()) return false;
  old = std::move(value->second);
  meta_.erase(value);
  return true;
}

void refuse_via(const RegistryCore& registry, const char* why) {
  throw BadName(label(registry.name()) + " " + why);
}

}  // namespace throng::detail
