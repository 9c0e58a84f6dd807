#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace dvt::sql {

/// Bump allocator of one statement's nodes and texts. Nothing in it is destroyed; all is freed at once. Movable; pointers into
/// it survive the move. One thread at a time.
class Arena {
 public:
  Arena() = default;
  Arena(Arena&&) noexcept = default;
  Arena& operator=(Arena&&) noexcept = default;

  void* Allocate(size_t bytes) {
    bytes = (bytes + 7) & ~size_t{7};
    if (bytes > left_) Grow(bytes);
    void* p = next_;
    next_ += bytes;
    left_ -= bytes;
    return p;
  }
  template <class T>
  T* NewArray(size_t count) {
    return static_cast<T*>(Allocate(count * sizeof(T)));
  }
  /// A copy of `text` that lives as long as the arena.
  std::string_view Copy(std::string_view text) {
    if (text.empty()) return {};
    char* p = static_cast<char*>(Allocate(text.size()));
    std::memcpy(p, text.data(), text.size());
    return {p, text.size()};
  }
  /// Bytes reserved so far.
  size_t bytes() const { return total_; }

 private:
  void Grow(size_t bytes) {
    size_t size = blocks_.empty() ? 8192 : std::min<size_t>(total_, size_t{1} << 20);
    size = std::max(size, bytes);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    next_ = blocks_.back().get();
    left_ = size;
    total_ += size;
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;
  size_t total_ = 0;
};

}  // namespace dvt::sql
