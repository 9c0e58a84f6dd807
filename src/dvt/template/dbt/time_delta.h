#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dvt/template/lang/object.h"

namespace dvt::tmpl {

/// datetime.timedelta: a span of time, in microseconds.
class TimeDelta : public HostObject {
 public:
  explicit TimeDelta(int64_t micros) : micros(micros) {}
  std::string TypeName() const override { return "datetime.timedelta"; }
  std::string Str() const override;
  std::string Repr() const override;
  bool Truth() const override { return micros != 0; }
  bool Equals(const Object& other) const override;
  size_t Hash() const override { return std::hash<int64_t>()(micros); }
  std::optional<int> Compare(const Object& other) const override;
  Result<std::optional<Object>> GetAttr(Context& context, std::string_view name) override;
  Result<std::optional<Object>> Binary(BinaryOp op, const Object& other, bool reflected) const override;

  const int64_t micros;
};

/// datetime.timedelta(days=…, seconds=…, …).
Object MakeTimeDelta(Context& context, const Arguments& arguments);

}  // namespace dvt::tmpl
