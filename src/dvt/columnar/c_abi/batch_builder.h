#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "dvt/columnar/c_abi/stream.h"
#include "dvt/columnar/types/data_type.h"
#include "dvt/columnar/types/int128.h"

namespace dvt::columnar {

/// A growing byte buffer, 64-byte aligned, that becomes an Arrow buffer without a copy. After Release it begins as large as it was: batches
/// resemble each other, and growing costs copies and fresh pages.
class GrowBuffer {
 public:
  GrowBuffer() = default;
  GrowBuffer(GrowBuffer&& other) noexcept;
  GrowBuffer& operator=(GrowBuffer&& other) noexcept;
  ~GrowBuffer();

  uint8_t* data() { return data_; }
  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  void Reserve(size_t bytes) {
    if (bytes > capacity_) Grow(bytes);
  }
  void Resize(size_t bytes) {
    Reserve(bytes);
    size_ = bytes;
  }
  void Append(const void* bytes, size_t count) {
    Reserve(size_ + count);
    if (count != 0) std::memcpy(data_ + size_, bytes, count);
    size_ += count;
  }
  template <class T>
  void AppendValue(T value) {
    if (size_ + sizeof(T) > capacity_) Grow(size_ + sizeof(T));
    std::memcpy(data_ + size_, &value, sizeof(T));
    size_ += sizeof(T);
  }
  void Clear() { size_ = 0; }
  /// Gives the memory away; it goes back to BatchBlocks().
  uint8_t* Release();

 private:
  void Grow(size_t at_least);
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
  size_t expected_ = 0;  // bytes that it held when it was last given away
};

/// Builds one column. Values are appended in row order by the physical kind of the type; the caller picks the right append.
/// The appends do no type check beyond debug assertions: they are the decoders' inner loop.
class ColumnBuilder {
 public:
  explicit ColumnBuilder(const DataType& type);
  ColumnBuilder(ColumnBuilder&&) noexcept;
  ColumnBuilder& operator=(ColumnBuilder&&) noexcept;
  ~ColumnBuilder();

  const DataType& type() const { return type_; }
  int64_t length() const { return length_; }
  /// Bytes buffered so far, children included.
  size_t bytes() const;

  void AppendNull();
  void AppendBool(bool value);
  /// Fixed-width append: T must have the Arrow width of the type (int8…int64, float, double, int32 days, int64 micros).
  template <class T>
  void AppendFixed(T value) {
    values_.AppendValue(value);
    MarkValid();
  }
  /// decimal128 (types of up to 38 digits), unscaled and already at the Arrow scale.
  void AppendDecimal(Int128 unscaled) { AppendFixed(unscaled); }
  /// decimal256: 32 bytes, little endian, two's complement.
  void AppendDecimal256(const uint8_t bytes[32]) {
    values_.Append(bytes, 32);
    MarkValid();
  }
  /// string, binary, json, unknown.
  void AppendBytes(std::string_view bytes) {
    values_.Append(bytes.data(), bytes.size());
    offsets_.AppendValue(static_cast<int32_t>(values_.size()));
    MarkValid();
  }
  /// uuid: 16 bytes, big endian as in RFC 9562.
  void AppendUuid(const uint8_t bytes[16]) {
    values_.Append(bytes, 16);
    MarkValid();
  }
  /// interval.
  void AppendInterval(int32_t months, int32_t days, int64_t nanoseconds);
  /// list: append the elements to child(0) first, then call this. struct: append to each child first.
  void AppendNested();
  ColumnBuilder& child(int i) { return children_[static_cast<size_t>(i)]; }

  /// The built array; the builder is empty again and reusable.
  ArrowArray Finish();

 private:
  void MarkValid() {
    if (null_count_ != 0) SetValidity(true);
    ++length_;
  }
  void SetValidity(bool valid);

  DataType type_;
  GrowBuffer values_;    // fixed-width values, or the bytes of strings, or bits of booleans
  GrowBuffer offsets_;   // int32, strings and lists
  GrowBuffer validity_;  // bits; filled from the first null on
  std::vector<ColumnBuilder> children_;
  int64_t length_ = 0;
  int64_t null_count_ = 0;
  int width_ = 0;  // bytes per value; 0 for bool, nested and variable width
};

/// Builds record batches row by row. Not thread-safe.
class BatchBuilder {
 public:
  explicit BatchBuilder(Fields fields);
  const Fields& fields() const { return fields_; }
  ColumnBuilder& column(int i) { return columns_[static_cast<size_t>(i)]; }
  int columns() const { return static_cast<int>(columns_.size()); }
  /// Rows in the first column (a batch of no columns counts none).
  int64_t rows() const { return columns_.empty() ? 0 : columns_.front().length(); }
  size_t bytes() const;
  /// A struct array of all columns; the builder is empty again.
  Array Finish();

 private:
  Fields fields_;
  std::vector<ColumnBuilder> columns_;
};

}  // namespace dvt::columnar
