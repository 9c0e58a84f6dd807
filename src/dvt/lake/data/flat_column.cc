#include "dvt/lake/data/flat_column_arrow.h"

#include <arrow/buffer.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/decimal.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "dvt/columnar/parquet/batch_memory_arrow.h"
#include "dvt/columnar/parquet/short_copy.h"
#include "dvt/lake/data/types_arrow.h"

namespace dvt::lake {

namespace {

constexpr int64_t kPiece = 2048;  // values: what is known of them stays in the nearest cache
constexpr int64_t kMostBytes = std::numeric_limits<int32_t>::max();

using Bytes = std::shared_ptr<arrow::ResizableBuffer>;

arrow::Result<Bytes> NewBytes(int64_t size) {
  ARROW_ASSIGN_OR_RAISE(auto bytes, arrow::AllocateResizableBuffer(size, columnar::BatchMemory()));
  return Bytes(std::move(bytes));
}

/// Which rows of the array that is being made are null: bits only from the first null on.
class Validity {
 public:
  void Begin(int64_t room) {
    room_ = room;
    nulls_ = 0;
    bits_ = nullptr;
  }
  /// A piece with nulls; levels: 0 for each.
  arrow::Status Mark(int64_t first_row, const std::vector<int16_t>& levels, int64_t rows, int64_t values) {
    if (bits_ == nullptr) {
      ARROW_ASSIGN_OR_RAISE(bits_, NewBytes(arrow::bit_util::BytesForBits(room_)));
      std::memset(bits_->mutable_data(), 0xFF, static_cast<size_t>(bits_->size()));
    }
    for (int64_t i = 0; i < rows; ++i)
      if (levels[static_cast<size_t>(i)] == 0) arrow::bit_util::ClearBit(bits_->mutable_data(), first_row + i);
    nulls_ += rows - values;
    return arrow::Status::OK();
  }
  const Bytes& bits() const { return bits_; }
  int64_t nulls() const { return nulls_; }

 private:
  Bytes bits_;
  int64_t room_ = 0, nulls_ = 0;
};

/// What columns of all types have: pieces of values with their levels.
template <class Physical>
class PiecesOf : public FlatColumn {
 public:
  PiecesOf(std::shared_ptr<parquet::ColumnReader> reader, const Type& wanted)
      : owner_(std::move(reader)),
        reader_(static_cast<parquet::TypedColumnReader<Physical>&>(*owner_)),
        type_(ArrowTypeOf(wanted)),
        levels_(owner_->descr()->max_definition_level() > 0 ? kPiece : 0) {}

 protected:
  using Value = typename Physical::c_type;

  /// The next piece: its values without the nulls, at most kPiece rows of one page. 0 at the end.
  arrow::Result<int64_t> NextPiece(int64_t rows, Value* values, int64_t& count) {
    count = 0;
    if (rows == 0 || !reader_.HasNext()) return 0;
    int16_t* levels = levels_.empty() ? nullptr : levels_.data();
    const int64_t read = reader_.ReadBatch(std::min(rows, kPiece), levels, nullptr, values, &count);
    const int64_t valid = levels == nullptr ? read : read - std::count(levels, levels + std::max<int64_t>(read, 0), 0);
    if (read <= 0 || valid != count) return arrow::Status::Invalid("a page has fewer values than it says");
    return read;
  }

  std::shared_ptr<parquet::ColumnReader> owner_;
  parquet::TypedColumnReader<Physical>& reader_;
  std::shared_ptr<arrow::DataType> type_;
  std::vector<int16_t> levels_;  // of the piece; none where nothing can be null
  Validity validity_;
};

/// Numbers, dates and times, which Arrow has as Parquet has them, and decimals, which are widened.
template <class Physical, class Out>
class NumberColumn : public PiecesOf<Physical> {
 public:
  using PiecesOf<Physical>::PiecesOf;

  arrow::Result<arrow::ArrayVector> Read(int64_t rows) override {
    ARROW_ASSIGN_OR_RAISE(Bytes out, NewBytes(rows * kWidth));
    this->validity_.Begin(rows);
    int64_t filled = 0;
    while (filled < rows) {
      auto* to = out->template mutable_data_as<Out>() + filled;
      int64_t values = 0, read = 0;
      if constexpr (kSame) {
        ARROW_ASSIGN_OR_RAISE(read, this->NextPiece(rows - filled, reinterpret_cast<typename Physical::c_type*>(to), values));
      } else {
        piece_.resize(kPiece);
        ARROW_ASSIGN_OR_RAISE(read, this->NextPiece(rows - filled, piece_.data(), values));
        for (int64_t i = 0; i < values; ++i) to[i] = Out(piece_[static_cast<size_t>(i)]);
      }
      if (read == 0) break;
      if (values < read) {
        Spread(to, read, values);
        ARROW_RETURN_NOT_OK(this->validity_.Mark(filled, this->levels_, read, values));
      }
      filled += read;
    }
    if (filled == 0) return arrow::ArrayVector();
    ARROW_RETURN_NOT_OK(out->Resize(filled * kWidth, /*shrink_to_fit=*/false));
    return arrow::ArrayVector{arrow::MakeArray(
        arrow::ArrayData::Make(this->type_, filled, {this->validity_.bits(), std::move(out)}, this->validity_.nulls()))};
  }

 private:
  static constexpr int64_t kWidth = sizeof(Out);
  static constexpr bool kSame = std::is_same_v<typename Physical::c_type, Out>;

  // Moves values that lie one beside the other to their rows, the last first.
  void Spread(Out* to, int64_t rows, int64_t values) {
    for (int64_t row = rows; row-- > 0;) to[row] = this->levels_[static_cast<size_t>(row)] > 0 ? to[--values] : Out();
  }

  std::vector<typename Physical::c_type> piece_;
};

class TextColumn : public PiecesOf<parquet::ByteArrayType> {
 public:
  using PiecesOf::PiecesOf;

  arrow::Result<arrow::ArrayVector> Read(int64_t rows) override {
    arrow::ArrayVector out;
    ARROW_RETURN_NOT_OK(Begin(rows));
    piece_.resize(kPiece);
    for (int64_t left = rows; left > 0;) {
      int64_t values = 0;
      ARROW_ASSIGN_OR_RAISE(const int64_t read, NextPiece(left, piece_.data(), values));
      if (read == 0) break;
      int64_t bytes = 0;
      for (int64_t i = 0; i < values; ++i) bytes += piece_[static_cast<size_t>(i)].len;
      if (filled_ + bytes > kMostBytes) {  // a page is never that long
        ARROW_RETURN_NOT_OK(End(out));
        ARROW_RETURN_NOT_OK(Begin(left));
      }
      if (filled_ + bytes > bytes_->size())
        ARROW_RETURN_NOT_OK(bytes_->Resize(std::max(filled_ + bytes, bytes_->size() * 3 / 2), /*shrink_to_fit=*/false));
      if (values == read) {
        AppendValues(values);
      } else {
        ARROW_RETURN_NOT_OK(validity_.Mark(rows_, levels_, read, values));
        AppendSpread(read);
      }
      filled_ += bytes;
      rows_ += read;
      left -= read;
    }
    ARROW_RETURN_NOT_OK(End(out));
    return out;
  }

 private:
  arrow::Status Begin(int64_t rows) {
    rows_ = filled_ = 0;
    validity_.Begin(rows);
    ARROW_ASSIGN_OR_RAISE(offsets_, NewBytes((rows + 1) * kOffset));
    const auto expected = static_cast<int64_t>(row_bytes_ * 1.02 * static_cast<double>(rows)) + 64;
    ARROW_ASSIGN_OR_RAISE(bytes_, NewBytes(std::min(expected, kMostBytes)));
    offsets_->mutable_data_as<int32_t>()[0] = 0;
    return arrow::Status::OK();
  }

  void AppendValues(int64_t rows) {
    uint8_t* to = bytes_->mutable_data();
    int32_t* offsets = offsets_->mutable_data_as<int32_t>() + rows_ + 1;
    auto end = static_cast<size_t>(filled_);
    for (int64_t i = 0; i < rows; ++i) {
      const parquet::ByteArray value = piece_[static_cast<size_t>(i)];
      columnar::CopyShort(to + end, value.ptr, value.len);
      end += value.len;
      offsets[i] = static_cast<int32_t>(end);
    }
  }

  void AppendSpread(int64_t rows) {
    uint8_t* to = bytes_->mutable_data();
    int32_t* offsets = offsets_->mutable_data_as<int32_t>() + rows_ + 1;
    auto end = static_cast<size_t>(filled_);
    const parquet::ByteArray* value = piece_.data();
    for (int64_t i = 0; i < rows; ++i) {
      if (levels_[static_cast<size_t>(i)] > 0) {
        columnar::CopyShort(to + end, value->ptr, value->len);
        end += value->len;
        ++value;
      }
      offsets[i] = static_cast<int32_t>(end);
    }
  }

  arrow::Status End(arrow::ArrayVector& out) {
    if (rows_ == 0) return arrow::Status::OK();
    row_bytes_ = static_cast<double>(filled_) / static_cast<double>(rows_);
    ARROW_RETURN_NOT_OK(offsets_->Resize((rows_ + 1) * kOffset, /*shrink_to_fit=*/false));
    // A guess that was far off must not keep its memory.
    ARROW_RETURN_NOT_OK(bytes_->Resize(filled_, /*shrink_to_fit=*/bytes_->size() > 2 * filled_ + 4096));
    out.push_back(arrow::MakeArray(
        arrow::ArrayData::Make(type_, rows_, {validity_.bits(), std::move(offsets_), std::move(bytes_)}, validity_.nulls())));
    rows_ = 0;
    return arrow::Status::OK();
  }

  static constexpr int64_t kOffset = sizeof(int32_t);

  std::vector<parquet::ByteArray> piece_;
  double row_bytes_ = 16;  // of the arrays before
  // The array that is being made.
  Bytes offsets_, bytes_;
  int64_t rows_ = 0, filled_ = 0;
};

template <class Column>
std::unique_ptr<FlatColumn> Made(std::shared_ptr<parquet::ColumnReader> reader, const Type& wanted) {
  return std::make_unique<Column>(std::move(reader), wanted);
}

using parquet::DoubleType;
using parquet::FloatType;
using parquet::Int32Type;
using parquet::Int64Type;

bool IsInt(const parquet::LogicalType& logical, int bits) {
  if (logical.is_none()) return true;
  if (!logical.is_int()) return false;
  const auto& type = static_cast<const parquet::IntLogicalType&>(logical);
  return type.is_signed() && type.bit_width() <= bits;
}

bool IsMicroseconds(const parquet::LogicalType& logical, bool utc) {
  if (!logical.is_timestamp()) return false;
  const auto& type = static_cast<const parquet::TimestampLogicalType&>(logical);
  return type.time_unit() == parquet::LogicalType::TimeUnit::MICROS && type.is_adjusted_to_utc() == utc;
}

bool IsTimeOfDay(const parquet::LogicalType& logical) {
  return logical.is_time() &&
         static_cast<const parquet::TimeLogicalType&>(logical).time_unit() == parquet::LogicalType::TimeUnit::MICROS;
}

bool IsNarrower(const parquet::LogicalType& logical, const Type& wanted) {
  if (!logical.is_decimal()) return false;
  const auto& type = static_cast<const parquet::DecimalLogicalType&>(logical);
  return type.scale() == wanted.scale && type.precision() <= wanted.precision;
}

FlatColumn::Make OfInt32(const parquet::LogicalType& logical, const Type& wanted) {
  switch (wanted.id) {
    case TypeId::kInt: return IsInt(logical, 32) ? Made<NumberColumn<Int32Type, int32_t>> : nullptr;
    case TypeId::kDate: return logical.is_date() ? Made<NumberColumn<Int32Type, int32_t>> : nullptr;
    case TypeId::kLong: return IsInt(logical, 32) ? Made<NumberColumn<Int32Type, int64_t>> : nullptr;
    case TypeId::kDecimal: return IsNarrower(logical, wanted) ? Made<NumberColumn<Int32Type, arrow::Decimal128>> : nullptr;
    default: return nullptr;
  }
}

FlatColumn::Make OfInt64(const parquet::LogicalType& logical, const Type& wanted) {
  switch (wanted.id) {
    case TypeId::kLong: return IsInt(logical, 64) ? Made<NumberColumn<Int64Type, int64_t>> : nullptr;
    case TypeId::kTime: return IsTimeOfDay(logical) ? Made<NumberColumn<Int64Type, int64_t>> : nullptr;
    case TypeId::kTimestamp: return IsMicroseconds(logical, false) ? Made<NumberColumn<Int64Type, int64_t>> : nullptr;
    case TypeId::kTimestampTz: return IsMicroseconds(logical, true) ? Made<NumberColumn<Int64Type, int64_t>> : nullptr;
    case TypeId::kDecimal: return IsNarrower(logical, wanted) ? Made<NumberColumn<Int64Type, arrow::Decimal128>> : nullptr;
    default: return nullptr;
  }
}

}  // namespace

FlatColumn::Make FlatColumn::MakerFor(const parquet::ColumnDescriptor& column, const Type& wanted) {
  if (column.max_repetition_level() > 0 || column.max_definition_level() > 1 || column.path()->ToDotVector().size() != 1)
    return nullptr;
  if (column.logical_type() == nullptr) return nullptr;
  const parquet::LogicalType& logical = *column.logical_type();
  switch (column.physical_type()) {
    case parquet::Type::INT32: return OfInt32(logical, wanted);
    case parquet::Type::INT64: return OfInt64(logical, wanted);
    case parquet::Type::FLOAT:
      if (wanted.id == TypeId::kFloat && logical.is_none()) return Made<NumberColumn<FloatType, float>>;
      return wanted.id == TypeId::kDouble && logical.is_none() ? Made<NumberColumn<FloatType, double>> : nullptr;
    case parquet::Type::DOUBLE:
      return wanted.id == TypeId::kDouble && logical.is_none() ? Made<NumberColumn<DoubleType, double>> : nullptr;
    case parquet::Type::BYTE_ARRAY:
      if (wanted.id == TypeId::kString) return logical.is_string() ? Made<TextColumn> : nullptr;
      return wanted.id == TypeId::kBinary && (logical.is_none() || logical.is_string()) ? Made<TextColumn> : nullptr;
    default: return nullptr;
  }
}

}  // namespace dvt::lake
