#include "dvt/run/context/event_window.h"

#include <fmt/format.h>

#include <chrono>

#include "dvt/base/text/text.h"
#include "dvt/base/text/value.h"

namespace dvt::run {
namespace {

namespace time = std::chrono;

constexpr int64_t kSecond = 1'000'000, kHour = 3600 * kSecond, kDay = 24 * kHour;

time::year_month_day DateOf(int64_t moment) {
  return time::year_month_day(time::floor<time::days>(time::sys_time<time::microseconds>(time::microseconds(moment))));
}

int64_t MomentOf(const time::year_month_day& date) {
  return time::duration_cast<time::microseconds>(time::sys_days(date).time_since_epoch()).count();
}

int64_t FloorTo(int64_t moment, int64_t unit) {
  const int64_t rest = moment % unit;
  return moment - (rest < 0 ? rest + unit : rest);
}

/// Reads digits of a text from the left.
class DigitReader {
 public:
  explicit DigitReader(std::string_view text) : text_(text) {}
  bool Number(int digits, int& out) {
    out = 0;
    for (int i = 0; i < digits; ++i, ++at_) {
      if (at_ >= text_.size() || text_[at_] < '0' || text_[at_] > '9') return false;
      out = out * 10 + (text_[at_] - '0');
    }
    return true;
  }
  bool Take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool done() const { return at_ == text_.size(); }
  /// Microseconds behind a point.
  int64_t Fraction() {
    int64_t micros = 0;
    for (int64_t unit = kSecond / 10; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_, unit /= 10)
      micros += (text_[at_] - '0') * unit;
    return micros;
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

// "10:00", "10:00:00.5", in microseconds of the day; nullopt if it is none.
std::optional<int64_t> ReadClock(DigitReader& reader) {
  int hour = 0, minute = 0, second = 0;
  int64_t fraction = 0;
  if (!reader.Number(2, hour) || !reader.Take(':') || !reader.Number(2, minute)) return std::nullopt;
  if (reader.Take(':')) {
    if (!reader.Number(2, second)) return std::nullopt;
    if (reader.Take('.')) fraction = reader.Fraction();
  }
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return hour * kHour + minute * 60 * kSecond + second * kSecond + fraction;
}

// "Z", "+02:00", "-0530" or nothing, in microseconds.
std::optional<int64_t> ReadOffset(DigitReader& reader) {
  if (reader.done() || reader.Take('Z')) return 0;
  const bool minus = reader.Take('-');
  if (!minus && !reader.Take('+')) return std::nullopt;
  int hour = 0, minute = 0;
  if (!reader.Number(2, hour)) return std::nullopt;
  const bool colon = reader.Take(':');
  if ((colon || !reader.done()) && !reader.Number(2, minute)) return std::nullopt;
  const int64_t offset = hour * kHour + minute * 60 * kSecond;
  return minus ? -offset : offset;
}

std::optional<int64_t> ReadMoment(std::string_view text) {
  DigitReader reader(text);
  int year = 0, month = 0, day = 0;
  if (!reader.Number(4, year) || !reader.Take('-') || !reader.Number(2, month) || !reader.Take('-') || !reader.Number(2, day))
    return std::nullopt;
  const time::year_month_day date{time::year(year), time::month(static_cast<unsigned>(month)),
                                  time::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  int64_t moment = MomentOf(date);
  if (reader.done()) return moment;
  if (!reader.Take(' ') && !reader.Take('T')) return std::nullopt;
  const auto clock = ReadClock(reader);
  if (!clock) return std::nullopt;
  const auto offset = ReadOffset(reader);
  if (!offset || !reader.done()) return std::nullopt;
  return moment + *clock - *offset;
}

Error SampleError(const std::string& text) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("--sample cannot be read: '{}'", text))
      .WithHint("a stretch back from now, such as '3 days', or \"{start: 2024-01-01, end: 2024-01-05}\"");
}

}  // namespace

std::optional<BatchSize> ParseBatchSize(std::string_view text) {
  const std::string low = ToLower(TrimView(text));
  if (low == "hour") return BatchSize::kHour;
  if (low == "day") return BatchSize::kDay;
  if (low == "month") return BatchSize::kMonth;
  if (low == "year") return BatchSize::kYear;
  return std::nullopt;
}

Result<int64_t> ParseMoment(std::string_view text) {
  const auto moment = ReadMoment(TrimView(text));
  if (moment) return *moment;
  return Error(ErrorCode::kInvalidArgument, fmt::format("'{}' is no date or time", text))
      .WithHint("write 2024-01-31 or 2024-01-31 10:00:00, which is UTC unless it ends in an offset");
}

std::string MomentText(int64_t moment) {
  const auto date = DateOf(moment);
  const int64_t day = moment - FloorTo(moment, kDay);
  std::string text =
      fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), day / kHour, day / (60 * kSecond) % 60, day / kSecond % 60);
  if (day % kSecond != 0) text += fmt::format(".{:06}", day % kSecond);
  return text;
}

std::string IsoMoment(int64_t moment) {
  std::string text = MomentText(moment) + "+00:00";
  text[10] = 'T';
  return text;
}

int64_t BatchBegin(int64_t moment, BatchSize size) {
  if (size == BatchSize::kHour) return FloorTo(moment, kHour);
  if (size == BatchSize::kDay) return FloorTo(moment, kDay);
  const auto date = DateOf(moment);
  const auto month = size == BatchSize::kYear ? time::January : date.month();
  return MomentOf(time::year_month_day{date.year(), month, time::day(1)});
}

int64_t BatchOffset(int64_t moment, BatchSize size, int64_t batches) {
  const int64_t begin = BatchBegin(moment, size);
  if (size == BatchSize::kHour) return begin + batches * kHour;
  if (size == BatchSize::kDay) return begin + batches * kDay;
  const auto date = DateOf(begin);
  const time::year_month month(date.year(), date.month());
  const auto moved = month + time::months(size == BatchSize::kYear ? 12 * batches : batches);
  return MomentOf(moved / time::day(1));
}

int64_t BatchCeiling(int64_t moment, BatchSize size) {
  const int64_t begin = BatchBegin(moment, size);
  return begin == moment ? moment : BatchOffset(moment, size, 1);
}

std::string BatchLabel(int64_t begin, BatchSize size) {
  const std::string text = MomentText(begin);
  switch (size) {
    case BatchSize::kYear: return text.substr(0, 4);
    case BatchSize::kMonth: return text.substr(0, 7);
    case BatchSize::kDay: return text.substr(0, 10);
    case BatchSize::kHour: break;
  }
  return text.substr(0, 10) + "T" + text.substr(11, 2);
}

std::string BatchId(int64_t begin, BatchSize size) { return ReplaceAll(BatchLabel(begin, size), "-", ""); }

std::vector<EventWindow> SplitIntoBatches(const EventWindow& window, BatchSize size) {
  std::vector<EventWindow> batches;
  for (int64_t at = window.start; at < window.end;) {
    const int64_t next = std::min(BatchOffset(at, size, 1), window.end);
    batches.push_back({at, next});
    at = next;
  }
  return batches;
}

std::vector<EventWindow> BatchesOf(const BatchRange& range) {
  const int64_t end = BatchCeiling(range.given_end.value_or(range.now), range.size);
  int64_t start = 0;
  if (range.given_start) {
    start = BatchBegin(*range.given_start, range.size);
  } else if (!range.incremental) {
    start = BatchBegin(range.begin, range.size);
  } else {
    start = BatchOffset(end, range.size, -(range.lookback + 1));  // `end` begins the batch behind the current one
  }
  return SplitIntoBatches({start, end}, range.size);
}

Result<EventWindow> ParseSample(const std::string& text, int64_t now) {
  const std::string trimmed(TrimView(text));
  if (!trimmed.empty() && trimmed[0] == '{') {
    auto map = ParseYaml(trimmed, "--sample");
    if (!map || !map->is_map() || (*map)["start"].is_null() || (*map)["end"].is_null()) return SampleError(text);
    DVT_ASSIGN(const int64_t start, ParseMoment((*map)["start"].ToText()));
    DVT_ASSIGN(const int64_t end, ParseMoment((*map)["end"].ToText()));
    if (start >= end) return Error(ErrorCode::kInvalidArgument, "--sample: start must be before end");
    return EventWindow{start, end};
  }
  const size_t space = trimmed.find(' ');
  if (space == std::string::npos || space > 9 || trimmed.find_first_not_of("0123456789") != space) return SampleError(text);
  std::string unit = ToLower(TrimView(std::string_view(trimmed).substr(space)));
  if (unit.ends_with('s')) unit.pop_back();
  const auto size = ParseBatchSize(unit);
  const int64_t count = std::stoll(trimmed.substr(0, space));
  if (!size || count < 1) return SampleError(text);
  int64_t start = 0;
  if (*size == BatchSize::kHour || *size == BatchSize::kDay) {
    start = now - count * (*size == BatchSize::kHour ? kHour : kDay);
  } else {  // the same day and time so many months or years before
    const int64_t within_month = now - BatchBegin(now, BatchSize::kMonth);
    const int64_t month = BatchOffset(now, BatchSize::kMonth, -count * (*size == BatchSize::kYear ? 12 : 1));
    start = std::min(month + within_month, BatchOffset(month, BatchSize::kMonth, 1) - 1);
  }
  return EventWindow{start, now};
}

}  // namespace dvt::run
