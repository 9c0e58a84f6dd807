#include "dvt/lake/rest/session.h"

#include <fmt/format.h>

#include "dvt/base/result/retry.h"
#include "dvt/base/text/text.h"
#include "dvt/lake/rest/errors.h"
#include "dvt/lake/rest/repetition.h"

namespace dvt::lake {

namespace {

// How long the answer to a change is awaited after a stop, so that it is known what was done.
constexpr double kGraceSeconds = 5;

// The request had left, and its answer did not come, or was not waited for.
bool WasUnderWay(const Error& error) {
  return error.code() == ErrorCode::kConnection || error.code() == ErrorCode::kTimeout || WasStoppedUnderWay(error);
}

// 501: the catalog has no such endpoint.
bool OutcomeIsUnknown(const Error& error) {
  if (WasNeverSent(error)) return false;
  return WasUnderWay(error) || (error.vendor_code().starts_with('5') && error.code() != ErrorCode::kUnsupported);
}

// An answer that refuses because credentials were asked for: the catalog lends none.
bool LendsNothing(const HttpResponse& response) {
  if (response.status != 400) return false;
  const std::string text = ToLower(response.body);
  for (const auto* said : {"stsunavailable", "credential vending", "vended credentials", "no credentials are available"})
    if (text.find(said) != std::string::npos) return true;
  return false;
}

Error Unknown(const CatalogCall& call, const Error& error) {
  return Error(ErrorCode::kStartOver,
               fmt::format("the catalog did not say whether {} was changed: {}", call.what, error.message()))
      .WithVendorCode(error.vendor_code());
}

void Merge(std::map<std::string, std::string>& into, const Value& from, bool override) {
  if (!from.is_map()) return;
  for (const auto& entry : from.map()) {
    if (override) {
      into[entry.key] = entry.value.ToText();
    } else {
      into.emplace(entry.key, entry.value.ToText());
    }
  }
}

// What is asked for: the partitioning of a new table, and which properties (by their names alone).
void TellBody(const Value& body, Span& span) {
  if (!body.is_map()) return;
  Value names = Value::MakeList(), fields = Value::MakeList();
  if (body["properties"].is_map())
    for (const auto& entry : body["properties"].map()) names.Push(entry.key);
  if (!names.list().empty()) span.Set("iceberg.properties", std::move(names));
  const Value& spec = body["partition-spec"]["fields"];
  if (spec.is_list())
    for (const auto& field : spec.list()) fields.Push(field["name"].ToText() + ": " + field["transform"].ToText());
  if (!fields.list().empty()) span.Set("iceberg.partition_spec", std::move(fields));
}

Result<CatalogAnswer> Read(HttpResponse response, const CatalogCall& call) {
  CatalogAnswer answer;
  answer.status = response.status;
  if (const std::string* etag = response.Find("ETag")) answer.etag = *etag;
  if (response.body.empty() || call.method == "HEAD" || response.status == 204 || response.status == 304) return answer;
  auto json = ParseJson(response.body);
  if (!json) return NoAnswer(call.what, "no JSON", response.status);
  if (!json->is_map()) return NoAnswer(call.what, "no JSON object", response.status);
  answer.body = *std::move(json);
  return answer;
}

}  // namespace

CatalogSession::CatalogSession(CatalogConfig config)
    : config_(config), properties_(config.properties), tokens_(client_, std::move(config)) {}

Result<std::unique_ptr<CatalogSession>> CatalogSession::Open(CatalogConfig config, std::stop_token stop) {
  std::unique_ptr<CatalogSession> session(new CatalogSession(std::move(config)));
  DVT_TRY(session->Configure(stop));
  return session;
}

Status CatalogSession::Configure(std::stop_token stop) {
  CatalogCall call;
  call.path = "config";
  call.outside_prefix = true;
  call.operation = "polaris.load_config";
  call.what = config_.warehouse.empty() ? "the catalog's configuration" : fmt::format("the warehouse '{}'", config_.warehouse);
  if (!config_.warehouse.empty()) call.query.push_back({"warehouse", config_.warehouse});
  auto asked = Call(call, stop);
  if (!asked && (asked.error().code() == ErrorCode::kNotFound || asked.error().code() == ErrorCode::kUnsupported))
    return Error(ErrorCode::kConfig, fmt::format("the catalog at {} does not know {}", config_.uri, call.what))
        .WithVendorCode(asked.error().vendor_code())
        .WithHint("check the catalog's address and the warehouse's name");
  DVT_ASSIGN(const CatalogAnswer answer, std::move(asked));
  Merge(properties_, answer.body["defaults"], false);
  Merge(properties_, answer.body["overrides"], true);
  if (answer.body["endpoints"].is_list())
    for (const auto& endpoint : answer.body["endpoints"].list()) endpoints_.insert(endpoint.ToText());
  if (const auto life = ParseIsoDuration(answer.body["idempotency-key-lifetime"].ToText())) key_life_ = *life;
  std::map<std::string, std::string> overrides;
  Merge(overrides, answer.body["overrides"], true);
  tokens_.Override(overrides);
  if (const auto found = properties_.find("prefix"); found != properties_.end()) prefix_ = found->second;
  if (const auto found = properties_.find("namespace-separator"); found != properties_.end()) {
    separator_ = found->second == "%1F" || found->second == "%1f"   ? "\x1f"
                 : found->second == "%2E" || found->second == "%2e" ? "."
                                                                    : found->second;
  }
  return {};
}

HttpRequest CatalogSession::MakeRequest(const CatalogCall& call, const std::string& key, const std::string& token) const {
  HttpRequest request;
  request.method = call.method;
  request.url = config_.uri + "/v1/";
  // A prefix may have several parts; its slashes stay.
  if (!call.outside_prefix && !prefix_.empty()) request.url += prefix_ + "/";
  request.url += call.path;
  if (!call.address.empty()) request.url = call.address;
  for (size_t i = 0; i < call.query.size(); ++i)
    request.url +=
        (request.url.find('?') == std::string::npos ? "?" : "&") + call.query[i].name + "=" + UrlEncode(call.query[i].value);
  request.headers.push_back({"Accept", "application/json"});
  if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
  if (!key.empty()) request.headers.push_back({"Idempotency-Key", key});
  if (call.delegate && lends_ && !config_.access_delegation.empty())
    request.headers.push_back({"X-Iceberg-Access-Delegation", config_.access_delegation});
  if (!call.if_none_match.empty()) request.headers.push_back({"If-None-Match", call.if_none_match});
  if (std::string trace = TraceParent::Current().ToString(); !trace.empty())
    request.headers.push_back({"traceparent", std::move(trace)});
  for (const auto& [name, value] : config_.headers) request.headers.push_back({name, value});
  if (!call.body.is_null()) {
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = ToJson(call.body);
  }
  request.once = !call.repeatable && key.empty();
  if (!call.repeatable) request.grace_seconds = kGraceSeconds;
  request.timeout_seconds = config_.timeout_seconds;
  request.ca_bundle = config_.ca_bundle;
  return request;
}

// One request; after a 401 once more with a new token.
Result<HttpResponse> CatalogSession::SendOnce(const CatalogCall& call, const std::string& key, const std::string& token,
                                              std::stop_token stop) {
  auto response = client_.Send(MakeRequest(call, key, token), stop);
  if (!response || (response->status != 401 && response->status != 419)) return response;
  DVT_ASSIGN(const std::string renewed, tokens_.Renew(token, stop));
  if (renewed.empty() || renewed == token) return response;
  return client_.Send(MakeRequest(call, key, renewed), stop);
}

// A catalog that lends nothing is never asked for credentials again.
Result<HttpResponse> CatalogSession::Send(const CatalogCall& call, const std::string& key, const std::string& token,
                                          std::stop_token stop) {
  const bool asked = call.delegate && lends_ && !config_.access_delegation.empty();
  auto response = SendOnce(call, key, token, stop);
  if (!asked || !response || !LendsNothing(*response)) return response;
  lends_ = false;
  return SendOnce(call, key.empty() ? key : NewRequestKey(), token, stop);
}

Result<CatalogAnswer> CatalogSession::Call(const CatalogCall& call, std::stop_token stop) {
  ActiveSpan span(call.operation);
  if (!call.table.empty()) span.Set("iceberg.table", call.table);
  if (!call.name_space.empty()) span.Set("iceberg.namespace", call.name_space);
  TellBody(call.body, span);
  auto answer = Repeat(call, span, stop);
  if (!answer && !(call.may_be_missing && answer.error().code() == ErrorCode::kNotFound)) span.Fail(answer.error());
  if (answer) {
    const Value& snapshot = answer->body["metadata"]["current-snapshot-id"];
    if (snapshot.is_int() && snapshot.as_int() >= 0) span.Set("iceberg.snapshot_id", snapshot);  // -1: none
    if (const Value& schema = answer->body["metadata"]["current-schema-id"]; schema.is_int())
      span.Set("iceberg.schema_id", schema);
  }
  return answer;
}

// Whether another attempt follows the one of that number, from 0.
bool CatalogSession::Repeats(const Error& error, int attempt) const {
  const bool first = !reached_ && WasNeverSent(error) && config_.retry.first_attempts > 0;
  return attempt + 1 < (first ? config_.retry.first_attempts : config_.retry.attempts);
}

// False after a stop. `asked`: what the catalog asked to wait, in seconds.
bool CatalogSession::Pause(const CatalogCall& call, const Error& error, int attempt, double asked, std::stop_token stop) const {
  const double wait = std::max(config_.retry.Wait(attempt), std::min(asked, config_.retry.max_wait_seconds));
  TellRetry(config_, {call.operation, call.table, error, attempt + 2, wait});
  return SleepFor(std::chrono::duration<double>(wait), stop);
}

Result<CatalogAnswer> CatalogSession::Repeat(const CatalogCall& call, Span& span, std::stop_token stop) {
  const std::string key = !call.repeatable && takes_keys() ? NewRequestKey() : std::string();
  const bool looks = call.look != nullptr && key.empty();
  const auto began = std::chrono::steady_clock::now();
  bool lost = false;  // some attempt may have done the change
  for (int attempt = 0;; ++attempt) {
    DVT_ASSIGN(const std::string token, tokens_.Get(stop));
    auto response = Send(call, key, token, stop);
    span.Set("http.attempts", attempt + 1);
    if (response) reached_ = true;
    if (response) span.Set("http.response.status_code", response->status);
    if (response && (response->status < 300 || response->status == 304)) return Read(*std::move(response), call);
    const double asked = response ? SecondsAsked(*response) : 0;
    Error error = response ? ErrorOfResponse(*response, call.what) : WithAdvice(std::move(response).error());
    const bool unknown = !call.repeatable && OutcomeIsUnknown(error);
    lost = lost || unknown;
    if (unknown && !looks && key.empty()) {
      if (asked > 0) (void)Pause(call, error, attempt, asked, stop);  // the caller looks, then asks again
      return Unknown(call, error);
    }
    const bool repeats = (unknown || IsPassing(error)) && Repeats(error, attempt) &&
                         (key.empty() || std::chrono::steady_clock::now() - began < key_life_);
    bool stopped = false;
    if (repeats || (unknown && looks)) stopped = !Pause(call, error, attempt, asked, stop);
    if (lost && looks) {  // even after a stop: what was done must be known
      auto seen = call.look({});
      if (!seen && seen.error().code() == ErrorCode::kAlreadyExists) return std::move(seen).error();
      if (!seen) return Unknown(call, error);
      if (*seen) return **std::move(seen);
    }
    if (repeats && !stopped) continue;
    // What somebody between us and the catalog gave up on, the catalog may yet do.
    const bool open = looks ? unknown && WasUnderWay(error) : lost && (unknown || IsPassing(error));
    if (stopped && !open) return Error(ErrorCode::kCancelled, fmt::format("the request for {} was cancelled", call.what));
    return open ? Unknown(call, error) : std::move(error);
  }
}

}  // namespace dvt::lake
