#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <ctime>

#include "dvt/template/dbt/calendar_internal.h"
#include "dvt/template/dbt/context_internal.h"
#include "dvt/template/dbt/time_delta.h"
#include "dvt/template/dbt/zone_rules.h"
#include "dvt/template/lang/builtins.h"
#include "dvt/template/lang/outside.h"

namespace dvt::tmpl {
namespace {

using MaybeObject = Result<std::optional<Object>>;

enum class What { kDate, kDateTime, kTime };

/// A time zone of pytz.
class TimeZone : public HostObject {
 public:
  explicit TimeZone(std::shared_ptr<const ZoneRules> rules) : rules_(std::move(rules)) {}
  std::string TypeName() const override { return "pytz.tzinfo.DstTzInfo"; }
  std::string Str() const override { return rules_->name(); }
  std::string Repr() const override { return "<DstTzInfo " + ReprString(rules_->name()) + ">"; }
  const ZoneRules& rules() const { return *rules_; }
  MaybeObject GetAttr(Context& context, std::string_view name) override;

 private:
  std::shared_ptr<const ZoneRules> rules_;
};

/// What makes a moment aware: minutes east of UTC, their name, and the zone that they come from if it has rules.
struct Offset {
  int minutes = 0;
  std::string abbreviation = "UTC";
  std::shared_ptr<TimeZone> zone;
};

Offset OffsetOf(const std::shared_ptr<TimeZone>& zone, const ZoneRules::Period& period) {
  return {static_cast<int>(FloorDiv(period.offset + 30, 60)), period.abbreviation, zone};
}

/// The zone of a `tzinfo=` or `tz=` argument as it holds at a moment (microseconds UTC); without one, in its first period.
std::optional<Offset> OffsetOf(const Object& tzinfo, std::optional<int64_t> instant) {
  if (!tzinfo.is_host()) return std::nullopt;
  const auto zone = tzinfo.host_as<TimeZone>();
  if (zone == nullptr) return Offset();
  return OffsetOf(zone, instant ? zone->rules().At(FloorDiv(*instant, kSecond)) : zone->rules().first());
}

/// date, datetime or time. `micros` is wall clock since the epoch; `offset` is set on aware datetimes.
class Moment : public HostObject {
 public:
  Moment(What what, int64_t micros, std::optional<Offset> offset) : what_(what), micros_(micros), offset_(std::move(offset)) {}
  std::string TypeName() const override {
    return what_ == What::kDate ? "datetime.date" : what_ == What::kTime ? "datetime.time" : "datetime.datetime";
  }
  int64_t Instant() const { return micros_ - (offset_ ? offset_->minutes : 0) * 60 * kSecond; }
  bool is_aware() const { return offset_.has_value(); }
  What what() const { return what_; }
  int64_t micros() const { return micros_; }

  std::string OffsetText(bool colon) const {
    if (!offset_) return "";
    int minutes = std::abs(offset_->minutes);
    return fmt::format("{}{:02}{}{:02}", offset_->minutes < 0 ? '-' : '+', minutes / 60, colon ? ":" : "", minutes % 60);
  }
  std::string Iso(std::string_view separator) const {
    Fields f = FromMicros(micros_);
    std::string date = fmt::format("{:04}-{:02}-{:02}", f.year, f.month, f.day);
    if (what_ == What::kDate) return date;
    std::string time = fmt::format("{:02}:{:02}:{:02}", f.hour, f.minute, f.second);
    if (f.micro != 0) time += fmt::format(".{:06}", f.micro);
    return (what_ == What::kTime ? time : date + std::string(separator) + time) + OffsetText(true);
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
      if (name == "tzinfo") return std::optional<Object>(!offset_ ? Object() : offset_->zone ? Object(offset_->zone) : UtcZone());
    }
    static constexpr std::string_view kMethods[] = {"strftime",    "isoformat", "date",       "time",       "replace",
                                                    "timestamp",   "weekday",   "isoweekday", "astimezone", "toordinal",
                                                    "isocalendar", "timetuple", "utcoffset",  "tzname"};
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
        out += OffsetText(false);
      } else if (c == 'Z') {
        out += offset_ ? offset_->abbreviation : "";
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
    auto offset = offset_;
    if (args[7].is_none()) offset = std::nullopt;
    if (args[7].is_host()) offset = OffsetOf(args[7], std::nullopt);
    return Object(std::make_shared<Moment>(what_, ToMicros(f), offset));
  }

  Object InZone(const Object& tz) const {
    const Offset offset = OffsetOf(tz, Instant()).value_or(Offset());
    return Object(std::make_shared<Moment>(What::kDateTime, Instant() + offset.minutes * 60 * kSecond, offset));
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
    if (name == "utcoffset") return offset_ ? Object(std::make_shared<TimeDelta>(offset_->minutes * 60 * kSecond)) : Object();
    if (name == "tzname") return offset_ ? Object(offset_->abbreviation) : Object();
    if (name == "astimezone") return InZone(BindArgs(a, name, {{"tz", UtcZone()}})[0]);
    if (name == "isocalendar") {
      return Object::Tuple({Object(int64_t{std::stol(Strftime("%G"))}), Object(int64_t{std::stol(Strftime("%V"))}),
                            Object(static_cast<int64_t>(Weekday() + 1))});
    }
    Raise(ErrorCode::kUnsupported, std::string(name) + "() is not supported");
  }

  What what_;
  int64_t micros_;
  std::optional<Offset> offset_;
};

Object MakeMoment(What what, int64_t micros, std::optional<Offset> offset = std::nullopt) {
  return Object(std::make_shared<Moment>(what, micros, std::move(offset)));
}

/// A moment as a zone's clocks show it.
Object MomentInZone(int64_t instant, const Object& tz) {
  const Offset offset = OffsetOf(tz, instant).value_or(Offset());
  return MakeMoment(What::kDateTime, instant + offset.minutes * 60 * kSecond, offset);
}

Object Localize(const std::shared_ptr<TimeZone>& zone, const Object& given, bool dst) {
  const auto moment = given.host_as<Moment>();
  if (moment == nullptr || moment->what() != What::kDateTime) RaiseType("localize() needs a datetime");
  if (moment->is_aware()) Raise(ErrorCode::kInvalidArgument, "Not naive datetime (tzinfo is already set)");
  if (zone == nullptr) return MakeMoment(What::kDateTime, moment->micros(), Offset());
  return MakeMoment(What::kDateTime, moment->micros(),
                    OffsetOf(zone, zone->rules().OfWallClock(FloorDiv(moment->micros(), kSecond), dst)));
}

/// localize() and normalize() of a zone; null: UTC.
MaybeObject ZoneMethod(const std::shared_ptr<TimeZone>& zone, std::string_view name) {
  if (name == "localize") {
    return std::optional<Object>(MakeFunction("localize", [zone](Context&, const Arguments& a) -> Result<Object> {
      try {
        const auto args = BindArgs(a, "localize", {{"dt", std::nullopt}, {"is_dst", Object(false)}});
        return Localize(zone, args[0], args[1].Truth());
      } catch (Raised& raised) {
        return std::move(raised.error);
      }
    }));
  }
  if (name != "normalize") return std::optional<Object>();
  return std::optional<Object>(MakeFunction("normalize", [zone](Context&, const Arguments& a) -> Result<Object> {
    DVT_ASSIGN(const auto bound, a.Bind("normalize", {{"dt", std::nullopt}}));
    const auto moment = bound[0].host_as<Moment>();
    if (moment == nullptr || !moment->is_aware()) return Error(ErrorCode::kType, "normalize() needs a datetime with a time zone");
    return MomentInZone(moment->Instant(), zone == nullptr ? UtcZone() : Object(zone));
  }));
}

MaybeObject TimeZone::GetAttr(Context&, std::string_view name) {
  if (name == "zone") return std::optional<Object>(Object(rules_->name()));
  return ZoneMethod(std::static_pointer_cast<TimeZone>(shared_from_this()), name);
}

/// UTC, of pytz and of datetime.timezone.
class UtcTimeZone : public HostObject {
 public:
  std::string TypeName() const override { return "UTC"; }
  std::string Str() const override { return "UTC"; }
  std::string Repr() const override { return "<UTC>"; }
  MaybeObject GetAttr(Context&, std::string_view name) override {
    if (name == "zone") return std::optional<Object>(Object("UTC"));
    return ZoneMethod(nullptr, name);
  }
};

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
  std::optional<Offset> offset;
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
      offset = Offset();
      rest.clear();
    } else if (ok && !rest.empty() && std::sscanf(rest.c_str() + 1, "%2d:%2d", &hours, &minutes) >= 1) {
      offset = Offset{(hours * 60 + minutes) * (rest[0] == '-' ? -1 : 1), "UTC" + (rest == "+00:00" ? "" : rest), nullptr};
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
  std::optional<Offset> offset;
  if (format.find("%z") != std::string::npos) offset = Offset{static_cast<int>(tm.tm_gmtoff / 60), "UTC", nullptr};
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
      const bool aware = what_ == What::kDateTime;
      return MakeMoment(what_, ToMicros(f), aware ? OffsetOf(args.back(), std::nullopt) : std::nullopt);
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
        const Object tz = BindArgs(a, "now", {{"tz", Object()}})[0];
        return tz.is_host() ? MomentInZone(NowMicros(), tz) : MakeMoment(What::kDateTime, LocalMicros(NowMicros()));
      });
    }
    if (name == "fromtimestamp" || name == "utcfromtimestamp") {
      bool utc = name == "utcfromtimestamp";
      return std::optional<Object>(MakeFunction(std::string(name), [utc](Context&, const Arguments& a) -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind("fromtimestamp", {{"timestamp", std::nullopt}, {"tz", Object()}}));
        if (!bound[0].is_number()) return Error(ErrorCode::kType, "fromtimestamp needs a number");
        auto instant = static_cast<int64_t>(std::llround(bound[0].as_float() * kSecond));
        if (bound[1].is_host()) return MomentInZone(instant, bound[1]);
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

}  // namespace

Object UtcZone() {
  static const Object utc(std::make_shared<UtcTimeZone>());
  return utc;
}

Object MakeDateTime(double seconds_since_epoch, bool aware) {
  return MakeMoment(What::kDateTime, static_cast<int64_t>(std::llround(seconds_since_epoch * kSecond)),
                    aware ? std::optional(Offset()) : std::nullopt);
}

Object MakeDate(int64_t micros) { return MakeMoment(What::kDate, micros); }
Object MakeDateTimeModule() {
  return MakeRecord("module 'datetime'", {{"datetime", Object(std::make_shared<MomentClass>(What::kDateTime))},
                                          {"date", Object(std::make_shared<MomentClass>(What::kDate))},
                                          {"time", Object(std::make_shared<MomentClass>(What::kTime))},
                                          {"timedelta", MakeFunction("timedelta", Builtin(MakeTimeDelta))},
                                          {"timezone", MakeRecord("timezone", {{"utc", UtcZone()}})}});
}

Object MakePytzModule() {
  Object timezone = MakeFunction("timezone", [](Context& c, const Arguments& a) -> Result<Object> {
    DVT_ASSIGN(auto bound, a.Bind("timezone", {{"zone", std::nullopt}}));
    const std::string name = bound[0].Str();
    if (name == "UTC" || name == "Etc/UTC") return UtcZone();
    auto rules = ZoneRules::Load(name);
    if (!rules) return std::move(rules).error().At(c.place());
    return Object(std::make_shared<TimeZone>(std::move(*rules)));
  });
  return MakeRecord("module 'pytz'", {{"utc", UtcZone()}, {"UTC", UtcZone()}, {"timezone", timezone}});
}

}  // namespace dvt::tmpl
