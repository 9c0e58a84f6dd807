#pragma once

#include <mysql.h>

#include <string_view>

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/connectors/mysql/settings.h"

namespace dvt::connectors::mysql {

/// What is wrong with a value; the reader turns it into an error that names the column.
enum class ValueFault { kNone, kZeroDate, kBadDate, kTimeOfDay, kMalformed, kOutOfMemory };

/// What the decoders of one result report.
struct DecodeState {
  ValueFault fault = ValueFault::kNone;  ///< the first one; the value appended in its place is NULL
  size_t column = 0;                     ///< where it was
  size_t bytes = 0;                      ///< of variable-width values, since last reset
};

/// Decodes one column's values into its builder.
struct ColumnDecoder {
  /// Decodes one binary-protocol value at `at` and moves `at` behind it; appends exactly one value or NULL.
  using Binary = void (*)(ColumnDecoder& self, const unsigned char*& at);
  /// Decodes one text-protocol value.
  using Text = void (*)(ColumnDecoder& self, std::string_view value);

  columnar::ColumnBuilder* builder = nullptr;
  Binary binary = nullptr;
  Text text = nullptr;
  bool zero_dates_are_null = false;
  int precision = 0;  ///< of decimals
  int scale = 0;
  size_t column = 0;
  DecodeState* state = nullptr;
};

/// The decoder of column `column`, which is read as the builder's type.
ColumnDecoder MakeDecoder(const MYSQL_FIELD& wire, columnar::ColumnBuilder* builder, const ReadConventions& conventions,
                          size_t column, DecodeState* state);

}  // namespace dvt::connectors::mysql
