#include "dvt/columnar/c_abi/block_pool.h"

#include <sanitizer/asan_interface.h>
#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>

namespace dvt::columnar {

namespace {

constexpr size_t kHead = 64;        // before the block: its size with the head, so that the block is aligned as well
constexpr size_t kPage = 4 << 10;   // the system gives whole ones
constexpr size_t kLarge = 8 << 10;  // smaller blocks are the general allocator's
constexpr size_t kKept = 4 << 20;   // of the process's pool: what batches on their way usually need

// Whole pages; from 32 KB on eight sizes from one power of two to the next.
size_t SizeFor(size_t bytes) {
  const size_t step = std::max(std::bit_floor(bytes) / 8, kPage);
  return (bytes + step - 1) / step * step;
}

size_t WholeSize(const uint8_t* block) {
  size_t whole;
  std::memcpy(&whole, block - kHead, sizeof(whole));
  return whole;
}

// What is kept is nobody's: AddressSanitizer tells who touches it.
void Fence([[maybe_unused]] uint8_t* block, [[maybe_unused]] size_t whole) { ASAN_POISON_MEMORY_REGION(block, whole - kHead); }
void Unfence([[maybe_unused]] uint8_t* block, [[maybe_unused]] size_t whole) {
  ASAN_UNPOISON_MEMORY_REGION(block, whole - kHead);
}

void Unmap(uint8_t* block) {
  const size_t whole = WholeSize(block);
  Unfence(block, whole);
  ::munmap(block - kHead, whole);
}

}  // namespace

// Giving back must not fail: the list never grows.
BlockPool::BlockPool(size_t keep_bytes) : keep_bytes_(keep_bytes) { kept_.reserve(keep_bytes / kLarge + 1); }

BlockPool::~BlockPool() { DropKept(); }

void BlockPool::DropKept() noexcept {
  std::lock_guard lock(mutex_);
  for (auto* block : kept_) {
    held_bytes_ -= WholeSize(block);
    Unmap(block);
  }
  kept_.clear();
  kept_bytes_ = 0;
}

uint8_t* BlockPool::Take(size_t bytes) {
  size_t whole = (bytes + kHead + 63) / 64 * 64;
  uint8_t* start = nullptr;
  if (whole < kLarge) {
    start = static_cast<uint8_t*>(std::aligned_alloc(64, whole));
    if (start == nullptr) throw std::bad_alloc();
  } else {
    whole = SizeFor(whole);
    if (auto* block = FindKept(whole)) return block;
    void* mapped = ::mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    start = static_cast<uint8_t*>(mapped);
    std::lock_guard lock(mutex_);
    held_bytes_ += whole;
  }
  std::memcpy(start, &whole, sizeof(whole));
  return start + kHead;
}

// The one freed last, whose pages are most likely still in a cache.
uint8_t* BlockPool::FindKept(size_t whole) {
  std::lock_guard lock(mutex_);
  for (size_t i = kept_.size(); i-- > 0;) {
    if (WholeSize(kept_[i]) != whole) continue;
    auto* block = kept_[i];
    kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(i));
    kept_bytes_ -= whole;
    Unfence(block, whole);
    return block;
  }
  return nullptr;
}

size_t BlockPool::RoomOf(const uint8_t* block) { return WholeSize(block) - kHead; }

void BlockPool::Give(uint8_t* block) noexcept {
  if (block == nullptr) return;
  const size_t whole = WholeSize(block);
  if (whole < kLarge) return std::free(block - kHead);
  std::lock_guard lock(mutex_);
  if (whole > keep_bytes_) {
    held_bytes_ -= whole;
    return Unmap(block);
  }
  // What was kept longest goes: it may be of sizes that no batch has any more.
  size_t stale = 0;
  for (; kept_bytes_ + whole > keep_bytes_; ++stale) {
    kept_bytes_ -= WholeSize(kept_[stale]);
    held_bytes_ -= WholeSize(kept_[stale]);
    Unmap(kept_[stale]);
  }
  kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(stale));
  kept_.push_back(block);
  Fence(block, whole);
  kept_bytes_ += whole;
}

size_t BlockPool::held_bytes() const {
  std::lock_guard lock(mutex_);
  return held_bytes_;
}

size_t BlockPool::kept_bytes() const {
  std::lock_guard lock(mutex_);
  return kept_bytes_;
}

// Never destroyed: batches may be freed while the process ends.
BlockPool& BatchBlocks() {
  static auto* const pool = new BlockPool(kKept);
  return *pool;
}

}  // namespace dvt::columnar
