#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dvt/columnar/types/data_type.h"

namespace dvt::columnar {

/// A table's or view's name inside one connection. Parts are exact (already folded, unquoted); empty parts are absent.
struct RelationName {
  std::string database;
  std::string schema;
  std::string name;

  friend bool operator==(const RelationName&, const RelationName&) = default;
  friend auto operator<=>(const RelationName&, const RelationName&) = default;
  /// "db.schema.name" unquoted, for messages only.
  std::string ToString() const;
};

enum class RelationKind { kTable, kView, kMaterializedView, kFile, kOther };

struct IndexInfo {
  std::string name;
  std::vector<std::string> columns;
  bool unique = false;
  bool primary = false;
};

struct RelationInfo {
  RelationName name;
  RelationKind kind = RelationKind::kTable;
};

/// What a connection knows about one relation.
struct TableInfo {
  RelationName name;
  RelationKind kind = RelationKind::kTable;
  Fields columns;
  std::vector<IndexInfo> indexes;         ///< primary key included
  std::optional<int64_t> estimated_rows;  ///< from statistics, never by counting
  std::optional<int64_t> estimated_bytes;
  std::string owner;                                        ///< empty where the system has none
  std::optional<std::string> comment;                       ///< the relation's, if it has one
  std::vector<std::optional<std::string>> column_comments;  ///< by position; may be shorter than `columns`

  const Field* FindColumn(std::string_view column) const;
};

}  // namespace dvt::columnar
