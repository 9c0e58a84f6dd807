#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/columnar/types/data_type.h"
#include "dvt/connectors/postgres/connection.h"

namespace dvt::connectors::postgres {

/// How values of a column look on the wire in binary format.
enum class Wire : uint8_t {
  kBool,
  kInt2,
  kInt4,
  kInt8,
  kOid,
  kFloat4,
  kFloat8,
  kNumeric,
  kNumericText,  ///< numeric, read as its text
  kText,
  kPaddedText,
  kJsonb,
  kBytes,
  kDate,
  kTime,
  kTimestamp,
  kTimestampTz,
  kInterval,
  kUuid,
  kInet,
  kMoney,
  kArray,
  kComposite,
  kOther,  ///< not decoded: read by a cast to text, written by COPY's text format
};

/// A server type resolved through domains, arrays and composites.
struct PgType {
  unsigned oid = 0;
  int modifier = -1;
  Wire wire = Wire::kOther;
  columnar::DataType type;           ///< neutral; kUnknown for kOther
  std::string native;                ///< format_type spelling, "numeric(15,2)"
  unsigned element = 0;              ///< of arrays: oid of the element
  std::vector<PgType> children;      ///< array element, or composite members
  std::vector<std::string> members;  ///< composite member names
  bool portable = true;              ///< binary form means the same in any database (no oids of user types inside)
};

/// Resolves type oids; unknown ones are looked up in pg_type once. One thread at a time.
class TypeResolver {
 public:
  explicit TypeResolver(Connection& connection) : connection_(connection) {}
  /// The types of (oid, modifier) pairs, in order.
  Result<std::vector<PgType>> Resolve(const std::vector<std::pair<unsigned, int>>& wanted, std::stop_token stop);

 private:
  struct Row {
    std::string name;
    char kind = 'b', category = 'U';
    unsigned element = 0, base = 0, relation = 0;
    int base_modifier = -1;
    std::vector<std::tuple<std::string, unsigned, int>> members;
  };
  Status Load(std::vector<unsigned> oids, std::stop_token stop);
  PgType Build(unsigned oid, int modifier, int depth) const;

  Connection& connection_;
  std::map<unsigned, Row> rows_;
};

/// The neutral type of a built-in scalar with its modifier, and how it is read; kOther for all others.
PgType BuiltinType(unsigned oid, int modifier);
/// The wire form that a field described by this connector has (its neutral type plus its native spelling tell).
Wire WireOf(const columnar::Field& field);
/// See Connector::TypeName.
Result<std::string> PostgresTypeName(const columnar::DataType& type, std::string* loss);

}  // namespace dvt::connectors::postgres
