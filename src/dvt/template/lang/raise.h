#pragma once

#include <string>
#include <utility>

#include "dvt/base/result/result.h"

namespace dvt::tmpl {

/// Carries an Error up to the public entry of this folder; never leaves it.
struct Raised {
  Error error;
};

[[noreturn]] inline void Raise(ErrorCode code, std::string message) { throw Raised{Error(code, std::move(message))}; }
[[noreturn]] inline void RaiseType(std::string message) { Raise(ErrorCode::kType, std::move(message)); }

/// The value, or throws the error.
template <class T>
T Unwrap(Result<T> result) {
  if (!result.has_value()) throw Raised{std::move(result).error()};
  return std::move(result).value();
}
inline void Unwrap(Result<void> result) {
  if (!result.has_value()) throw Raised{std::move(result).error()};
}

/// True if less stack is left than deep recursion needs: the caller must fail instead of going deeper.
bool StackIsLow();

}  // namespace dvt::tmpl
