#pragma once

#include <string>
#include <vector>

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/connectors/postgres/types.h"

namespace dvt::connectors::postgres {

/// Appends binary values of one column to a builder. Immutable after construction; cheap to copy.
class ValueDecoder {
 public:
  ValueDecoder(const columnar::Field& field, bool check_text);

  /// `length` bytes of a value that is not NULL. False on failure: `fault` then names the column, the cause and the remedy.
  bool Append(columnar::ColumnBuilder& out, const uint8_t* bytes, int32_t length, std::string& fault) const;

 private:
  bool AppendNumeric(columnar::ColumnBuilder& out, const uint8_t* bytes, int32_t length, std::string& fault) const;
  bool AppendText(columnar::ColumnBuilder& out, std::string_view text, std::string& fault) const;
  template <class T>
  bool AppendWord(columnar::ColumnBuilder& out, const uint8_t* bytes, int32_t length, std::string& fault) const;
  bool AppendDate(columnar::ColumnBuilder& out, const uint8_t* bytes, std::string& fault) const;
  bool AppendTimestamp(columnar::ColumnBuilder& out, const uint8_t* bytes, std::string& fault) const;
  bool AppendInterval(columnar::ColumnBuilder& out, const uint8_t* bytes, std::string& fault) const;
  bool AppendInet(columnar::ColumnBuilder& out, const uint8_t* bytes, int32_t length, std::string& fault) const;
  bool AppendArray(columnar::ColumnBuilder& out, const uint8_t* bytes, int32_t length, std::string& fault) const;
  bool AppendComposite(columnar::ColumnBuilder& out, const uint8_t* bytes, int32_t length, std::string& fault) const;
  bool AppendChild(size_t i, columnar::ColumnBuilder& out, const uint8_t*& at, const uint8_t* end, std::string& fault) const;
  bool IsSized(int32_t length, int32_t expected, std::string& fault) const;
  bool Fail(std::string& fault, std::string_view cause) const;

  Wire wire_;
  bool check_text_;
  int precision_ = 0, scale_ = 0;
  bool wide_ = false;  // decimal256
  std::string column_;
  std::vector<ValueDecoder> children_;
};

/// Decodes tuples of binary COPY into a batch builder.
class TupleDecoder {
 public:
  TupleDecoder(const columnar::Fields& fields, bool check_text);

  enum class Outcome { kTuples, kEnd, kFault };
  /// Decodes the whole tuples of one CopyData message; the first message's header is skipped. kEnd at the trailer.
  Outcome DecodeMessage(const uint8_t* bytes, size_t length, columnar::BatchBuilder& out);
  /// One value of a result that is no COPY.
  bool DecodeValue(int column, const uint8_t* bytes, int32_t length, columnar::BatchBuilder& out);
  /// Why the last call failed.
  Error TakeFault();

 private:
  std::vector<ValueDecoder> columns_;
  bool header_seen_ = false;
  std::string fault_;
};

/// Bytes of a binary COPY header at the beginning of a message; 0 if there is none, -1 if it is damaged.
int64_t CopyHeaderLength(const uint8_t* bytes, size_t length);

}  // namespace dvt::connectors::postgres
