#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/compute/api_aggregate.h>
#include <arrow/scalar.h>

#include <algorithm>
#include <utility>

#include "dvt/lake/data/deletes_arrow.h"
#include "dvt/lake/data/key_set_arrow.h"
#include "dvt/lake/data/row_filter_arrow.h"
#include "dvt/lake/data/types_arrow.h"

namespace dvt::lake {

namespace {

constexpr size_t kFew = 200;
constexpr size_t kPieceBytes = 128 << 10;

std::shared_ptr<arrow::Schema> PieceSchema() {
  static const auto schema = arrow::schema({arrow::field("key", arrow::binary()), arrow::field("number", arrow::int64())});
  return schema;
}

Error OutOfMemory(const arrow::Status& status) { return Error(ErrorCode::kMemory, status.message()); }

// Types whose values are the same if and only if their texts are, and whose order is that of files' bounds.
bool HasOrder(const Type& type) {
  switch (type.id) {
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kDecimal:
    case TypeId::kDate:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kString: return true;
    default: return false;
  }
}

}  // namespace

Status DealtKeys::Add(std::string_view key, uint64_t hash, int64_t number) {
  Part& part = parts_[static_cast<size_t>(PartOf(hash))];
  part.bytes.append(key);
  part.lengths.push_back(static_cast<int32_t>(key.size()));
  part.numbers.push_back(number);
  const size_t held = part.bytes.size() + part.lengths.size() * (sizeof(int32_t) + sizeof(int64_t));
  return held < kPieceBytes ? Status() : Flush(part);
}

Status DealtKeys::Flush(Part& part) {
  if (part.lengths.empty()) return {};
  arrow::BinaryBuilder keys;
  arrow::Int64Builder numbers;
  size_t at = 0;
  auto status = numbers.AppendValues(part.numbers);
  for (const int32_t length : part.lengths) {
    if (status.ok()) status = keys.Append(part.bytes.data() + at, length);
    at += static_cast<size_t>(length);
  }
  std::shared_ptr<arrow::Array> key_column, number_column;
  if (status.ok()) status = keys.Finish(&key_column);
  if (status.ok()) status = numbers.Finish(&number_column);
  if (!status.ok()) return OutOfMemory(status);
  const auto rows = static_cast<int64_t>(part.lengths.size());
  DVT_ASSIGN(const auto segment, log_.Keep(*arrow::RecordBatch::Make(PieceSchema(), rows, {key_column, number_column})));
  part.segments.push_back(segment);
  part.bytes.clear();
  part.lengths.clear();
  part.numbers.clear();
  return {};
}

Status DealtKeys::Close() {
  for (auto& part : parts_) {
    DVT_TRY(Flush(part));
    part.bytes = {};
    part.lengths = {};
    part.numbers = {};
  }
  return {};
}

Status DealtKeys::Read(int part, const std::function<Status(std::string_view key, int64_t number)>& take) const {
  for (const auto& segment : parts_[static_cast<size_t>(part)].segments) {
    DVT_ASSIGN(const auto batch, log_.Read(segment));
    const auto& keys = static_cast<const arrow::BinaryArray&>(*batch->column(0));
    const auto& numbers = static_cast<const arrow::Int64Array&>(*batch->column(1));
    for (int64_t row = 0; row < batch->num_rows(); ++row) DVT_TRY(take(keys.GetView(row), numbers.Value(row)));
  }
  return {};
}

// The least and the greatest by a kernel; where it has none for the type, nothing is known.
void KeySet::Look(const NestedField& field, const arrow::Array& column, Seen& seen) const {
  if (!HasOrder(field.type)) return;
  seen.null = seen.null || column.null_count() > 0;
  for (int64_t row = 0; row < column.length() && !seen.many; ++row) {
    Literal value = LiteralAt(field.type, column, row);
    if (value.is_null() || std::find(seen.few.begin(), seen.few.end(), value) != seen.few.end()) continue;
    if (seen.few.size() == kFew) {
      seen.many = true;
      seen.few = {};
    } else {
      seen.few.push_back(std::move(value));
    }
  }
  InitializeCompute();
  const auto ends = arrow::compute::MinMax(column);
  if (!ends.ok()) return;
  const auto& both = static_cast<const arrow::StructScalar&>(*ends->scalar());
  for (size_t i = 0; i < 2; ++i) {
    const auto made = arrow::MakeArrayFromScalar(*both.value[i], 1);
    if (!made.ok()) return;
    Literal value = LiteralAt(field.type, **made, 0);
    if (value.is_null()) return;
    auto& end = i == 0 ? seen.least : seen.greatest;
    const int order = end ? CompareLiterals(value, *end) : 0;
    if (!end || (i == 0 ? order < 0 : order > 0)) end = std::move(value);
  }
}

Status KeySet::Add(const arrow::RecordBatch& batch, const std::vector<NestedField>& columns) {
  DVT_ASSIGN(const auto keys, RowKeys(fields_, columns, batch));
  std::vector<bool> null(keys.size());
  for (size_t i = 0; i < fields_.size(); ++i) {
    DVT_ASSIGN(const auto column, ColumnOf(fields_[i].id, columns, batch));
    Look(fields_[i], *column, seen_[i]);
    for (size_t row = 0; !options_.nulls_match && column->null_count() > 0 && row < keys.size(); ++row)
      if (column->IsNull(static_cast<int64_t>(row))) null[row] = true;
  }
  for (size_t row = 0; row < keys.size(); ++row)
    if (!null[row]) DVT_TRY(Take(keys[row]));
  return {};
}

Status KeySet::Take(std::string_view key) {
  const uint64_t hash = KeyTable::Hash(key);
  ++count_;
  if (dealt_ != nullptr) return dealt_->Add(key, hash, 0);
  if (!table_.Insert(key, hash) && !options_.may_repeat)
    return Error(ErrorCode::kConstraint, "the rows to write have a key more than once");
  return table_.bytes() > options_.budget ? Spill() : Status();
}

Status KeySet::Spill() {
  dealt_ = std::make_unique<DealtKeys>(*log_);
  const KeyTable held = std::exchange(table_, KeyTable());
  Status kept;
  held.ForEach([&](std::string_view key) {
    if (kept) kept = dealt_->Add(key, KeyTable::Hash(key), 0);
  });
  return kept;
}

Status KeySet::Close() {
  if (dealt_ == nullptr) return {};
  DVT_TRY(dealt_->Close());
  filter_.emplace(count_);
  for (int part = 0; part < DealtKeys::kParts; ++part) {
    DVT_ASSIGN(const KeyTable keys, Part(part));
    keys.ForEach([&](std::string_view key) { filter_->Insert(KeyTable::Hash(key)); });
  }
  return {};
}

Result<KeyTable> KeySet::Part(int part) const {
  KeyTable keys;
  DVT_TRY(dealt_->Read(part, [&](std::string_view key, int64_t) -> Status {
    if (!keys.Insert(key, KeyTable::Hash(key)) && !options_.may_repeat)
      return Error(ErrorCode::kConstraint, "the rows to write have a key more than once");
    return {};
  }));
  return keys;
}

std::optional<Filter> KeySet::WhereOf(const NestedField& field, const Seen& seen, const std::string& name) const {
  if (!HasOrder(field.type)) return std::nullopt;
  const bool nulls = seen.null && options_.nulls_match;
  std::optional<Filter> values;
  if (!seen.many) {
    std::vector<std::string> texts;
    for (const auto& value : seen.few) texts.push_back(LiteralText(field.type, value));
    if (!texts.empty()) values = Filter::Test(Op::kIn, name, std::move(texts));
  } else if (seen.least && seen.greatest) {
    values = Filter::And(Filter::Test(Op::kGreaterEqual, name, {LiteralText(field.type, *seen.least)}),
                         Filter::Test(Op::kLessEqual, name, {LiteralText(field.type, *seen.greatest)}));
  } else {
    return std::nullopt;
  }
  if (!nulls) return values;
  Filter null = Filter::Test(Op::kIsNull, name);
  return values ? Filter::Or(*std::move(values), std::move(null)) : std::move(null);
}

Filter KeySet::Where(const Schema& schema) const {
  Filter all;
  if (empty()) all.op = Op::kFalse;
  for (size_t i = 0; i < fields_.size(); ++i) {
    const NestedField* there = schema.Find(fields_[i].id);
    if (empty() || there == nullptr || !(there->type == fields_[i].type)) continue;
    auto where = WhereOf(fields_[i], seen_[i], schema.PathOf(there->id));
    if (!where) continue;
    all = all.op == Op::kTrue ? *std::move(where) : Filter::And(std::move(all), *std::move(where));
  }
  return all;
}

}  // namespace dvt::lake
