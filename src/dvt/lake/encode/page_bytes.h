#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

namespace dvt::lake {

/// Bytes that grow at their end. Unlike in a vector new bytes stay unset, and what was taken once is kept by Clear.
class PageBytes {
 public:
  /// Room for so many more bytes at the end, which the caller fills; it is counted by Grow.
  uint8_t* Room(size_t bytes) {
    if (size_ + bytes > capacity_) Reserve(size_ + bytes);
    return data_.get() + size_;
  }
  void Grow(size_t bytes) { size_ += bytes; }
  void Append(const void* bytes, size_t count) {
    if (count == 0) return;
    std::memcpy(Room(count), bytes, count);
    size_ += count;
  }
  void Clear() { size_ = 0; }

  const uint8_t* data() const { return data_.get(); }
  uint8_t* data() { return data_.get(); }
  size_t size() const { return size_; }

 private:
  void Reserve(size_t bytes);

  std::unique_ptr<uint8_t[]> data_;
  size_t size_ = 0, capacity_ = 0;
};

}  // namespace dvt::lake
