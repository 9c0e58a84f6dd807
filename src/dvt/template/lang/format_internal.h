#pragma once

#include <cstdint>
#include <string>

/// What the % operator and the format method share: digits of numbers, and padding.
namespace dvt::tmpl {

/// Fills the text up to `width` code points; `align` is '<', '^' or, as anything else, to the right.
std::string PadTo(std::string text, int64_t width, char align, const std::string& fill);
/// As printf writes it: `type` is one of eEfFgG; `alternate` keeps the point.
std::string FloatDigits(double magnitude, char type, int precision, bool alternate);
std::string IntDigits(uint64_t magnitude, int base, bool upper);
/// Without the sign; the least integer has one too.
uint64_t Magnitude(int64_t value);

}  // namespace dvt::tmpl
