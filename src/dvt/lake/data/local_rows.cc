#include "dvt/lake/data/local_rows.h"

#include <arrow/array.h>
#include <arrow/c/bridge.h>
#include <arrow/compute/cast.h>
#include <arrow/io/file.h>
#include <arrow/io/stdio.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>

#include "dvt/base/text/value.h"
#include "dvt/lake/data/shape_arrow.h"
#include "dvt/lake/data/types_arrow.h"
#include "dvt/lake/storage/file_store_arrow.h"

namespace dvt::lake {

namespace {

using ReaderPtr = std::shared_ptr<arrow::RecordBatchReader>;

/// A reader whose errors name the file.
class NamedReader : public arrow::RecordBatchReader {
 public:
  NamedReader(std::string path, ReaderPtr reader) : path_(std::move(path)), reader_(std::move(reader)) {}
  std::shared_ptr<arrow::Schema> schema() const override { return reader_->schema(); }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override {
    const auto status = reader_->ReadNext(out);
    return status.ok() ? status : status.WithMessage(path_, ": ", status.message());
  }

 private:
  std::string path_;
  ReaderPtr reader_;
};

/// A reader with what it reads from.
class OwningReader : public arrow::RecordBatchReader {
 public:
  OwningReader(std::shared_ptr<void> owned, ReaderPtr reader) : owned_(std::move(owned)), reader_(std::move(reader)) {}
  std::shared_ptr<arrow::Schema> schema() const override { return reader_->schema(); }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override { return reader_->ReadNext(out); }

 private:
  std::shared_ptr<void> owned_;
  ReaderPtr reader_;
};

class IpcFileReader : public arrow::RecordBatchReader {
 public:
  explicit IpcFileReader(std::shared_ptr<arrow::ipc::RecordBatchFileReader> file) : file_(std::move(file)) {}
  std::shared_ptr<arrow::Schema> schema() const override { return file_->schema(); }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override {
    *out = nullptr;
    if (next_ >= file_->num_record_batches()) return arrow::Status::OK();
    return file_->ReadRecordBatch(next_++).Value(out);
  }

 private:
  std::shared_ptr<arrow::ipc::RecordBatchFileReader> file_;
  int next_ = 0;
};

arrow::Result<ReaderPtr> OpenParquetRows(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(auto input, arrow::io::ReadableFile::Open(path));
  parquet::ArrowReaderProperties properties(false);
  properties.set_pre_buffer(false);
  parquet::arrow::FileReaderBuilder builder;
  parquet::ReaderProperties reading = parquet::default_reader_properties();
  reading.enable_buffered_stream();
  reading.set_buffer_size(1 << 18);
  ARROW_RETURN_NOT_OK(builder.Open(input, reading));
  ARROW_ASSIGN_OR_RAISE(auto file, builder.properties(properties)->Build());
  std::shared_ptr<parquet::arrow::FileReader> shared(std::move(file));
  ARROW_ASSIGN_OR_RAISE(auto batches, shared->GetRecordBatchReader());
  return std::make_shared<OwningReader>(shared, ReaderPtr(std::move(batches)));
}

arrow::Result<ReaderPtr> OpenIpcRows(const std::string& path) {
  if (path == "-") return arrow::ipc::RecordBatchStreamReader::Open(std::make_shared<arrow::io::StdinStream>());
  ARROW_ASSIGN_OR_RAISE(auto input, arrow::io::ReadableFile::Open(path));
  auto file = arrow::ipc::RecordBatchFileReader::Open(input);
  if (file.ok()) return std::make_shared<IpcFileReader>(*file);
  ARROW_RETURN_NOT_OK(input->Seek(0));
  return arrow::ipc::RecordBatchStreamReader::Open(input);
}

arrow::Status CopyRows(arrow::RecordBatchReader& reader, const std::string& path, int64_t& rows) {
  std::shared_ptr<arrow::io::OutputStream> out = std::make_shared<arrow::io::StdoutStream>();
  if (path != "-") {
    ARROW_ASSIGN_OR_RAISE(out, arrow::io::FileOutputStream::Open(path));
  }
  std::unique_ptr<parquet::arrow::FileWriter> parquet;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> ipc;
  if (path.ends_with(".parquet")) {
    const auto properties = parquet::WriterProperties::Builder().compression(parquet::Compression::ZSTD)->build();
    ARROW_ASSIGN_OR_RAISE(parquet,
                          parquet::arrow::FileWriter::Open(*reader.schema(), arrow::default_memory_pool(), out, properties));
  } else {
    ARROW_ASSIGN_OR_RAISE(ipc, arrow::ipc::MakeStreamWriter(out, reader.schema()));
  }
  while (true) {
    std::shared_ptr<arrow::RecordBatch> batch;
    ARROW_RETURN_NOT_OK(reader.ReadNext(&batch));
    if (batch == nullptr) break;
    rows += batch->num_rows();
    ARROW_RETURN_NOT_OK(parquet != nullptr ? parquet->WriteRecordBatch(*batch) : ipc->WriteRecordBatch(*batch));
  }
  ARROW_RETURN_NOT_OK(parquet != nullptr ? parquet->Close() : ipc->Close());
  return path == "-" ? out->Flush() : out->Close();
}

/// Values of an array as JSON or, at the top, as plain text.
class CellPrinter {
 public:
  static void Append(std::string& out, const NestedField& field, const arrow::Array& array, int64_t row, bool json) {
    if (array.IsNull(row)) {
      if (json) out += "null";
      return;
    }
    switch (field.type.id) {
      case TypeId::kStruct: return AppendStruct(out, field, static_cast<const arrow::StructArray&>(array), row);
      case TypeId::kList: {
        const auto& list = static_cast<const arrow::ListArray&>(array);
        return AppendItems(out, field.type.fields[0], *list.values(), list.value_offset(row), list.value_offset(row + 1));
      }
      case TypeId::kMap: return AppendMap(out, field, static_cast<const arrow::MapArray&>(array), row);
      default: break;
    }
    const Literal value = LiteralAt(field.type, array, row);
    if (json) {
      out += ToJson(LiteralToJson(field.type, value));
    } else {
      out += LiteralText(field.type, value);
    }
  }

 private:
  static void AppendStruct(std::string& out, const NestedField& field, const arrow::StructArray& array, int64_t row) {
    out += '{';
    for (size_t i = 0; i < field.type.fields.size(); ++i) {
      if (i > 0) out += ", ";
      AppendJsonString(out, field.type.fields[i].name);
      out += ": ";
      Append(out, field.type.fields[i], *array.field(static_cast<int>(i)), row, true);
    }
    out += '}';
  }
  static void AppendItems(std::string& out, const NestedField& field, const arrow::Array& values, int64_t begin, int64_t end) {
    out += '[';
    for (int64_t i = begin; i < end; ++i) {
      if (i > begin) out += ", ";
      Append(out, field, values, i, true);
    }
    out += ']';
  }
  // Keys need not be texts, so a map is a list of pairs.
  static void AppendMap(std::string& out, const NestedField& field, const arrow::MapArray& array, int64_t row) {
    out += '[';
    for (int64_t i = array.value_offset(row); i < array.value_offset(row + 1); ++i) {
      if (i > array.value_offset(row)) out += ", ";
      out += '[';
      Append(out, field.type.fields[0], *array.keys(), i, true);
      out += ", ";
      Append(out, field.type.fields[1], *array.items(), i, true);
      out += ']';
    }
    out += ']';
  }
};

bool IsNumeric(const Type& type) { return type.id >= TypeId::kInt && type.id <= TypeId::kDecimal; }

}  // namespace

Result<columnar::Stream> OpenLocalRows(const std::string& path) {
  try {
    const auto reader = path.ends_with(".parquet") ? OpenParquetRows(path) : OpenIpcRows(path);
    if (!reader.ok()) return StorageError(reader.status(), path);
    ArrowArrayStream raw;
    if (const auto status = arrow::ExportRecordBatchReader(std::make_shared<NamedReader>(path, *reader), &raw); !status.ok())
      return StorageError(status, path);
    return columnar::Stream(raw);
  } catch (const std::exception& error) {  // parquet throws
    return Error(ErrorCode::kData, fmt::format("{} cannot be read: {}", path, error.what()));
  }
}

Result<int64_t> WriteLocalRows(columnar::Stream rows, const std::string& path) {
  ArrowArrayStream raw = rows.Take();
  const auto reader = arrow::ImportRecordBatchReader(&raw);
  if (!reader.ok()) return StorageError(reader.status(), path);
  int64_t count = 0;
  try {
    if (const auto status = CopyRows(**reader, path, count); !status.ok()) return StorageError(status, path);
  } catch (const std::exception& error) {
    return Error(ErrorCode::kData, fmt::format("{} cannot be written: {}", path, error.what()));
  }
  return count;
}

Status PrintRows(columnar::Stream rows, bool json, const std::function<void(const std::vector<TextColumn>&)>& begin,
                 const std::function<void(const std::vector<std::string>&)>& row) {
  ArrowArrayStream raw = rows.Take();
  const auto reader = arrow::ImportRecordBatchReader(&raw);
  if (!reader.ok()) return StorageError(reader.status(), "the rows");
  DVT_ASSIGN(const auto fields, FieldsOfArrow(*(*reader)->schema()));
  std::vector<TextColumn> columns;
  for (const auto& field : fields) columns.push_back({field.name, IsNumeric(field.type)});
  begin(columns);
  const NameMapping names = NameMapping::Of(Schema{0, fields, {}});
  while (true) {
    std::shared_ptr<arrow::RecordBatch> batch;
    if (const auto status = (*reader)->ReadNext(&batch); !status.ok()) {
      return Error(StorageError(status, "the rows").code(), status.message());
    }
    if (batch == nullptr) return {};
    arrow::ArrayVector shaped;
    for (size_t i = 0; i < fields.size(); ++i) {
      DVT_ASSIGN(auto column, ShapeArray(batch->column(static_cast<int>(i)), fields[i], &names.fields[i].fields));
      shaped.push_back(std::move(column));
    }
    for (int64_t at = 0; at < batch->num_rows(); ++at) {
      std::vector<std::string> cells(fields.size());
      for (size_t i = 0; i < fields.size(); ++i) CellPrinter::Append(cells[i], fields[i], *shaped[i], at, json);
      row(cells);
    }
  }
}

}  // namespace dvt::lake
