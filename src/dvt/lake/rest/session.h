#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/base/net/http_client.h"
#include "dvt/base/telemetry/span.h"
#include "dvt/base/text/value.h"
#include "dvt/lake/rest/config.h"
#include "dvt/lake/rest/token_source.h"

namespace dvt::lake {

struct CatalogAnswer {
  int status = 0;
  Value body;
  std::string etag;
};

/// Looks at the catalog after the answer to a change was lost: what answers in its place if the change was done, nothing if it was not; an error if
/// somebody else's is there instead, or if that cannot be told.
using LookForChange = std::function<Result<std::optional<CatalogAnswer>>(std::stop_token)>;

/// One exchange with the catalog.
struct CatalogCall {
  std::string method = "GET";
  std::string path;               ///< below uri/v1/{prefix}/, encoded
  std::string address;            ///< the whole address, in place of a path
  std::vector<HttpHeader> query;  ///< not encoded
  Value body;                     ///< null: none
  std::string what;               ///< for errors: "the table sales.orders"
  std::string operation;          ///< the name of its span: "iceberg.load_table"
  std::string table, name_space;  ///< what the span tells of, if it is about one
  bool delegate = false;          ///< ask for credentials of the storage
  bool repeatable = true;         ///< false: a change, which must not be done twice
  LookForChange look;             ///< of a change; none: a lost answer is told (kStartOver), not looked for
  std::string if_none_match;      ///< an ETag
  bool outside_prefix = false;    ///< below uri/v1/
  bool may_be_missing = false;    ///< that there is no such thing is an answer, not a failure
};

/// Requests to one REST catalog: configuration, tokens, retries, errors. Thread-safe.
class CatalogSession {
 public:
  /// Asks /v1/config and applies its defaults and overrides.
  static Result<std::unique_ptr<CatalogSession>> Open(CatalogConfig config, std::stop_token stop);

  /// Any status below 400, and 304; everything else is an error (see ErrorOfResponse). When the outcome of a change is not known (a 5xx, a cut
  /// connection, a timeout), it is looked for before the change is asked for again. A catalog that takes idempotency keys is asked again at once, with
  /// the same key. kStartOver: the outcome stayed unknown.
  Result<CatalogAnswer> Call(const CatalogCall& call, std::stop_token stop);

  /// True if the catalog says it has the endpoint ("HEAD /v1/{prefix}/namespaces/{namespace}"), or says nothing about endpoints and the
  /// endpoint is among those that every catalog has had.
  bool Has(const std::string& endpoint, bool without_list) const {
    return endpoints_.empty() ? without_list : endpoints_.contains(endpoint);
  }
  /// True if changes carry a key, by which the catalog knows those that it has done already.
  bool takes_keys() const { return key_life_.count() > 0; }
  /// The properties given, completed by the catalog's defaults and overrides.
  const std::map<std::string, std::string>& properties() const { return properties_; }
  const CatalogConfig& config() const { return config_; }
  std::string namespace_separator() const { return separator_; }

 private:
  explicit CatalogSession(CatalogConfig config);
  Status Configure(std::stop_token stop);
  Result<CatalogAnswer> Repeat(const CatalogCall& call, Span& span, std::stop_token stop);
  Result<HttpResponse> Send(const CatalogCall& call, const std::string& key, const std::string& token, std::stop_token stop);
  Result<HttpResponse> SendOnce(const CatalogCall& call, const std::string& key, const std::string& token, std::stop_token stop);
  bool Repeats(const Error& error, int attempt) const;
  bool Pause(const CatalogCall& call, const Error& error, int attempt, double asked, std::stop_token stop) const;
  HttpRequest MakeRequest(const CatalogCall& call, const std::string& key, const std::string& token) const;

  CatalogConfig config_;
  std::map<std::string, std::string> properties_;
  std::set<std::string> endpoints_;
  std::string prefix_;
  std::string separator_ = "\x1f";
  std::chrono::duration<double> key_life_{0};
  std::atomic<bool> reached_ = false;  // it has answered
  std::atomic<bool> lends_ = true;     // false once the catalog said that it lends no credentials
  HttpClient client_;
  TokenSource tokens_;
};

}  // namespace dvt::lake
