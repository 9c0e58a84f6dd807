#include "dvt/lake/rest/token_source.h"

#include <fmt/format.h>

#include "dvt/base/result/retry.h"
#include "dvt/base/telemetry/span.h"
#include "dvt/base/text/secrets.h"
#include "dvt/base/text/value.h"
#include "dvt/lake/rest/errors.h"
#include "dvt/lake/rest/repetition.h"

namespace dvt::lake {

namespace {

void AddField(std::string& form, const char* name, const std::string& value) {
  if (value.empty()) return;
  if (!form.empty()) form += '&';
  form += name;
  form += '=';
  form += UrlEncode(value);
}

std::string Base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : kDigits[group >> (18 - 6 * k) & 63];
  }
  return out;
}

constexpr const char* kCheckServer = "check 'oauth2-server-uri', or the catalog's address if it gives the tokens itself";

// What another answer than a token means. Those that say nothing of the credentials say that there is no authorization server.
Error Refused(const HttpResponse& response, const std::string& place) {
  Error error = ErrorOfResponse(response, "a token");
  if (error.code() == ErrorCode::kAuthentication || error.code() == ErrorCode::kPermission || response.status >= 429)
    return error;
  return Error(ErrorCode::kAuthentication, fmt::format("no token is given at {}: it answered {}", place, response.status))
      .WithVendorCode(error.vendor_code())
      .WithHint(kCheckServer);
}

}  // namespace

void TokenSource::Override(const std::map<std::string, std::string>& properties) {
  const std::lock_guard lock(mutex_);
  if (const auto found = properties.find("oauth2-server-uri"); found != properties.end())
    config_.oauth2_server_uri = found->second;
  if (const auto found = properties.find("token"); found != properties.end()) {
    SecretRegistry::Register(found->second);
    token_ = found->second;
    expires_ = Clock::time_point::max();
  }
}

// Renewed when a tenth of its life, at least 30 s if it lives long enough, is left.
bool TokenSource::Expires() const {
  if (expires_ == Clock::time_point::max() || !config_.refresh_token) return false;
  const auto life = expires_ - got_;
  const auto ahead = std::min<Clock::duration>(std::max<Clock::duration>(life / 10, std::chrono::seconds(30)), life / 2);
  return Clock::now() >= expires_ - ahead;
}

Result<std::string> TokenSource::Get(std::stop_token stop) {
  const std::lock_guard lock(mutex_);
  if (token_.empty() && !config_.token.empty()) token_ = config_.token;
  if (token_.empty() ? !config_.client_secret.empty() : Expires()) DVT_TRY(Fetch(stop));
  return token_;
}

Result<std::string> TokenSource::Renew(const std::string& refused, std::stop_token stop) {
  const std::lock_guard lock(mutex_);
  if (token_ != refused) return token_;  // another thread was here
  if (config_.client_secret.empty()) return std::string();
  DVT_TRY(AskByCredentials(stop));
  return token_;
}

Status TokenSource::Fetch(std::stop_token stop) {
  if (!token_.empty() && config_.exchange_token && AskByExchange(stop)) return {};
  if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "authentication was cancelled");
  if (config_.client_secret.empty()) return {};  // a token given by the user is used until it is refused
  return AskByCredentials(stop);
}

void TokenSource::Extend(std::string& form) const {
  AddField(form, "scope", config_.scope);
  AddField(form, "audience", config_.audience);
  AddField(form, "resource", config_.resource);
}

Status TokenSource::AskByCredentials(std::stop_token stop) {
  std::string form, authorization;
  AddField(form, "grant_type", "client_credentials");
  if (config_.basic_auth) {
    authorization = "Basic " + Base64(config_.client_id + ":" + config_.client_secret);
  } else {
    AddField(form, "client_id", config_.client_id);
    AddField(form, "client_secret", config_.client_secret);
  }
  Extend(form);
  return Ask(form, authorization, "client_credentials", stop);
}

Status TokenSource::AskByExchange(std::stop_token stop) {
  std::string form;
  AddField(form, "grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
  AddField(form, "subject_token", token_);
  AddField(form, "subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
  Extend(form);
  const std::string identity = config_.client_id + ":" + config_.client_secret;
  return Ask(form, config_.client_secret.empty() ? "Bearer " + token_ : "Basic " + Base64(identity), "token_exchange", stop);
}

Status TokenSource::Ask(const std::string& form, const std::string& authorization, const char* grant, std::stop_token stop) {
  ActiveSpan span("polaris.authenticate");
  span.Set("oauth2.scope", config_.scope);
  span.Set("oauth2.grant", grant);
  auto status = Request(form, authorization, stop);
  span.FailIf(status);
  return status;
}

Status TokenSource::Request(const std::string& form, const std::string& authorization, std::stop_token stop) {
  HttpRequest request;
  request.method = "POST";
  request.url = config_.oauth2_server_uri.empty() ? config_.uri + "/v1/oauth/tokens" : config_.oauth2_server_uri;
  if (request.url.starts_with("v1/")) request.url = config_.uri + "/" + request.url;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
  if (!authorization.empty()) request.headers.push_back({"Authorization", authorization});
  if (std::string trace = TraceParent::Current().ToString(); !trace.empty())
    request.headers.push_back({"traceparent", std::move(trace)});
  request.body = form;
  request.timeout_seconds = config_.timeout_seconds;
  request.ca_bundle = config_.ca_bundle;
  const std::string place = PlainUrl(request.url);
  const char* whom = config_.oauth2_server_uri.empty() ? "the catalog" : "the authorization server";
  for (int attempt = 0;; ++attempt) {
    auto response = client_.Send(request, stop);
    if (response && response->status == 200) {
      const auto json = ParseJson(response->body);
      if (!json || !(*json)["access_token"].is_string())
        return Error(ErrorCode::kAuthentication, fmt::format("the authorization server's answer has no access_token: {}", place))
            .WithHint(kCheckServer);
      token_ = (*json)["access_token"].as_string();
      SecretRegistry::Register(token_);
      got_ = Clock::now();
      const Value& life = (*json)["expires_in"];
      expires_ = life.is_int() ? got_ + std::chrono::seconds(life.as_int()) : Clock::time_point::max();
      return {};
    }
    const double asked = response ? SecondsAsked(*response) : 0;
    Error error = response ? Refused(*response, place) : WithAdvice(std::move(response).error(), whom);
    const bool first = token_.empty() && WasNeverSent(error) && config_.retry.first_attempts > 0;
    if (!IsPassing(error) || attempt + 1 >= (first ? config_.retry.first_attempts : config_.retry.attempts))
      return std::move(error).Within("while authenticating at the catalog");
    const double wait = std::max(config_.retry.Wait(attempt), std::min(asked, config_.retry.max_wait_seconds));
    TellRetry(config_, {"polaris.authenticate", {}, error, attempt + 2, wait});
    if (!SleepFor(std::chrono::duration<double>(wait), stop)) return Error(ErrorCode::kCancelled, "authentication was cancelled");
  }
}

}  // namespace dvt::lake
