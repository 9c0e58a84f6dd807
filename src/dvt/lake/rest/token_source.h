#pragma once

#include <chrono>
#include <mutex>
#include <stop_token>
#include <string>

#include "dvt/base/net/http_client.h"
#include "dvt/lake/rest/config.h"

namespace dvt::lake {

/// The bearer token of a catalog: the one given, or one got by OAuth2 client credentials and renewed before it expires (by token exchange
/// if the server takes it, else by the credentials again). Thread-safe.
class TokenSource {
 public:
  /// `client` must outlive this.
  TokenSource(HttpClient& client, CatalogConfig config) : client_(client), config_(std::move(config)) {}

  /// The token to send now; empty for catalogs without authentication.
  Result<std::string> Get(std::stop_token stop);
  /// A new token after `refused` got a 401; empty if there is no other way to one. Threads that come with the same one share the answer.
  Result<std::string> Renew(const std::string& refused, std::stop_token stop);
  /// Settings that the catalog's own configuration may override (token, oauth2-server-uri).
  void Override(const std::map<std::string, std::string>& properties);

 private:
  using Clock = std::chrono::steady_clock;

  Status Fetch(std::stop_token stop);
  Status Ask(const std::string& form, const std::string& authorization, const char* grant, std::stop_token stop);
  Status Request(const std::string& form, const std::string& authorization, std::stop_token stop);
  Status AskByCredentials(std::stop_token stop);
  Status AskByExchange(std::stop_token stop);
  void Extend(std::string& form) const;
  bool Expires() const;

  HttpClient& client_;
  CatalogConfig config_;
  std::mutex mutex_;
  std::string token_;
  Clock::time_point got_{};
  Clock::time_point expires_ = Clock::time_point::max();
};

}  // namespace dvt::lake
