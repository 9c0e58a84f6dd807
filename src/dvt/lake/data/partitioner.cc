#include <arrow/array.h>
#include <fmt/format.h>

#include <unordered_map>

#include "dvt/columnar/parquet/value_dictionary.h"
#include "dvt/lake/data/partitioner_arrow.h"
#include "dvt/lake/data/row_filter_arrow.h"
#include "dvt/lake/data/types_arrow.h"

namespace dvt::lake {

namespace {

/// The partition values of one field: each different one once, and which of them a row has.
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

// Equal source values have equal partition values: only each value not seen before is transformed.
class FieldDealer {
 public:
  FieldDealer(const Type& source, const Transform& transform) : source_(source), transform_(transform) {}

  void Add(const arrow::Array& column) {
    const bool narrow = source_.id == TypeId::kInt || source_.id == TypeId::kDate;
    if (narrow) {
      AddWhole<int32_t>(column);
    } else if (source_.id == TypeId::kLong || (source_.id > TypeId::kDate && source_.id <= TypeId::kTimestampTzNs)) {
      AddWhole<int64_t>(column);
    } else {
      for (int64_t row = 0; row < column.length(); ++row)
        out_.of_row.push_back(PlaceOf(transform_.Apply(source_, LiteralAt(source_, column, row))));
    }
  }
  FieldValues Take() { return std::move(out_); }

 private:
  template <class T>
  void AddWhole(const arrow::Array& column) {
    const T* values = column.data()->GetValues<T>(1);
    const bool has_nulls = column.null_count() > 0;
    for (int64_t row = 0; row < column.length(); ++row) {
      if (has_nulls && column.IsNull(row)) {
        out_.of_row.push_back(PlaceOf({}));
        continue;
      }
      const uint32_t seen = seen_.PlaceOf(values[row]);
      if (seen == place_of_seen_.size()) place_of_seen_.push_back(PlaceOf(transform_.Apply(source_, Literal::Int(values[row]))));
      out_.of_row.push_back(place_of_seen_[seen]);
    }
  }

  uint32_t PlaceOf(const Literal& value) {
    const auto [found, fresh] = places_.try_emplace(KeyOf(value), static_cast<uint32_t>(out_.distinct.size()));
    if (fresh) out_.distinct.push_back(value);
    return found->second;
  }

  const Type source_;
  const Transform& transform_;
  FieldValues out_;
  columnar::WholeDictionary<int64_t> seen_;
  std::vector<uint32_t> place_of_seen_;
  std::unordered_map<std::string, uint32_t> places_;
};

}  // namespace

std::string PartitionKey(const PartitionValues& values) {
  std::string key;
  for (const auto& value : values) key += KeyOf(value) + "|";
  return key;
}

Result<DealtRows> Partitioner::Deal(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) const {
  size_t rows = 0;
  for (const auto& batch : batches) rows += static_cast<size_t>(batch->num_rows());
  std::vector<FieldValues> dealt;
  for (const auto& field : spec_.fields) {
    if (field.transform.kind() == TransformKind::kUnknown)
      return Error(ErrorCode::kUnsupported,
                   fmt::format("the table is partitioned by '{}', which is no known transform", field.transform.ToString()));
    if (field.transform.kind() == TransformKind::kVoid) {
      dealt.push_back({{Literal()}, std::vector<uint32_t>(rows, 0)});
      continue;
    }
    const Schema schema{0, fields_, {}};
    const NestedField* source = schema.Find(field.source_id);
    FieldDealer dealer(source != nullptr ? source->type : Type(TypeId::kUnknown), field.transform);
    for (const auto& batch : batches) {
      DVT_ASSIGN(const auto column, ColumnOf(field.source_id, fields_, *batch));
      dealer.Add(*column);
    }
    dealt.push_back(dealer.Take());
  }
  // Places of several fields are counted together, mixed-radix.
  DealtRows out;
  columnar::WholeDictionary<int64_t> parts;
  out.part_of_row.resize(rows);
  for (size_t row = 0; row < rows; ++row) {
    uint64_t place = 0;
    for (const auto& field : dealt) place = place * field.distinct.size() + field.of_row[row];
    const uint32_t part = parts.PlaceOf(static_cast<int64_t>(place));
    if (part == out.parts.size()) {
      PartitionValues& values = out.parts.emplace_back();
      for (const auto& field : dealt) values.push_back(field.distinct[field.of_row[row]]);
    }
    out.part_of_row[row] = part;
  }
  return out;
}

}  // namespace dvt::lake
