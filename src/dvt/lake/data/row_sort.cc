#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/compute/api_vector.h>
#include <arrow/datum.h>
#include <arrow/table.h>

#include <algorithm>
#include <bit>
#include <cstdint>

#include "dvt/lake/data/row_filter_arrow.h"
#include "dvt/lake/data/row_sort_arrow.h"
#include "dvt/lake/data/types_arrow.h"

namespace dvt::lake {

namespace {

constexpr int64_t kPieceRows = 8192;

void AppendBigEndian(std::string& key, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) key += static_cast<char>(value >> shift);
}

// Bytes that compare as the values do. Texts end with two zero bytes; a zero inside is followed by 0xFF.
void AppendOrdered(std::string& key, const Literal& value) {
  constexpr uint64_t kSign = uint64_t{1} << 63;
  switch (value.held.index()) {
    case 1: key += value.as_bool() ? '\1' : '\0'; return;
    case 2: AppendBigEndian(key, static_cast<uint64_t>(value.as_int()) ^ kSign); return;
    case 3: {
      const auto bits = std::bit_cast<uint64_t>(value.as_float());
      AppendBigEndian(key, (bits & kSign) != 0 ? ~bits : bits | kSign);
      return;
    }
    case 4: {
      const auto number = static_cast<unsigned __int128>(value.as_decimal());
      AppendBigEndian(key, static_cast<uint64_t>(number >> 64) ^ kSign);
      AppendBigEndian(key, static_cast<uint64_t>(number));
      return;
    }
    default: break;
  }
  for (const char c : value.as_bytes()) {
    key += c;
    if (c == '\0') key += '\xFF';
  }
  key.append(2, '\0');
}

void AppendField(std::string& key, const SortField& field, const Literal& value) {
  if (value.is_null()) {
    key += field.nulls_last ? '\2' : '\0';
    return;
  }
  key += '\1';
  const size_t begin = key.size();
  AppendOrdered(key, value);
  if (!field.descending) return;
  for (size_t at = begin; at < key.size(); ++at) key[at] = static_cast<char>(~key[at]);
}

Error SortError(const arrow::Status& status) { return Error(ErrorCode::kMemory, "rows cannot be sorted: " + status.message()); }

}  // namespace

/// One run while it is merged.
struct RowSort::Cursor {
  const Run* run = nullptr;
  size_t next = 0;
  Batch piece;
  int64_t at = 0;

  bool done() const { return piece == nullptr; }
  std::string_view KeyAt(int64_t row) const {
    return static_cast<const arrow::BinaryArray&>(*piece->column(piece->num_columns() - 1)).GetView(row);
  }
  std::string_view last() const { return KeyAt(piece->num_rows() - 1); }
  // The rows from here on whose keys are not above a bound.
  Batch TakeUpTo(std::string_view bound) {
    int64_t low = at, high = piece->num_rows();
    while (low < high) {
      const int64_t middle = low + (high - low) / 2;
      if (KeyAt(middle) <= bound) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    Batch rows = piece->Slice(at, low - at);
    at = low;
    return rows;
  }
};

RowSort::RowSort(SortOrder order, std::vector<NestedField> fields) : order_(std::move(order)), fields_(std::move(fields)) {
  auto columns = ArrowSchemaOf(fields_)->fields();
  columns.push_back(arrow::field("", arrow::binary(), false));
  with_keys_ = arrow::schema(std::move(columns));
}

Result<std::shared_ptr<arrow::Array>> RowSort::KeysOf(const arrow::RecordBatch& rows) const {
  const Schema schema{0, fields_, {}};
  std::vector<std::string> keys(static_cast<size_t>(rows.num_rows()));
  for (const auto& field : order_.fields) {
    const NestedField* source = schema.Find(field.source_id);
    if (source == nullptr) return Error(ErrorCode::kData, "the table's sort order is of a column that it does not have");
    DVT_ASSIGN(const auto column, ColumnOf(field.source_id, fields_, rows));
    const bool plain = field.transform.kind() == TransformKind::kIdentity;
    for (int64_t row = 0; row < rows.num_rows(); ++row) {
      Literal value = LiteralAt(source->type, *column, row);
      AppendField(keys[static_cast<size_t>(row)], field, plain ? value : field.transform.Apply(source->type, value));
    }
  }
  arrow::BinaryBuilder builder;
  auto status = builder.AppendValues(keys);
  std::shared_ptr<arrow::Array> out;
  if (status.ok()) status = builder.Finish(&out);
  if (!status.ok()) return SortError(status);
  return out;
}

Result<RowSort::Batch> RowSort::Sorted(const Batch& with_keys) const {
  const auto order = arrow::compute::SortIndices(*with_keys->column(with_keys->num_columns() - 1));
  if (!order.ok()) return SortError(order.status());
  const auto taken =
      arrow::compute::Take(arrow::Datum(with_keys), arrow::Datum(*order), arrow::compute::TakeOptions::NoBoundsCheck());
  if (!taken.ok()) return SortError(taken.status());
  return taken->record_batch();
}

Result<RowSort::Run> RowSort::Keep(const Batch& rows, SpillLog& log) const {
  InitializeCompute();
  DVT_ASSIGN(auto keys, KeysOf(*rows));
  arrow::ArrayVector columns = rows->columns();
  columns.push_back(std::move(keys));
  DVT_ASSIGN(const Batch sorted, Sorted(arrow::RecordBatch::Make(with_keys_, rows->num_rows(), std::move(columns))));
  Run run;
  for (int64_t at = 0; at < sorted->num_rows(); at += kPieceRows) {
    DVT_ASSIGN(const auto segment, log.Keep(*sorted->Slice(at, kPieceRows)));
    run.push_back(segment);
  }
  return run;
}

// All rows that no later piece of any run can come before.
Result<RowSort::Batch> RowSort::Window(std::vector<Cursor>& cursors) const {
  std::string bound(cursors.front().last());
  for (const auto& cursor : cursors) bound = std::min<std::string>(bound, std::string(cursor.last()));
  std::vector<Batch> parts;
  for (auto& cursor : cursors) parts.push_back(cursor.TakeUpTo(bound));
  if (parts.size() == 1) return parts.front();
  const auto table = arrow::Table::FromRecordBatches(with_keys_, parts);
  auto together = table.ok() ? (*table)->CombineChunksToBatch() : table.status();
  if (!together.ok()) return SortError(together.status());
  return Sorted(*together);
}

Status RowSort::Merge(const std::vector<Run>& runs, const SpillLog& log, const std::function<Status(Batch)>& take) const {
  std::vector<Cursor> cursors;
  for (const auto& run : runs) {
    cursors.emplace_back();
    cursors.back().run = &run;
  }
  while (true) {
    for (auto& cursor : cursors) {
      if (!cursor.done() && cursor.at < cursor.piece->num_rows()) continue;
      cursor.piece = nullptr;
      cursor.at = 0;
      if (cursor.next == cursor.run->size()) continue;
      DVT_ASSIGN(cursor.piece, log.Read((*cursor.run)[cursor.next++]));
    }
    std::erase_if(cursors, [](const Cursor& cursor) { return cursor.done(); });
    if (cursors.empty()) return {};
    DVT_ASSIGN(const Batch rows, Window(cursors));
    auto plain = rows->RemoveColumn(rows->num_columns() - 1);
    if (!plain.ok()) return SortError(plain.status());
    DVT_TRY(take(*std::move(plain)));
  }
}

}  // namespace dvt::lake
