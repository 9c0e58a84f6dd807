#pragma once

#include <string>
#include <string_view>

namespace dvt {

class Value;

/// Process-wide list of values that must never be printed: passwords of profiles, DBT_ENV_SECRET_… and DVT_ENV_SECRET_…
/// variables. Thread-safe.
class SecretRegistry {
 public:
  /// Values shorter than three bytes are ignored: replacing them would ruin every text.
  static void Register(std::string_view value);
  /// The text with every registered value replaced by "*****". Use it on all that reaches a log, an artifact or the user.
  static std::string Redact(std::string text);
  /// The same for every text of a document, keys included: before it is written as JSON, so that escapes hide nothing and the
  /// document stays well-formed whatever the secret is.
  static void RedactAll(Value& document);
  /// For tests.
  static void Clear();
};

/// True for the names of environment variables that hold secrets (DBT_ENV_SECRET…, DVT_ENV_SECRET…).
bool IsSecretVariable(std::string_view name);
/// True for connection settings whose values are secrets: password, pass, token, private_key, …
bool IsSecretSetting(std::string_view name);
/// The same where the value is known: the address of a server is no secret unless it holds a password.
bool IsSecretSetting(std::string_view name, std::string_view value);

}  // namespace dvt
