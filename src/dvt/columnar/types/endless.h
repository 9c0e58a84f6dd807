#pragma once

#include <cstdint>

namespace dvt::columnar {

/// Days and moments without end ("infinity" of PostgreSQL and DuckDB) as values of kDate, kTimestamp and kTimestampTz; their negatives lie before all
/// others.
constexpr int32_t kEndlessDay = INT32_MAX;
constexpr int64_t kEndlessMoment = INT64_MAX;

constexpr bool IsEndlessDay(int32_t days) { return days == kEndlessDay || days == -kEndlessDay; }
constexpr bool IsEndlessMoment(int64_t micros) { return micros == kEndlessMoment || micros == -kEndlessMoment; }

}  // namespace dvt::columnar
