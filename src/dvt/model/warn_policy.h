#pragma once

#include <set>
#include <string>
#include <string_view>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"

namespace dvt::model {

/// What becomes of a warning, by its name: it is told, it fails the command, or it is kept quiet (dbt's `warn_error_options`).
/// A plain value; thread-safe for concurrent reads.
class WarnPolicy {
 public:
  enum class Treatment { kWarn, kFail, kSilence };

  /// Every warning fails the command (`--warn-error`).
  static WarnPolicy EveryWarningFails();
  /// From {error: all or a list, warn: a list, silence: a list}; `include` and `exclude` are the old names of error and warn. Names
  /// are dbt's event names, dvt's codes (DVT003), or "Deprecations" for all of these. `origin` says where it was written.
  static Result<WarnPolicy> FromValue(const Value& value, std::string_view origin);

  Treatment Of(std::string_view name) const;
  bool every_warning_fails() const { return all_ && warn_.empty() && silence_.empty(); }
  /// In the new names, as artifacts show it.
  Value ToValue() const;

 private:
  using Names = std::set<std::string, std::less<>>;
  static bool Contains(const Names& names, std::string_view name);

  bool all_ = false;
  Names error_;
  Names warn_;
  Names silence_;
};

/// dbt's code of a warning ("M030"), DVT003 of DVT003; empty if there is none of that name.
std::string WarningCode(std::string_view name);

}  // namespace dvt::model
