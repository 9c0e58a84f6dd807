#include "dvt/base/text/secrets.h"

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "dvt/base/text/text.h"
#include "dvt/base/text/value.h"

namespace dvt {
namespace {

struct Secrets {
  std::shared_mutex mutex;
  std::vector<std::string> values;  // longest first, so that a secret within a secret leaves no rest
};

Secrets& Registered() {
  static Secrets secrets;
  return secrets;
}

void Blank(std::string& text, const std::vector<std::string>& values) {
  for (const auto& value : values) {
    if (text.find(value) != std::string::npos) text = ReplaceAll(std::move(text), value, "*****");
  }
}

bool TextHoldsAny(std::string_view text, const std::vector<std::string>& values) {
  return std::any_of(values.begin(), values.end(), [&](const auto& value) { return text.find(value) != std::string_view::npos; });
}

bool HoldsAny(const Value& value, const std::vector<std::string>& values) {
  if (value.is_string()) return TextHoldsAny(value.as_string(), values);
  if (value.is_list())
    return std::any_of(value.list().begin(), value.list().end(), [&](const auto& item) { return HoldsAny(item, values); });
  return value.is_map() && std::any_of(value.map().begin(), value.map().end(), [&](const auto& entry) {
           return TextHoldsAny(entry.key, values) || HoldsAny(entry.value, values);
         });
}

// Looks first: most documents hold no secret, and what is not changed stays shared.
void BlankAll(Value& value, const std::vector<std::string>& values) {
  if (!HoldsAny(std::as_const(value), values)) return;
  if (value.is_string()) {
    std::string text = value.as_string();
    Blank(text, values);
    value = Value(std::move(text));
  } else if (value.is_list()) {
    for (auto& item : value.list()) BlankAll(item, values);
  } else if (value.is_map()) {
    for (auto& entry : value.map()) {
      Blank(entry.key, values);
      BlankAll(entry.value, values);
    }
  }
}

}  // namespace

void SecretRegistry::Register(std::string_view value) {
  if (value.size() < 3) return;
  auto& secrets = Registered();
  std::unique_lock lock(secrets.mutex);
  auto& values = secrets.values;
  if (std::find(values.begin(), values.end(), value) != values.end()) return;
  auto at = std::find_if(values.begin(), values.end(), [&](const auto& other) { return other.size() < value.size(); });
  values.insert(at, std::string(value));
}

std::string SecretRegistry::Redact(std::string text) {
  auto& secrets = Registered();
  std::shared_lock lock(secrets.mutex);
  Blank(text, secrets.values);
  return text;
}

void SecretRegistry::RedactAll(Value& document) {
  auto& secrets = Registered();
  std::shared_lock lock(secrets.mutex);
  if (!secrets.values.empty()) BlankAll(document, secrets.values);
}

void SecretRegistry::Clear() {
  auto& secrets = Registered();
  std::unique_lock lock(secrets.mutex);
  secrets.values.clear();
}

bool IsSecretVariable(std::string_view name) {
  return name.substr(0, 14) == "DBT_ENV_SECRET" || name.substr(0, 14) == "DVT_ENV_SECRET";
}

bool IsSecretSetting(std::string_view name, std::string_view value) {
  const bool address = value.starts_with("http://") || value.starts_with("https://");
  if (address && EqualsIgnoreCase(name, "uri")) return value.find('@') != std::string_view::npos;
  return IsSecretSetting(name);
}

bool IsSecretSetting(std::string_view name) {
  static constexpr std::string_view kWords[] = {
      "password",   "passwd",       "passphrase",        "token", "secret", "private_key", "api_key", "account_key", "access_key",
      "credential", "keyfile_json", "connection_string", "pwd"};
  std::string lower = ToLower(name);
  if (lower == "pass" || lower == "dsn" || lower == "uri") return true;
  if (lower == "private_key_path" || lower == "credentials_path" || lower == "token_uri" || lower == "token_endpoint")
    return false;
  for (auto word : kWords) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

}  // namespace dvt
