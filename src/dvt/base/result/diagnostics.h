#pragma once

#include <string>
#include <utility>
#include <vector>

#include "dvt/base/result/result.h"

namespace dvt {

enum class Severity { kWarning, kError };

/// One finding of a stage that reports many: parsing, validation, planning.
struct Diagnostic {
  Severity severity = Severity::kWarning;
  std::string code;  ///< "DVT001" … "DVT007" or a dbt event name; empty for plain errors
  std::string message;
  Place place;
  std::string hint;
};

/// Collects findings in order. Not thread-safe: one per thread or per model.
class Diagnostics {
 public:
  void Warn(std::string code, std::string message, Place place = {}, std::string hint = {});
  void Fail(std::string message, Place place = {}, std::string hint = {});
  void Fail(const Error& error);
  void Add(Diagnostic item) { items_.push_back(std::move(item)); }
  void Append(const Diagnostics& other);

  const std::vector<Diagnostic>& items() const { return items_; }
  bool has_errors() const;
  bool empty() const { return items_.empty(); }
  /// All errors as one Error (the first one's place; every message listed). Call only if has_errors().
  Error ToError(ErrorCode code) const;

 private:
  std::vector<Diagnostic> items_;
};

}  // namespace dvt
