#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"

namespace dvt::tmpl {

/// The offsets of one time zone through the years, as the system's zone files (TZif) have them. Immutable.
class ZoneRules {
 public:
  struct Period {
    int32_t offset = 0;  ///< seconds east of UTC
    bool dst = false;
    std::string abbreviation;
  };
  /// A day of the year on which clocks change, and the wall time in seconds.
  struct Change {
    char kind = 'M';  ///< M: month, week, weekday; J: day 1–365 without leap days; 0: day 0–365
    int month = 0, week = 0, day = 0;
    int64_t time = 7200;
  };

  /// From TZDIR or /usr/share/zoneinfo; read once and kept. kNotFound for a zone that is not there. Thread-safe.
  static Result<std::shared_ptr<const ZoneRules>> Load(const std::string& name);
  /// From a file's bytes.
  static Result<std::shared_ptr<const ZoneRules>> Parse(const std::string& name, std::string_view bytes);

  const std::string& name() const { return name_; }
  /// What holds at a moment, in seconds since 1970-01-01 UTC.
  const Period& At(int64_t seconds) const;
  /// What holds for a wall clock; of two that do, or where none does, the one whose `dst` is as wanted.
  const Period& OfWallClock(int64_t seconds, bool dst) const;
  /// Local mean time, before there were zones: what a bare `tzinfo=` means in pytz.
  const Period& first() const { return periods_.front(); }

 private:
  Status ReadBlock(std::string_view bytes, size_t& at, int time_size);
  Status ReadRule(std::string_view text);
  const Period& ByRule(int64_t seconds) const;

  std::string name_;
  std::vector<int64_t> moments_;  // when a period begins
  std::vector<uint8_t> which_;    // which one
  std::vector<Period> periods_;   // by the file's numbers
  std::vector<Period> rule_;      // after the last moment: standard, and daylight saving if there is any
  Change to_dst_, to_standard_;
};

}  // namespace dvt::tmpl
