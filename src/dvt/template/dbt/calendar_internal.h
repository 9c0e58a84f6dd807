#pragma once

#include <cstdint>

namespace dvt::tmpl {

inline constexpr int64_t kSecond = 1'000'000;
inline constexpr int64_t kDay = 86'400 * kSecond;

inline int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a % b < 0) != (b < 0) ? 1 : 0); }

/// A calendar moment split into fields.
struct Fields {
  int64_t year = 1970;
  int month = 1, day = 1, hour = 0, minute = 0, second = 0, micro = 0;
};

/// Microseconds since 1970-01-01 of fields that Check accepted, and back.
int64_t ToMicros(const Fields& f);
Fields FromMicros(int64_t micros);
/// Raises Python's ValueError text for a field out of range.
void Check(const Fields& f);

}  // namespace dvt::tmpl
