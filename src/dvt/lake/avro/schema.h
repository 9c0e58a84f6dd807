#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"

namespace dvt::lake::avro {

enum class Kind : uint8_t {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kFixed,
  kEnum,
  kRecord,
  kArray,
  kMap,
  kUnion
};

/// A node of an Avro schema, with the attributes that Iceberg adds. Immutable once made; named types are shared by reference.
struct Node {
  struct Field {
    std::string name;
    int field_id = -1;
    std::shared_ptr<const Node> type;
  };

  Kind kind = Kind::kNull;
  std::string name;                                   ///< of records, fixed and enums
  std::string logical_type;                           ///< "map", "decimal", "date", …
  int size = 0;                                       ///< of fixed
  std::vector<Field> fields;                          ///< of records
  std::vector<std::shared_ptr<const Node>> branches;  ///< of unions; the one element of arrays; the values of maps

  /// The place of a record's field by id; by name where the schema has no ids; -1 if there is none.
  int IndexOf(int field_id, std::string_view field_name) const;
};

using NodePtr = std::shared_ptr<const Node>;

/// Reads a schema from a file's header. Recursive types are refused: no manifest has them.
Result<NodePtr> ParseSchema(const Value& json);

}  // namespace dvt::lake::avro
