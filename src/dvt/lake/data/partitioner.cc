#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/compute/api_vector.h>
#include <arrow/datum.h>
#include <fmt/format.h>

#include <unordered_map>

#include "dvt/lake/data/partitioner_arrow.h"
#include "dvt/lake/data/row_filter_arrow.h"
#include "dvt/lake/data/types_arrow.h"

namespace dvt::lake {

namespace {

/// The partition values of one field for a batch: each different one once, and which of them a row has.
struct FieldValues {
  std::vector<Literal> distinct;
  std::vector<uint32_t> of_row;
};

std::string KeyOf(const Literal& value) {
  switch (value.held.index()) {
    case 1: return value.as_bool() ? "t" : "f";
    case 2: return fmt::format("i{}", value.as_int());
    case 3: return fmt::format("d{}", value.as_float());
    case 4: return "n" + DecimalText(value.as_decimal(), 0);
    case 5: return fmt::format("b{}:", value.as_bytes().size()) + value.as_bytes();
    default: return "0";
  }
}

// Equal source values have equal partition values: only the first of a run, and each value not seen before, is transformed.
class FieldDealer {
 public:
  FieldDealer(const Type& source, const Transform& transform, const arrow::Array& column)
      : source_(source), transform_(transform), column_(column) {}

  FieldValues Deal() {
    out_.of_row.resize(static_cast<size_t>(column_.length()));
    const bool whole = source_.id == TypeId::kInt || source_.id == TypeId::kLong ||
                       (source_.id >= TypeId::kDate && source_.id <= TypeId::kTimestampTzNs);
    whole ? DealWhole() : DealAny();
    return std::move(out_);
  }

 private:
  void DealWhole() {
    const bool narrow = source_.id == TypeId::kInt || source_.id == TypeId::kDate;
    std::unordered_map<int64_t, uint32_t> seen;
    int64_t last = 0;
    uint32_t last_place = 0;
    bool has_last = false;
    for (int64_t row = 0; row < column_.length(); ++row) {
      if (column_.IsNull(row)) {
        out_.of_row[static_cast<size_t>(row)] = PlaceOf({});
        continue;
      }
      const int64_t value = narrow ? column_.data()->GetValues<int32_t>(1)[row] : column_.data()->GetValues<int64_t>(1)[row];
      if (!has_last || value != last) {
        const auto [found, fresh] = seen.try_emplace(value, 0);
        if (fresh) found->second = PlaceOf(transform_.Apply(source_, Literal::Int(value)));
        last = value;
        last_place = found->second;
        has_last = true;
      }
      out_.of_row[static_cast<size_t>(row)] = last_place;
    }
  }

  void DealAny() {
    for (int64_t row = 0; row < column_.length(); ++row)
      out_.of_row[static_cast<size_t>(row)] = PlaceOf(transform_.Apply(source_, LiteralAt(source_, column_, row)));
  }

  uint32_t PlaceOf(const Literal& value) {
    const auto [found, fresh] = places_.try_emplace(KeyOf(value), static_cast<uint32_t>(out_.distinct.size()));
    if (fresh) out_.distinct.push_back(value);
    return found->second;
  }

  const Type& source_;
  const Transform& transform_;
  const arrow::Array& column_;
  FieldValues out_;
  std::unordered_map<std::string, uint32_t> places_;
};

Result<std::shared_ptr<arrow::RecordBatch>> TakeRows(const std::shared_ptr<arrow::RecordBatch>& batch,
                                                     const std::vector<int32_t>& rows) {
  if (rows.size() == static_cast<size_t>(batch->num_rows())) return batch;
  arrow::Int32Builder builder;
  if (const auto status = builder.AppendValues(rows); !status.ok()) return Error(ErrorCode::kMemory, status.message());
  const auto indices = builder.Finish();
  if (!indices.ok()) return Error(ErrorCode::kMemory, indices.status().message());
  const auto taken =
      arrow::compute::Take(arrow::Datum(batch), arrow::Datum(*indices), arrow::compute::TakeOptions::NoBoundsCheck());
  if (!taken.ok()) return Error(ErrorCode::kInternal, "rows cannot be dealt to partitions: " + taken.status().message());
  return taken->record_batch();
}

}  // namespace

std::string PartitionKey(const PartitionValues& values) {
  std::string key;
  for (const auto& value : values) key += KeyOf(value) + "|";
  return key;
}

Result<std::vector<PartitionRows>> Partitioner::Split(const std::shared_ptr<arrow::RecordBatch>& batch) const {
  std::vector<FieldValues> dealt;
  for (const auto& field : spec_.fields) {
    if (field.transform.kind() == TransformKind::kUnknown)
      return Error(ErrorCode::kUnsupported,
                   fmt::format("the table is partitioned by '{}', which is no known transform", field.transform.ToString()));
    if (field.transform.kind() == TransformKind::kVoid) {
      dealt.push_back({{Literal()}, std::vector<uint32_t>(static_cast<size_t>(batch->num_rows()), 0)});
      continue;
    }
    const Schema schema{0, fields_, {}};
    const NestedField* source = schema.Find(field.source_id);
    const Type type = source != nullptr ? source->type : Type(TypeId::kUnknown);
    DVT_ASSIGN(const auto column, ColumnOf(field.source_id, fields_, *batch));
    dealt.push_back(FieldDealer(type, field.transform, *column).Deal());
  }
  // Places of several fields are counted together, mixed-radix.
  std::unordered_map<uint64_t, size_t> part_of;
  std::vector<std::vector<int32_t>> rows;
  std::vector<PartitionRows> parts;
  for (int64_t row = 0; row < batch->num_rows(); ++row) {
    uint64_t place = 0;
    for (const auto& field : dealt) place = place * field.distinct.size() + field.of_row[static_cast<size_t>(row)];
    const auto [found, fresh] = part_of.try_emplace(place, parts.size());
    if (fresh) {
      PartitionRows part;
      for (const auto& field : dealt) part.values.push_back(field.distinct[field.of_row[static_cast<size_t>(row)]]);
      parts.push_back(std::move(part));
      rows.emplace_back();
    }
    rows[found->second].push_back(static_cast<int32_t>(row));
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    DVT_ASSIGN(parts[i].batch, TakeRows(batch, rows[i]));
  }
  return parts;
}

}  // namespace dvt::lake
