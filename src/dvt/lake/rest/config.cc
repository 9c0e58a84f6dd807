#include "dvt/lake/rest/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <random>

#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"

namespace dvt::lake {

namespace {

using Properties = std::map<std::string, std::string>;

std::string Take(const Properties& properties, const char* key, const std::string& otherwise = {}) {
  const auto found = properties.find(key);
  return found == properties.end() ? otherwise : found->second;
}

Status ReadNumber(const Properties& properties, const char* key, double least, double most, double& out) {
  const std::string text = Take(properties, key);
  if (text.empty()) return {};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size() && out >= least && out <= most) return {};
  return Error(ErrorCode::kConfig,
               fmt::format("'{}' of the catalog must be a number from {} to {}, not '{}'", key, least, most, text));
}

Status ReadFlag(const Properties& properties, const char* key, bool& out) {
  const std::string text = ToLower(Take(properties, key));
  if (text.empty()) return {};
  if (text != "true" && text != "false")
    return Error(ErrorCode::kConfig, fmt::format("'{}' of the catalog must be true or false, not '{}'", key, text));
  out = text == "true";
  return {};
}

Status ReadCredential(const Properties& properties, CatalogConfig& config) {
  const std::string credential = Take(properties, "credential");
  config.token = Take(properties, "token");
  SecretRegistry::Register(config.token);
  if (credential.empty()) return {};
  SecretRegistry::Register(credential);
  // Only the first colon divides: secrets may hold others. Without one it is a secret alone.
  const size_t colon = credential.find(':');
  if (colon != std::string::npos) config.client_id = credential.substr(0, colon);
  config.client_secret = colon == std::string::npos ? credential : credential.substr(colon + 1);
  SecretRegistry::Register(config.client_secret);
  if (config.client_secret.empty())
    return Error(ErrorCode::kConfig, "'credential' of the catalog must be 'client id:client secret'");
  return {};
}

// "https://name:password@host/…"
void RegisterPassword(const std::string& uri) {
  const size_t scheme = uri.find("://");
  if (scheme == std::string::npos) return;
  const std::string host = uri.substr(scheme + 3, uri.find('/', scheme + 3) - scheme - 3);
  const size_t at = host.rfind('@'), colon = host.find(':');
  if (at != std::string::npos && colon < at) SecretRegistry::Register(host.substr(colon + 1, at - colon - 1));
}

Status ReadRetry(const Properties& properties, CatalogConfig& config) {
  double attempts = config.retry.attempts;
  DVT_TRY(ReadNumber(properties, "retry.attempts", 1, 10, attempts));
  config.retry.attempts = static_cast<int>(attempts);
  DVT_TRY(ReadNumber(properties, "retry.first-wait-s", 0, 30, config.retry.first_wait_seconds));
  DVT_TRY(ReadNumber(properties, "retry.max-wait-s", 0, 300, config.retry.max_wait_seconds));
  DVT_TRY(ReadNumber(properties, "retry.jitter-s", 0, 10, config.retry.jitter_seconds));
  return ReadNumber(properties, "timeout-s", 1, 3600, config.timeout_seconds);
}

Status ReadDelegation(const Properties& properties, CatalogConfig& config) {
  std::string wanted =
      Take(properties, "access-delegation", Take(properties, "header.X-Iceberg-Access-Delegation", config.access_delegation));
  if (wanted == "none" || wanted.empty()) wanted.clear();
  if (wanted == "remote-signing")
    return Error(ErrorCode::kUnsupported,
                 "remote signing of requests to the storage is not supported; use vended-credentials or none");
  if (!wanted.empty() && wanted != "vended-credentials")
    return Error(ErrorCode::kConfig,
                 fmt::format("'access-delegation' of the catalog must be vended-credentials or none, not '{}'", wanted));
  config.access_delegation = wanted;
  return {};
}

}  // namespace

double RequestRetry::Wait(int attempt) const {
  static thread_local std::mt19937 random{std::random_device{}()};
  const double wait = std::min(first_wait_seconds * std::pow(2.0, attempt), max_wait_seconds);
  return wait + std::uniform_real_distribution<double>(0, std::max(jitter_seconds, 1e-9))(random);
}

Result<CatalogConfig> CatalogConfig::FromProperties(const Properties& properties) {
  CatalogConfig config;
  config.properties = properties;
  for (const auto& [key, value] : properties)
    if ((IsSecretSetting(key, value) && key != "uri") || key.find("secret") != std::string::npos ||
        key.find("token") != std::string::npos) {
      if (!key.ends_with("-enabled")) SecretRegistry::Register(value);
    }
  config.uri = Take(properties, "uri");
  RegisterPassword(config.uri);
  while (config.uri.ends_with('/')) config.uri.pop_back();
  if (config.uri.empty())
    return Error(ErrorCode::kConfig, "the catalog has no 'uri'")
        .WithHint("give the address of its REST API, such as https://host/api/catalog");
  if (!config.uri.starts_with("http://") && !config.uri.starts_with("https://"))
    return Error(ErrorCode::kConfig, fmt::format("'{}' is no http or https address of a catalog", config.uri));
  config.warehouse = Take(properties, "warehouse");
  DVT_TRY(ReadCredential(properties, config));
  config.oauth2_server_uri = Take(properties, "oauth2-server-uri");
  config.scope = Take(properties, "scope", config.scope);
  config.audience = Take(properties, "audience");
  config.resource = Take(properties, "resource");
  config.ca_bundle = Take(properties, "ssl.cabundle");
  DVT_TRY(ReadFlag(properties, "oauth2-basic-auth", config.basic_auth));
  DVT_TRY(ReadFlag(properties, "token-refresh-enabled", config.refresh_token));
  DVT_TRY(ReadFlag(properties, "token-exchange-enabled", config.exchange_token));
  DVT_TRY(ReadDelegation(properties, config));
  DVT_TRY(ReadRetry(properties, config));
  for (const auto& [key, value] : properties)
    if (key.starts_with("header.") && key != "header.X-Iceberg-Access-Delegation") config.headers[key.substr(7)] = value;
  return config;
}

}  // namespace dvt::lake
