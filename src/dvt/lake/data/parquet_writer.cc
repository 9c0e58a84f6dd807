#include <arrow/array.h>
#include <arrow/compute/api_aggregate.h>
#include <arrow/compute/api_scalar.h>
#include <arrow/compute/api_vector.h>
#include <arrow/io/interfaces.h>
#include <arrow/scalar.h>
#include <arrow/table.h>
#include <arrow/util/byte_size.h>
#include <arrow/util/compression.h>
#include <fmt/format.h>
#include <parquet/file_writer.h>

#include "dvt/base/text/text.h"
#include "dvt/lake/data/metrics_internal.h"
#include "dvt/lake/data/parquet_writer_arrow.h"
#include "dvt/lake/data/row_filter_arrow.h"
#include "dvt/lake/data/types_arrow.h"
#include "dvt/lake/storage/file_store_arrow.h"

namespace dvt::lake {

namespace {

arrow::Result<std::shared_ptr<parquet::WriterProperties>> WriterPropertiesOf(const ParquetWrite& options) {
  ARROW_ASSIGN_OR_RAISE(const auto codec, arrow::util::Codec::GetCompressionType(options.codec));
  parquet::WriterProperties::Builder builder;
  builder.compression(codec)->max_row_group_length(options.row_group_rows)->created_by("dvt");
  builder.version(parquet::ParquetVersion::PARQUET_2_6);
  if (codec == arrow::Compression::ZSTD || codec == arrow::Compression::GZIP || codec == arrow::Compression::BROTLI)
    builder.compression_level(options.codec_level);
  return builder.build();
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
  out.target_bytes = table.IntProperty("write.target-file-size-bytes", out.target_bytes);
  out.row_group_bytes = table.IntProperty("write.parquet.row-group-size-bytes", out.row_group_bytes);
  out.row_group_rows = table.IntProperty("write.parquet.row-group-limit", out.row_group_rows);
  out.codec = ToLower(table.Property("write.parquet.compression-codec", out.codec));
  out.codec_level =
      static_cast<int>(table.IntProperty("write.parquet.compression-level", out.codec == "gzip" ? 6 : out.codec_level));
  return out;
}

Error ParquetWriter::Failed(const arrow::Status& status) const { return StorageError(status, location_); }

Result<std::unique_ptr<ParquetWriter>> ParquetWriter::Open(FileStore& store, const std::string& location,
                                                           const ParquetWrite& options) {
  InitializeCompute();
  std::unique_ptr<ParquetWriter> writer(new ParquetWriter);
  writer->options_ = &options;
  writer->location_ = location;
  writer->schema_ = ArrowSchemaOf(options.schema.fields);
  const auto properties = WriterPropertiesOf(options);
  if (!properties.ok())
    return Error(ErrorCode::kConfig,
                 fmt::format("'write.parquet.compression-codec' of the table: {}", properties.status().message()));
  DVT_ASSIGN(writer->out_, OpenOutput(store, location));
  const auto arrow_properties = parquet::ArrowWriterProperties::Builder().set_use_threads(true)->build();
  auto made = parquet::arrow::FileWriter::Open(*writer->schema_, arrow::default_memory_pool(), writer->out_, *properties,
                                               arrow_properties);
  if (!made.ok()) return StorageError(made.status(), location);
  writer->writer_ = *std::move(made);
  return writer;
}

Status ParquetWriter::CountNans(const arrow::RecordBatch& batch) {
  for (size_t i = 0; i < options_->schema.fields.size(); ++i) {
    const auto& field = options_->schema.fields[i];
    if (field.type.id != TypeId::kFloat && field.type.id != TypeId::kDouble) continue;
    const auto nan = arrow::compute::IsNan(batch.column(static_cast<int>(i)));
    if (!nan.ok()) return Failed(nan.status());
    const auto& mask = static_cast<const arrow::BooleanArray&>(*nan->make_array());
    nans_[field.id] += mask.true_count();
  }
  return {};
}

Status ParquetWriter::Write(const arrow::RecordBatch& batch) {
  const int64_t raw = RawBytes(batch);
  if (group_rows_ > 0 && group_raw_ + raw > options_->row_group_bytes) {
    if (const auto status = writer_->NewBufferedRowGroup(); !status.ok()) return Failed(status);
    written_raw_ += group_raw_;
    group_raw_ = group_rows_ = 0;
  }
  DVT_TRY(CountNans(batch));
  if (const auto status = writer_->WriteRecordBatch(batch); !status.ok()) return Failed(status);
  group_raw_ += raw;
  group_rows_ += batch.num_rows();
  rows_ += batch.num_rows();
  return {};
}

Status ParquetWriter::WriteRowGroup(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) {
  for (const auto& batch : batches) {
    DVT_TRY(CountNans(*batch));
    rows_ += batch->num_rows();
    written_raw_ += RawBytes(*batch);
  }
  const auto table = arrow::Table::FromRecordBatches(schema_, batches);
  if (!table.ok()) return Failed(table.status());
  if (const auto status = writer_->WriteTable(**table, options_->row_group_rows); !status.ok()) return Failed(status);
  return {};
}

int64_t ParquetWriter::EstimatedBytes() const {
  const auto place = out_->Tell();
  const int64_t written = place.ok() ? *place : 0;
  const double ratio = written_raw_ > 0 && written > 0 ? static_cast<double>(written) / static_cast<double>(written_raw_) : 0.3;
  return written + static_cast<int64_t>(static_cast<double>(group_raw_) * std::min(ratio, 1.0));
}

Result<DataFile> ParquetWriter::Finish() {
  auto status = writer_->Close();
  const auto size = out_->Tell();
  if (status.ok()) status = size.status();
  if (status.ok()) status = out_->Close();
  if (!status.ok()) return Failed(status);
  DataFile file;
  file.path = location_;
  file.record_count = rows_;
  file.file_size = *size;
  file.nan_value_counts = nans_;
  DescribeColumns(*writer_->metadata(), options_->schema, options_->properties, file);
  return file;
}

}  // namespace dvt::lake
