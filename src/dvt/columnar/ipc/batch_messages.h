#pragma once

#include <cstdint>
#include <vector>

#include "dvt/columnar/c_abi/batch_builder.h"

namespace dvt::columnar {

/// Batches of the same columns as messages of Arrow's IPC format, their buffers compressed (LZ4 frames). Only these messages: who reads
/// them knows the columns. So all heads are equally long, and lie alike. They are read without the checks that a file of others would need.
/// Any number of threads may share one. Source: the Arrow columnar format 1.5, "Encapsulated message format" and "RecordBatch message",
/// whose Message is a FlatBuffer.
class BatchMessages {
 public:
  explicit BatchMessages(const Fields& fields);
  /// Appends the message of a batch.
  Status Encode(const ArrowArray& batch, GrowBuffer& out) const;
  /// Bytes of a message before its body.
  size_t head_bytes() const { return head_bytes_; }
  /// Bytes of the body behind a head.
  static size_t BodyBytes(const uint8_t* head);
  /// kData if it is damaged.
  Result<Array> Decode(const uint8_t* head, const uint8_t* body, size_t body_bytes) const;

 private:
  Fields fields_;
  size_t nodes_ = 0, buffers_ = 0;  // of all columns and what they hold
  size_t head_bytes_ = 0;
};

}  // namespace dvt::columnar
