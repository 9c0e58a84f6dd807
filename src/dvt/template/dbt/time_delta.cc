#include "dvt/template/dbt/time_delta.h"

#include <fmt/format.h>

#include <cmath>

#include "dvt/template/dbt/calendar_internal.h"
#include "dvt/template/lang/builtins.h"

namespace dvt::tmpl {

using MaybeObject = Result<std::optional<Object>>;

std::string TimeDelta::Str() const {
  int64_t days = FloorDiv(micros, kDay);
  Fields f = FromMicros(micros - days * kDay);
  std::string out = days == 0 ? "" : fmt::format("{} day{}, ", days, days == 1 || days == -1 ? "" : "s");
  out += fmt::format("{}:{:02}:{:02}", f.hour, f.minute, f.second);
  return f.micro == 0 ? out : out + fmt::format(".{:06}", f.micro);
}

std::string TimeDelta::Repr() const { return fmt::format("datetime.timedelta(microseconds={})", micros); }

bool TimeDelta::Equals(const Object& other) const {
  auto delta = other.host_as<TimeDelta>();
  return delta != nullptr && delta->micros == micros;
}

std::optional<int> TimeDelta::Compare(const Object& other) const {
  auto delta = other.host_as<TimeDelta>();
  if (delta == nullptr) return std::nullopt;
  return micros < delta->micros ? -1 : micros > delta->micros ? 1 : 0;
}

MaybeObject TimeDelta::GetAttr(Context&, std::string_view name) {
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

MaybeObject TimeDelta::Binary(BinaryOp op, const Object& other, bool reflected) const {
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

}  // namespace dvt::tmpl
