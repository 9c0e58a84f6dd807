#include "dvt/columnar/parquet/row_group_encoder_arrow.h"

namespace dvt::columnar {

namespace {

size_t LeavesOf(const arrow::DataType& type) {
  if (type.num_fields() == 0) return 1;
  size_t leaves = 0;
  for (const auto& member : type.fields()) leaves += LeavesOf(*member->type());
  return leaves;
}

}  // namespace

EncodingChoices NewChoices(const arrow::Schema& schema) {
  EncodingChoices choices;
  for (const auto& field : schema.fields())
    for (size_t i = LeavesOf(*field->type()); i > 0; --i) choices.push_back(std::make_shared<EncodingChoice>());
  return choices;
}

RowGroupEncoder::RowGroupEncoder(const arrow::Schema& schema, const parquet::SchemaDescriptor& parquet, const ChunkLimits& limits,
                                 const EncodingChoices& choices, int64_t expected_rows) {
  int leaf = 0;
  for (const auto& field : schema.fields()) {
    Column& column = columns_.emplace_back();
    column.field = field;
    for (size_t i = LeavesOf(*field->type()); i > 0; --i, ++leaf)
      column.leaves.push_back(
          MakeColumnEncoder(*parquet.Column(leaf), limits, choices[static_cast<size_t>(leaf)], expected_rows));
  }
}

Status RowGroupEncoder::Append(int column, const std::shared_ptr<arrow::Array>& rows) {
  Column& into = columns_[static_cast<size_t>(column)];
  DVT_ASSIGN(const auto leaves, LeafRowsOf(rows, *into.field));
  for (size_t i = 0; i < leaves.size(); ++i) DVT_TRY(into.leaves[i]->Append(leaves[i]));
  return {};
}

Status RowGroupEncoder::Finish(int column) {
  Column& ended = columns_[static_cast<size_t>(column)];
  for (const auto& leaf : ended.leaves) {
    DVT_ASSIGN(auto chunk, leaf->Finish());
    ended.chunks.push_back(std::move(chunk));
  }
  return {};
}

std::vector<EncodedChunk> RowGroupEncoder::Take() {
  std::vector<EncodedChunk> out;
  for (auto& column : columns_)
    for (auto& chunk : column.chunks) out.push_back(std::move(chunk));
  return out;
}

int64_t RowGroupEncoder::bytes() const {
  int64_t bytes = 0;
  for (const auto& column : columns_)
    for (const auto& leaf : column.leaves) bytes += leaf->bytes();
  return bytes;
}

}  // namespace dvt::columnar
