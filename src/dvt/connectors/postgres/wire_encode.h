#pragma once

#include <string>
#include <vector>

#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/connectors/postgres/types.h"

namespace dvt::connectors::postgres {

/// Writes the values of one column for COPY FROM STDIN. Every conversion is exact or fails: nothing is rounded or cut silently.
class ValueEncoder {
 public:
  /// kType if values of `source` have no place in a column of type `target`.
  static Result<ValueEncoder> Make(const columnar::Field& source, const PgType& target, int money_decimals);

  /// True if this pair can only be written in COPY's text format.
  bool needs_text() const { return needs_text_; }
  /// Appends length word and value in binary format. False on failure: see `fault`.
  bool Append(const columnar::ColumnView& column, int64_t row, columnar::GrowBuffer& out, std::string& fault) const;
  /// Appends the value as COPY's text format has it (escaped; \N for NULL).
  bool AppendEscaped(const columnar::ColumnView& column, int64_t row, columnar::GrowBuffer& out, std::string& fault) const;

 private:
  enum class Put : uint8_t {
    kNull,
    kBool,
    kInt2,
    kInt4,
    kInt8,
    kOid,
    kFloat4,
    kFloat8,
    kNumericInteger,
    kNumericDecimal,
    kNumericWide,
    kMoney,
    kText,
    kAnyText,
    kJsonb,
    kJsonbText,
    kJsonText,
    kDate,
    kTime,
    kTimestamp,
    kDateToTimestamp,
    kInterval,
    kUuid,
    kArray,
    kComposite,
    kTextOnly
  };
  bool Resolve(const columnar::DataType& source, const PgType& target, int money_decimals);
  bool ResolveNumeric(const columnar::DataType& source, const PgType& target);
  bool ResolveText(const columnar::DataType& source, const PgType& target);
  bool ResolveNested(const columnar::DataType& source, const PgType& target, int money_decimals);
  bool Integer(const columnar::ColumnView& column, int64_t row, int64_t least, int64_t most, int64_t& out,
               std::string& fault) const;
  bool Numeric(const columnar::ColumnView& column, int64_t row, columnar::GrowBuffer& out, std::string& fault) const;
  bool Decimal(const columnar::ColumnView& column, int64_t row, columnar::Int128& out, std::string& fault) const;
  bool Float(const columnar::ColumnView& column, int64_t row, double& out, std::string& fault) const;
  bool Array(const columnar::ColumnView& column, int64_t row, columnar::GrowBuffer& out, std::string& fault) const;
  bool Composite(const columnar::ColumnView& column, int64_t row, columnar::GrowBuffer& out, std::string& fault) const;
  bool Interval(const columnar::ColumnView& column, int64_t row, columnar::GrowBuffer& out, std::string& fault) const;
  template <class T>
  bool Whole(const columnar::ColumnView& column, int64_t row, columnar::GrowBuffer& out, std::string& fault) const;
  template <class T>
  bool Floating(const columnar::ColumnView& column, int64_t row, columnar::GrowBuffer& out, std::string& fault) const;
  bool Timestamp(const columnar::ColumnView& column, int64_t row, columnar::GrowBuffer& out, std::string& fault) const;
  bool Day(const columnar::ColumnView& column, int64_t row, columnar::GrowBuffer& out, std::string& fault) const;
  bool Midnight(const columnar::ColumnView& column, int64_t row, columnar::GrowBuffer& out, std::string& fault) const;
  bool Money(const columnar::ColumnView& column, int64_t row, columnar::GrowBuffer& out, std::string& fault) const;
  void Spelled(const columnar::ColumnView& column, int64_t row, columnar::GrowBuffer& out) const;
  bool Plain(const columnar::ColumnView& column, int64_t row, std::string& out, std::string& fault) const;
  bool Fail(std::string& fault, std::string_view cause) const;

  Put put_ = Put::kNull;
  bool needs_text_ = false;
  bool trim_ = false;  // drop trailing zeros of decimals
  int source_scale_ = 0;
  int target_scale_ = -1;  // -1: any
  unsigned element_ = 0;   // oid of array elements
  std::vector<unsigned> member_oids_;
  std::string column_, native_;
  std::vector<ValueEncoder> children_;
};

}  // namespace dvt::connectors::postgres
