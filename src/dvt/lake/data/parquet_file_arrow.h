#pragma once

#include <arrow/record_batch.h>
#include <parquet/arrow/reader.h>

#include <map>
#include <memory>

#include "dvt/lake/data/column_reads_arrow.h"
#include "dvt/lake/data/shape_arrow.h"
#include "dvt/lake/filter/value_range.h"
#include "dvt/lake/storage/file_store.h"

namespace dvt::lake {

/// What Parquet's library threw about a file, in one line.
Error ParquetError(const std::string& location, const std::exception& error);

/// How a Parquet file is read.
struct ParquetRead {
  std::vector<NestedField> fields;   ///< the columns wanted, as the table has them
  std::map<int, Literal> constants;  ///< values of columns that the file may lack: identity partition values
  std::optional<NameMapping> names;  ///< for files without ids
  bool one_thread = false;           ///< else the columns of a batch are decoded by several, as row groups are often few
};

/// One open Parquet file whose row groups may be read by several threads at a time, each through its own RowGroupReader.
class ParquetFile {
 public:
  static Result<std::shared_ptr<ParquetFile>> Open(FileStore& store, const std::string& location, int64_t size, ParquetRead read);

  /// False if the file has no such primitive column outside lists and maps.
  bool Has(int field_id) const;
  int row_groups() const;
  int64_t rows(int row_group) const;
  /// The place of a row group's first row in the file.
  int64_t first_row(int row_group) const;
  /// False only if no row of the group can pass.
  bool MightMatch(const BoundFilter& filter, int row_group) const;
  /// A reader of one group's batches, shaped as ParquetRead::fields.
  class RowGroupReader;
  Result<std::unique_ptr<RowGroupReader>> OpenRowGroup(int row_group, int64_t batch_rows = 1 << 16) const;
  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }

 private:
  struct Flat {
    int leaf;
    FlatColumn::Make make;
  };

  ParquetFile() = default;
  Status FindLeaves();
  bool FindFlat(int leaf, const NestedField& wanted);
  std::shared_ptr<parquet::ColumnReader> OpenColumn(parquet::ParquetFileReader& reader, int row_group, int leaf) const;
  Result<std::unique_ptr<parquet::arrow::FileReader>> MakeReader(int64_t batch_rows) const;
  int LeafOf(int field_id) const;

  std::string location_;
  bool local_ = true;
  ParquetRead read_;
  NameLevel names_ = nullptr;
  std::shared_ptr<arrow::io::RandomAccessFile> input_;
  std::shared_ptr<parquet::FileMetaData> metadata_;
  std::vector<int> leaves_;            // Parquet columns that Parquet's reader of batches reads
  std::map<int, Flat> flat_;           // and those that FlatColumn does, by the field's id
  std::map<int, int> leaf_of_field_;   // primitive columns outside lists and maps, by id
  std::map<int, Type> type_of_field_;  // as wanted
  std::shared_ptr<arrow::Schema> schema_;
};

class ParquetFile::RowGroupReader {
 public:
  /// Null at the end.
  Result<std::shared_ptr<arrow::RecordBatch>> Next();

 private:
  friend class ParquetFile;
  RowGroupReader(const ParquetFile& file, int64_t batch_rows) : file_(file), flat_(batch_rows, file.read_.one_thread) {}
  Status Open(int row_group, int64_t batch_rows);
  Status Read();
  Result<std::shared_ptr<arrow::Array>> ColumnOf(const NestedField& wanted, int64_t rows) const;

  const ParquetFile& file_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::shared_ptr<arrow::RecordBatchReader> batches_;
  ColumnReads flat_;
  std::shared_ptr<arrow::RecordBatch> rest_;  // the columns of Parquet's reader: rows not given yet
};

}  // namespace dvt::lake
