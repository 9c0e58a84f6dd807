#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <ctime>

#include "dvt/template/dbt/calendar_internal.h"
#include "dvt/template/dbt/context_internal.h"
#include "dvt/template/lang/builtins.h"
#include "dvt/template/lang/outside.h"

namespace dvt::tmpl {
namespace {

using MaybeObject = Result<std::optional<Object>>;

enum class What { kDate, kDateTime, kTime };

class TimeDelta : public HostObject {
 public:
  explicit TimeDelta(int64_t micros) : micros(micros) {}
  std::string TypeName() const override { return "datetime.timedelta"; }
  std::string Str() const override {
    int64_t days = FloorDiv(micros, kDay);
    Fields f = FromMicros(micros - days * kDay);
    std::string out = days == 0 ? "" : fmt::format("{} day{}, ", days, days == 1 || days == -1 ? "" : "s");
    out += fmt::format("{}:{:02}:{:02}", f.hour, f.minute, f.second);
    return f.micro == 0 ? out : out + fmt::format(".{:06}", f.micro);
  }
  std::string Repr() const override { return fmt::format("datetime.timedelta(microseconds={})", micros); }
  bool Truth() const override { return micros != 0; }
  bool Equals(const Object& other) const override {
    auto delta = other.host_as<TimeDelta>();
    return delta != nullptr && delta->micros == micros;
  }
  size_t Hash() const override { return std::hash<int64_t>()(micros); }
  std::optional<int> Compare(const Object& other) const override {
    auto delta = other.host_as<TimeDelta>();
    if (delta == nullptr) return std::nullopt;
    return micros < delta->micros ? -1 : micros > delta->micros ? 1 : 0;
  }
  MaybeObject GetAttr(Context&, std::string_view name) override {
    int64_t days = FloorDiv(micros, kDay);
    int64_t rest = micros - days * kDay;
    if (name == "days") return std::optional<Object>(Object(days));
    if (name == "seconds") return std::optional<Object>(Object(rest / kSecond));
    if (name == "microseconds") return std::optional<Object>(Object(rest % kSecond));
    if (name == "total_seconds") {
      double seconds = static_cast<double>(micros) / kSecond;
      return std::optional<Object>(
          MakeFunction("total_seconds", [seconds](Context&, const Arguments&) -> Result<Object> { return Object(seconds); }));
    }
    return std::optional<Object>();
  }
  MaybeObject Binary(BinaryOp op, const Object& other, bool reflected) const override {
    auto make = [](double value) {
      return std::optional<Object>(Object(std::make_shared<TimeDelta>(static_cast<int64_t>(std::llround(value)))));
    };
    if (auto delta = other.host_as<TimeDelta>()) {
      int64_t a = reflected ? delta->micros : micros;
      int64_t b = reflected ? micros : delta->micros;
      if (op == BinaryOp::kAdd || op == BinaryOp::kSub)
        return std::optional<Object>(Object(std::make_shared<TimeDelta>(op == BinaryOp::kAdd ? a + b : a - b)));
      if (b != 0 && op == BinaryOp::kDiv) return std::optional<Object>(Object(static_cast<double>(a) / static_cast<double>(b)));
      if (b != 0 && op == BinaryOp::kFloorDiv) return std::optional<Object>(Object(FloorDiv(a, b)));
    }
    if (other.is_number() && op == BinaryOp::kMul) return make(static_cast<double>(micros) * other.as_float());
    if (other.is_number() && !reflected && other.as_float() != 0 && (op == BinaryOp::kDiv || op == BinaryOp::kFloorDiv))
      return make(static_cast<double>(micros) / other.as_float());
    return std::optional<Object>();
  }
  const int64_t micros;
};

/// date, datetime or time. `micros` is wall clock since the epoch; `offset` (minutes) is set on aware datetimes.
class Moment : public HostObject {
 public:
  Moment(What what, int64_t micros, std::optional<int> offset) : what_(what), micros_(micros), offset_(offset) {}
  std::string TypeName() const override {
    return what_ == What::kDate ? "datetime.date" : what_ == What::kTime ? "datetime.time" : "datetime.datetime";
  }
  int64_t Instant() const { return micros_ - offset_.value_or(0) * 60 * kSecond; }
  What what() const { return what_; }
  int64_t micros() const { return micros_; }

  std::string Offset(bool colon) const {
    if (!offset_) return "";
    int minutes = std::abs(*offset_);
    return fmt::format("{}{:02}{}{:02}", *offset_ < 0 ? '-' : '+', minutes / 60, colon ? ":" : "", minutes % 60);
  }
  std::string Iso(std::string_view separator) const {
    Fields f = FromMicros(micros_);
    std::string date = fmt::format("{:04}-{:02}-{:02}", f.year, f.month, f.day);
    if (what_ == What::kDate) return date;
    std::string time = fmt::format("{:02}:{:02}:{:02}", f.hour, f.minute, f.second);
    if (f.micro != 0) time += fmt::format(".{:06}", f.micro);
    return (what_ == What::kTime ? time : date + std::string(separator) + time) + Offset(true);
  }
  std::string Str() const override { return Iso(" "); }
  std::string Repr() const override {
    Fields f = FromMicros(micros_);
    if (what_ == What::kDate) return fmt::format("datetime.date({}, {}, {})", f.year, f.month, f.day);
    std::string tail = f.second != 0 || f.micro != 0 ? fmt::format(", {}", f.second) : "";
    if (f.micro != 0) tail += fmt::format(", {}", f.micro);
    if (what_ == What::kTime) return fmt::format("datetime.time({}, {}{})", f.hour, f.minute, tail);
    if (offset_) tail += ", tzinfo=<UTC>";
    return fmt::format("datetime.datetime({}, {}, {}, {}, {}{})", f.year, f.month, f.day, f.hour, f.minute, tail);
  }
  Value ToValue() const override { return Value(Iso("T")); }
  bool Truth() const override { return true; }
  bool Equals(const Object& other) const override {
    auto moment = other.host_as<Moment>();
    return moment != nullptr && moment->what_ == what_ && moment->offset_.has_value() == offset_.has_value() &&
           moment->Instant() == Instant();
  }
  size_t Hash() const override { return std::hash<int64_t>()(Instant()); }
  std::optional<int> Compare(const Object& other) const override {
    auto moment = other.host_as<Moment>();
    if (moment == nullptr || moment->what_ != what_ || moment->offset_.has_value() != offset_.has_value()) return std::nullopt;
    return Instant() < moment->Instant() ? -1 : Instant() > moment->Instant() ? 1 : 0;
  }
  MaybeObject Binary(BinaryOp op, const Object& other, bool reflected) const override {
    if (auto delta = other.host_as<TimeDelta>();
        delta != nullptr && (op == BinaryOp::kAdd || (op == BinaryOp::kSub && !reflected))) {
      int64_t by = what_ == What::kDate ? FloorDiv(delta->micros, kDay) * kDay : delta->micros;
      return std::optional<Object>(With(micros_ + (op == BinaryOp::kAdd ? by : -by)));
    }
    auto moment = other.host_as<Moment>();
    if (moment != nullptr && op == BinaryOp::kSub && moment->what_ == what_) {
      int64_t difference = Instant() - moment->Instant();
      return std::optional<Object>(Object(std::make_shared<TimeDelta>(reflected ? -difference : difference)));
    }
    return std::optional<Object>();
  }
  MaybeObject GetAttr(Context&, std::string_view name) override {
    Fields f = FromMicros(micros_);
    auto number = [](int64_t n) { return MaybeObject(std::optional<Object>(Object(n))); };
    if (what_ != What::kTime) {
      if (name == "year") return number(f.year);
      if (name == "month") return number(f.month);
      if (name == "day") return number(f.day);
    }
    if (what_ != What::kDate) {
      if (name == "hour") return number(f.hour);
      if (name == "minute") return number(f.minute);
      if (name == "second") return number(f.second);
      if (name == "microsecond") return number(f.micro);
      if (name == "tzinfo") return std::optional<Object>(offset_ ? UtcZone() : Object());
    }
    static constexpr std::string_view kMethods[] = {"strftime",    "isoformat", "date",       "time",       "replace",
                                                    "timestamp",   "weekday",   "isoweekday", "astimezone", "toordinal",
                                                    "isocalendar", "timetuple", "utcoffset"};
    for (auto method : kMethods) {
      if (method != name) continue;
      auto self = std::static_pointer_cast<Moment>(shared_from_this());
      return std::optional<Object>(
          MakeFunction(std::string(name), [self, method](Context&, const Arguments& a) -> Result<Object> {
            try {
              return self->Method(method, a);
            } catch (Raised& raised) {
              return std::move(raised.error);
            }
          }));
    }
    return std::optional<Object>();
  }

 private:
  Object With(int64_t micros) const {
    Fields f = FromMicros(micros);
    if (what_ != What::kTime && (f.year < 1 || f.year > 9999)) Raise(ErrorCode::kData, "date value out of range");
    return Object(std::make_shared<Moment>(what_, micros, offset_));
  }
  int Weekday() const { return static_cast<int>(((FloorDiv(micros_, kDay) % 7) + 7 + 3) % 7); }

  std::string Strftime(const std::string& format) const {
    Fields f = FromMicros(micros_);
    std::tm tm{};
    tm.tm_year = static_cast<int>(f.year) - 1900;
    tm.tm_mon = f.month - 1;
    tm.tm_mday = f.day;
    tm.tm_hour = f.hour;
    tm.tm_min = f.minute;
    tm.tm_sec = f.second;
    tm.tm_wday = (Weekday() + 1) % 7;
    tm.tm_yday = static_cast<int>((FloorDiv(micros_, kDay) * kDay - ToMicros({f.year, 1, 1})) / kDay);
    std::string out;
    for (size_t i = 0; i < format.size(); ++i) {
      if (format[i] != '%' || i + 1 >= format.size()) {
        out += format[i];
        continue;
      }
      char c = format[++i];
      if (c == 'f') {
        out += fmt::format("{:06}", f.micro);
      } else if (c == 'z') {
        out += Offset(false);
      } else if (c == 'Z') {
        out += offset_ ? "UTC" : "";
      } else if (c == 'Y') {
        out += fmt::format("{}", f.year);
      } else {
        std::string one = std::string("%") + c;
        if (c == '-' && i + 1 < format.size()) one += format[++i];
        char buffer[128];
        size_t size = std::strftime(buffer, sizeof(buffer), one.c_str(), &tm);
        out.append(buffer, size);
      }
    }
    return out;
  }

  Object Replace(const Arguments& a) const {
    auto args = BindArgs(a, "replace",
                         {{"year", Object()},
                          {"month", Object()},
                          {"day", Object()},
                          {"hour", Object()},
                          {"minute", Object()},
                          {"second", Object()},
                          {"microsecond", Object()},
                          {"tzinfo", Object::Undefined()}});
    Fields f = FromMicros(micros_);
    int* small[] = {&f.month, &f.day, &f.hour, &f.minute, &f.second, &f.micro};
    if (!args[0].is_none()) f.year = RequireInt(args[0], "an integer is required");
    for (size_t i = 0; i < 6; ++i) {
      if (!args[i + 1].is_none()) *small[i] = static_cast<int>(RequireInt(args[i + 1], "an integer is required"));
    }
    Check(f);
    std::optional<int> offset = offset_;
    if (args[7].is_none()) offset = std::nullopt;
    if (args[7].is_host()) offset = 0;
    return Object(std::make_shared<Moment>(what_, ToMicros(f), offset));
  }

  Object Method(std::string_view name, const Arguments& a) const {
    if (name == "strftime") return Object(Strftime(BindArgs(a, name, {{"format", std::nullopt}})[0].Str()));
    if (name == "isoformat") return Object(Iso(BindArgs(a, name, {{"sep", Object("T")}, {"timespec", Object("auto")}})[0].Str()));
    if (name == "date") return Object(std::make_shared<Moment>(What::kDate, FloorDiv(micros_, kDay) * kDay, std::nullopt));
    if (name == "time")
      return Object(std::make_shared<Moment>(What::kTime, micros_ - FloorDiv(micros_, kDay) * kDay, std::nullopt));
    if (name == "replace") return Replace(a);
    if (name == "timestamp") return Object(static_cast<double>(Instant()) / kSecond);
    if (name == "weekday") return Object(static_cast<int64_t>(Weekday()));
    if (name == "isoweekday") return Object(static_cast<int64_t>(Weekday() + 1));
    if (name == "toordinal") return Object(FloorDiv(micros_, kDay) + 719163);
    if (name == "utcoffset") return offset_ ? Object(std::make_shared<TimeDelta>(*offset_ * 60 * kSecond)) : Object();
    if (name == "astimezone") return Object(std::make_shared<Moment>(What::kDateTime, Instant(), 0));
    if (name == "isocalendar") {
      return Object::Tuple({Object(int64_t{std::stol(Strftime("%G"))}), Object(int64_t{std::stol(Strftime("%V"))}),
                            Object(static_cast<int64_t>(Weekday() + 1))});
    }
    Raise(ErrorCode::kUnsupported, std::string(name) + "() is not supported");
  }

  What what_;
  int64_t micros_;
  std::optional<int> offset_;
};

Object MakeMoment(What what, int64_t micros, std::optional<int> offset = std::nullopt) {
  return Object(std::make_shared<Moment>(what, micros, offset));
}

int64_t NowMicros() {
  CountOutsideRead();
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Local wall clock of an instant.
int64_t LocalMicros(int64_t instant) {
  std::time_t seconds = FloorDiv(instant, kSecond);
  std::tm tm{};
  localtime_r(&seconds, &tm);
  return instant + tm.tm_gmtoff * kSecond;
}

Object ParseIso(const std::string& text, What what) {
  Fields f;
  int consumed = 0;
  int year = 0;
  bool ok = std::sscanf(text.c_str(), "%4d-%2d-%2d%n", &year, &f.month, &f.day, &consumed) == 3;
  f.year = year;
  std::optional<int> offset;
  std::string rest = ok ? text.substr(static_cast<size_t>(consumed)) : "";
  if (ok && !rest.empty() && what == What::kDateTime) {
    int used = 0;
    ok = std::sscanf(rest.c_str() + 1, "%2d:%2d%n", &f.hour, &f.minute, &used) == 2;
    rest = ok ? rest.substr(1 + static_cast<size_t>(used)) : rest;
    if (ok && !rest.empty() && rest[0] == ':') {
      f.second = std::atoi(rest.substr(1, 2).c_str());
      rest = rest.substr(std::min<size_t>(3, rest.size()));
    }
    if (ok && !rest.empty() && rest[0] == '.') {
      size_t end = rest.find_first_not_of("0123456789", 1);
      std::string digits = rest.substr(1, end == std::string::npos ? end : end - 1);
      f.micro = std::atoi((digits + "000000").substr(0, 6).c_str());
      rest = end == std::string::npos ? "" : rest.substr(end);
    }
    int hours = 0;
    int minutes = 0;
    if (rest == "Z") {
      offset = 0;
      rest.clear();
    } else if (ok && !rest.empty() && std::sscanf(rest.c_str() + 1, "%2d:%2d", &hours, &minutes) >= 1) {
      offset = (hours * 60 + minutes) * (rest[0] == '-' ? -1 : 1);
      rest.clear();
    }
  }
  if (!ok || !rest.empty()) Raise(ErrorCode::kInvalidArgument, "Invalid isoformat string: " + ReprString(text));
  Check(f);
  return MakeMoment(what, ToMicros(f), offset);
}

Object Strptime(Context&, const Arguments& a) {
  auto args = BindArgs(a, "strptime", {{"date_string", std::nullopt}, {"format", std::nullopt}});
  std::string text = args[0].Str();
  std::string format = args[1].Str();
  int micro = 0;
  size_t fraction = format.find("%f");
  if (fraction != std::string::npos) {  // strptime(3) has no %f: take the digits out of the text first
    size_t dot = text.find_last_of('.');
    size_t end = dot == std::string::npos ? dot : text.find_first_not_of("0123456789", dot + 1);
    if (dot != std::string::npos) {
      std::string digits = text.substr(dot + 1, end == std::string::npos ? end : end - dot - 1);
      micro = std::atoi((digits + "000000").substr(0, 6).c_str());
      text = text.substr(0, dot + 1) + (end == std::string::npos ? "" : text.substr(end));
      format.erase(fraction, 2);
    }
  }
  std::tm tm{};
  tm.tm_mday = 1;
  tm.tm_year = 0;
  const char* end = strptime(text.c_str(), format.c_str(), &tm);
  if (end == nullptr || *end != '\0') {
    Raise(ErrorCode::kInvalidArgument, fmt::format("time data {} does not match format {}", args[0].Repr(), args[1].Repr()));
  }
  Fields f{tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, micro};
  Check(f);
  std::optional<int> offset;
  if (format.find("%z") != std::string::npos) offset = static_cast<int>(tm.tm_gmtoff / 60);
  return MakeMoment(What::kDateTime, ToMicros(f), offset);
}

/// datetime, date or time as a class: callable, with class methods.
class MomentClass : public HostObject {
 public:
  explicit MomentClass(What what) : what_(what) {}
  std::string TypeName() const override { return "type"; }
  bool is_callable() const override { return true; }
  Result<Object> Call(Context&, const Arguments& a) override {
    try {
      std::vector<Parameter> parameters;
      if (what_ != What::kTime) parameters = {{"year", std::nullopt}, {"month", std::nullopt}, {"day", std::nullopt}};
      if (what_ != What::kDate) {
        for (const char* name : {"hour", "minute", "second", "microsecond"}) parameters.push_back({name, Object(0)});
        parameters.push_back({"tzinfo", Object()});
      }
      auto args = BindArgs(a, "datetime", parameters);
      auto at = [&](size_t i) { return static_cast<int>(RequireInt(args[i], "an integer is required")); };
      Fields f;
      size_t clock = what_ == What::kTime ? 0 : 3;
      if (clock == 3) f.year = at(0), f.month = at(1), f.day = at(2);
      if (what_ != What::kDate) f.hour = at(clock), f.minute = at(clock + 1), f.second = at(clock + 2), f.micro = at(clock + 3);
      Check(f);
      bool aware = what_ == What::kDateTime && args.back().is_host();
      return MakeMoment(what_, ToMicros(f), aware ? std::optional<int>(0) : std::nullopt);
    } catch (Raised& raised) {
      return std::move(raised.error);
    }
  }
  MaybeObject GetAttr(Context&, std::string_view name) override {
    auto function = [&](RawFunction raw) {
      return MaybeObject(std::optional<Object>(MakeFunction(std::string(name), Builtin(raw))));
    };
    if (name == "fromisoformat") {
      return what_ == What::kDate
                 ? function([](Context&, const Arguments& a) {
                     return ParseIso(BindArgs(a, "fromisoformat", {{"date_string", std::nullopt}})[0].Str(), What::kDate);
                   })
                 : function([](Context&, const Arguments& a) {
                     return ParseIso(BindArgs(a, "fromisoformat", {{"date_string", std::nullopt}})[0].Str(), What::kDateTime);
                   });
    }
    if (name == "today" && what_ == What::kDate) {
      return function(
          [](Context&, const Arguments&) { return MakeMoment(What::kDate, FloorDiv(LocalMicros(NowMicros()), kDay) * kDay); });
    }
    if (what_ != What::kDateTime) return std::optional<Object>();
    if (name == "strptime") return function(Strptime);
    if (name == "today")
      return function([](Context&, const Arguments&) { return MakeMoment(What::kDateTime, LocalMicros(NowMicros())); });
    if (name == "utcnow") return function([](Context&, const Arguments&) { return MakeMoment(What::kDateTime, NowMicros()); });
    if (name == "now") {
      return function([](Context&, const Arguments& a) {
        bool aware = BindArgs(a, "now", {{"tz", Object()}})[0].is_host();
        return aware ? MakeMoment(What::kDateTime, NowMicros(), 0) : MakeMoment(What::kDateTime, LocalMicros(NowMicros()));
      });
    }
    if (name == "fromtimestamp" || name == "utcfromtimestamp") {
      bool utc = name == "utcfromtimestamp";
      return std::optional<Object>(MakeFunction(std::string(name), [utc](Context&, const Arguments& a) -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind("fromtimestamp", {{"timestamp", std::nullopt}, {"tz", Object()}}));
        if (!bound[0].is_number()) return Error(ErrorCode::kType, "fromtimestamp needs a number");
        auto instant = static_cast<int64_t>(std::llround(bound[0].as_float() * kSecond));
        if (bound[1].is_host()) return MakeMoment(What::kDateTime, instant, 0);
        return MakeMoment(What::kDateTime, utc ? instant : LocalMicros(instant));
      }));
    }
    if (name == "combine") {
      return function([](Context&, const Arguments& a) {
        auto args = BindArgs(a, "combine", {{"date", std::nullopt}, {"time", std::nullopt}});
        auto date = args[0].host_as<Moment>();
        auto time = args[1].host_as<Moment>();
        if (date == nullptr || time == nullptr) RaiseType("combine needs a date and a time");
        return MakeMoment(What::kDateTime,
                          FloorDiv(date->micros(), kDay) * kDay + time->micros() - FloorDiv(time->micros(), kDay) * kDay);
      });
    }
    return std::optional<Object>();
  }

 private:
  What what_;
};

Object MakeTimeDelta(Context&, const Arguments& a) {
  static constexpr int64_t kUnits[] = {kDay, kSecond, 1, 1000, 60 * kSecond, 3600 * kSecond, 7 * kDay};
  std::vector<Parameter> parameters;
  for (const char* name : {"days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"})
    parameters.push_back({name, Object(0)});
  auto args = BindArgs(a, "timedelta", parameters);
  double total = 0;
  int64_t whole = 0;
  for (size_t i = 0; i < args.size(); ++i) {
    if (!args[i].is_number()) RaiseType("unsupported type for timedelta component: " + args[i].TypeName());
    if (args[i].is_float()) {
      total += args[i].as_float() * static_cast<double>(kUnits[i]);
    } else {
      whole += args[i].as_int() * kUnits[i];
    }
  }
  return Object(std::make_shared<TimeDelta>(whole + static_cast<int64_t>(std::llround(total))));
}

}  // namespace

Object UtcZone() {
  static const Object utc = MakeRecord("UTC", {{"zone", Object("UTC")}});
  return utc;
}

Object MakeDateTime(double seconds_since_epoch, bool aware) {
  return MakeMoment(What::kDateTime, static_cast<int64_t>(std::llround(seconds_since_epoch * kSecond)),
                    aware ? std::optional<int>(0) : std::nullopt);
}

Object MakeDateTimeModule() {
  return MakeRecord("module 'datetime'", {{"datetime", Object(std::make_shared<MomentClass>(What::kDateTime))},
                                          {"date", Object(std::make_shared<MomentClass>(What::kDate))},
                                          {"time", Object(std::make_shared<MomentClass>(What::kTime))},
                                          {"timedelta", MakeFunction("timedelta", Builtin(MakeTimeDelta))},
                                          {"timezone", MakeRecord("timezone", {{"utc", UtcZone()}})}});
}

}  // namespace dvt::tmpl
