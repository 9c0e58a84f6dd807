#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dvt/columnar/hash/row_grouping.h"
#include "dvt/columnar/hash/row_hash.h"
#include "dvt/columnar/types/data_type.h"

namespace dvt::connectors {

/// A value to be hashed: an expression of the source and the field as which the source's values are read.
struct HashedColumn {
  std::string sql;
  columnar::Field field;
};

/// Rows of which a source sums up the hashes, group by group.
struct GroupedRows {
  columnar::RowGrouping grouping;
  std::vector<HashedColumn> key;
  std::vector<HashedColumn> columns;  ///< in the order in which they are hashed
};

/// A query "<before>(SELECT <list> FROM … <fence>) AS dvt_folded<after>" with the columns: number of the group (NULL: none of the
/// grouping's), number of rows, sums of the upper and of the lower 64 bits of the hashes as decimal digits, perhaps modulo 2^64.
struct GroupSumsSql {
  std::vector<std::string> list;
  std::string before, fence, after;
};

/// Writes the SQL by which a source computes the spellings of columnar/hash/value_encoder.h and their md5 itself, so that the hashes
/// are those of the same rows read and hashed on our side. Thread-safe; runs nothing.
class RowHasher {
 public:
  virtual ~RowHasher() = default;
  /// Why values of this field cannot be hashed there, a clause for people; empty: they can.
  virtual std::string WhyNot(const columnar::Field& field) const = 0;
  /// The encoded values with `|` between them, as text or bytes. In the order given.
  virtual std::string KeyExpression(const std::vector<HashedColumn>& columns) const = 0;
  /// md5 of that, as a UUID, as 16 bytes or as 32 hexadecimal digits.
  virtual std::string HashExpression(const std::vector<HashedColumn>& columns) const = 0;
  /// A predicate that holds at least for the rows with these keys (encoded, none with a NULL), and for few others.
  virtual std::string KeyPredicate(const std::vector<HashedColumn>& key, const std::vector<std::string>& keys) const = 0;

  /// Whether it sums hashes of groups inside the source; only then the next two are called.
  virtual bool SumsGroups() const { return false; }
  virtual GroupSumsSql GroupSums(const GroupedRows&) const { return {}; }
  /// The number of a row's group; NULL outside of the grouping's.
  virtual std::string GroupNumber(const GroupedRows&) const { return {}; }
  /// A predicate for the rows of these groups.
  virtual std::string GroupPredicate(const GroupedRows& rows, const std::vector<int64_t>& groups) const;
};

/// A hasher that sums inside the source: the frame of its queries, around what its dialect says.
class SummingRowHasher : public RowHasher {
 public:
  bool SumsGroups() const final { return true; }
  std::string GroupNumber(const GroupedRows& rows) const final;
  GroupSumsSql GroupSums(const GroupedRows& rows) const final;

 protected:
  /// The hash as HalfSum and HashGroup take it.
  virtual std::string SummedHash(const std::vector<HashedColumn>& columns) const = 0;
  /// The sum of one half of the hashes, as digits.
  virtual std::string HalfSum(const std::string& hash, bool upper) const = 0;
  virtual std::string KeyGroup(const GroupedRows& rows) const = 0;
  virtual std::string HashGroup(const columnar::RowGrouping& grouping, const std::string& hash) const = 0;
  /// Behind the inner query, so that its columns are computed once.
  virtual std::string Fence() const { return {}; }
};

/// "CASE WHEN k BETWEEN <first key> AND <last key> THEN <number> END": the number of an integer key's group, NULL outside.
std::string WithinGroups(const GroupedRows& rows, const std::string& number);
/// Rows of a grouping by keys whose key lies in these groups, by ranges of keys; `outside`: also those of no group, and NULLs.
std::string KeyRangePredicate(const GroupedRows& rows, const std::vector<int64_t>& groups, bool outside);

/// `literal` writes one part of a key as the system's literal.
using KeyLiteral = std::string (*)(const columnar::DataType& type, std::string_view text);
/// How a list of keys of several columns is said.
enum class KeyRows {
  kList,          ///< (a, b) IN ((1, 'x'), …)
  kValues,        ///< (a, b) IN (VALUES (1, 'x'), …)
  kAlternatives,  ///< ((a = 1 AND b = 'x') OR …)
};
/// "k IN (…)", for integers with runs of neighbours as BETWEEN; keys of several columns as `rows` says.
std::string KeyListPredicate(const std::vector<HashedColumn>& key, const std::vector<std::string>& keys, KeyLiteral literal,
                             KeyRows rows = KeyRows::kList);

}  // namespace dvt::connectors
