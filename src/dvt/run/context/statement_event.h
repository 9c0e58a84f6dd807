#pragma once

#include <chrono>
#include <string>

#include "dvt/base/result/result.h"
#include "dvt/run/observer.h"

namespace dvt::run {

/// Tells the log of a statement when it begins, and how it went when that is known.
class StatementEvent {
 public:
  StatementEvent(Observer& observer, std::string connection, const std::string& sql);
  /// `status`: "OK", or what went wrong.
  void Done(const std::string& status);
  /// As Done("OK") or with the error's text; hands the result on.
  template <typename T>
  Result<T> Done(Result<T> result) {
    Done(result ? "OK" : "ERROR: " + result.error().message());
    return result;
  }

 private:
  Observer& observer_;
  std::string connection_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace dvt::run
