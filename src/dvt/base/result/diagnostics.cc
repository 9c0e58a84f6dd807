#include "dvt/base/result/diagnostics.h"

#include <algorithm>

namespace dvt {

void Diagnostics::Warn(std::string code, std::string message, Place place, std::string hint) {
  items_.push_back({Severity::kWarning, std::move(code), std::move(message), std::move(place), std::move(hint)});
}

void Diagnostics::Fail(std::string message, Place place, std::string hint) {
  items_.push_back({Severity::kError, {}, std::move(message), std::move(place), std::move(hint)});
}

void Diagnostics::Fail(const Error& error) { Fail(error.message(), error.place(), error.hint()); }

void Diagnostics::Append(const Diagnostics& other) { items_.insert(items_.end(), other.items_.begin(), other.items_.end()); }

bool Diagnostics::has_errors() const {
  return std::any_of(items_.begin(), items_.end(), [](const auto& d) { return d.severity == Severity::kError; });
}

Error Diagnostics::ToError(ErrorCode code) const {
  std::string message;
  Place place;
  std::string hint;
  int count = 0;
  for (const auto& item : items_) {
    if (item.severity != Severity::kError) continue;
    if (count++ == 0) {
      message = item.message;
      place = item.place;
      hint = item.hint;
      continue;
    }
    message += '\n' + (item.place.known() ? item.place.ToString() + ": " : std::string()) + item.message;
    if (!item.hint.empty()) message += "\n  hint: " + item.hint;
  }
  return Error(code, message).At(place).WithHint(hint);
}

}  // namespace dvt
