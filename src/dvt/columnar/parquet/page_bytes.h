#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace dvt::columnar {

/// Bytes that grow at their end. Unlike in a vector new bytes stay unset, what was taken once is kept by Clear, and it comes from the memory of
/// batches. Throws bad_alloc.
class PageBytes {
 public:
  PageBytes() = default;
  ~PageBytes();
  PageBytes(PageBytes&& other) noexcept { *this = std::move(other); }
  PageBytes& operator=(PageBytes&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }

  /// Room for so many more bytes at the end, which the caller fills; it is counted by Grow.
  uint8_t* Room(size_t bytes) {
    if (size_ + bytes > capacity_) Reserve(size_ + bytes);
    return data_ + size_;
  }
  void Grow(size_t bytes) { size_ += bytes; }
  void Append(const void* bytes, size_t count) {
    if (count == 0) return;
    std::memcpy(Room(count), bytes, count);
    size_ += count;
  }
  void Clear() { size_ = 0; }
  /// Gives the memory back.
  void Release();

  const uint8_t* data() const { return data_; }
  uint8_t* data() { return data_; }
  size_t size() const { return size_; }

 private:
  void Reserve(size_t bytes);

  uint8_t* data_ = nullptr;
  size_t size_ = 0, capacity_ = 0;
};

}  // namespace dvt::columnar
