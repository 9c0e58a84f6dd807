#pragma once

#include <arrow/c/abi.h>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/columnar/types/data_type.h"

namespace dvt::columnar {

/// Move-only owner of an ArrowSchema.
class Schema {
 public:
  Schema() { raw_.release = nullptr; }
  explicit Schema(ArrowSchema raw) : raw_(raw) {}
  Schema(Schema&& other) noexcept : raw_(other.raw_) { other.raw_.release = nullptr; }
  Schema& operator=(Schema&& other) noexcept;
  ~Schema() { Reset(); }
  bool valid() const { return raw_.release != nullptr; }
  const ArrowSchema& get() const { return raw_; }
  /// For callees that fill a caller-provided struct; releases what was held.
  ArrowSchema* out() {
    Reset();
    return &raw_;
  }
  /// Gives ownership away.
  ArrowSchema Take();
  void Reset();

 private:
  ArrowSchema raw_;
};

/// Move-only owner of an ArrowArray: one record batch (a struct array) or one column.
class Array {
 public:
  Array() {
    raw_.release = nullptr;
    raw_.length = 0;
  }
  explicit Array(ArrowArray raw) : raw_(raw) {}
  Array(Array&& other) noexcept : raw_(other.raw_) { other.raw_.release = nullptr; }
  Array& operator=(Array&& other) noexcept;
  ~Array() { Reset(); }
  bool valid() const { return raw_.release != nullptr; }
  int64_t length() const { return raw_.length; }
  const ArrowArray& get() const { return raw_; }
  ArrowArray* out() {
    Reset();
    return &raw_;
  }
  ArrowArray Take();
  void Reset();

 private:
  ArrowArray raw_;
};

/// A second owner of the same values, children included: they are not copied, and live until all owners are gone. Nobody may change them.
Array ShareArray(const std::shared_ptr<const Array>& array);
/// The same of some columns of a batch, in this order.
Array ShareColumns(const std::shared_ptr<const Array>& batch, const std::vector<int>& columns);

/// Bytes held by an array's buffers, children included (an estimate for sliced arrays).
int64_t ArrayBytes(const ArrowArray& array, const DataType& type);
int64_t BatchBytes(const ArrowArray& batch, const Fields& fields);

/// Fields of an Arrow struct schema. Unsupported formats become kUnknown with native_type holding the format.
Fields ImportSchema(const ArrowSchema& schema);
/// A struct schema of the fields, with extension metadata for uuid and json.
Schema ExportSchema(const Fields& fields);

/// Pull-source of record batches behind a Stream. One thread at a time; destroyed by the Stream.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  virtual const Fields& fields() const = 0;
  /// The next batch; an invalid Array marks the end.
  virtual Result<Array> Next() = 0;
};

/// Move-only owner of an ArrowArrayStream. Its destructor releases once. Not thread-safe: one reader.
class Stream {
 public:
  Stream() { raw_.release = nullptr; }
  /// Takes over a stream made elsewhere (an ADBC driver, Arrow C++, Python).
  explicit Stream(ArrowArrayStream raw) : raw_(raw) {}
  /// Wraps a source; errors of Next keep their full Error inside dvt (see Next).
  explicit Stream(std::unique_ptr<BatchSource> source);
  Stream(Stream&& other) noexcept : raw_(other.raw_) { other.raw_.release = nullptr; }
  Stream& operator=(Stream&& other) noexcept;
  ~Stream() { Reset(); }

  bool valid() const { return raw_.release != nullptr; }
  Result<Fields> GetFields();
  /// The next batch; an invalid Array marks the end. An error of a BatchSource comes back unchanged (code and place kept).
  Result<Array> Next();
  ArrowArrayStream Take();
  void Reset();

 private:
  ArrowArrayStream raw_;
};

/// A stream over batches held in memory, in order.
Stream MakeStream(Fields fields, std::vector<Array> batches);
/// A stream that calls `next` until it returns an invalid Array.
Stream MakeStream(Fields fields, std::function<Result<Array>()> next);

}  // namespace dvt::columnar
