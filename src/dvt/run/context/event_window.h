#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"

namespace dvt::run {

/// A stretch of event time, in microseconds since the epoch, UTC: from `start` on, before `end`.
struct EventWindow {
  int64_t start = 0;
  int64_t end = 0;
  friend bool operator==(const EventWindow&, const EventWindow&) = default;
};

enum class BatchSize { kHour, kDay, kMonth, kYear };

/// "hour", "day", "month", "year", in any case.
std::optional<BatchSize> ParseBatchSize(std::string_view text);

/// "2024-01-31", "2024-01-31 10:00", with seconds and fractions, with T, with Z or an offset; without one it is UTC.
Result<int64_t> ParseMoment(std::string_view text);
/// "2024-01-31 10:00:00", with a fraction if there is one.
std::string MomentText(int64_t moment);
/// "2024-01-31T10:00:00+00:00".
std::string IsoMoment(int64_t moment);

/// The begin of the batch that holds the moment.
int64_t BatchBegin(int64_t moment, BatchSize size);
/// The first begin of a batch at or behind the moment.
int64_t BatchCeiling(int64_t moment, BatchSize size);
/// The begin of the batch so many batches behind (negative: before) the one that holds the moment.
int64_t BatchOffset(int64_t moment, BatchSize size, int64_t batches);
/// "20240131T10", "20240131", "202401", "2024".
std::string BatchId(int64_t begin, BatchSize size);
/// "2024-01-31T10", "2024-01-31", "2024-01", "2024".
std::string BatchLabel(int64_t begin, BatchSize size);
/// Whole batches from `window.start` to `window.end`; the last may be cut short by the end.
std::vector<EventWindow> SplitIntoBatches(const EventWindow& window, BatchSize size);

/// What decides which batches a microbatch model runs.
struct BatchRange {
  BatchSize size = BatchSize::kDay;
  int64_t begin = 0;     ///< config: where its history begins
  int64_t lookback = 1;  ///< config: batches before the current one that are run again
  bool incremental = false;
  std::optional<int64_t> given_start;  ///< --event-time-start
  std::optional<int64_t> given_end;    ///< --event-time-end
  int64_t now = 0;
};
std::vector<EventWindow> BatchesOf(const BatchRange& range);

/// --sample: "3 days" (back from `now`) or "{start: 2024-01-01, end: 2024-01-05}". kInvalidArgument if it is neither.
Result<EventWindow> ParseSample(const std::string& text, int64_t now);

}  // namespace dvt::run
