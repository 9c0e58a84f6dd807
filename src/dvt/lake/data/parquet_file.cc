#include <fmt/format.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>

#include "dvt/lake/data/chunk_pages_arrow.h"
#include "dvt/lake/data/column_stats_internal.h"
#include "dvt/lake/data/parquet_file_arrow.h"
#include "dvt/lake/data/types_arrow.h"
#include "dvt/lake/storage/file_store_arrow.h"

namespace dvt::lake {

namespace {

using parquet::arrow::SchemaField;

bool HasIds(const std::vector<SchemaField>& fields) {
  for (const auto& field : fields)
    if (FieldIdOf(*field.field) >= 0) return true;
  return false;
}

void AddAllLeaves(const SchemaField& field, std::vector<int>& leaves) {
  if (field.is_leaf()) leaves.push_back(field.column_index);
  for (const auto& child : field.children) AddAllLeaves(child, leaves);
}

void AddFirstLeaf(const SchemaField& field, std::vector<int>& leaves) {
  const SchemaField* at = &field;
  while (!at->is_leaf() && !at->children.empty()) at = &at->children[0];
  if (at->is_leaf()) leaves.push_back(at->column_index);
}

// The Parquet columns that a wanted field is read from.
void AddLeaves(const SchemaField& field, const NestedField& wanted, NameLevel names, std::vector<int>& leaves) {
  if (field.is_leaf()) {
    leaves.push_back(field.column_index);
    return;
  }
  if (wanted.type.id == TypeId::kMap && field.children.size() == 1 && field.children[0].children.size() == 2) {
    const auto& pair = field.children[0].children;
    AddAllLeaves(pair[0], leaves);
    AddLeaves(pair[1], wanted.type.fields[1], NamesOfMember(names, 1), leaves);
    return;
  }
  if (wanted.type.id == TypeId::kList && field.children.size() == 1) {
    AddLeaves(field.children[0], wanted.type.fields[0], NamesOfMember(names, 0), leaves);
    return;
  }
  const size_t before = leaves.size();
  for (const auto& member : wanted.type.fields)
    for (const auto& child : field.children)
      if (IdInFile(*child.field, names) == member.id) AddLeaves(child, member, NamesBelow(*child.field, names), leaves);
  if (leaves.size() == before) AddFirstLeaf(field, leaves);  // which structs are null is known by their members only
}

// Primitive members of structs, by id, for statistics.
void MapLeaves(const SchemaField& field, const NestedField& wanted, NameLevel names, std::map<int, int>& leaves,
               std::map<int, Type>& types) {
  if (field.is_leaf() && wanted.type.is_primitive()) {
    leaves[wanted.id] = field.column_index;
    types[wanted.id] = wanted.type;
  }
  if (wanted.type.id != TypeId::kStruct) return;
  for (const auto& member : wanted.type.fields)
    for (const auto& child : field.children)
      if (IdInFile(*child.field, names) == member.id) MapLeaves(child, member, NamesBelow(*child.field, names), leaves, types);
}

}  // namespace

Result<std::shared_ptr<ParquetFile>> ParquetFile::Open(FileStore& store, const std::string& location, int64_t size,
                                                       ParquetRead read) {
  std::shared_ptr<ParquetFile> file(new ParquetFile);
  file->location_ = location;
  file->local_ = SplitLocation(location).scheme == "file";
  file->read_ = std::move(read);
  file->schema_ = ArrowSchemaOf(file->read_.fields);
  DVT_ASSIGN(file->input_, OpenInput(store, location, size));
  try {
    file->metadata_ = parquet::ParquetFileReader::Open(file->input_)->metadata();
    DVT_TRY(file->FindLeaves());
  } catch (const std::exception& error) {  // parquet throws
    return ParquetError(location, error);
  }
  return file;
}

Status ParquetFile::FindLeaves() {
  parquet::arrow::SchemaManifest manifest;
  parquet::ArrowReaderProperties properties(false);
  const auto status =
      parquet::arrow::SchemaManifest::Make(metadata_->schema(), metadata_->key_value_metadata(), properties, &manifest);
  if (!status.ok()) return StorageError(status, location_);
  if (!HasIds(manifest.schema_fields) && read_.names) names_ = &read_.names->fields;
  for (const auto& wanted : read_.fields) {
    for (const auto& field : manifest.schema_fields) {
      if (IdInFile(*field.field, names_) != wanted.id) continue;
      const NameLevel below = NamesBelow(*field.field, names_);
      if (!field.is_leaf() || !FindFlat(field.column_index, wanted)) AddLeaves(field, wanted, below, leaves_);
      MapLeaves(field, wanted, below, leaf_of_field_, type_of_field_);
    }
  }
  return {};
}

// Whether a column can be read by itself in all row groups.
bool ParquetFile::FindFlat(int leaf, const NestedField& wanted) {
  const auto make = FlatColumn::MakerFor(*metadata_->schema()->Column(leaf), wanted.type);
  if (make == nullptr || flat_.contains(wanted.id)) return false;
  for (int group = 0; group < row_groups(); ++group)
    if (!ChunkPages::Reads(*metadata_->RowGroup(group)->ColumnChunk(leaf))) return false;
  flat_[wanted.id] = {leaf, make};
  return true;
}

bool ParquetFile::Has(int field_id) const { return leaf_of_field_.contains(field_id); }
int ParquetFile::row_groups() const { return metadata_->num_row_groups(); }
int64_t ParquetFile::rows(int row_group) const { return metadata_->RowGroup(row_group)->num_rows(); }

int64_t ParquetFile::first_row(int row_group) const {
  int64_t first = 0;
  for (int i = 0; i < row_group; ++i) first += rows(i);
  return first;
}

bool ParquetFile::MightMatch(const BoundFilter& filter, int row_group) const {
  try {
    const auto group = metadata_->RowGroup(row_group);
    return lake::MightMatch(filter, [&](int field_id, const Type& type) {
      ValueRange range;
      range.may_be_nan = type.id == TypeId::kFloat || type.id == TypeId::kDouble;
      const auto leaf = leaf_of_field_.find(field_id);
      if (leaf == leaf_of_field_.end()) return range;
      const auto stats = StatsOf(*group->ColumnChunk(leaf->second), *metadata_->schema()->Column(leaf->second), type);
      range.may_be_null = !stats.nulls || *stats.nulls > 0;
      range.may_be_value = !stats.nulls || *stats.nulls < group->num_rows();
      range.lower = stats.lower;
      range.upper = stats.upper;
      return range;
    });
  } catch (const std::exception&) {
    return true;  // statistics that cannot be read prune nothing
  }
}

}  // namespace dvt::lake
