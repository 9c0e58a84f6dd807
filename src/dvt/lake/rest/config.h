#pragma once

#include <functional>
#include <map>
#include <string>

#include "dvt/base/result/result.h"

namespace dvt::lake {

/// What is about to be tried again: a request, or a commit that somebody else was faster than.
struct RetryNotice {
  std::string operation;  ///< the name of its span: "iceberg.load_table", "iceberg.commit"
  std::string table;      ///< empty: of none
  Error error;            ///< what failed
  int attempt = 2;        ///< the one that follows
  double wait_seconds = 0;

  /// One line. Secrets are still in it.
  std::string ToString() const;
};

/// How often and after which pauses a request is repeated: connection errors, timeouts, 429 and 503 (with Retry-After).
struct RequestRetry {
  int attempts = 3;  ///< 1 to 10
  double first_wait_seconds = 1;
  double max_wait_seconds = 30;
  double jitter_seconds = 1;
  /// While a catalog that was never reached cannot be reached at all; 0: attempts.
  int first_attempts = 0;

  /// min(first · 2^attempt, max) + rand(0, jitter); `attempt` counts from 0.
  double Wait(int attempt) const;
};

/// What a catalog is reached by. The names of the properties are those of Iceberg's other clients: uri, warehouse, credential ("id:secret"),
/// token, oauth2-server-uri, scope, audience, resource, prefix, header.NAME, ssl.cabundle, token-refresh-enabled, token-exchange-enabled,
/// access-delegation ("vended-credentials", "remote-signing" or "none"), retry.attempts, retry.first-wait-s, retry.max-wait-s, retry.jitter-s; others
/// (s3.…, gcs.…, adls.…) are handed to the storage.
struct CatalogConfig {
  std::string uri;
  std::string warehouse;
  std::string client_id;
  std::string client_secret;
  std::string token;
  std::string oauth2_server_uri;  ///< empty: the catalog's own v1/oauth/tokens
  std::string scope = "PRINCIPAL_ROLE:ALL";
  std::string audience;
  std::string resource;
  bool basic_auth = false;  ///< client id and secret in the header, not in the form (oauth2-basic-auth)
  bool refresh_token = true;
  bool exchange_token = true;
  std::string access_delegation = "vended-credentials";  ///< empty: none
  std::string ca_bundle;
  double timeout_seconds = 120;
  RequestRetry retry;
  /// Hears of each pause before a request or a commit is repeated; called by any thread. May be empty.
  std::function<void(const RetryNotice&)> on_retry;
  std::map<std::string, std::string> headers;
  std::map<std::string, std::string> properties;  ///< all as given, secrets included: never print them

  /// Secrets found are registered, so that no log shows them. kConfig names a property that is missing or unusable.
  static Result<CatalogConfig> FromProperties(const std::map<std::string, std::string>& properties);
};

}  // namespace dvt::lake
