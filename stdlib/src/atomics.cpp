#include <throng/stdlib/atomics.hpp>

#include <stdexcept>
#include <string>

namespace throng {

Atomics::Atomics(std::size_t size) {
  if (size == 0) throw std::invalid_argument("throng: Atomics(0) would hold nothing; ask for one at least");
  block_ = std::make_shared<const Block>(Block{size, std::make_unique<std::atomic<std::int64_t>[]>(size)});
}

std::size_t Atomics::memory() const noexcept {
  return sizeof(Block) + block_->size * sizeof(std::atomic<std::int64_t>);
}

void Atomics::out_of_range(std::size_t index) const {
  throw std::out_of_range("throng: Atomics: index " + std::to_string(index) + " of an array of " +
                          std::to_string(block_->size) + "; the first is 0");
}

}  // namespace throng
