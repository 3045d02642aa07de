// Who owns a table, who may use it, and what becomes of it when its owner ends. Objects are the store's.
//
// Invariants:
//   1. A table is owned through its current Tenure. A Tenure is given up once, by the process that got it;
//      only the current one takes the table along, so an owner that was is nobody.
//   2. Between taking a Tenure over and writing it down the process makes no call of the runtime's.
#include <throng/stdlib/table_core.hpp>

#include <throng/vm/process.hpp>
#include <throng/vm/runtime_local.hpp>
#include <unordered_map>

#include "held.hpp"
#include "shared_lock.hpp"
#include "table_store.hpp"

namespace throng::detail {

// One process's time as the owner.
class Tenure final : public Possession {
 public:
  explicit Tenure(std::shared_ptr<TableCore> core) : core_(std::move(core)) {}
  void give_up(const Farewell& farewell) noexcept override {
    std::shared_ptr<TableCore> core = core_;
    core->inherit(farewell, *this);
  }

  bool ended = false;  // guarded by the table's mutex_

 private:
  const std::shared_ptr<TableCore> core_;
};

// The runtime's tables by name.
class TableNames {
 public:
  bool add(const std::string& name, std::shared_ptr<TableCore> table) {
    Held lock(mutex_);
    return tables_.try_emplace(name, std::move(table)).second;
  }
  void remove(const std::string& name, const TableCore& table) {
    std::shared_ptr<TableCore> old;
    Held lock(mutex_);
    auto named = tables_.find(name);
    if (named == tables_.end() || named->second.get() != &table) return;
    old = std::move(named->second);
    tables_.erase(named);
  }
  std::shared_ptr<TableCore> find(std::string_view name) {
    HeldShared lock(mutex_);
    auto named = tables_.find(std::string(name));
    return named != tables_.end() ? named->second : nullptr;
  }

 private:
  SharedLock mutex_;
  std::unordered_map<std::string, std::shared_ptr<TableCore>> tables_;  // guarded by mutex_
};

namespace {

// A table that only its owner touches needs one lock; others as many as keep readers apart.
constexpr std::size_t shards_of_private = 1;
constexpr std::size_t shards_of_shared = 16;

std::string text_of(const std::string& name, const TableType& type) {
  std::string types = "<" + std::string(type.key_type.name) + ", " + std::string(type.value_type.name) + ">";
  return name.empty() ? "a table" + types : "the table \"" + name + "\"";
}

std::unique_ptr<TableStore> make_store(const TableType& type, TableKind kind, const TableOptions& options) {
  TableRefusal gone{"throng: " + text_of(options.name, type) +
                        " is gone: it was destroyed, or its owner has ended and it had no heir",
                    [](const std::string& sentence) { throw BadTable(sentence); }};
  if (kind == TableKind::ordered_set) return make_ordered_store(type, std::move(gone));
  bool is_private = options.access == TableAccess::private_table;
  return make_hash_store(type, kind, is_private ? shards_of_private : shards_of_shared, std::move(gone));
}

}  // namespace

TableCore::TableCore(const TableType& type, TableKind kind, const TableVoice& voice, TableOptions options)
    : type_(type),
      kind_(kind),
      access_(options.access),
      voice_(voice),
      names_(throng::runtime_local<TableNames>()),
      store_(make_store(type, kind, options)),
      name_(std::move(options.name)),
      heir_(options.heir),
      heir_data_(std::move(options.heir_data)) {}

TableCore::~TableCore() = default;

std::shared_ptr<TableCore> TableCore::create(const TableType& type, TableKind kind, const TableVoice& voice,
                                             TableOptions options) {
  auto table = std::make_shared<TableCore>(type, kind, voice, std::move(options));
  auto tenure = std::make_shared<Tenure>(table);
  if (!own(tenure)) {  // its end is settled (EXT-5): the table is gone with it already
    table->close();
    return table;
  }
  {
    Held lock(table->mutex_);
    table->tenure_ = tenure;
    table->owner_.store(self().bits(), std::memory_order_relaxed);  // relaxed: see the field
  }
  if (!table->name_.empty() && !table->names_.add(table->name_, table)) {
    std::string taken =
        "throng: there is a table \"" + table->name_ + "\" already; destroy it, or take another name";
    disown(*tenure);
    table->close();
    throw BadTable(taken);
  }
  return table;
}

std::shared_ptr<TableCore> TableCore::find(std::string_view name, const TableType& type, TableKind kind) {
  charge(1);
  std::shared_ptr<TableCore> table = throng::runtime_local<TableNames>().find(name);
  if (table && (table->kind_ != kind || !same_type(table->type_.key_type, type.key_type) ||
                !same_type(table->type_.value_type, type.value_type))) {
    throw BadTable("throng: the table \"" + std::string(name) + "\" is of other types: its keys are " +
                   std::string(table->type_.key_type.name) + ", its values " +
                   std::string(table->type_.value_type.name) + ", or its kind is another");
  }
  return table;
}

// -- access

void TableCore::refuse(const char* what) const {
  Pid owner(owner_.load(std::memory_order_relaxed));  // relaxed: see the field
  throw BadTable("throng: " + label() + " is " +
                 (access_ == TableAccess::private_table ? "private" : "protected") + ": only its owner " +
                 owner.text() + " " + what);
}

std::string TableCore::label() const {
  Held lock(mutex_);
  return text_of(name_, type_);
}

void TableCore::check_read() {
  charge(1);
  if (access_ != TableAccess::private_table) return;
  if (owner_.load(std::memory_order_relaxed) == self().bits()) return;  // relaxed: see the field
  if (exists()) refuse("reads and writes it");
}

void TableCore::check_write() {
  charge(2);
  if (access_ == TableAccess::public_table) return;
  if (owner_.load(std::memory_order_relaxed) == self().bits()) return;  // relaxed: see the field
  if (exists()) refuse(access_ == TableAccess::private_table ? "reads and writes it" : "writes it");
}

void TableCore::require_owner(const char* call) {
  charge(1);
  Pid owner(owner_.load(std::memory_order_relaxed));  // relaxed: see the field
  if (owner != self())
    throw BadTable("throng: " + std::string(call) + " is for the owner of " + label() + ", " + owner.text());
}

// -- objects

bool TableCore::insert(std::span<ItemRef> items, bool only_new) {
  check_write();
  if (items.size() > 1) charge(static_cast<std::int32_t>(std::min<std::size_t>(items.size(), 1000)));
  Items old;
  return store_->insert(items, only_new, old);
}
ItemRef TableCore::find(KeyRef key) {
  check_read();
  return store_->find(key);
}
Items TableCore::find_all(KeyRef key) {
  check_read();
  Items found;
  store_->find_all(key, found);
  return found;
}
bool TableCore::read(KeyRef key, ItemReader reader, void* context) {
  check_read();
  return store_->read(key, reader, context);
}
ItemRef TableCore::find_to_write(KeyRef key) {
  check_write();
  return store_->find(key);
}
bool TableCore::exchange(KeyRef key, const TableItem* expected, ItemRef replacement) {
  Items old;
  return store_->exchange(key, expected, std::move(replacement), old);
}
Modified TableCore::modify(KeyRef key, ItemWriter writer, void* context) {
  check_write();
  return store_->modify(key, writer, context);
}
Items TableCore::take(KeyRef key) {
  check_write();
  Items taken;
  store_->erase(key, taken);
  return taken;
}
std::size_t TableCore::erase_object(const TableItem& object, bool only_itself) {
  check_write();
  Items old;
  store_->erase_object(object, only_itself, old);
  return old.size();
}
bool TableCore::next_chunk(TablePosition& position, Items& found) {
  check_read();
  bool more = store_->next_chunk(position, found);
  if (!found.empty()) charge(static_cast<std::int32_t>(found.size()));
  return more;
}
ItemRef TableCore::first() {
  check_read();
  return store_->first();
}
ItemRef TableCore::last() {
  check_read();
  return store_->last();
}
ItemRef TableCore::next(KeyRef key) {
  check_read();
  bool known = false;
  ItemRef next = store_->next(key, known);
  if (!known)
    throw BadTable("throng: next(): " + label() +
                   " has no order and no such key; use a traversal, which stands where "
                   "it is whatever is erased");
  return next;
}
ItemRef TableCore::previous(KeyRef key) {
  check_read();
  bool known = false;
  ItemRef previous = store_->previous(key, known);
  if (!known)
    throw BadTable("throng: prev(): " + label() +
                   " has no order and no such key; use a traversal, which stands where "
                   "it is whatever is erased");
  return previous;
}
std::size_t TableCore::size() {
  check_read();
  return store_->size();
}
void TableCore::clear() {
  check_write();
  Items old;
  store_->clear(false, old);
}

// -- the table

void TableCore::destroy() {
  check_write();
  std::shared_ptr<Tenure> tenure;
  {
    Held lock(mutex_);
    tenure = tenure_;
  }
  if (!tenure) store_->size();  // says that it is gone
  close();
  if (tenure) disown(*tenure);
}

// Frees its name first: who is told of the owner's end finds it free.
void TableCore::close() noexcept {
  std::shared_ptr<Tenure> tenure;
  std::string name;
  {
    Held lock(mutex_);
    tenure = std::move(tenure_);
    name = name_;
  }
  if (!name.empty()) names_.remove(name, *this);
  Items old;
  store_->clear(true, old);
}

bool TableCore::exists() const {
  Held lock(mutex_);
  return tenure_ != nullptr;
}

std::optional<TableInfo> TableCore::info() {
  charge(2);
  TableInfo info;
  {
    Held lock(mutex_);
    if (!tenure_) return std::nullopt;
    info = {name_,
            kind_,
            access_,
            Pid(owner_.load(std::memory_order_relaxed)),  // relaxed: see the field
            heir_,
            0,
            0,
            std::string(type_.key_type.name),
            std::string(type_.value_type.name)};
  }
  try {
    info.size = store_->size();
    info.memory = sizeof(*this) + store_->memory();
  } catch (const BadTable&) {
    return std::nullopt;
  }
  return info;
}

void TableCore::rename(std::string name) {
  check_write();
  if (name.empty()) throw BadTable("throng: rename(\"\"): a table that has a name keeps one");
  if (!names_.add(name, shared_from_this()))
    throw BadTable("throng: there is a table \"" + name + "\" already; destroy it, or take another name");
  std::string old;
  bool is_gone = false;
  {
    Held lock(mutex_);
    is_gone = !tenure_;
    old = is_gone ? name : std::exchange(name_, name);
  }
  if (!old.empty()) names_.remove(old, *this);
  if (is_gone) store_->size();  // says that it is gone
}

void TableCore::set_heir(Pid heir, std::string data) {
  require_owner("set_heir()");
  Held lock(mutex_);
  heir_ = heir;
  heir_data_ = std::move(data);
}

bool TableCore::give_away(Pid to, std::string data) {
  require_owner("give_away()");
  Pid from = self();
  if (to == from) throw BadTable("throng: give_away() to oneself: " + label() + " is the caller's already");
  auto tenure = std::make_shared<Tenure>(shared_from_this());
  if (!entrust(to, tenure)) return false;
  std::shared_ptr<Tenure> mine;
  {
    Held lock(mutex_);
    if (tenure->ended || !tenure_) return false;  // it does not live, or the table was destroyed
    mine = std::exchange(tenure_, tenure);
    owner_.store(to.bits(), std::memory_order_relaxed);  // relaxed: see the field
  }
  disown(*mine);
  voice_.tell(to, shared_from_this(), from, std::move(data));
  return true;
}

// The owner has ended.
void TableCore::inherit(const Farewell& farewell, const Tenure& ending) noexcept {
  Pid heir;
  std::string data;
  {
    Held lock(mutex_);
    const_cast<Tenure&>(ending).ended = true;
    if (tenure_.get() != &ending) return;
    heir = heir_ == farewell.process() ? Pid() : heir_;
    data = heir_data_;
  }
  if (heir) {
    auto tenure = std::make_shared<Tenure>(shared_from_this());
    farewell.entrust(heir, tenure);
    Held lock(mutex_);
    if (tenure->ended) {
      heir = Pid();  // it does not live either
    } else {
      tenure_ = tenure;
      owner_.store(heir.bits(), std::memory_order_relaxed);  // relaxed: see the field
    }
  }
  if (heir) {
    voice_.tell_heir(farewell, heir, shared_from_this(), std::move(data));
  } else {
    close();
  }
}

void null_table() {
  throw std::logic_error(
      "throng: this Table is a handle to none; make one with create(), or find one by name");
}

}  // namespace throng::detail
