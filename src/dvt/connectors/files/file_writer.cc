#include <arrow/c/bridge.h>
#include <arrow/csv/writer.h>
#include <arrow/io/file.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <parquet/arrow/writer.h>

#include "dvt/base/text/value.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/columnar/c_abi/endless_values.h"
#include "dvt/connectors/files/arrow_functions.h"
#include "dvt/connectors/files/arrow_status_internal.h"

namespace dvt::connectors::files::with_arrow {

namespace {

// A batch borrowed from the C interface, as Arrow C++ for the length of one call.
arrow::Result<std::shared_ptr<arrow::RecordBatch>> Borrow(const ArrowArray& batch, const std::shared_ptr<arrow::Schema>& schema) {
  ArrowArray copy = batch;
  copy.release = [](ArrowArray* array) { array->release = nullptr; };
  return arrow::ImportRecordBatch(&copy, schema);
}

arrow::Result<std::shared_ptr<arrow::Schema>> ArrowSchemaOf(const columnar::Fields& fields) {
  ArrowSchema raw = columnar::ExportSchema(fields).Take();
  return arrow::ImportSchema(&raw);
}

parquet::Compression::type CodecOf(FileCompression compression) {
  switch (compression) {
    case FileCompression::kNone: return parquet::Compression::UNCOMPRESSED;
    case FileCompression::kSnappy: return parquet::Compression::SNAPPY;
    case FileCompression::kGzip: return parquet::Compression::GZIP;
    case FileCompression::kLz4: return parquet::Compression::LZ4;
    default: return parquet::Compression::ZSTD;
  }
}

constexpr int64_t kRowGroupBytes = int64_t{128} << 20;  // of rows as they lie in memory
constexpr int64_t kRowGroupRows = 1 << 20;
// Above so many bytes a column's values are written plainly. The hash table of a dictionary quadruples as it grows: twice this would let
// that of a column of keys take 25 MB, for nothing.
constexpr int64_t kDictionaryBytes = 500'000;

// jemalloc gives back what is free; Arrow's default keeps a third more at the peak.
arrow::MemoryPool* WritingPool() {
  static arrow::MemoryPool* const pool = [] {
    arrow::MemoryPool* found = nullptr;
    return arrow::jemalloc_memory_pool(&found).ok() ? found : arrow::default_memory_pool();
  }();
  return pool;
}

// A row group is kept encoded until it is whole; its columns are encoded at the same time.
class ParquetWriter : public FileWriter {
 public:
  static Result<std::unique_ptr<FileWriter>> Make(const std::string& path, const columnar::Fields& fields,
                                                  FileCompression compression) {
    auto writer = std::make_unique<ParquetWriter>();
    writer->path_ = path;
    writer->fields_ = fields;
    auto open = [&]() -> arrow::Status {
      ARROW_ASSIGN_OR_RAISE(writer->schema_, ArrowSchemaOf(fields));
      ARROW_ASSIGN_OR_RAISE(writer->out_, arrow::io::FileOutputStream::Open(path));
      auto properties = parquet::WriterProperties::Builder()
                            .memory_pool(WritingPool())
                            ->compression(CodecOf(compression))
                            ->max_row_group_length(kRowGroupRows)
                            ->dictionary_pagesize_limit(kDictionaryBytes)
                            ->disable_write_page_index()  // held for all pages until the file's end: 200 bytes each
                            ->build();
      auto arrow_properties = parquet::ArrowWriterProperties::Builder().store_schema()->set_use_threads(true)->build();
      return parquet::arrow::FileWriter::Open(*writer->schema_, WritingPool(), writer->out_, properties, arrow_properties)
          .Value(&writer->writer_);
    };
    if (auto status = open(); !status.ok()) return FileError(status, path);
    return std::unique_ptr<FileWriter>(std::move(writer));
  }

  Status Write(const ArrowArray& batch) override {
    DVT_TRY(columnar::RefuseEndless(batch, fields_, "Parquet"));
    auto borrowed = Borrow(batch, schema_);
    if (!borrowed.ok()) return FileError(borrowed.status(), path_);
    const int64_t bytes = columnar::BatchBytes(batch, fields_);
    arrow::Status status;
    if (group_bytes_ > 0 && group_bytes_ + bytes > kRowGroupBytes) {
      status = writer_->NewBufferedRowGroup();
      group_bytes_ = 0;
    }
    if (status.ok()) status = writer_->WriteRecordBatch(**borrowed);
    if (!status.ok()) return FileError(status, path_);
    group_bytes_ += bytes;
    return {};
  }

  Status Close() override {
    auto status = writer_->Close();
    if (status.ok()) status = out_->Close();
    if (!status.ok()) return FileError(status, path_);
    return {};
  }

 private:
  std::string path_;
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<arrow::io::FileOutputStream> out_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  columnar::Fields fields_;
  int64_t group_bytes_ = 0;  // since the row group began
};

// CSV and JSON lines are written from the values' own text, so that every type has a form.
class TextWriter : public FileWriter {
 public:
  static Result<std::unique_ptr<FileWriter>> Make(const std::string& path, FileFormat format, char delimiter,
                                                  const columnar::Fields& fields) {
    auto writer = std::make_unique<TextWriter>();
    writer->path_ = path;
    writer->csv_ = format == FileFormat::kCsv;
    writer->delimiter_ = delimiter;
    writer->fields_ = fields;
    auto out = arrow::io::FileOutputStream::Open(path);
    if (!out.ok()) return FileError(out.status(), path);
    writer->out_ = *out;
    if (writer->csv_) {
      for (size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) writer->buffer_ += delimiter;
        writer->AppendCsv(fields[i].name);
      }
      writer->buffer_ += '\n';
    }
    return std::unique_ptr<FileWriter>(std::move(writer));
  }

  Status Write(const ArrowArray& batch) override {
    const auto columns = columnar::BatchColumns(batch, fields_);
    for (int64_t row = 0; row < batch.length; ++row) {
      csv_ ? AppendCsvRow(columns, row) : AppendJsonRow(columns, row);
      if (buffer_.size() > (1 << 20)) DVT_TRY(Flush());
    }
    return {};
  }

  Status Close() override {
    DVT_TRY(Flush());
    if (auto status = out_->Close(); !status.ok()) return FileError(status, path_);
    return {};
  }

 private:
  void AppendCsv(std::string_view text) {
    const bool plain = !text.empty() && text.find_first_of("\"\r\n") == std::string_view::npos &&
                       text.find(delimiter_) == std::string_view::npos;
    if (plain) {
      buffer_ += text;
      return;
    }
    buffer_ += '"';
    for (const char c : text) {
      if (c == '"') buffer_ += '"';
      buffer_ += c;
    }
    buffer_ += '"';
  }

  void AppendCsvRow(const std::vector<columnar::ColumnView>& columns, int64_t row) {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) buffer_ += delimiter_;
      if (columns[i].IsNull(row)) continue;
      text_.clear();
      columnar::AppendText(text_, columns[i], row);
      AppendCsv(text_);
    }
    buffer_ += '\n';
  }

  void AppendJsonRow(const std::vector<columnar::ColumnView>& columns, int64_t row) {
    buffer_ += '{';
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) buffer_ += ',';
      AppendJsonString(buffer_, fields_[i].name);
      buffer_ += ':';
      if (columns[i].IsNull(row)) {
        buffer_ += "null";
        continue;
      }
      text_.clear();
      columnar::AppendText(text_, columns[i], row);
      const auto kind = columns[i].type().kind;
      const bool bare = columns[i].type().is_numeric() || kind == columnar::TypeKind::kBool ||
                        kind == columnar::TypeKind::kList || kind == columnar::TypeKind::kStruct ||
                        kind == columnar::TypeKind::kJson;
      const bool finite =
          !columns[i].type().is_numeric() || text_.find('n') == std::string::npos;  // nan and inf are no JSON numbers
      if (bare && finite)
        buffer_ += text_;
      else
        AppendJsonString(buffer_, text_);
    }
    buffer_ += "}\n";
  }

  Status Flush() {
    if (auto status = out_->Write(buffer_.data(), static_cast<int64_t>(buffer_.size())); !status.ok())
      return FileError(status, path_);
    buffer_.clear();
    return {};
  }

  std::string path_;
  bool csv_ = true;
  char delimiter_ = ',';
  columnar::Fields fields_;
  std::shared_ptr<arrow::io::FileOutputStream> out_;
  std::string buffer_;
  std::string text_;
};

}  // namespace

Result<std::unique_ptr<FileWriter>> MakeFileWriter(const std::string& path, FileFormat format, char delimiter,
                                                   const columnar::Fields& fields, FileCompression compression) {
  if (format == FileFormat::kParquet) return ParquetWriter::Make(path, fields, compression);
  return TextWriter::Make(path, format, delimiter, fields);
}

}  // namespace dvt::connectors::files::with_arrow
