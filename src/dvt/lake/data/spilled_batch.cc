#include <arrow/array.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/dictionary.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/util/bitmap_ops.h>

#include <algorithm>

#include "dvt/columnar/parquet/batch_bytes_arrow.h"
#include "dvt/columnar/parquet/batch_memory_arrow.h"
#include "dvt/lake/data/spilled_batch_arrow.h"

namespace dvt::lake {

namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;
using BufferPtr = std::shared_ptr<arrow::Buffer>;

constexpr int64_t kAligned = 8;  // bytes: where every buffer begins

Error OutOfMemory(const arrow::Status& status) { return Error(ErrorCode::kMemory, status.message()); }

bool AreFlat(const arrow::Schema& schema) {
  return std::all_of(schema.fields().begin(), schema.fields().end(),
                     [](const auto& field) { return columnar::IsFlat(*field->type()); });
}

/// Takes a laid out batch apart.
class Pieces {
 public:
  Pieces(BufferPtr bytes, int columns) : bytes_(std::move(bytes)) {
    head_ = bytes_->data_as<int64_t>();
    at_ = static_cast<int64_t>(sizeof(int64_t)) * (1 + kNumbersOfColumn * columns);
  }
  int64_t Number() { return *head_++; }
  BufferPtr Next() {
    const int64_t bytes = Number(), begin = at_;
    at_ += (bytes + kAligned - 1) / kAligned * kAligned;
    return arrow::SliceBuffer(bytes_, begin, bytes);
  }

  static constexpr int kNumbersOfColumn = 4;  // nulls, bytes of the validity, of the values or offsets, of the texts

 private:
  BufferPtr bytes_;
  const int64_t* head_;
  int64_t at_;
};

}  // namespace

Result<SpilledBatch> SpilledBatch::Of(const arrow::RecordBatch& batch) {
  SpilledBatch out;
  if (AreFlat(*batch.schema())) {
    DVT_TRY(out.LayOut(batch));
    return out;
  }
  auto message = arrow::ipc::SerializeRecordBatch(batch, arrow::ipc::IpcWriteOptions::Defaults());
  if (!message.ok()) return OutOfMemory(message.status());
  out.Add((*message)->data(), (*message)->size());
  out.made_.push_back(*std::move(message));
  return out;
}

Status SpilledBatch::LayOut(const arrow::RecordBatch& batch) {
  const auto numbers = static_cast<size_t>(1 + Pieces::kNumbersOfColumn * batch.num_columns());
  head_.reserve(numbers);  // it stays in its place
  pieces_.reserve(static_cast<size_t>(1 + 6 * batch.num_columns()));
  head_.push_back(batch.num_rows());
  Add(head_.data(), static_cast<int64_t>(numbers * sizeof(int64_t)));
  for (const auto& column : batch.columns()) DVT_TRY(AddColumn(*column));
  return {};
}

Status SpilledBatch::AddColumn(const arrow::Array& column) {
  const arrow::ArrayData& data = *column.data();
  const int64_t rows = column.length(), nulls = column.null_count();
  head_.push_back(nulls);
  DVT_TRY(AddBits(nulls == 0 ? nullptr : column.null_bitmap_data(), data.offset, nulls == 0 ? 0 : rows));
  if (columnar::IsText(*column.type())) {
    const auto* offsets = data.GetValues<int32_t>(1);
    DVT_TRY(AddOffsets(offsets, rows));
    const int64_t bytes = rows == 0 ? 0 : offsets[rows] - offsets[0];
    head_.push_back(bytes);
    if (bytes > 0) Add(data.buffers[2]->data() + offsets[0], bytes);
    return {};
  }
  const uint8_t* values = data.buffers[1] == nullptr ? nullptr : data.buffers[1]->data();
  const int width = column.type()->bit_width();
  if (width < 8) {
    DVT_TRY(AddBits(values, data.offset, rows));
  } else {
    head_.push_back(rows * width / 8);
    if (rows > 0) Add(values + data.offset * width / 8, rows * width / 8);
  }
  head_.push_back(0);
  return {};
}

Status SpilledBatch::AddBits(const uint8_t* bits, int64_t offset, int64_t count) {
  const int64_t bytes = (count + 7) / 8;
  head_.push_back(bytes);
  if (count == 0) return {};
  if (offset % 8 == 0) {
    Add(bits + offset / 8, bytes);
    return {};
  }
  auto moved = arrow::internal::CopyBitmap(columnar::BatchMemory(), bits, offset, count);
  if (!moved.ok()) return OutOfMemory(moved.status());
  Add((*moved)->data(), bytes);
  made_.push_back(*std::move(moved));
  return {};
}

// From zero: the texts of rows before are not there.
Status SpilledBatch::AddOffsets(const int32_t* offsets, int64_t rows) {
  const int64_t bytes = (rows + 1) * static_cast<int64_t>(sizeof(int32_t));
  head_.push_back(bytes);
  if (rows > 0 && offsets[0] == 0) {
    Add(offsets, bytes);
    return {};
  }
  auto made = arrow::AllocateBuffer(bytes, columnar::BatchMemory());
  if (!made.ok()) return OutOfMemory(made.status());
  auto* out = (*made)->mutable_data_as<int32_t>();
  out[0] = 0;
  for (int64_t i = 1; i <= rows; ++i) out[i] = offsets[i] - offsets[0];
  Add(out, bytes);
  made_.push_back(*std::move(made));
  return {};
}

void SpilledBatch::Add(const void* data, int64_t bytes) {
  static const char kZeros[kAligned] = {};
  pieces_.push_back({const_cast<void*>(data), static_cast<size_t>(bytes)});
  const int64_t over = bytes % kAligned;
  if (over > 0) pieces_.push_back({const_cast<char*>(kZeros), static_cast<size_t>(kAligned - over)});
  bytes_ += over > 0 ? bytes + kAligned - over : bytes;
}

Result<std::shared_ptr<arrow::RecordBatch>> SpilledBatch::Read(const std::shared_ptr<arrow::Schema>& schema, BufferPtr bytes) {
  if (!AreFlat(*schema)) {
    arrow::io::BufferReader reader(bytes);
    const arrow::ipc::DictionaryMemo dictionaries;
    auto batch = arrow::ipc::ReadRecordBatch(schema, &dictionaries, arrow::ipc::IpcReadOptions::Defaults(), &reader);
    if (!batch.ok()) return Error(ErrorCode::kIo, "rows that were kept on disk cannot be read: " + batch.status().message());
    return *std::move(batch);
  }
  Pieces pieces(std::move(bytes), schema->num_fields());
  const int64_t rows = pieces.Number();
  arrow::ArrayVector columns;
  for (const auto& field : schema->fields()) {
    const int64_t nulls = pieces.Number();
    std::vector<BufferPtr> buffers{pieces.Next()};
    if (nulls == 0) buffers.front() = nullptr;
    buffers.push_back(pieces.Next());
    auto texts = pieces.Next();
    if (columnar::IsText(*field->type())) buffers.push_back(std::move(texts));
    columns.push_back(arrow::MakeArray(arrow::ArrayData::Make(field->type(), rows, std::move(buffers), nulls)));
  }
  return arrow::RecordBatch::Make(schema, rows, std::move(columns));
}

}  // namespace dvt::lake
