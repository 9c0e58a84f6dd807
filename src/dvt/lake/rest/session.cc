#include "dvt/lake/rest/session.h"

#include <fmt/format.h>

#include <charconv>

#include "dvt/base/result/retry.h"
#include "dvt/lake/rest/errors.h"

namespace dvt::lake {

namespace {

bool OutcomeIsUnknown(const Error& error) {
  return error.code() == ErrorCode::kConnection || error.code() == ErrorCode::kTimeout || error.vendor_code().starts_with('5');
}

// Seconds that the answer asks to wait; dates are not understood and count as nothing.
double RetryAfter(const Result<HttpResponse>& response) {
  const std::string* text = response ? response->Find("Retry-After") : nullptr;
  double seconds = 0;
  if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), seconds);
  return seconds;
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

Result<CatalogAnswer> Read(HttpResponse response, const CatalogCall& call) {
  CatalogAnswer answer;
  answer.status = response.status;
  if (const std::string* etag = response.Find("ETag")) answer.etag = *etag;
  if (response.body.empty() || call.method == "HEAD" || response.status == 204 || response.status == 304) return answer;
  auto json = ParseJson(response.body);
  if (!json)
    return Error(ErrorCode::kData, fmt::format("the catalog's answer for {} is no JSON", call.what))
        .WithVendorCode(std::to_string(response.status));
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
  if (!asked && asked.error().code() == ErrorCode::kNotFound)
    return Error(ErrorCode::kConfig, fmt::format("the catalog at {} does not know {}", config_.uri, call.what))
        .WithVendorCode(asked.error().vendor_code())
        .WithHint("check the catalog's address and the warehouse's name");
  DVT_ASSIGN(const CatalogAnswer answer, std::move(asked));
  Merge(properties_, answer.body["defaults"], false);
  Merge(properties_, answer.body["overrides"], true);
  if (answer.body["endpoints"].is_list())
    for (const auto& endpoint : answer.body["endpoints"].list()) endpoints_.insert(endpoint.ToText());
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

Result<HttpRequest> CatalogSession::MakeRequest(const CatalogCall& call, const std::string& token) const {
  HttpRequest request;
  request.method = call.method;
  request.url = config_.uri + "/v1/";
  // A prefix may have several parts; its slashes stay.
  if (!call.outside_prefix && !prefix_.empty()) request.url += prefix_ + "/";
  request.url += call.path;
  for (size_t i = 0; i < call.query.size(); ++i)
    request.url += (i == 0 ? "?" : "&") + call.query[i].name + "=" + UrlEncode(call.query[i].value);
  request.headers.push_back({"Accept", "application/json"});
  if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
  if (call.delegate && !config_.access_delegation.empty())
    request.headers.push_back({"X-Iceberg-Access-Delegation", config_.access_delegation});
  if (!call.if_none_match.empty()) request.headers.push_back({"If-None-Match", call.if_none_match});
  if (std::string trace = TraceParent::Current().ToString(); !trace.empty())
    request.headers.push_back({"traceparent", std::move(trace)});
  for (const auto& [name, value] : config_.headers) request.headers.push_back({name, value});
  if (!call.body.is_null()) {
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = ToJson(call.body);
  }
  request.timeout_seconds = config_.timeout_seconds;
  request.ca_bundle = config_.ca_bundle;
  return request;
}

// One request; after a 401 once more with a new token.
Result<HttpResponse> CatalogSession::Send(const CatalogCall& call, std::stop_token stop) {
  DVT_ASSIGN(const std::string token, tokens_.Get(stop));
  DVT_ASSIGN(const HttpRequest request, MakeRequest(call, token));
  auto response = client_.Send(request, stop);
  if (!response || (response->status != 401 && response->status != 419)) return response;
  DVT_ASSIGN(const std::string renewed, tokens_.Renew(token, stop));
  if (renewed.empty() || renewed == token) return response;
  DVT_ASSIGN(const HttpRequest again, MakeRequest(call, renewed));
  return client_.Send(again, stop);
}

Result<CatalogAnswer> CatalogSession::Call(const CatalogCall& call, std::stop_token stop) {
  ActiveSpan span(call.operation);
  if (!call.table.empty()) span.Set("iceberg.table", call.table);
  if (!call.name_space.empty()) span.Set("iceberg.namespace", call.name_space);
  auto answer = Repeat(call, span, stop);
  if (!answer && !(call.may_be_missing && answer.error().code() == ErrorCode::kNotFound)) span.Fail(answer.error());
  if (answer) {
    const Value& snapshot = answer->body["metadata"]["current-snapshot-id"];
    if (snapshot.is_int() && snapshot.as_int() >= 0) span.Set("iceberg.snapshot_id", snapshot);  // -1: none
  }
  return answer;
}

Result<CatalogAnswer> CatalogSession::Repeat(const CatalogCall& call, Span& span, std::stop_token stop) {
  for (int attempt = 0;; ++attempt) {
    auto response = Send(call, stop);
    span.Set("http.attempts", attempt + 1);
    if (response) span.Set("http.response.status_code", response->status);
    if (response && (response->status < 300 || response->status == 304)) return Read(*std::move(response), call);
    const double asked = RetryAfter(response);
    Error error = response ? ErrorOfResponse(*response, call.what) : std::move(response).error();
    if (!call.repeatable && OutcomeIsUnknown(error)) {
      return Error(ErrorCode::kStartOver,
                   fmt::format("the catalog did not say whether {} was changed: {}", call.what, error.message()))
          .WithVendorCode(error.vendor_code());
    }
    if (!IsPassing(error) || attempt + 1 >= config_.retry.attempts) return error;
    const double wait = std::max(config_.retry.Wait(attempt), std::min(asked, config_.retry.max_wait_seconds));
    if (!SleepFor(std::chrono::duration<double>(wait), stop))
      return Error(ErrorCode::kCancelled, fmt::format("the request for {} was cancelled", call.what));
  }
}

}  // namespace dvt::lake
