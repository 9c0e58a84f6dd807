#include <arrow/array.h>
#include <arrow/util/byte_size.h>
#include <arrow/util/compression.h>
#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/lake/data/metrics_internal.h"
#include "dvt/lake/data/parquet_writer_arrow.h"
#include "dvt/lake/data/types_arrow.h"
#include "dvt/lake/storage/file_store_arrow.h"

namespace dvt::lake {

namespace {

// As the table spec has it, short decimals are whole numbers.
std::shared_ptr<parquet::WriterProperties> WriterPropertiesOf(const ChunkLimits& limits) {
  parquet::WriterProperties::Builder builder;
  builder.version(parquet::ParquetVersion::PARQUET_2_6)->created_by("dvt")->enable_store_decimal_as_integer();
  builder.compression(limits.codec)->compression_level(limits.codec_level);
  return builder.build();
}

bool HasLevels(arrow::Compression::type codec) {
  return codec == arrow::Compression::ZSTD || codec == arrow::Compression::GZIP || codec == arrow::Compression::BROTLI;
}

}  // namespace

int64_t RawBytes(const arrow::RecordBatch& batch) {
  const auto bytes = arrow::util::ReferencedBufferSize(batch);
  return bytes.ok() ? *bytes : batch.num_rows() * 8 * batch.num_columns();
}

Result<ParquetWrite> ParquetWrite::Of(const TableMetadata& table, const Schema& schema) {
  ParquetWrite out;
  out.schema = schema;
  out.properties = table.properties;
  const std::string format = ToLower(table.Property("write.format.default", "parquet"));
  if (format != "parquet")
    return Error(ErrorCode::kUnsupported, fmt::format("the table wants its files written as {}; only Parquet can be", format));
  const auto size = [&](const char* property, int64_t otherwise) {
    return std::max<int64_t>(1, table.IntProperty(property, otherwise));
  };
  out.target_bytes = table.IntProperty("write.target-file-size-bytes", out.target_bytes);
  out.row_group_bytes = table.IntProperty("write.parquet.row-group-size-bytes", out.row_group_bytes);
  out.row_group_rows = size("write.parquet.row-group-limit", out.row_group_rows);
  out.limits.page_rows = size("write.parquet.page-row-limit", out.limits.page_rows);
  out.limits.page_bytes = size("write.parquet.page-size-bytes", out.limits.page_bytes);
  out.limits.dictionary_bytes = size("write.parquet.dict-size-bytes", out.limits.dictionary_bytes);
  out.codec = ToLower(table.Property("write.parquet.compression-codec", out.codec));
  out.limits.codec_level =
      static_cast<int>(table.IntProperty("write.parquet.compression-level", out.codec == "gzip" ? 6 : out.limits.codec_level));
  out.choices = NewChoices(*ArrowSchemaOf(schema.fields));
  return out;
}

Result<std::unique_ptr<ParquetWriter>> ParquetWriter::Open(FileStore& store, const std::string& location,
                                                           const ParquetWrite& options) {
  std::unique_ptr<ParquetWriter> writer(new ParquetWriter);
  writer->options_ = &options;
  writer->location_ = location;
  writer->schema_ = ArrowSchemaOf(options.schema.fields);
  writer->limits_ = options.limits;
  const auto codec = arrow::util::Codec::GetCompressionType(options.codec);
  if (!codec.ok() || !parquet::IsCodecSupported(*codec))
    return Error(ErrorCode::kConfig, fmt::format("'write.parquet.compression-codec' of the table: {}",
                                                 codec.ok() ? "Parquet has no " + options.codec : codec.status().message()));
  writer->limits_.codec = *codec;
  if (!HasLevels(*codec)) writer->limits_.codec_level = arrow::util::kUseDefaultCompressionLevel;
  writer->choices_ = options.choices.empty() ? NewChoices(*writer->schema_) : options.choices;
  DVT_ASSIGN(auto out, OpenOutput(store, location));
  DVT_ASSIGN(writer->file_,
             ParquetAssembly::Begin(std::move(out), location, *writer->schema_, WriterPropertiesOf(writer->limits_)));
  return writer;
}

std::unique_ptr<RowGroupEncoder> ParquetWriter::NewGroup(int64_t expected_rows) const {
  return std::make_unique<RowGroupEncoder>(*schema_, file_->schema(), limits_, choices_, expected_rows);
}

Status ParquetWriter::Add(int64_t rows, RowGroupEncoder& group) {
  const auto chunks = group.Take();
  for (size_t i = 0; i < chunks.size(); ++i) {
    const auto& column = *file_->schema().Column(static_cast<int>(i));
    const bool may_be_nan = column.physical_type() == parquet::Type::FLOAT || column.physical_type() == parquet::Type::DOUBLE;
    if (may_be_nan && column.max_repetition_level() == 0) nans_[column.schema_node()->field_id()] += chunks[i].nans;
  }
  rows_ += rows;
  return file_->Add(rows, chunks);
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
  const auto group = NewGroup(rows);
  for (int column = 0; column < group->columns(); ++column) {
    for (const auto& batch : batches) DVT_TRY(group->Append(column, batch->column(column)));
    DVT_TRY(group->Finish(column));
  }
  return Add(rows, *group);
}

Result<DataFile> ParquetWriter::Finish() {
  DVT_ASSIGN(const auto metadata, file_->Finish());
  DataFile file;
  file.path = location_;
  file.record_count = rows_;
  file.file_size = file_->bytes();
  file.nan_value_counts = nans_;
  DescribeColumns(*metadata, options_->schema, options_->properties, file);
  return file;
}

}  // namespace dvt::lake
