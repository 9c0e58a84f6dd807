#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace dvt::columnar {

/// Memory for the buffers of batches. Batches resemble each other, are built by one thread and freed by another, and pile up in bursts: a general
/// allocator then keeps what the bursts took in pieces that fit nothing, and more of it the longer a transfer runs. Here large blocks
/// come in a few sizes, straight from the system; some that were freed are kept for the next batches, the rest goes back at once. Thread-safe.
class BlockPool {
 public:
  /// Keeps up to `keep_bytes` of freed blocks.
  explicit BlockPool(size_t keep_bytes);
  ~BlockPool();
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  /// A block of at least `bytes`, 64-byte aligned, its content undefined; throws bad_alloc. Give it back to the same pool.
  uint8_t* Take(size_t bytes);
  /// The bytes that a block has, at least those asked for.
  static size_t RoomOf(const uint8_t* block);
  void Give(uint8_t* block) noexcept;
  /// Gives back to the system what is kept.
  void DropKept() noexcept;

  /// Bytes of large blocks that are held from the system: those in use and those kept.
  size_t held_bytes() const;
  size_t kept_bytes() const;

 private:
  uint8_t* FindKept(size_t whole);

  const size_t keep_bytes_;
  mutable std::mutex mutex_;
  std::vector<uint8_t*> kept_;  // the longest kept first
  size_t kept_bytes_ = 0;
  size_t held_bytes_ = 0;
};

/// The process's pool, which all batches share.
BlockPool& BatchBlocks();

}  // namespace dvt::columnar
