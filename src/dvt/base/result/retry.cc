#include "dvt/base/result/retry.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <random>

#include "dvt/base/text/text.h"

namespace dvt {
namespace {

struct Pattern {
  std::string_view text;
  ErrorCode code;
};

// Looked through in order: what can never succeed by repeating comes first.
constexpr Pattern kPatterns[] = {
    {"password authentication failed", ErrorCode::kAuthentication},
    {"authentication", ErrorCode::kAuthentication},
    {"access denied for user", ErrorCode::kAuthentication},
    {"unauthorized", ErrorCode::kAuthentication},
    {"invalid credentials", ErrorCode::kAuthentication},
    {"login failed", ErrorCode::kAuthentication},
    {"permission denied", ErrorCode::kPermission},
    {"access denied", ErrorCode::kPermission},
    {"insufficient privilege", ErrorCode::kPermission},
    {"not authorized", ErrorCode::kPermission},
    {"forbidden", ErrorCode::kPermission},
    {"read-only", ErrorCode::kPermission},
    {"readonly", ErrorCode::kPermission},
    {"no such table", ErrorCode::kNotFound},
    {"no such column", ErrorCode::kNotFound},
    {"does not exist", ErrorCode::kNotFound},
    {"doesn't exist", ErrorCode::kNotFound},
    {"unknown column", ErrorCode::kNotFound},
    {"unknown database", ErrorCode::kNotFound},
    {"unknown table", ErrorCode::kNotFound},
    {"table not found", ErrorCode::kNotFound},
    {"object not found", ErrorCode::kNotFound},
    {"no such file", ErrorCode::kNotFound},
    {"already exists", ErrorCode::kAlreadyExists},
    {"syntax error", ErrorCode::kSyntax},
    {"parser error", ErrorCode::kSyntax},
    {"error in your sql syntax", ErrorCode::kSyntax},
    {"unique constraint", ErrorCode::kConstraint},
    {"duplicate key", ErrorCode::kConstraint},
    {"duplicate entry", ErrorCode::kConstraint},
    {"constraint", ErrorCode::kConstraint},
    {"type mismatch", ErrorCode::kType},
    {"datatype mismatch", ErrorCode::kType},
    {"conversion error", ErrorCode::kData},
    {"invalid input syntax", ErrorCode::kData},
    {"out of range", ErrorCode::kData},
    {"overflow", ErrorCode::kData},
    {"out of memory", ErrorCode::kMemory},
    {"cannot allocate memory", ErrorCode::kMemory},
    {"no space left", ErrorCode::kDisk},
    {"disk full", ErrorCode::kDisk},
    {"disk is full", ErrorCode::kDisk},
    {"quota exceeded", ErrorCode::kDisk},
    {"statement timeout", ErrorCode::kTimeout},
    {"lock timeout", ErrorCode::kTimeout},
    {"lock wait timeout", ErrorCode::kTimeout},
    {"due to user request", ErrorCode::kCancelled},
    {"cancelled", ErrorCode::kCancelled},
    {"canceled", ErrorCode::kCancelled},
    {"interrupted", ErrorCode::kCancelled},
    {"deadlock", ErrorCode::kDeadlock},
    {"could not serialize", ErrorCode::kDeadlock},
    {"too many connections", ErrorCode::kThrottled},
    {"too many clients", ErrorCode::kThrottled},
    {"connection slots", ErrorCode::kThrottled},
    {"too many requests", ErrorCode::kThrottled},
    {"rate limit", ErrorCode::kThrottled},
    {"throttl", ErrorCode::kThrottled},
    {"slow down", ErrorCode::kThrottled},
    {"temporarily unavailable", ErrorCode::kThrottled},
    {"service unavailable", ErrorCode::kThrottled},
    {"try again", ErrorCode::kThrottled},
    {"database is locked", ErrorCode::kThrottled},
    {"timed out", ErrorCode::kTimeout},
    {"timeout", ErrorCode::kTimeout},
    {"connection reset", ErrorCode::kConnection},
    {"connection refused", ErrorCode::kConnection},
    {"connection closed", ErrorCode::kConnection},
    {"closed the connection", ErrorCode::kConnection},
    {"lost connection", ErrorCode::kConnection},
    {"gone away", ErrorCode::kConnection},
    {"broken pipe", ErrorCode::kConnection},
    {"unexpected eof", ErrorCode::kConnection},
    {"end of file", ErrorCode::kConnection},
    {"could not connect", ErrorCode::kConnection},
    {"network is unreachable", ErrorCode::kConnection},
    {"no route to host", ErrorCode::kConnection},
    {"bad gateway", ErrorCode::kConnection},
    {"internal server error", ErrorCode::kConnection},
};

}  // namespace

std::chrono::duration<double> RetryPolicy::Wait(int attempt) const {
  thread_local std::mt19937_64 random{std::random_device{}()};
  double jitter = std::uniform_real_distribution<double>(0.0, 1.0)(random) * base_seconds * 0.1;
  double wait = std::ldexp(base_seconds, std::clamp(attempt, 0, 60)) + jitter;
  return std::chrono::duration<double>(std::min(wait, max_seconds));
}

bool RetryPolicy::IsRetryable(const Error& error) const {
  switch (error.code()) {
    case ErrorCode::kConnection:
    case ErrorCode::kTimeout:
    case ErrorCode::kThrottled:
    case ErrorCode::kDeadlock: return true;
    case ErrorCode::kUnknown: return retry_on_unknown;
    case ErrorCode::kStartOver: return starts_over;
    default: return false;
  }
}

ErrorCode ClassifyMessage(std::string_view message) {
  std::string lower = ToLower(message);
  for (const auto& pattern : kPatterns) {
    if (lower.find(pattern.text) != std::string::npos) return pattern.code;
  }
  return ErrorCode::kUnknown;
}

ErrorCode ClassifyErrno(int errno_value) {
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR: return ErrorCode::kNotFound;
    case EEXIST: return ErrorCode::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS: return ErrorCode::kPermission;
    case ENOMEM: return ErrorCode::kMemory;
    case ENOSPC:
    case EDQUOT: return ErrorCode::kDisk;
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
    case ENOTCONN:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN: return ErrorCode::kConnection;
    case ETIMEDOUT: return ErrorCode::kTimeout;
    case EAGAIN:
    case EMFILE:
    case ENFILE: return ErrorCode::kThrottled;
    case ECANCELED: return ErrorCode::kCancelled;
    case EINVAL: return ErrorCode::kInvalidArgument;
    default: return ErrorCode::kIo;
  }
}

bool SleepFor(std::chrono::duration<double> wait, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, wait, [] { return false; });
  return !stop.stop_requested();
}

Status RunWithRetry(const RetryPolicy& policy, std::stop_token stop, const std::function<Status()>& work,
                    const std::function<void(const Error&, int, double)>& on_retry) {
  for (int attempt = 0;; ++attempt) {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "Cancelled");
    Status status = work();
    if (status || attempt >= policy.max_retries || !policy.IsRetryable(status.error())) return status;
    auto wait = policy.Wait(attempt);
    if (on_retry) on_retry(status.error(), attempt + 1, wait.count());
    if (!SleepFor(wait, stop))
      return Error(ErrorCode::kCancelled, "Cancelled while waiting to retry").Within(status.error().message());
  }
}

}  // namespace dvt
