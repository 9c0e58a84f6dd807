#include <arrow/array.h>
#include <arrow/array/concatenate.h>
#include <arrow/builder.h>
#include <arrow/compute/api_vector.h>
#include <arrow/util/bit_util.h>

#include <cstring>

#include "dvt/columnar/parquet/batch_memory_arrow.h"
#include "dvt/columnar/parquet/short_copy.h"
#include "dvt/lake/data/row_filter_arrow.h"
#include "dvt/lake/data/row_scatter_arrow.h"

namespace dvt::lake {

namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;
using BufferPtr = std::shared_ptr<arrow::Buffer>;

Error ScatterError(const arrow::Status& status) {
  return Error(status.IsOutOfMemory() ? ErrorCode::kMemory : ErrorCode::kInternal,
               "rows cannot be dealt to partitions: " + status.message());
}

Result<BufferPtr> NewBuffer(int64_t bytes) {
  auto buffer = arrow::AllocateBuffer(bytes, columnar::BatchMemory());
  if (!buffer.ok()) return ScatterError(buffer.status());
  return BufferPtr(*std::move(buffer));
}

Result<BufferPtr> NewBits(int64_t bits) {
  DVT_ASSIGN(auto buffer, NewBuffer(arrow::bit_util::BytesForBits(bits)));
  std::memset(buffer->mutable_data(), 0, static_cast<size_t>(buffer->size()));
  return buffer;
}

struct Wide {
  uint64_t low, high;
};

}  // namespace

RowScatter::RowScatter(std::vector<Batch> batches, const std::vector<uint32_t>& group_of_row, size_t groups, bool short_decimals)
    : batches_(std::move(batches)), begins_(groups + 1), place_of_row_(group_of_row.size()), short_decimals_(short_decimals) {
  for (const uint32_t group : group_of_row) ++begins_[group + 1];
  for (size_t i = 1; i <= groups; ++i) begins_[i] += begins_[i - 1];
  std::vector<uint32_t> next(begins_.begin(), begins_.end() - 1);
  for (size_t i = 0; i < group_of_row.size(); ++i) place_of_row_[i] = next[group_of_row[i]]++;
}

// Calls each(array, places of its rows).
template <class Each>
void RowScatter::EachBatch(int column, Each each) const {
  const uint32_t* places = place_of_row_.data();
  for (const auto& batch : batches_) {
    each(*batch->column(column), places);
    places += batch->num_rows();
  }
}

Result<ArrayPtr> RowScatter::Column(int column) const {
  const arrow::DataType& type = *batches_.front()->schema()->field(column)->type();
  switch (type.id()) {
    case arrow::Type::BOOL: return Bits(column);
    case arrow::Type::STRING:
    case arrow::Type::BINARY: return Texts(column);
    case arrow::Type::DECIMAL128: {
      if (!short_decimals_ || static_cast<const arrow::DecimalType&>(type).precision() > arrow::Decimal64Type::kMaxPrecision)
        break;
      DVT_ASSIGN(auto narrow, ShortDecimals(column));
      if (narrow != nullptr) return narrow;
      break;
    }
    default: break;
  }
  const bool fixed =
      arrow::is_primitive(type.id()) || arrow::is_decimal(type.id()) || type.id() == arrow::Type::FIXED_SIZE_BINARY;
  return fixed && type.bit_width() >= 8 ? Fixed(column, type.bit_width() / 8) : Taken(column);
}

Result<ArrayPtr> RowScatter::Made(int column, std::vector<BufferPtr> buffers, std::shared_ptr<arrow::DataType> type) const {
  const auto rows = static_cast<int64_t>(place_of_row_.size());
  int64_t nulls = 0;
  for (const auto& batch : batches_) nulls += batch->column(column)->null_count();
  if (nulls > 0) {
    DVT_ASSIGN(buffers[0], NewBits(rows));
    uint8_t* valid = buffers[0]->mutable_data();
    EachBatch(column, [&](const arrow::Array& from, const uint32_t* places) {
      for (int64_t i = 0; i < from.length(); ++i)
        if (from.IsValid(i)) arrow::bit_util::SetBit(valid, places[i]);
    });
  }
  if (type == nullptr) type = batches_.front()->schema()->field(column)->type();
  return arrow::MakeArray(arrow::ArrayData::Make(std::move(type), rows, std::move(buffers), nulls));
}

template <class T>
void RowScatter::Spread(int column, uint8_t* out) const {
  auto* to = reinterpret_cast<T*>(out);
  EachBatch(column, [&](const arrow::Array& from, const uint32_t* places) {
    const T* values = from.data()->GetValues<T>(1);
    for (int64_t i = 0; i < from.length(); ++i) to[places[i]] = values[i];
  });
}

Result<ArrayPtr> RowScatter::Fixed(int column, int width) const {
  DVT_ASSIGN(auto values, NewBuffer(static_cast<int64_t>(place_of_row_.size()) * width));
  uint8_t* to = values->mutable_data();
  switch (width) {
    case 4: Spread<uint32_t>(column, to); break;
    case 8: Spread<uint64_t>(column, to); break;
    case 16: Spread<Wide>(column, to); break;
    default: {
      const auto bytes = static_cast<size_t>(width);
      EachBatch(column, [&](const arrow::Array& from, const uint32_t* places) {
        const auto& data = *from.data();
        const uint8_t* value = data.buffers[1]->data() + static_cast<size_t>(data.offset) * bytes;
        for (int64_t i = 0; i < from.length(); ++i, value += width) std::memcpy(to + places[i] * bytes, value, bytes);
      });
    }
  }
  return Made(column, {nullptr, std::move(values)});
}

Result<ArrayPtr> RowScatter::ShortDecimals(int column) const {
  DVT_ASSIGN(auto values, NewBuffer(static_cast<int64_t>(place_of_row_.size() * sizeof(uint64_t))));
  auto* to = values->mutable_data_as<uint64_t>();
  uint64_t beyond = 0;
  EachBatch(column, [&](const arrow::Array& from, const uint32_t* places) {
    const Wide* numbers = from.data()->GetValues<Wide>(1);
    for (int64_t i = 0; i < from.length(); ++i) {
      to[places[i]] = numbers[i].low;
      beyond |= numbers[i].high ^ (static_cast<int64_t>(numbers[i].low) < 0 ? ~uint64_t{0} : 0);
    }
  });
  if (beyond != 0) return ArrayPtr();
  const auto& type = static_cast<const arrow::DecimalType&>(*batches_.front()->schema()->field(column)->type());
  return Made(column, {nullptr, std::move(values)}, arrow::decimal64(type.precision(), type.scale()));
}

Result<ArrayPtr> RowScatter::Bits(int column) const {
  DVT_ASSIGN(auto values, NewBits(static_cast<int64_t>(place_of_row_.size())));
  uint8_t* to = values->mutable_data();
  EachBatch(column, [&](const arrow::Array& from, const uint32_t* places) {
    const auto& flags = static_cast<const arrow::BooleanArray&>(from);
    for (int64_t i = 0; i < from.length(); ++i)
      if (flags.Value(i)) arrow::bit_util::SetBit(to, places[i]);
  });
  return Made(column, {nullptr, std::move(values)});
}

// First the lengths, which say where each text begins, then the texts.
Result<ArrayPtr> RowScatter::Texts(int column) const {
  const size_t rows = place_of_row_.size();
  DVT_ASSIGN(auto offsets, NewBuffer(static_cast<int64_t>((rows + 1) * sizeof(int32_t))));
  auto* begins = reinterpret_cast<int32_t*>(offsets->mutable_data());
  EachBatch(column, [&](const arrow::Array& from, const uint32_t* places) {
    const auto* ends = from.data()->GetValues<int32_t>(1);
    for (int64_t i = 0; i < from.length(); ++i) begins[places[i]] = ends[i + 1] - ends[i];
  });
  int64_t end = 0;
  for (size_t i = 0; i < rows; ++i) {
    const int32_t length = begins[i];
    begins[i] = static_cast<int32_t>(end);
    end += length;
  }
  if (end > std::numeric_limits<int32_t>::max()) return ScatterError(arrow::Status::CapacityError("texts of more than 2 GB"));
  begins[rows] = static_cast<int32_t>(end);
  DVT_ASSIGN(auto bytes, NewBuffer(end));
  uint8_t* to = bytes->mutable_data();
  EachBatch(column, [&](const arrow::Array& from, const uint32_t* places) {
    const auto& data = *from.data();
    const auto* at = data.GetValues<int32_t>(1);
    const uint8_t* texts = data.buffers[2] == nullptr ? nullptr : data.buffers[2]->data();
    for (int64_t i = 0; i < from.length(); ++i)
      if (at[i + 1] > at[i]) columnar::CopyShort(to + begins[places[i]], texts + at[i], static_cast<size_t>(at[i + 1] - at[i]));
  });
  return Made(column, {nullptr, std::move(offsets), std::move(bytes)});
}

// Nested columns are taken row by row, as Arrow does.
Result<ArrayPtr> RowScatter::Taken(int column) const {
  InitializeCompute();
  arrow::ArrayVector parts;
  for (const auto& batch : batches_) parts.push_back(batch->column(column));
  const auto together = arrow::Concatenate(parts);
  if (!together.ok()) return ScatterError(together.status());
  std::vector<uint32_t> row_of_place(place_of_row_.size());
  for (size_t i = 0; i < place_of_row_.size(); ++i) row_of_place[place_of_row_[i]] = static_cast<uint32_t>(i);
  arrow::UInt32Builder builder;
  auto status = builder.AppendValues(row_of_place);
  ArrayPtr rows;
  if (status.ok()) status = builder.Finish(&rows);
  if (!status.ok()) return ScatterError(status);
  auto taken = arrow::compute::Take(**together, *rows, arrow::compute::TakeOptions::NoBoundsCheck());
  if (!taken.ok()) return ScatterError(taken.status());
  return *std::move(taken);
}

}  // namespace dvt::lake
