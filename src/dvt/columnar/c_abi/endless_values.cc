#include "dvt/columnar/c_abi/endless_values.h"

#include <fmt/format.h>

#include "dvt/columnar/types/endless.h"

namespace dvt::columnar {
namespace {

bool HasEndless(const ColumnView& column, int64_t rows) {
  const TypeKind kind = column.type().kind;
  for (int64_t row = 0; row < rows; ++row) {
    const bool endless =
        kind == TypeKind::kDate ? IsEndlessDay(column.Fixed<int32_t>(row)) : IsEndlessMoment(column.Fixed<int64_t>(row));
    if (endless && !column.IsNull(row)) return true;
  }
  return false;
}

}  // namespace

Status RefuseEndless(const ArrowArray& batch, const Fields& fields, std::string_view system) {
  const auto columns = BatchColumns(batch, fields);
  for (size_t i = 0; i < fields.size(); ++i) {
    const TypeKind kind = fields[i].type.kind;
    const bool may = kind == TypeKind::kDate || kind == TypeKind::kTimestamp || kind == TypeKind::kTimestampTz;
    if (!may || !HasEndless(columns[i], batch.length)) continue;
    return Error(ErrorCode::kData, fmt::format("column {}: {} cannot hold the value infinity of type {}", fields[i].name, system,
                                               fields[i].type.ToString()))
        .WithHint("give such rows another value in the model, or cast the column to text");
  }
  return {};
}

}  // namespace dvt::columnar
