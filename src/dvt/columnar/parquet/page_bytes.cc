#include "dvt/columnar/parquet/page_bytes.h"

#include <algorithm>
#include <new>

#include "dvt/columnar/parquet/batch_memory_arrow.h"

namespace dvt::columnar {

PageBytes::~PageBytes() { Release(); }

void PageBytes::Release() {
  if (data_ != nullptr) BatchMemory()->Free(data_, static_cast<int64_t>(capacity_));
  data_ = nullptr;
  size_ = capacity_ = 0;
}

void PageBytes::Reserve(size_t bytes) {
  const size_t capacity = std::max<size_t>({bytes, capacity_ * 2, 256});
  uint8_t* grown = nullptr;
  if (!BatchMemory()->Allocate(static_cast<int64_t>(capacity), &grown).ok()) throw std::bad_alloc();
  const size_t size = size_;
  if (size > 0) std::memcpy(grown, data_, size);
  Release();
  data_ = grown;
  size_ = size;
  capacity_ = capacity;
}

}  // namespace dvt::columnar
