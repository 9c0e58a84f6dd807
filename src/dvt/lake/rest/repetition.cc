#include "dvt/lake/rest/repetition.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <random>
#include <vector>

#include "dvt/base/telemetry/span.h"

namespace dvt::lake {

namespace {

std::vector<std::string_view> Words(std::string_view text, std::string_view between) {
  std::vector<std::string_view> words;
  while (true) {
    const size_t from = text.find_first_not_of(between);
    if (from == std::string_view::npos) return words;
    text.remove_prefix(from);
    const size_t to = std::min(text.find_first_of(between), text.size());
    words.push_back(text.substr(0, to));
    text.remove_prefix(to);
  }
}

template <typename Number>
bool ReadWhole(std::string_view text, Number& out) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

// "Sun, 06 Nov 1994 08:49:37 GMT", the only form that servers may send today.
std::optional<std::chrono::sys_seconds> ParseHttpDate(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto words = Words(text, ", :");
  if (words.size() != 8 || words[2].size() != 3 || words[7] != "GMT") return std::nullopt;
  const size_t month = kMonths.find(words[2]);
  unsigned day = 0;
  int year = 0, hours = 0, minutes = 0, seconds = 0;
  if (month == std::string_view::npos || month % 3 != 0 || !ReadWhole(words[1], day) || !ReadWhole(words[3], year) ||
      !ReadWhole(words[4], hours) || !ReadWhole(words[5], minutes) || !ReadWhole(words[6], seconds))
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month / 3 + 1)},
                                         std::chrono::day{day}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hours) + std::chrono::minutes(minutes) + std::chrono::seconds(seconds);
}

}  // namespace

double RetryAfterSeconds(std::string_view header, std::chrono::system_clock::time_point now) {
  double seconds = 0;
  if (ReadWhole(header, seconds)) return std::max(seconds, 0.0);
  const auto date = ParseHttpDate(header);
  if (!date) return 0;
  return std::max(std::chrono::duration<double>(*date - now).count(), 0.0);
}

double SecondsAsked(const HttpResponse& response) {
  const std::string* text = response.Find("Retry-After");
  return text != nullptr ? RetryAfterSeconds(*text, std::chrono::system_clock::now()) : 0;
}

std::optional<std::chrono::duration<double>> ParseIsoDuration(std::string_view text) {
  if (!text.starts_with('P') || text.size() < 3) return std::nullopt;
  text.remove_prefix(1);
  double seconds = 0;
  bool in_time = false;
  while (!text.empty()) {
    if (text.front() == 'T' && !in_time) {
      in_time = true;
      text.remove_prefix(1);
      continue;
    }
    double number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc() || read.ptr == text.data() + text.size() || number < 0) return std::nullopt;
    const char unit = *read.ptr;
    const double length = !in_time ? (unit == 'D'   ? 86400
                                      : unit == 'W' ? 604800
                                                    : 0)
                                   : (unit == 'H'   ? 3600
                                      : unit == 'M' ? 60
                                      : unit == 'S' ? 1
                                                    : 0);
    if (length == 0) return std::nullopt;
    seconds += number * length;
    text.remove_prefix(static_cast<size_t>(read.ptr - text.data()) + 1);
  }
  return std::chrono::duration<double>(seconds);
}

std::string NewRequestKey() {
  static thread_local std::mt19937_64 random{std::random_device{}()};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()) & 0xFFFFFFFFFFFF;
  const uint64_t high = random(), low = random();
  return fmt::format("{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}", ms >> 16, ms & 0xFFFF, high & 0xFFF, 0x8000 | (high >> 16 & 0x3FFF),
                     low & 0xFFFFFFFFFFFF);
}

std::string RetryNotice::ToString() const {
  return fmt::format("{}; attempt {} in {:.1f} s", error.message(), attempt, wait_seconds);
}

void TellRetry(const CatalogConfig& config, const RetryNotice& notice) {
  if (ActiveSpan* span = ActiveSpan::Innermost(); span != nullptr && span->listened()) {
    Value told = Value::MakeMap();
    told.Set("iceberg.operation", notice.operation);
    if (!notice.table.empty()) told.Set("iceberg.table", notice.table);
    told.Set("error.type", std::string(ErrorCodeName(notice.error.code())));
    if (!notice.error.vendor_code().empty()) told.Set("error.vendor_code", notice.error.vendor_code());
    told.Set("error.message", notice.error.message());
    told.Set("attempt", notice.attempt);
    told.Set("wait_s", notice.wait_seconds);
    span->Tell("iceberg.retry", std::move(told));
  }
  if (config.on_retry) config.on_retry(notice);
}

}  // namespace dvt::lake
