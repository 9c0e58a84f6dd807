#include <arrow/array.h>
#include <arrow/util/compression.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "dvt/base/text/text.h"
#include "dvt/lake/data/metrics_internal.h"
#include "dvt/lake/data/parquet_writer_arrow.h"
#include "dvt/lake/data/types_arrow.h"
#include "dvt/lake/storage/file_store_arrow.h"

namespace dvt::lake {

namespace {

/// The compression levels of a codec.
struct Levels {
  int least, most, otherwise;
};

// None: it has no levels.
std::optional<Levels> LevelsOf(arrow::Compression::type codec) {
  if (codec == arrow::Compression::ZSTD) return Levels{-131072, 22, 1};
  if (codec == arrow::Compression::GZIP) return Levels{0, 9, 6};
  if (codec == arrow::Compression::BROTLI) return Levels{0, 11, 1};
  return std::nullopt;
}

/// Numbers among a table's properties. The first that cannot be used is the error.
class NumberProperties {
 public:
  explicit NumberProperties(const TableMetadata& table) : table_(table) {}

  int64_t Get(const char* property, int64_t otherwise, int64_t least = 1, int64_t most = std::numeric_limits<int64_t>::max()) {
    const std::string text = table_.Property(property, "");
    if (text.empty()) return otherwise;
    int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec == std::errc() && read.ptr == text.data() + text.size() && value >= least && value <= most) return value;
    const std::string wanted = most == std::numeric_limits<int64_t>::max()
                                   ? fmt::format("a whole number from {} on", least)
                                   : fmt::format("a whole number from {} to {}", least, most);
    if (status_)
      status_ =
          Error(ErrorCode::kInvalidArgument, fmt::format("the table's property '{}' is '{}', not {}", property, text, wanted))
              .WithHint("set it to one, or unset it");
    return otherwise;
  }
  Status TakeStatus() { return std::move(status_); }

 private:
  const TableMetadata& table_;
  Status status_;
};

// Parquet's LZ4 without a frame is the one that others write by that name.
Result<arrow::Compression::type> CodecOf(const std::string& name) {
  const auto codec = arrow::util::Codec::GetCompressionType(name == "lz4" ? "lz4_raw" : name);
  if (codec.ok() && parquet::IsCodecSupported(*codec)) return *codec;
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("the table's property 'write.parquet.compression-codec' is '{}', which Parquet does not have", name))
      .WithHint("there are zstd, gzip, snappy, lz4, brotli and uncompressed");
}

}  // namespace

Result<ParquetWrite> ParquetWrite::Of(const TableMetadata& table, const Schema& schema) {
  ParquetWrite out;
  out.schema = schema;
  out.properties = table.properties;
  const std::string format = ToLower(table.Property("write.format.default", "parquet"));
  if (format != "parquet")
    return Error(ErrorCode::kUnsupported, fmt::format("the table wants its files written as {}; only Parquet can be", format));
  NumberProperties numbers(table);
  out.target_bytes = numbers.Get("write.target-file-size-bytes", out.target_bytes);
  out.row_group_bytes = numbers.Get("write.parquet.row-group-size-bytes", out.row_group_bytes);
  out.row_group_rows = numbers.Get("write.parquet.row-group-limit", out.row_group_rows);
  out.limits.page_rows = numbers.Get("write.parquet.page-row-limit", out.limits.page_rows);
  out.limits.page_bytes = numbers.Get("write.parquet.page-size-bytes", out.limits.page_bytes);
  out.limits.dictionary_bytes = numbers.Get("write.parquet.dict-size-bytes", out.limits.dictionary_bytes, 0);
  DVT_ASSIGN(out.limits.codec, CodecOf(ToLower(table.Property("write.parquet.compression-codec", "zstd"))));
  out.limits.codec_level = arrow::util::kUseDefaultCompressionLevel;
  if (const auto levels = LevelsOf(out.limits.codec))
    out.limits.codec_level =
        static_cast<int>(numbers.Get("write.parquet.compression-level", levels->otherwise, levels->least, levels->most));
  DVT_TRY(numbers.TakeStatus());
  out.choices = columnar::NewChoices(*ArrowSchemaOf(schema.fields));
  return out;
}

Result<std::unique_ptr<ParquetWriter>> ParquetWriter::Open(FileStore& store, const std::string& location,
                                                           const ParquetWrite& options) {
  std::unique_ptr<ParquetWriter> writer(new ParquetWriter);
  writer->options_ = &options;
  writer->location_ = location;
  DVT_ASSIGN(auto out, OpenOutput(store, location));
  DVT_ASSIGN(writer->output_,
             columnar::ParquetOutput::Open(std::move(out), ArrowSchemaOf(options.schema.fields), options,
                                           [location](const arrow::Status& status) { return StorageError(status, location); }));
  return writer;
}

Status ParquetWriter::WriteRowGroup(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) {
  std::vector<std::shared_ptr<arrow::RecordBatch>> group;
  int64_t rows = 0;
  for (const auto& batch : batches) {
    for (int64_t at = 0; at < batch->num_rows();) {
      const int64_t take = std::min(batch->num_rows() - at, options_->row_group_rows - rows);
      group.push_back(take == batch->num_rows() ? batch : batch->Slice(at, take));
      at += take;
      rows += take;
      if (rows < options_->row_group_rows) continue;
      DVT_TRY(EncodeGroup(group));
      group.clear();
      rows = 0;
    }
  }
  return rows > 0 ? EncodeGroup(group) : Status();
}

Status ParquetWriter::EncodeGroup(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) {
  int64_t rows = 0;
  for (const auto& batch : batches) rows += batch->num_rows();
  const auto group = output_->NewGroup(rows);
  for (int column = 0; column < group->columns(); ++column) {
    for (const auto& batch : batches) DVT_TRY(group->Append(column, batch->column(column)));
    DVT_TRY(group->Finish(column));
  }
  return output_->Add(rows, *group);
}

Result<DataFile> ParquetWriter::Finish() {
  DVT_ASSIGN(const auto metadata, output_->Finish());
  DataFile file;
  file.path = location_;
  file.record_count = output_->rows();
  file.file_size = bytes();
  file.nan_value_counts = output_->nans();
  DescribeColumns(*metadata, options_->schema, options_->properties, file);
  return file;
}

}  // namespace dvt::lake
