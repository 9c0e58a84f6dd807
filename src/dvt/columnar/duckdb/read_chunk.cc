#include "dvt/columnar/duckdb/read_chunk.h"

#include <algorithm>
#include <cstring>

#include "dvt/columnar/c_abi/block_pool.h"
#include "dvt/columnar/duckdb/handles.h"
#include "dvt/columnar/types/endless.h"

namespace dvt::columnar::duckdb {
namespace {

/// What an exported array owns.
struct Holder {
  std::vector<uint8_t*> owned;
  std::vector<const void*> buffers;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> child_pointers;
};

void ReleaseHolder(ArrowArray* array) {
  auto* holder = static_cast<Holder*>(array->private_data);
  for (ArrowArray& child : holder->children)
    if (child.release != nullptr) child.release(&child);
  for (uint8_t* bytes : holder->owned) BatchBlocks().Give(bytes);
  delete holder;
  array->release = nullptr;
}

ArrowArray MakeArray(int64_t length, int64_t nulls, std::vector<uint8_t*> buffers, std::vector<ArrowArray> children) {
  auto holder = std::make_unique<Holder>();
  holder->owned = std::move(buffers);
  holder->buffers.assign(holder->owned.begin(), holder->owned.end());
  holder->children = std::move(children);
  for (ArrowArray& child : holder->children) holder->child_pointers.push_back(&child);
  ArrowArray array = {};
  array.length = length;
  array.null_count = nulls;
  array.n_buffers = static_cast<int64_t>(holder->buffers.size());
  array.n_children = static_cast<int64_t>(holder->children.size());
  array.buffers = holder->buffers.data();
  array.children = holder->child_pointers.empty() ? nullptr : holder->child_pointers.data();
  array.release = ReleaseHolder;
  array.private_data = holder.release();
  return array;
}

bool IsValid(const uint64_t* validity, idx_t row) { return validity == nullptr || ((validity[row >> 6] >> (row & 63)) & 1) != 0; }

void SetBits(uint8_t* bits, int64_t first, int64_t count) {
  for (int64_t i = first; i < first + count;) {
    if ((i & 7) == 0 && first + count - i >= 8) {
      const int64_t whole = (first + count - i) >> 3;
      std::memset(bits + (i >> 3), 0xff, static_cast<size_t>(whole));
      i += whole * 8;
    } else {
      bits[i >> 3] |= static_cast<uint8_t>(1u << (i & 7));
      ++i;
    }
  }
}

void GrowBits(GrowBuffer& buffer, int64_t bits) {
  const auto bytes = static_cast<size_t>((bits + 7) >> 3);
  const size_t before = buffer.size();
  if (bytes <= before) return;
  buffer.Resize(bytes);
  std::memset(buffer.data() + before, 0, bytes - before);
}

Error TooManyDigits() {
  return Error(ErrorCode::kData, "a HUGEINT has more than 38 digits, which decimal(38,0) cannot hold")
      .WithHint("cast it to DOUBLE or VARCHAR in the query");
}

int64_t FloorDivide(int64_t value, int64_t by) {
  const int64_t quotient = value / by;
  return value % by < 0 ? quotient - 1 : quotient;
}

int SourceWidth(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_UTINYINT: return 1;
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_USMALLINT: return 2;
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DATE: return 4;
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_TIME:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ: return 8;
    default: return 0;
  }
}

}  // namespace

VectorReader::VectorReader(duckdb_logical_type source, const DataType& type)
    : type_(type), source_(duckdb_get_type_id(source)), physical_(DUCKDB_TYPE_INVALID) {
  if (source_ == DUCKDB_TYPE_DECIMAL) physical_ = duckdb_decimal_internal_type(source);
  if (source_ == DUCKDB_TYPE_LIST) {
    OwnedType child(duckdb_list_type_child_type(source));
    children_.emplace_back(child.get(), type.children.front().type);
  } else if (source_ == DUCKDB_TYPE_STRUCT) {
    for (size_t i = 0; i < type.children.size(); ++i) {
      OwnedType child(duckdb_struct_type_child_type(source, i));
      children_.emplace_back(child.get(), type.children[i].type);
    }
  }
}

size_t VectorReader::bytes() const {
  size_t total = values_.size() + offsets_.size() + validity_.size();
  for (const VectorReader& child : children_) total += child.bytes();
  return total;
}

void VectorReader::AppendValidity(const uint64_t* validity, idx_t first, idx_t count) {
  const auto rows = static_cast<int64_t>(count);
  int64_t nulls = 0;
  if (validity != nullptr)
    for (idx_t i = first; i < first + count; ++i) nulls += IsValid(validity, i) ? 0 : 1;
  if (nulls == 0) {
    if (nulls_ != 0) {
      GrowBits(validity_, length_ + rows);
      SetBits(validity_.data(), length_, rows);
    }
    return;
  }
  GrowBits(validity_, length_ + rows);
  if (nulls_ == 0) SetBits(validity_.data(), 0, length_);
  uint8_t* bits = validity_.data();
  for (int64_t i = 0; i < rows; ++i)
    if (IsValid(validity, first + static_cast<idx_t>(i)))
      bits[(length_ + i) >> 3] |= static_cast<uint8_t>(1u << ((length_ + i) & 7));
  nulls_ += nulls;
}

Status VectorReader::Append(duckdb_vector vector, idx_t first, idx_t count) {
  const uint64_t* validity = duckdb_vector_get_validity(vector);
  AppendValidity(validity, first, count);
  DVT_TRY(AppendValues(vector, first, count, validity));
  length_ += static_cast<int64_t>(count);
  return {};
}

template <class From, class To, class Convert>
Status VectorReader::AppendConverted(const Rows& rows, Convert convert) {
  const auto [data, first, count, validity] = rows;  // copies: the loop's stores cannot reach them
  const size_t at = values_.size();
  values_.Resize(at + count * sizeof(To));
  uint8_t* out = values_.data() + at;
  const From* in = static_cast<const From*>(data) + first;
  for (idx_t i = 0; i < count; ++i, out += sizeof(To)) {
    To value{};
    if (IsValid(validity, first + i) && !convert(in[i], value)) return TooManyDigits();
    std::memcpy(out, &value, sizeof(To));
  }
  return {};
}

void VectorReader::AppendBools(const uint8_t* data, idx_t count) {
  GrowBits(values_, length_ + static_cast<int64_t>(count));
  uint8_t* bits = values_.data();
  for (idx_t i = 0; i < count; ++i) {
    const int64_t at = length_ + static_cast<int64_t>(i);
    if (data[i] != 0) bits[at >> 3] |= static_cast<uint8_t>(1u << (at & 7));
  }
}

Status VectorReader::AppendTexts(const duckdb_string_t* data, idx_t first, idx_t count, const uint64_t* validity) {
  if (offsets_.size() == 0) offsets_.AppendValue(int32_t{0});
  size_t total = 0;
  for (idx_t i = first; i < first + count; ++i)
    if (IsValid(validity, i)) total += data[i].value.inlined.length;
  size_t end = values_.size();
  if (end + total > INT32_MAX)
    return Error(ErrorCode::kData, "a batch holds more than 2 GB of text in one column").WithHint("split the values");
  values_.Resize(end + total);
  const size_t at = offsets_.size();
  offsets_.Resize(at + count * sizeof(int32_t));
  uint8_t* ends = offsets_.data() + at;
  uint8_t* bytes = values_.data();
  for (idx_t i = first; i < first + count; ++i, ends += sizeof(int32_t)) {
    if (IsValid(validity, i)) {
      const duckdb_string_t& text = data[i];
      const uint32_t length = text.value.inlined.length;
      const char* from = length <= 12 ? text.value.inlined.inlined : text.value.pointer.ptr;
      if (length != 0) std::memcpy(bytes + end, from, length);
      end += length;
    }
    const auto mark = static_cast<int32_t>(end);
    std::memcpy(ends, &mark, sizeof mark);
  }
  return {};
}

Status VectorReader::AppendLists(duckdb_vector vector, idx_t first, idx_t count, const uint64_t* validity) {
  if (offsets_.size() == 0) offsets_.AppendValue(int32_t{0});
  const auto* entries = static_cast<const duckdb_list_entry*>(duckdb_vector_get_data(vector));
  duckdb_vector elements = duckdb_list_vector_get_child(vector);
  // Neighbouring lists mostly lie side by side in the child vector: such runs are copied at once.
  uint64_t run_begin = 0, run_end = 0;
  for (idx_t i = first; i < first + count; ++i) {
    const duckdb_list_entry entry = IsValid(validity, i) ? entries[i] : duckdb_list_entry{run_end, 0};
    if (entry.length != 0 && entry.offset != run_end) {
      if (run_end != run_begin) DVT_TRY(children_.front().Append(elements, run_begin, run_end - run_begin));
      run_begin = run_end = entry.offset;
    }
    run_end += entry.length;
    offsets_.AppendValue(static_cast<int32_t>(children_.front().length_ + static_cast<int64_t>(run_end - run_begin)));
  }
  if (run_end != run_begin) DVT_TRY(children_.front().Append(elements, run_begin, run_end - run_begin));
  return {};
}

Status VectorReader::AppendStructs(duckdb_vector vector, idx_t first, idx_t count) {
  for (size_t i = 0; i < children_.size(); ++i)
    DVT_TRY(children_[i].Append(duckdb_struct_vector_get_child(vector, i), first, count));
  return {};
}

void VectorReader::AppendUnchanged(const Rows& rows, size_t width) {
  values_.Append(static_cast<const uint8_t*>(rows.data) + rows.first * width, rows.count * width);
}

Status VectorReader::AppendFinerStamps(const Rows& rows, int64_t units_per_micro) {
  return AppendConverted<int64_t, int64_t>(rows, [units_per_micro](int64_t in, int64_t& out) {
    return out = IsEndlessMoment(in) ? in : FloorDivide(in, units_per_micro), true;
  });
}

Status VectorReader::AppendCoarserStamps(const Rows& rows, int64_t micros_per_unit) {
  return AppendConverted<int64_t, int64_t>(rows, [micros_per_unit](int64_t in, int64_t& out) {
    return IsEndlessMoment(in) ? (out = in, true) : !__builtin_mul_overflow(in, micros_per_unit, &out);
  });
}

Status VectorReader::AppendDecimals(const Rows& rows) {
  const auto widen = [](auto in, Int128& out) { return out = in, true; };
  switch (physical_) {
    case DUCKDB_TYPE_SMALLINT: return AppendConverted<int16_t, Int128>(rows, widen);
    case DUCKDB_TYPE_INTEGER: return AppendConverted<int32_t, Int128>(rows, widen);
    case DUCKDB_TYPE_BIGINT: return AppendConverted<int64_t, Int128>(rows, widen);
    default: AppendUnchanged(rows, sizeof(Int128)); return {};
  }
}

Status VectorReader::AppendHugeints(const Rows& rows) {
  constexpr Int128 kLimit = Int128{10'000'000'000'000'000'000ull} * 10'000'000'000'000'000'000ull;  // 10^38
  const bool is_unsigned = source_ == DUCKDB_TYPE_UHUGEINT;
  return AppendConverted<Int128, Int128>(
      rows, [is_unsigned](Int128 in, Int128& out) { return out = in, in < kLimit && in > -kLimit && !(is_unsigned && in < 0); });
}

Status VectorReader::AppendIntervals(const Rows& rows) {
  struct Interval {
    int32_t months;
    int32_t days;
    int64_t nanos;
  };
  return AppendConverted<duckdb_interval, Interval>(rows, [](const duckdb_interval& in, Interval& out) {
    out = {in.months, in.days, 0};
    return !__builtin_mul_overflow(in.micros, int64_t{1000}, &out.nanos);
  });
}

Status VectorReader::AppendUuids(const Rows& rows) {
  struct Bytes {
    uint64_t upper;
    uint64_t lower;
  };
  return AppendConverted<duckdb_hugeint, Bytes>(rows, [](const duckdb_hugeint& in, Bytes& out) {
    out.upper = __builtin_bswap64(static_cast<uint64_t>(in.upper) ^ (uint64_t{1} << 63));
    out.lower = __builtin_bswap64(in.lower);
    return true;
  });
}

Status VectorReader::AppendValues(duckdb_vector vector, idx_t first, idx_t count, const uint64_t* validity) {
  if (source_ == DUCKDB_TYPE_STRUCT) return AppendStructs(vector, first, count);
  if (source_ == DUCKDB_TYPE_LIST) return AppendLists(vector, first, count, validity);
  if (source_ == DUCKDB_TYPE_SQLNULL) return {};
  const Rows rows{duckdb_vector_get_data(vector), first, count, validity};
  if (const int width = SourceWidth(source_); width != 0) {
    AppendUnchanged(rows, static_cast<size_t>(width));
    return {};
  }
  switch (source_) {
    case DUCKDB_TYPE_BOOLEAN: AppendBools(static_cast<const uint8_t*>(rows.data) + first, count); return {};
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_BLOB: return AppendTexts(static_cast<const duckdb_string_t*>(rows.data), first, count, validity);
    case DUCKDB_TYPE_TIMESTAMP_S: return AppendCoarserStamps(rows, 1'000'000);
    case DUCKDB_TYPE_TIMESTAMP_MS: return AppendCoarserStamps(rows, 1'000);
    case DUCKDB_TYPE_TIMESTAMP_NS:
    case DUCKDB_TYPE_TIME_NS: return AppendFinerStamps(rows, 1'000);
    case DUCKDB_TYPE_DECIMAL: return AppendDecimals(rows);
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT: return AppendHugeints(rows);
    case DUCKDB_TYPE_INTERVAL: return AppendIntervals(rows);
    case DUCKDB_TYPE_UUID: return AppendUuids(rows);
    default: return Error(ErrorCode::kInternal, "a DuckDB type without a reader: " + std::to_string(source_));
  }
}

ArrowArray VectorReader::Finish() {
  std::vector<uint8_t*> buffers;
  std::vector<ArrowArray> children;
  uint8_t* validity = nulls_ != 0 ? validity_.Release() : nullptr;
  if (type_.kind != TypeKind::kNull) buffers.push_back(validity);
  if (type_.kind == TypeKind::kList) {
    if (offsets_.size() == 0) offsets_.AppendValue(int32_t{0});
    buffers.push_back(offsets_.Release());
  } else if (type_.kind == TypeKind::kBinary || type_.is_text()) {
    if (offsets_.size() == 0) offsets_.AppendValue(int32_t{0});
    values_.Reserve(1);
    buffers.push_back(offsets_.Release());
    buffers.push_back(values_.Release());
  } else if (type_.kind != TypeKind::kStruct && type_.kind != TypeKind::kNull) {
    values_.Reserve(1);
    buffers.push_back(values_.Release());
  }
  for (VectorReader& child : children_) children.push_back(child.Finish());
  ArrowArray array =
      MakeArray(length_, type_.kind == TypeKind::kNull ? length_ : nulls_, std::move(buffers), std::move(children));
  validity_.Clear();
  length_ = nulls_ = 0;
  return array;
}

ChunkReader::ChunkReader(const std::vector<duckdb_logical_type>& types, Fields fields) : fields_(std::move(fields)) {
  for (size_t i = 0; i < fields_.size(); ++i) columns_.emplace_back(types[i], fields_[i].type);
}

Status ChunkReader::Append(duckdb_data_chunk chunk) {
  const idx_t rows = duckdb_data_chunk_get_size(chunk);
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (auto appended = columns_[i].Append(duckdb_data_chunk_get_vector(chunk, i), 0, rows); !appended)
      return std::move(appended).error().Within("in column " + fields_[i].name);
  }
  rows_ += static_cast<int64_t>(rows);
  return {};
}

size_t ChunkReader::bytes() const {
  size_t total = 0;
  for (const VectorReader& column : columns_) total += column.bytes();
  return total;
}

Array ChunkReader::Finish() {
  std::vector<ArrowArray> children;
  for (VectorReader& column : columns_) children.push_back(column.Finish());
  ArrowArray batch = MakeArray(rows_, 0, {nullptr}, std::move(children));
  rows_ = 0;
  return Array(batch);
}

}  // namespace dvt::columnar::duckdb
