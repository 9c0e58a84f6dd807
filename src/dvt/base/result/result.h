#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace dvt {

/// What kind of failure happened. Retry and exit codes are decided from this, never from message text.
enum class ErrorCode {
  kInvalidArgument,  ///< a caller's or user's argument is unusable
  kConfig,           ///< a project, profile or property file is wrong
  kSyntax,           ///< SQL or template text cannot be parsed, by us or by a server
  kNotFound,         ///< table, column, file, node or macro does not exist
  kAlreadyExists,    ///< an object of that name exists
  kType,             ///< a value or column type does not fit
  kConstraint,       ///< unique, not-null, foreign-key or check violation
  kAuthentication,   ///< wrong user, password or token
  kPermission,       ///< authenticated but not allowed (read-only targets included)
  kUnsupported,      ///< understood, but this system or version cannot do it
  kConnection,       ///< refused, reset, broken pipe, unexpected end of stream
  kTimeout,          ///< connect, statement or lock timeout
  kThrottled,        ///< rate limit, too many connections, temporarily unavailable
  kDeadlock,         ///< deadlock or serialization failure
  kStartOver,        ///< cannot be repeated alone (a shared snapshot or a commit's outcome is lost); the whole transfer can
  kCancelled,        ///< the user or the run cancelled it
  kMemory,           ///< out of memory, here or on a server
  kDisk,             ///< disk full or quota exceeded
  kIo,               ///< other file-system failure
  kData,             ///< a value cannot be converted (overflow, bad encoding)
  kUnknown,          ///< a vendor error that no table knows
  kInternal,         ///< a broken invariant of dvt itself
};

/// The stable lower-case name of a code, such as "not_found".
std::string_view ErrorCodeName(ErrorCode code);

/// A place in a user's file. Lines and columns count from 1; 0 means unknown.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;

  bool known() const { return !file.empty() || line > 0; }
  /// "models/a.sql:3:7", leaving out what is unknown.
  std::string ToString() const;
};

/// One failure: what, where, what to do, and the chain of contexts it passed through. Never holds a secret.
class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }
  const Place& place() const { return place_; }
  const std::string& hint() const { return hint_; }
  /// SQLSTATE, errno, HTTP status or vendor number, as text; empty if none.
  const std::string& vendor_code() const { return vendor_code_; }
  /// Innermost first.
  const std::vector<std::string>& contexts() const { return contexts_; }

  Error&& At(Place place) && {
    place_ = std::move(place);
    return std::move(*this);
  }
  Error&& WithHint(std::string hint) && {
    hint_ = std::move(hint);
    return std::move(*this);
  }
  Error&& WithVendorCode(std::string vendor_code) && {
    vendor_code_ = std::move(vendor_code);
    return std::move(*this);
  }
  /// Adds an outer context, for example "while reading shop.orders from connection crm".
  Error&& Within(std::string context) && {
    contexts_.push_back(std::move(context));
    return std::move(*this);
  }
  /// Sets the place only if none is known yet.
  Error&& AtIfUnknown(Place place) && {
    if (!place_.known()) place_ = std::move(place);
    return std::move(*this);
  }

  /// "file:line:col: message (vendor code)\n  context\n  hint: …", for people.
  std::string ToString() const;

 private:
  ErrorCode code_;
  std::string message_;
  Place place_;
  std::string hint_;
  std::string vendor_code_;
  std::vector<std::string> contexts_;
};

template <class E>
class Unexpected {
 public:
  explicit Unexpected(E error) : error_(std::move(error)) {}
  E& error() & { return error_; }
  E&& error() && { return std::move(error_); }

 private:
  E error_;
};

/// A value or an Error; the API of std::expected<T, Error> (which GCC 12 lacks in C++20 mode).
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::make_unique<Error>(std::move(error))) {}  // NOLINT
  Result(Unexpected<Error> error) : Result(std::move(error).error()) {}                               // NOLINT
  template <class U>
  requires(std::is_convertible_v<U, T> && !std::is_same_v<std::remove_cvref_t<U>, T> &&
           !std::is_same_v<std::remove_cvref_t<U>, Error> && !std::is_same_v<std::remove_cvref_t<U>, Result<T>> &&
           !std::is_same_v<std::remove_cvref_t<U>, Unexpected<Error>>) Result(U&& value)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}  // NOLINT

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  template <class U>
  T value_or(U&& other) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(other));
  }
  Error& error() & { return *std::get<1>(state_); }
  const Error& error() const& { return *std::get<1>(state_); }
  Error&& error() && { return std::move(*std::get<1>(state_)); }

  template <class F>
  auto and_then(F&& f) && -> std::invoke_result_t<F, T&&> {
    if (has_value()) return std::forward<F>(f)(std::move(*this).value());
    return std::move(*this).error();
  }
  template <class F>
  auto transform(F&& f) && -> Result<std::invoke_result_t<F, T&&>> {
    if (has_value()) return std::forward<F>(f)(std::move(*this).value());
    return std::move(*this).error();
  }

 private:
  std::variant<T, std::unique_ptr<Error>> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::make_unique<Error>(std::move(error))) {}  // NOLINT
  Result(Unexpected<Error> error) : Result(std::move(error).error()) {}       // NOLINT

  bool has_value() const { return error_ == nullptr; }
  explicit operator bool() const { return has_value(); }
  void value() const {}
  Error& error() & { return *error_; }
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }

 private:
  std::unique_ptr<Error> error_;
};

using Status = Result<void>;

#define DVT_CONCAT_INNER(a, b) a##b
#define DVT_CONCAT(a, b) DVT_CONCAT_INNER(a, b)

/// Returns the error of `expr` (a Result) from the enclosing function, if it has one.
#define DVT_TRY(expr)                                                                                        \
  do {                                                                                                       \
    if (auto dvt_try_result = (expr); !dvt_try_result.has_value()) return std::move(dvt_try_result).error(); \
  } while (false)

/// `DVT_ASSIGN(auto x, F());` binds the value, or returns the error.
#define DVT_ASSIGN(lhs, expr) DVT_ASSIGN_INNER(DVT_CONCAT(dvt_result_, __COUNTER__), lhs, expr)
#define DVT_ASSIGN_INNER(tmp, lhs, expr)               \
  auto tmp = (expr);                                   \
  if (!tmp.has_value()) return std::move(tmp).error(); \
  lhs = std::move(tmp).value()

}  // namespace dvt
