#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/builder.h>
#include <arrow/compute/api.h>
#include <arrow/compute/initialize.h>
#include <arrow/scalar.h>
#include <fmt/format.h>

#include <mutex>

#include "dvt/lake/data/row_filter_arrow.h"
#include "dvt/lake/data/types_arrow.h"

namespace dvt::lake {

namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;

const char* FunctionOf(Op op) {
  switch (op) {
    case Op::kLess: return "less";
    case Op::kLessEqual: return "less_equal";
    case Op::kGreater: return "greater";
    case Op::kGreaterEqual: return "greater_equal";
    case Op::kNotEqual: return "not_equal";
    default: return "equal";
  }
}

arrow::Result<arrow::Datum> Call(const char* name, std::vector<arrow::Datum> arguments) {
  return arrow::compute::CallFunction(name, arguments);
}

arrow::Result<arrow::Datum> EvaluateIn(const BoundFilter& test, const ArrayPtr& column) {
  arrow::ScalarVector values;
  for (const auto& value : test.values) {
    values.push_back(ArrowScalarOf(test.type, value));
    if (const auto* number = std::get_if<double>(&value.held); number != nullptr && *number == 0)  // a set tells 0.0 from -0.0
      values.push_back(ArrowScalarOf(test.type, Literal::Float(-*number)));
  }
  std::unique_ptr<arrow::ArrayBuilder> builder;
  ARROW_RETURN_NOT_OK(arrow::MakeBuilder(arrow::default_memory_pool(), column->type(), &builder));
  ARROW_RETURN_NOT_OK(builder->AppendScalars(values));
  ARROW_ASSIGN_OR_RAISE(auto set, builder->Finish());
  // A null is neither in nor not in.
  const arrow::compute::SetLookupOptions options(set, arrow::compute::SetLookupOptions::INCONCLUSIVE);
  ARROW_ASSIGN_OR_RAISE(auto found, arrow::compute::IsIn(column, options));
  if (test.op == Op::kIn) return found;
  return Call("invert", {found});
}

arrow::Result<arrow::Datum> EvaluateTest(const BoundFilter& test, const ArrayPtr& column) {
  switch (test.op) {
    case Op::kIsNull: return arrow::compute::IsNull(column);
    case Op::kNotNull: return arrow::compute::IsValid(column);
    case Op::kIsNan: return arrow::compute::IsNan(column);
    case Op::kNotNan: {
      ARROW_ASSIGN_OR_RAISE(auto nan, arrow::compute::IsNan(column));
      return Call("invert", {nan});
    }
    case Op::kIn:
    case Op::kNotIn: return EvaluateIn(test, column);
    case Op::kStartsWith:
    case Op::kNotStartsWith: {
      const arrow::compute::MatchSubstringOptions options(test.values[0].as_bytes());
      ARROW_ASSIGN_OR_RAISE(auto starts, arrow::compute::CallFunction("starts_with", {column}, &options));
      if (test.op == Op::kStartsWith) return starts;
      return Call("invert", {starts});
    }
    default: return Call(FunctionOf(test.op), {column, arrow::Datum(ArrowScalarOf(test.type, test.values[0]))});
  }
}

// The chain of fields from a column to one below it; empty if it is not there.
bool ChainTo(const std::vector<NestedField>& fields, int id, std::vector<size_t>& chain) {
  for (size_t i = 0; i < fields.size(); ++i) {
    chain.push_back(i);
    if (fields[i].id == id || (fields[i].type.id == TypeId::kStruct && ChainTo(fields[i].type.fields, id, chain))) return true;
    chain.pop_back();
  }
  return false;
}

Error FilterError(const arrow::Status& status) {
  return Error(ErrorCode::kInternal, "the row filter failed: " + status.message());
}

}  // namespace

void InitializeCompute() {
  static std::once_flag once;
  std::call_once(once, [] { (void)arrow::compute::Initialize(); });
}

Result<ArrayPtr> ColumnOf(int field_id, const std::vector<NestedField>& fields, const arrow::RecordBatch& batch) {
  std::vector<size_t> chain;
  if (!ChainTo(fields, field_id, chain))
    return Error(ErrorCode::kInternal, fmt::format("the column with id {} was not read", field_id));
  ArrayPtr column = batch.column(static_cast<int>(chain[0]));
  for (size_t i = 1; i < chain.size(); ++i) {
    auto member = static_cast<const arrow::StructArray&>(*column).GetFlattenedField(static_cast<int>(chain[i]));
    if (!member.ok()) return FilterError(member.status());
    column = *std::move(member);
  }
  return column;
}

Result<ArrayPtr> EvaluateFilter(const BoundFilter& filter, const std::vector<NestedField>& fields,
                                const arrow::RecordBatch& batch) {
  InitializeCompute();
  if (filter.is_true() || filter.is_false()) {
    auto constant = arrow::MakeArrayFromScalar(arrow::BooleanScalar(filter.is_true()), batch.num_rows());
    if (!constant.ok()) return FilterError(constant.status());
    return *std::move(constant);
  }
  if (filter.op != Op::kAnd && filter.op != Op::kOr) {
    DVT_ASSIGN(const ArrayPtr column, ColumnOf(filter.field_id, fields, batch));
    auto mask = EvaluateTest(filter, column);
    if (!mask.ok()) return FilterError(mask.status());
    return mask->make_array();
  }
  ArrayPtr all;
  for (const auto& child : filter.children) {
    DVT_ASSIGN(const ArrayPtr mask, EvaluateFilter(child, fields, batch));
    if (all == nullptr) {
      all = mask;
      continue;
    }
    auto both = Call(filter.op == Op::kAnd ? "and_kleene" : "or_kleene", {all, mask});
    if (!both.ok()) return FilterError(both.status());
    all = both->make_array();
  }
  return all;
}

Result<std::shared_ptr<arrow::RecordBatch>> KeepRows(const std::shared_ptr<arrow::RecordBatch>& batch, const ArrayPtr& keep) {
  InitializeCompute();
  const auto& mask = static_cast<const arrow::BooleanArray&>(*keep);
  if (mask.null_count() == 0 && mask.true_count() == batch->num_rows()) return batch;
  auto kept = arrow::compute::Filter(batch, keep);
  if (!kept.ok()) return FilterError(kept.status());
  return kept->record_batch();
}

Result<std::shared_ptr<arrow::RecordBatch>> FilterRows(const BoundFilter& filter, const std::vector<NestedField>& fields,
                                                       const std::shared_ptr<arrow::RecordBatch>& batch) {
  if (filter.is_true()) return batch;
  DVT_ASSIGN(const ArrayPtr keep, EvaluateFilter(filter, fields, *batch));
  return KeepRows(batch, keep);
}

}  // namespace dvt::lake
