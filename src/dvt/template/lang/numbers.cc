#include <charconv>
#include <cmath>
#include <cstdlib>

#include "dvt/base/text/text.h"
#include "dvt/template/lang/ops.h"
#include "dvt/template/lang/unicode.h"

namespace dvt::tmpl {
namespace {

/// Trims, and drops underscores between digits; false if one stands elsewhere.
bool Clean(std::string_view text, std::string* out) {
  auto points = ToCodePoints(text);
  size_t from = 0;
  size_t to = points.size();
  while (from < to && IsSpacePoint(points[from])) ++from;
  while (to > from && IsSpacePoint(points[to - 1])) --to;
  for (size_t i = from; i < to; ++i) {
    if (points[i] != '_') {
      if (points[i] >= 0x80) return false;
      *out += static_cast<char>(points[i]);
      continue;
    }
    bool between = i > from && i + 1 < to && points[i - 1] < 0x80 && points[i + 1] < 0x80 &&
                   std::isalnum(static_cast<int>(points[i - 1])) != 0 && std::isalnum(static_cast<int>(points[i + 1])) != 0;
    if (!between) return false;
  }
  return !out->empty();
}

}  // namespace

bool ParseInt(std::string_view text, int base, int64_t* value) {
  std::string clean;
  if (!Clean(text, &clean)) return false;
  bool minus = clean[0] == '-';
  std::string_view digits = clean;
  if (minus || clean[0] == '+') digits.remove_prefix(1);
  if (digits.size() > 2 && digits[0] == '0') {
    char kind = static_cast<char>(digits[1] | 0x20);
    int prefixed = kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 0;
    if (prefixed != 0 && (base == prefixed || base == 0)) {
      base = prefixed;
      digits.remove_prefix(2);
    }
  }
  if (base == 0) base = 10;
  if (digits.empty() || digits[0] == '-' || digits[0] == '+') return false;
  std::string signed_digits = (minus ? "-" : "") + std::string(digits);
  auto [end, error] = std::from_chars(signed_digits.data(), signed_digits.data() + signed_digits.size(), *value, base);
  if (error == std::errc::result_out_of_range) Raise(ErrorCode::kData, "the integer " + clean + " does not fit 64 bits");
  return error == std::errc() && end == signed_digits.data() + signed_digits.size();
}

bool ParseFloat(std::string_view text, double* value) {
  std::string clean;
  if (!Clean(text, &clean)) return false;
  std::string lower = ToLower(clean);
  bool minus = lower[0] == '-';
  std::string_view digits = lower;
  if (minus || lower[0] == '+') digits.remove_prefix(1);
  if (digits == "inf" || digits == "infinity") {
    *value = minus ? -INFINITY : INFINITY;
    return true;
  }
  if (digits == "nan") {
    *value = NAN;
    return true;
  }
  if (digits.empty() || digits.find_first_not_of("0123456789.e+-") != std::string_view::npos) return false;
  if (digits[0] == '+' || digits[0] == '-') return false;
  char* end = nullptr;
  *value = std::strtod(clean.c_str(), &end);
  return end == clean.c_str() + clean.size();
}

}  // namespace dvt::tmpl
