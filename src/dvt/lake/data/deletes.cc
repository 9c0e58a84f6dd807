#include <arrow/array.h>
#include <arrow/builder.h>
#include <fmt/format.h>

#include <algorithm>

#include "dvt/lake/data/deletes_arrow.h"
#include "dvt/lake/data/parquet_file_arrow.h"
#include "dvt/lake/data/row_filter_arrow.h"
#include "dvt/lake/data/types_arrow.h"

namespace dvt::lake {

namespace {

// The reserved ids of position delete files.
constexpr int kPathId = 2147483546, kPositionId = 2147483545;

NestedField Reserved(int id, const char* name, TypeId type) {
  NestedField field;
  field.id = id;
  field.name = name;
  field.type = type;
  field.required = true;
  return field;
}

Status RefuseOther(const DataFile& file) {
  if (file.format == "PARQUET" || file.format == "parquet") return {};
  if (file.format == "PUFFIN" || file.format == "puffin")
    return Error(ErrorCode::kUnsupported, "the table has delete vectors (format version 3), which cannot be read");
  return Error(ErrorCode::kUnsupported, fmt::format("{} is a {} file; only Parquet can be read", file.path, file.format));
}

// Calls `take` for every batch of a small file.
template <class Take>
Status ReadAll(FileStore& store, const DataFile& file, std::vector<NestedField> fields, const Take& take) {
  DVT_TRY(RefuseOther(file));
  ParquetRead read;
  read.fields = std::move(fields);
  DVT_ASSIGN(const auto opened, ParquetFile::Open(store, file.path, file.file_size, read));
  for (const auto& field : read.fields)
    if (!opened->Has(field.id))
      return Error(ErrorCode::kData,
                   fmt::format("{} should hold deletes and has no column '{}' (id {})", file.path, field.name, field.id));
  for (int group = 0; group < opened->row_groups(); ++group) {
    DVT_ASSIGN(const auto reader, opened->OpenRowGroup(group));
    while (true) {
      DVT_ASSIGN(const auto batch, reader->Next());
      if (batch == nullptr) break;
      DVT_TRY(take(*batch));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> RowKeys(const std::vector<NestedField>& key, const std::vector<NestedField>& fields,
                                         const arrow::RecordBatch& batch) {
  std::vector<std::string> keys(static_cast<size_t>(batch.num_rows()));
  for (const auto& field : key) {
    DVT_ASSIGN(const auto column, ColumnOf(field.id, fields, batch));
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      const Literal value = LiteralAt(field.type, *column, row);
      std::string& out = keys[static_cast<size_t>(row)];
      if (value.is_null()) {
        out += '\0';
        continue;
      }
      std::string bytes = LiteralToBytes(field.type, value);
      if (value.held.index() == 3 && value.as_float() == 0) bytes.assign(bytes.size(), '\0');  // -0.0 equals 0.0
      out += '\1';
      const auto size = static_cast<uint32_t>(bytes.size());
      out.append(reinterpret_cast<const char*>(&size), sizeof size);
      out += bytes;
    }
  }
  return keys;
}

Result<std::vector<bool>> FileDeletes::Survivors(const arrow::RecordBatch& batch, const std::vector<NestedField>& fields,
                                                 int64_t first_row) const {
  std::vector<bool> keep(static_cast<size_t>(batch.num_rows()), true);
  const auto begin = std::lower_bound(positions.begin(), positions.end(), first_row);
  for (auto at = begin; at != positions.end() && *at < first_row + batch.num_rows(); ++at)
    keep[static_cast<size_t>(*at - first_row)] = false;
  for (const auto& each : equality) {
    DVT_ASSIGN(const auto keys, RowKeys(each->fields, fields, batch));
    for (size_t row = 0; row < keys.size(); ++row)
      if (each->keys.contains(keys[row])) keep[row] = false;
  }
  return keep;
}

Result<std::shared_ptr<arrow::RecordBatch>> FileDeletes::Apply(const std::shared_ptr<arrow::RecordBatch>& batch,
                                                               const std::vector<NestedField>& fields, int64_t first_row) const {
  DVT_ASSIGN(const auto keep, Survivors(*batch, fields, first_row));
  arrow::BooleanBuilder builder;
  if (const auto status = builder.AppendValues(keep); !status.ok()) return Error(ErrorCode::kMemory, status.message());
  auto mask = builder.Finish();
  if (!mask.ok()) return Error(ErrorCode::kMemory, mask.status().message());
  return KeepRows(batch, *mask);
}

Result<std::shared_ptr<const DeleteReader::Positions>> DeleteReader::ReadPositions(const DataFile& file) {
  auto positions = std::make_shared<Positions>();
  DVT_TRY(ReadAll(store_, file, {Reserved(kPathId, "file_path", TypeId::kString), Reserved(kPositionId, "pos", TypeId::kLong)},
                  [&](const arrow::RecordBatch& batch) -> Status {
                    const auto& paths = static_cast<const arrow::StringArray&>(*batch.column(0));
                    const auto& places = static_cast<const arrow::Int64Array&>(*batch.column(1));
                    std::vector<int64_t>* of_path = nullptr;
                    std::string_view last;
                    for (int64_t row = 0; row < batch.num_rows(); ++row) {
                      if (of_path == nullptr || paths.GetView(row) != last) {
                        last = paths.GetView(row);
                        of_path = &(*positions)[std::string(last)];
                      }
                      of_path->push_back(places.Value(row));
                    }
                    return {};
                  }));
  return std::shared_ptr<const Positions>(std::move(positions));
}

Result<std::shared_ptr<const EqualityKeys>> DeleteReader::ReadKeys(const DataFile& file) {
  auto keys = std::make_shared<EqualityKeys>();
  for (const int id : file.equality_ids) {
    const NestedField* field = schema_.Find(id);
    if (field == nullptr)
      return Error(ErrorCode::kData, fmt::format("{} deletes by a column that the table no longer has (id {})", file.path, id));
    keys->fields.push_back(*field);
  }
  DVT_TRY(ReadAll(store_, file, keys->fields, [&](const arrow::RecordBatch& batch) -> Status {
    DVT_ASSIGN(auto rows, RowKeys(keys->fields, keys->fields, batch));
    for (auto& row : rows) keys->keys.insert(std::move(row));
    return {};
  }));
  return std::shared_ptr<const EqualityKeys>(std::move(keys));
}

Result<std::shared_ptr<const FileDeletes>> DeleteReader::For(const DataFile& data,
                                                             const std::vector<std::shared_ptr<const DataFile>>& deletes) {
  auto out = std::make_shared<FileDeletes>();
  const std::lock_guard lock(mutex_);
  for (const auto& file : deletes) {
    if (file->content == FileContent::kEqualityDeletes) {
      auto& keys = keys_[file->path];
      if (keys == nullptr) {
        DVT_ASSIGN(keys, ReadKeys(*file));
      }
      out->equality.push_back(keys);
      continue;
    }
    auto& positions = positions_[file->path];
    if (positions == nullptr) {
      DVT_ASSIGN(positions, ReadPositions(*file));
    }
    if (const auto found = positions->find(data.path); found != positions->end())
      out->positions.insert(out->positions.end(), found->second.begin(), found->second.end());
  }
  std::sort(out->positions.begin(), out->positions.end());
  out->positions.erase(std::unique(out->positions.begin(), out->positions.end()), out->positions.end());
  return std::shared_ptr<const FileDeletes>(std::move(out));
}

}  // namespace dvt::lake
