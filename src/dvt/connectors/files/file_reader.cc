#include <arrow/c/bridge.h>
#include <arrow/csv/api.h>
#include <arrow/io/file.h>
#include <arrow/json/api.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/util/thread_pool.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>

#include <algorithm>
#include <filesystem>

#include "dvt/base/text/text.h"
#include "dvt/columnar/ipc/normalize.h"
#include "dvt/connectors/files/arrow_functions.h"
#include "dvt/connectors/files/arrow_status_internal.h"

namespace dvt::connectors::files::with_arrow {

namespace {

constexpr int kBlockBytes = 4 << 20;

using ReaderPtr = std::shared_ptr<arrow::RecordBatchReader>;

// Arrow's streaming CSV and JSON readers share this face.
template <class Inner>
class StreamingAdapter : public arrow::RecordBatchReader {
 public:
  explicit StreamingAdapter(std::shared_ptr<Inner> inner) : inner_(std::move(inner)) {}
  std::shared_ptr<arrow::Schema> schema() const override { return inner_->schema(); }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override { return inner_->ReadNext(out); }

 private:
  std::shared_ptr<Inner> inner_;
};

arrow::Result<ReaderPtr> OpenCsv(const std::string& path, char delimiter, const std::vector<std::string>& columns) {
  ARROW_ASSIGN_OR_RAISE(auto input, arrow::io::ReadableFile::Open(path));
  auto read = arrow::csv::ReadOptions::Defaults();
  read.block_size = kBlockBytes;
  read.use_threads = false;
  auto parse = arrow::csv::ParseOptions::Defaults();
  parse.delimiter = delimiter;
  parse.newlines_in_values = true;
  auto convert = arrow::csv::ConvertOptions::Defaults();
  convert.include_columns = columns;
  convert.strings_can_be_null = true;
  convert.quoted_strings_can_be_null = false;
  convert.null_values = {""};
  ARROW_ASSIGN_OR_RAISE(auto reader,
                        arrow::csv::StreamingReader::Make(arrow::io::default_io_context(), input, read, parse, convert));
  return std::make_shared<StreamingAdapter<arrow::csv::StreamingReader>>(std::move(reader));
}

arrow::Result<ReaderPtr> OpenJson(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(auto input, arrow::io::ReadableFile::Open(path));
  auto read = arrow::json::ReadOptions::Defaults();
  read.block_size = kBlockBytes;
  read.use_threads = false;
  ARROW_ASSIGN_OR_RAISE(auto reader, arrow::json::StreamingReader::Make(input, read, arrow::json::ParseOptions::Defaults()));
  return std::make_shared<StreamingAdapter<arrow::json::StreamingReader>>(std::move(reader));
}

// Keeps the file reader alive beside the batch reader made from it.
class ParquetAdapter : public arrow::RecordBatchReader {
 public:
  ParquetAdapter(std::unique_ptr<parquet::arrow::FileReader> file, std::unique_ptr<arrow::RecordBatchReader> batches)
      : file_(std::move(file)), batches_(std::move(batches)) {}
  std::shared_ptr<arrow::Schema> schema() const override { return batches_->schema(); }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override { return batches_->ReadNext(out); }

 private:
  std::unique_ptr<parquet::arrow::FileReader> file_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
};

arrow::Result<std::unique_ptr<parquet::arrow::FileReader>> OpenParquetFile(const std::string& path, int64_t batch_rows) {
  ARROW_ASSIGN_OR_RAISE(auto input, arrow::io::ReadableFile::Open(path));
  parquet::ArrowReaderProperties properties(false);
  properties.set_batch_size(batch_rows);
  parquet::arrow::FileReaderBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Open(input));
  return builder.properties(properties)->Build();
}

arrow::Result<ReaderPtr> OpenParquet(const std::string& path, const std::vector<std::string>& columns, int first_group,
                                     int groups, int64_t batch_rows) {
  ARROW_ASSIGN_OR_RAISE(auto file, OpenParquetFile(path, batch_rows));
  std::vector<int> row_groups, indices;
  for (int i = 0; i < groups; ++i) row_groups.push_back(first_group + i);
  std::shared_ptr<arrow::Schema> schema;
  ARROW_RETURN_NOT_OK(file->GetSchema(&schema));
  const auto* parquet_schema = file->parquet_reader()->metadata()->schema();
  for (int leaf = 0; leaf < parquet_schema->num_columns(); ++leaf) {
    const std::string top = parquet_schema->GetColumnRoot(leaf)->name();
    if (columns.empty() || std::find(columns.begin(), columns.end(), top) != columns.end()) indices.push_back(leaf);
  }
  ARROW_ASSIGN_OR_RAISE(auto batches, file->GetRecordBatchReader(row_groups, indices));
  return std::make_shared<ParquetAdapter>(std::move(file), std::move(batches));
}

// The columns of a batch in the order asked for; readers may keep the file's order.
class ProjectingReader : public arrow::RecordBatchReader {
 public:
  ProjectingReader(ReaderPtr inner, std::vector<int> indices, std::shared_ptr<arrow::Schema> schema)
      : inner_(std::move(inner)), indices_(std::move(indices)), schema_(std::move(schema)) {}
  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override {
    ARROW_RETURN_NOT_OK(inner_->ReadNext(out));
    if (*out == nullptr) return arrow::Status::OK();
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (const int i : indices_) columns.push_back((*out)->column(i));
    *out = arrow::RecordBatch::Make(schema_, (*out)->num_rows(), std::move(columns));
    return arrow::Status::OK();
  }

 private:
  ReaderPtr inner_;
  std::vector<int> indices_;
  std::shared_ptr<arrow::Schema> schema_;
};

arrow::Result<ReaderPtr> Project(ReaderPtr reader, const std::vector<std::string>& columns) {
  if (columns.empty()) return reader;
  const auto schema = reader->schema();
  std::vector<int> indices;
  arrow::FieldVector fields;
  for (const auto& column : columns) {
    const int index = schema->GetFieldIndex(column);
    if (index < 0) return arrow::Status::KeyError("the file has no column '", column, "'");
    indices.push_back(index);
    fields.push_back(schema->field(index));
  }
  return std::make_shared<ProjectingReader>(std::move(reader), std::move(indices), arrow::schema(fields));
}

arrow::Result<ReaderPtr> OpenReader(const std::string& path, FileFormat format, char delimiter,
                                    const std::vector<std::string>& columns, int first_group, int groups, int64_t batch_rows) {
  switch (format) {
    case FileFormat::kCsv: return OpenCsv(path, delimiter, columns);
    case FileFormat::kJsonLines: {
      ARROW_ASSIGN_OR_RAISE(auto reader, OpenJson(path));
      return Project(std::move(reader), columns);
    }
    case FileFormat::kParquet: {
      ARROW_ASSIGN_OR_RAISE(auto reader, OpenParquet(path, columns, first_group, groups, batch_rows));
      return Project(std::move(reader), columns);
    }
  }
  return arrow::Status::Invalid("unknown format");
}

Result<columnar::Stream> ToStream(const ReaderPtr& reader, const std::string& path) {
  ArrowArrayStream raw;
  if (auto status = arrow::ExportRecordBatchReader(reader, &raw); !status.ok()) return FileError(status, path);
  columnar::Stream stream(raw);
  ArrowSchema schema;
  if (auto status = arrow::ExportSchema(*reader->schema(), &schema); !status.ok()) return FileError(status, path);
  columnar::Schema owned(schema);
  DVT_ASSIGN(auto fields, columnar::NeutralFields(owned.get()));
  return columnar::NormalizeStream(std::move(stream), std::move(fields));
}

}  // namespace

Result<FileFacts> Inspect(const std::string& path, FileFormat format, char delimiter) {
  FileFacts facts;
  std::error_code ignored;
  facts.bytes = static_cast<int64_t>(std::filesystem::file_size(path, ignored));
  if (format == FileFormat::kParquet) {
    auto file = OpenParquetFile(path, 1);
    if (!file.ok()) return FileError(file.status(), path);
    const auto metadata = (*file)->parquet_reader()->metadata();
    facts.rows = metadata->num_rows();
    facts.row_groups = std::max(1, metadata->num_row_groups());
    if (metadata->num_row_groups() == 0) facts.row_groups = 0;
  }
  DVT_ASSIGN(auto stream, with_arrow::OpenFile(path, format, delimiter, {}, 0, 0, 1));
  DVT_ASSIGN(facts.fields, stream.GetFields());
  return facts;
}

Result<columnar::Stream> OpenFile(const std::string& path, FileFormat format, char delimiter,
                                  const std::vector<std::string>& columns, int first_group, int groups, int64_t batch_rows) {
  try {
    auto reader = OpenReader(path, format, delimiter, columns, first_group, groups, batch_rows);
    if (!reader.ok()) return FileError(reader.status(), path);
    return ToStream(*reader, path);
  } catch (const std::exception& error) {  // parquet throws
    return Error(ErrorCode::kData, error.what()).At({path, 0, 0});
  }
}

}  // namespace dvt::connectors::files::with_arrow
