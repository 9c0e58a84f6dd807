#pragma once

#include <cstdint>
#include <string>

#include "dvt/columnar/c_abi/batch_builder.h"

namespace dvt::connectors::postgres {

// PostgreSQL's binary numeric: int16 digit count, weight, sign, display scale, then base-10000 digits, all big endian.

enum class NumericFault : uint8_t { kNone, kMalformed, kNotANumber, kInfinite, kTooLarge, kTooFine };

/// Decodes to an unscaled value of `precision` digits at `scale`. Digits that would be lost are kTooFine.
NumericFault DecodeNumeric(const uint8_t* bytes, int32_t length, int precision, int scale, columnar::Int128& out);
/// The same for up to 76 digits: 32 bytes, little endian, two's complement.
NumericFault DecodeNumeric256(const uint8_t* bytes, int32_t length, int precision, int scale, uint8_t out[32]);

/// Appends the value as PostgreSQL writes it ("-12.340", "NaN", "Infinity"), whatever its size; false: damaged, nothing is appended.
bool AppendNumericText(const uint8_t* bytes, int32_t length, std::string& out);

constexpr int kMaxNumericBytes = 64;
/// Encodes an unscaled value; returns the bytes written (no length word), at most kMaxNumericBytes.
int EncodeNumeric(columnar::Int128 unscaled, int scale, uint8_t* out);
/// Encodes plain decimal text ("-12.340"), for values of more than 38 digits.
std::string EncodeNumericText(std::string_view text);

/// 10 to the power of `exponent` (0–38).
columnar::Int128 PowerOfTen(int exponent);

}  // namespace dvt::connectors::postgres
