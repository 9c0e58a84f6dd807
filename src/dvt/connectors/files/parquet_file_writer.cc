#include <arrow/c/bridge.h>
#include <arrow/io/file.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "dvt/columnar/c_abi/endless_values.h"
#include "dvt/columnar/parquet/column_strands_arrow.h"
#include "dvt/connectors/files/arrow_status_internal.h"
#include "dvt/connectors/files/parquet_file_writer_internal.h"

namespace dvt::connectors::files::with_arrow {

namespace {

constexpr int64_t kWaitingBytes = int64_t{4} << 20;  // of batches that are being encoded; more wait before the sink
constexpr int64_t kAheadBytes = int64_t{16} << 20;
constexpr unsigned kMostThreads = 16;

struct Codec {
  arrow::Compression::type type;
  int level = arrow::util::kUseDefaultCompressionLevel;
};

Codec CodecOf(FileCompression compression) {
  switch (compression) {
    case FileCompression::kNone: return {arrow::Compression::UNCOMPRESSED};
    case FileCompression::kSnappy: return {arrow::Compression::SNAPPY};
    case FileCompression::kGzip: return {arrow::Compression::GZIP, 6};
    case FileCompression::kLz4: return {arrow::Compression::LZ4};
    default: return {arrow::Compression::ZSTD, 1};
  }
}

bool HasInterval(const columnar::DataType& type) {
  return type.kind == columnar::TypeKind::kInterval ||
         std::any_of(type.children.begin(), type.children.end(), [](const auto& member) { return HasInterval(member.type); });
}

// Of Arrow's types that columns have here, the only one that Parquet's format is without.
Status CheckTypes(const columnar::Fields& fields) {
  for (const auto& field : fields)
    if (HasInterval(field.type))
      return Error(ErrorCode::kUnsupported,
                   fmt::format("the column '{}' has intervals, for which Parquet has no type", field.name))
          .WithHint("cast it to text, or to a number of seconds");
  return {};
}

class ParquetFileWriter : public FileWriter {
 public:
  ParquetFileWriter(std::string path, columnar::Fields fields)
      : path_(std::move(path)),
        fields_(std::move(fields)),
        pool_(static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads))) {}

  Status Open(FileCompression compression) {
    DVT_TRY(CheckTypes(fields_));
    const Codec codec = CodecOf(compression);
    layout_.limits.codec = codec.type;
    layout_.limits.codec_level = codec.level;
    layout_.page_index = false;
    layout_.arrow_schema = true;
    ArrowSchema raw = columnar::ExportSchema(fields_).Take();
    auto schema = arrow::ImportSchema(&raw);
    if (!schema.ok()) return FileError(schema.status(), path_);
    schema_ = *schema;
    auto out = arrow::io::FileOutputStream::Open(path_);
    if (!out.ok()) return FileError(out.status(), path_);
    DVT_ASSIGN(output_, columnar::ParquetOutput::Open(*out, schema_, layout_, [path = path_](const arrow::Status& status) {
                 return FileError(status, path);
               }));
    strands_ = std::make_unique<columnar::ColumnStrands>(*output_, pool_, kWaitingBytes, kAheadBytes);
    return {};
  }

  Status Write(const ArrowArray& batch) override {
    ArrowArray borrowed = batch;
    borrowed.release = [](ArrowArray* array) { array->release = nullptr; };
    DVT_TRY(Give(columnar::Array(borrowed)));
    return strands_->Drain();
  }
  Status Take(columnar::Array batch) override { return Give(std::move(batch)); }

  Status Close() override {
    DVT_TRY(strands_->Finish());
    strands_.reset();
    auto closed = output_->Finish();
    return closed ? Status() : Status(std::move(closed).error());
  }

 private:
  // Takes the batch.
  Status Give(columnar::Array batch) {
    DVT_TRY(columnar::RefuseEndless(batch.get(), fields_, "Parquet"));
    ArrowArray raw = batch.Take();
    auto rows = arrow::ImportRecordBatch(&raw, schema_);
    if (!rows.ok()) return FileError(rows.status(), path_);
    return strands_->Write(*rows);
  }

  const std::string path_;
  const columnar::Fields fields_;
  ThreadPool pool_;
  columnar::ParquetLayout layout_;
  std::shared_ptr<arrow::Schema> schema_;
  std::unique_ptr<columnar::ParquetOutput> output_;
  std::unique_ptr<columnar::ColumnStrands> strands_;  // waits for its threads, so it goes first
};

}  // namespace

Result<std::unique_ptr<FileWriter>> MakeParquetWriter(const std::string& path, const columnar::Fields& fields,
                                                      FileCompression compression) {
  auto writer = std::make_unique<ParquetFileWriter>(path, fields);
  DVT_TRY(writer->Open(compression));
  return std::unique_ptr<FileWriter>(std::move(writer));
}

}  // namespace dvt::connectors::files::with_arrow
