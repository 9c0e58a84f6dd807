#include "dvt/columnar/parquet/parquet_output_arrow.h"

#include <arrow/ipc/writer.h>
#include <arrow/util/base64.h>
#include <arrow/util/key_value_metadata.h>

namespace dvt::columnar {

namespace {

// As Parquet has it, short decimals are whole numbers.
std::shared_ptr<parquet::WriterProperties> PropertiesOf(const ParquetLayout& layout) {
  parquet::WriterProperties::Builder builder;
  builder.version(parquet::ParquetVersion::PARQUET_2_6)->created_by("dvt")->enable_store_decimal_as_integer();
  builder.compression(layout.limits.codec)->compression_level(layout.limits.codec_level);
  if (layout.page_index)
    builder.enable_write_page_index();
  else
    builder.disable_write_page_index();
  return builder.build();
}

// Under the key that Arrow's readers look for: the schema as an IPC message, in Base64.
Result<std::shared_ptr<const arrow::KeyValueMetadata>> SchemaNote(const arrow::Schema& schema) {
  const auto message = arrow::ipc::SerializeSchema(schema);
  if (!message.ok()) return Error(ErrorCode::kInternal, "the schema cannot be written: " + message.status().message());
  const std::string_view bytes(reinterpret_cast<const char*>((*message)->data()), static_cast<size_t>((*message)->size()));
  return arrow::key_value_metadata({"ARROW:schema"}, {arrow::util::base64_encode(bytes)});
}

}  // namespace

Result<std::unique_ptr<ParquetOutput>> ParquetOutput::Open(std::shared_ptr<arrow::io::OutputStream> out,
                                                           std::shared_ptr<arrow::Schema> schema, const ParquetLayout& layout,
                                                           StreamError error) {
  std::unique_ptr<ParquetOutput> output(new ParquetOutput);
  output->layout_ = &layout;
  output->choices_ = layout.choices.empty() ? NewChoices(*schema) : layout.choices;
  output->schema_ = std::move(schema);
  DVT_ASSIGN(output->file_, ParquetAssembly::Begin(std::move(out), *output->schema_, PropertiesOf(layout), std::move(error)));
  return output;
}

std::unique_ptr<RowGroupEncoder> ParquetOutput::NewGroup(int64_t expected_rows) const {
  return std::make_unique<RowGroupEncoder>(*schema_, file_->schema(), layout_->limits, choices_, expected_rows);
}

Status ParquetOutput::Add(int64_t rows, RowGroupEncoder& group) {
  const auto chunks = group.Take();
  for (size_t i = 0; i < chunks.size(); ++i) {
    const auto& column = *file_->schema().Column(static_cast<int>(i));
    const bool may_be_nan = column.physical_type() == parquet::Type::FLOAT || column.physical_type() == parquet::Type::DOUBLE;
    if (may_be_nan && column.max_repetition_level() == 0) nans_[column.schema_node()->field_id()] += chunks[i].nans;
  }
  rows_ += rows;
  return file_->Add(rows, chunks);
}

Result<std::shared_ptr<parquet::FileMetaData>> ParquetOutput::Finish() {
  std::shared_ptr<const arrow::KeyValueMetadata> notes;
  if (layout_->arrow_schema) {
    DVT_ASSIGN(notes, SchemaNote(*schema_));
  }
  return file_->Finish(std::move(notes));
}

}  // namespace dvt::columnar
