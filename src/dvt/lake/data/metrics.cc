#include <parquet/schema.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "dvt/base/text/utf8.h"
#include "dvt/lake/data/column_stats_internal.h"
#include "dvt/lake/data/metrics_internal.h"

namespace dvt::lake {

namespace {

/// What is kept of a column's statistics: nothing, counts, or bounds of at most `length` (0: whole).
struct MetricsMode {
  bool counts = true;
  bool bounds = true;
  int length = 16;
};

MetricsMode ModeOf(const Properties& properties, const std::string& path) {
  const auto column = properties.find("write.metadata.metrics.column." + path),
             otherwise = properties.find("write.metadata.metrics.default");
  std::string text = "truncate(16)";
  if (otherwise != properties.end()) text = otherwise->second;
  if (column != properties.end()) text = column->second;
  if (text == "none") return {false, false, 0};
  if (text == "counts") return {true, false, 0};
  if (text == "full") return {true, true, 0};
  MetricsMode mode;
  if (text.starts_with("truncate(")) std::from_chars(text.data() + 9, text.data() + text.size(), mode.length);
  return mode;
}

// Takes the last code point off; 0 if there is none.
uint32_t PopCodePoint(std::string& text) {
  size_t at = text.size();
  uint32_t code = 0;
  int shift = 0;
  while (at > 0) {
    const auto byte = static_cast<unsigned char>(text[--at]);
    if ((byte & 0xc0) == 0x80) {
      code |= static_cast<uint32_t>(byte & 0x3f) << shift;
      shift += 6;
      continue;
    }
    const uint32_t mask = shift == 0 ? 0x7f : shift == 6 ? 0x1f : shift == 12 ? 0x0f : 0x07;
    code |= (byte & mask) << shift;
    break;
  }
  text.resize(at);
  return code;
}

void SetBounds(const Type& type, const MetricsMode& mode, int id, const Literal& lower, const Literal& upper, DataFile& file) {
  const bool text = type.id == TypeId::kString, bytes = type.id == TypeId::kBinary;
  if (mode.length == 0 || (!text && !bytes)) {
    file.lower_bounds[id] = LiteralToBytes(type, lower);
    file.upper_bounds[id] = LiteralToBytes(type, upper);
    return;
  }
  const auto length = static_cast<size_t>(mode.length);
  file.lower_bounds[id] = text ? std::string(TruncateText(lower.as_bytes(), mode.length)) : lower.as_bytes().substr(0, length);
  if (auto shortened = text ? ShortenedUpperText(upper.as_bytes(), mode.length) : ShortenedUpperBytes(upper.as_bytes(), length))
    file.upper_bounds[id] = *std::move(shortened);
}

/// One column over all row groups.
void DescribeColumn(const parquet::FileMetaData& metadata, int leaf, const NestedField& field, const MetricsMode& mode,
                    DataFile& file) {
  const auto& column = *metadata.schema()->Column(leaf);
  const bool repeated = column.max_repetition_level() > 0;
  std::optional<Literal> lower, upper;
  bool bounded = !repeated, counted = !repeated;
  int64_t size = 0, values = 0, nulls = 0;
  for (int group = 0; group < metadata.num_row_groups(); ++group) {
    const auto chunk = metadata.RowGroup(group)->ColumnChunk(leaf);
    size += chunk->total_compressed_size();
    values += chunk->num_values();
    const ColumnStats stats = StatsOf(*chunk, column, field.type);
    counted = counted && stats.nulls.has_value();
    nulls += stats.nulls.value_or(0);
    const bool only_nulls = stats.nulls && *stats.nulls == chunk->num_values();
    if (only_nulls) continue;
    bounded = bounded && stats.lower && stats.upper;
    if (!bounded) continue;
    if (!lower || CompareLiterals(*stats.lower, *lower) < 0) lower = stats.lower;
    if (!upper || CompareLiterals(*stats.upper, *upper) > 0) upper = stats.upper;
  }
  file.column_sizes[field.id] = size;
  if (!mode.counts) return;
  file.value_counts[field.id] = values;
  if (counted) file.null_value_counts[field.id] = nulls;
  if (mode.bounds && bounded && lower) SetBounds(field.type, mode, field.id, *lower, *upper, file);
}

}  // namespace

std::optional<std::string> ShortenedUpperText(const std::string& text, int length) {
  std::string cut(TruncateText(text, length));
  if (cut.size() == text.size()) return cut;
  while (!cut.empty()) {
    uint32_t code = PopCodePoint(cut) + 1;
    if (code == 0xd800) code = 0xe000;  // surrogates are no characters
    if (code > 0x10ffff) continue;
    AppendUtf8(cut, code);
    return cut;
  }
  return std::nullopt;
}

std::optional<std::string> ShortenedUpperBytes(const std::string& bytes, size_t length) {
  std::string cut = bytes.substr(0, length);
  if (cut.size() == bytes.size()) return cut;
  while (!cut.empty()) {
    if (static_cast<unsigned char>(cut.back()) < 0xff) {
      ++cut.back();
      return cut;
    }
    cut.pop_back();
  }
  return std::nullopt;
}

void DescribeColumns(const parquet::FileMetaData& metadata, const Schema& schema, const Properties& properties, DataFile& file) {
  for (int leaf = 0; leaf < metadata.num_columns(); ++leaf) {
    const int id = metadata.schema()->Column(leaf)->schema_node()->field_id();
    const NestedField* field = schema.Find(id);
    if (field == nullptr) continue;
    const MetricsMode mode = ModeOf(properties, schema.PathOf(id));
    DescribeColumn(metadata, leaf, *field, mode, file);
    if (!mode.counts) file.nan_value_counts.erase(id);
  }
  for (int group = 0; group < metadata.num_row_groups() && metadata.num_columns() > 0; ++group) {
    const auto first = metadata.RowGroup(group)->ColumnChunk(0);
    const int64_t offset = first->has_dictionary_page() ? std::min(first->dictionary_page_offset(), first->data_page_offset())
                                                        : first->data_page_offset();
    file.split_offsets.push_back(offset);
  }
}

}  // namespace dvt::lake
