#include <chrono>

#include "dvt/template/dbt/calendar_internal.h"
#include "dvt/template/dbt/context_internal.h"
#include "dvt/template/lang/builtins.h"

namespace dvt::tmpl {

int64_t ToMicros(const Fields& f) {
  auto days = std::chrono::sys_days(std::chrono::year(static_cast<int>(f.year)) / f.month / f.day).time_since_epoch().count();
  return days * kDay + (f.hour * 3600LL + f.minute * 60LL + f.second) * kSecond + f.micro;
}

Fields FromMicros(int64_t micros) {
  int64_t days = FloorDiv(micros, kDay);
  int64_t rest = micros - days * kDay;
  std::chrono::year_month_day ymd{std::chrono::sys_days(std::chrono::days(days))};
  Fields f;
  f.year = static_cast<int>(ymd.year());
  f.month = static_cast<int>(static_cast<unsigned>(ymd.month()));
  f.day = static_cast<int>(static_cast<unsigned>(ymd.day()));
  f.micro = static_cast<int>(rest % kSecond);
  rest /= kSecond;
  f.hour = static_cast<int>(rest / 3600);
  f.minute = static_cast<int>(rest / 60 % 60);
  f.second = static_cast<int>(rest % 60);
  return f;
}

void Check(const Fields& f) {
  bool date =
      f.year >= 1 && f.year <= 9999 &&
      std::chrono::year_month_day(std::chrono::year(static_cast<int>(f.year)), std::chrono::month(static_cast<unsigned>(f.month)),
                                  std::chrono::day(static_cast<unsigned>(f.day)))
          .ok();
  if (!date)
    Raise(ErrorCode::kInvalidArgument, f.month < 1 || f.month > 12   ? "month must be in 1..12"
                                       : f.year < 1 || f.year > 9999 ? "year is out of range"
                                                                     : "day is out of range for month");
  if (f.hour < 0 || f.hour > 23) Raise(ErrorCode::kInvalidArgument, "hour must be in 0..23");
  if (f.minute < 0 || f.minute > 59) Raise(ErrorCode::kInvalidArgument, "minute must be in 0..59");
  if (f.second < 0 || f.second > 59) Raise(ErrorCode::kInvalidArgument, "second must be in 0..59");
}

}  // namespace dvt::tmpl
