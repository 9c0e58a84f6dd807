#include "dvt/columnar/parquet/batch_memory_arrow.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>

#include "dvt/columnar/c_abi/block_pool.h"

namespace dvt::columnar {

namespace {

constexpr size_t kKept = 64 << 20;  // bytes: what is on its way in a scan
constexpr int64_t kAligned = 64;

/// Arrow's interface to a pool of blocks.
class BlockMemory : public arrow::MemoryPool {
 public:
  arrow::Status Allocate(int64_t size, int64_t alignment, uint8_t** out) override {
    if (size < 0 || alignment > kAligned) return arrow::Status::Invalid("batches have no memory of such a size or alignment");
    try {
      *out = blocks_.Take(static_cast<size_t>(size));
    } catch (const std::bad_alloc&) {
      return arrow::Status::OutOfMemory("no memory for a batch's ", size, " bytes");
    }
    Count(size);
    ++allocations_;
    return arrow::Status::OK();
  }

  arrow::Status Reallocate(int64_t old_size, int64_t new_size, int64_t alignment, uint8_t** block) override {
    const auto room = static_cast<int64_t>(BlockPool::RoomOf(*block));
    if (new_size <= room && new_size >= room / 2) {
      Count(new_size - old_size);
      return arrow::Status::OK();
    }
    uint8_t* moved = nullptr;
    ARROW_RETURN_NOT_OK(Allocate(new_size, alignment, &moved));
    std::memcpy(moved, *block, static_cast<size_t>(std::min(old_size, new_size)));
    Free(*block, old_size, alignment);
    *block = moved;
    return arrow::Status::OK();
  }

  void Free(uint8_t* block, int64_t size, int64_t) override {
    blocks_.Give(block);
    bytes_ -= size;
  }

  void ReleaseUnused() override { blocks_.DropKept(); }

  int64_t bytes_allocated() const override { return bytes_; }
  int64_t max_memory() const override { return most_; }
  int64_t total_bytes_allocated() const override { return total_; }
  int64_t num_allocations() const override { return allocations_; }
  std::string backend_name() const override { return "blocks"; }

 private:
  void Count(int64_t size) {
    const int64_t bytes = bytes_ += size;
    if (size > 0) total_ += size;
    int64_t most = most_;
    while (bytes > most && !most_.compare_exchange_weak(most, bytes)) {}
  }

  BlockPool blocks_{kKept};
  std::atomic<int64_t> bytes_ = 0, most_ = 0, total_ = 0, allocations_ = 0;
};

}  // namespace

// Never destroyed: batches may be freed while the process ends.
arrow::MemoryPool* BatchMemory() {
  static auto* const memory = new BlockMemory;
  return memory;
}

}  // namespace dvt::columnar
