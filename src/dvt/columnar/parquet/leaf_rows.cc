#include <arrow/array/array_nested.h>
#include <arrow/extension_type.h>
#include <fmt/format.h>

#include "dvt/columnar/parquet/leaf_rows_arrow.h"

namespace dvt::columnar {

namespace {

// What an extension type's values are kept as.
std::shared_ptr<arrow::Array> StoredValues(const std::shared_ptr<arrow::Array>& array) {
  return array->type_id() == arrow::Type::EXTENSION ? static_cast<const arrow::ExtensionArray&>(*array).storage() : array;
}

/// The entries on the way down: where each stands in the array at hand (-1: it ended above), and its levels.
struct Entries {
  std::vector<int32_t> place;
  std::vector<uint8_t> definition, repetition;
};

class Shredder {
 public:
  Shredder(int64_t rows, std::vector<LeafRows>& out) : rows_(rows), out_(out) {}

  // `definition` and `repetition` are the levels of what is above.
  Status Down(const std::shared_ptr<arrow::Array>& array, const arrow::Field& field, Entries entries, uint8_t definition,
              uint8_t repetition) {
    DVT_TRY(EndNulls(*array, field, entries, definition));
    if (field.nullable()) ++definition;
    switch (array->type_id()) {
      case arrow::Type::STRUCT:
        return DownStruct(static_cast<const arrow::StructArray&>(*array), field, entries, definition, repetition);
      case arrow::Type::LIST: {
        const auto& list = static_cast<const arrow::ListArray&>(*array);
        return Down(list.values(), *field.type()->field(0), Spread(list, entries, definition, repetition),
                    static_cast<uint8_t>(definition + 1), static_cast<uint8_t>(repetition + 1));
      }
      case arrow::Type::MAP: {
        const auto& map = static_cast<const arrow::MapArray&>(*array);
        const auto& type = static_cast<const arrow::MapType&>(*field.type());
        const Entries spread = Spread(map, entries, definition, repetition);
        ++definition;
        ++repetition;
        DVT_TRY(Down(map.keys(), *type.key_field(), spread, definition, repetition));
        return Down(map.items(), *type.item_field(), spread, definition, repetition);
      }
      default: break;
    }
    Leaf(array, std::move(entries), definition, repetition);
    return {};
  }

 private:
  static Status EndNulls(const arrow::Array& array, const arrow::Field& field, Entries& entries, uint8_t definition) {
    if (array.null_count() > 0) {
      for (size_t i = 0; i < entries.place.size(); ++i) {
        if (entries.place[i] < 0 || array.IsValid(entries.place[i])) continue;
        if (!field.nullable())
          return Error(ErrorCode::kConstraint, fmt::format("'{}' is required and has null values in the data", field.name()));
        entries.place[i] = -1;
      }
    }
    if (!field.nullable()) return {};
    for (size_t i = 0; i < entries.place.size(); ++i)
      if (entries.place[i] >= 0) entries.definition[i] = static_cast<uint8_t>(definition + 1);
    return {};
  }

  Status DownStruct(const arrow::StructArray& array, const arrow::Field& field, const Entries& entries, uint8_t definition,
                    uint8_t repetition) {
    for (int i = 0; i < array.num_fields(); ++i)
      DVT_TRY(Down(array.field(i), *field.type()->field(i), entries, definition, repetition));
    return {};
  }

  // One entry for each element, the first in its list's place, and one for each empty list.
  static Entries Spread(const arrow::ListArray& list, const Entries& entries, uint8_t definition, uint8_t repetition) {
    Entries out;
    for (size_t i = 0; i < entries.place.size(); ++i) {
      const int32_t place = entries.place[i];
      const int32_t begin = place < 0 ? 0 : list.value_offset(place), end = place < 0 ? 0 : list.value_offset(place + 1);
      if (begin == end) {
        out.place.push_back(-1);
        out.definition.push_back(entries.definition[i]);
        out.repetition.push_back(entries.repetition[i]);
      }
      for (int32_t at = begin; at < end; ++at) {
        out.place.push_back(at);
        out.definition.push_back(static_cast<uint8_t>(definition + 1));
        out.repetition.push_back(at == begin ? entries.repetition[i] : static_cast<uint8_t>(repetition + 1));
      }
    }
    return out;
  }

  void Leaf(const std::shared_ptr<arrow::Array>& array, Entries entries, uint8_t definition, uint8_t repetition) {
    LeafRows leaf;
    leaf.array = StoredValues(array);
    leaf.rows = rows_;
    leaf.dense = false;
    for (const int32_t place : entries.place)
      if (place >= 0) leaf.present.push_back(place);
    if (definition > 0) leaf.definition = std::move(entries.definition);
    if (repetition > 0) leaf.repetition = std::move(entries.repetition);
    out_.push_back(std::move(leaf));
  }

  const int64_t rows_;
  std::vector<LeafRows>& out_;
};

}  // namespace

Result<std::vector<LeafRows>> LeafRowsOf(const std::shared_ptr<arrow::Array>& column, const arrow::Field& field) {
  std::vector<LeafRows> out;
  if (!column->type()->num_fields() && column->null_count() == 0) {
    out.emplace_back();
    out.back().array = StoredValues(column);
    out.back().rows = column->length();
    return out;
  }
  const auto rows = static_cast<size_t>(column->length());
  Entries entries;
  entries.place.resize(rows);
  for (size_t i = 0; i < rows; ++i) entries.place[i] = static_cast<int32_t>(i);
  entries.definition.resize(rows);
  entries.repetition.resize(rows);
  DVT_TRY(Shredder(column->length(), out).Down(column, field, std::move(entries), 0, 0));
  return out;
}

}  // namespace dvt::columnar
