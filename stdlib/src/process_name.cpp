#include <throng/stdlib/process_name.hpp>

#include <throng/vm/inspect.hpp>
#include <throng/vm/process.hpp>

namespace throng {
namespace {

std::optional<Pid> claim_of_runtime(std::string_view name) {
  for (;;) {
    try {
      register_name(name, self());
      return std::nullopt;
    } catch (const BadName&) {
      std::optional<Pid> holder = whereis(name);
      if (holder == self()) return std::nullopt;
      if (holder) return holder;
      if (std::string mine = process_info(self())->registered_name; !mine.empty()) throw;
      // It was taken and is free again: once more.
    }
  }
}

class TextRecord final : public NameRecord {
 public:
  explicit TextRecord(std::string name) : name_(std::move(name)) {}
  std::optional<Pid> claim() const override { return claim_of_runtime(name_); }
  std::optional<Pid> find() const override { return throng::whereis(name_); }
  std::string text() const override { return name_; }

 private:
  std::string name_;
};

}  // namespace

ProcessName::ProcessName(std::string name)
    : record_(name.empty() ? nullptr : new TextRecord(std::move(name))) {}

void ProcessName::drop() noexcept {
  // pairs: the other droppers' fetch_sub
  if (record_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete record_;
}

std::optional<Pid> ProcessName::whereis() const {
  return record_ != nullptr ? record_->find() : throng::whereis({literal_, length_});
}

std::optional<Pid> ProcessName::claim() const {
  return record_ != nullptr ? record_->claim() : claim_of_runtime({literal_, length_});
}

}  // namespace throng
