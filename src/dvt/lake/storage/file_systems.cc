#include <arrow/filesystem/azurefs.h>
#include <arrow/filesystem/gcsfs.h>
#include <arrow/filesystem/localfs.h>
#include <arrow/filesystem/s3fs.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "dvt/base/net/http_client.h"
#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"
#include "dvt/lake/rest/config.h"
#include "dvt/lake/storage/file_store_arrow.h"

namespace dvt::lake {

namespace {

constexpr double kConnectSeconds = 10;
constexpr double kSilentSeconds = 30;
// How long Google's store is asked again when it answers with faults: its client then ends after 15 to 25 s.
constexpr double kGoogleSeconds = 15;

std::string Get(const Properties& properties, std::initializer_list<const char*> keys) {
  for (const auto* key : keys)
    if (const auto found = properties.find(key); found != properties.end() && !found->second.empty()) return found->second;
  return {};
}

bool Flag(const Properties& properties, const char* key, bool otherwise) {
  const std::string text = Get(properties, {key});
  return text.empty() ? otherwise : EqualsIgnoreCase(text, "true");
}

// "http://127.0.0.1:9000/" → scheme and host.
std::pair<std::string, std::string> SplitEndpoint(std::string endpoint) {
  std::string scheme = "https";
  if (const size_t at = endpoint.find("://"); at != std::string::npos) {
    scheme = endpoint.substr(0, at);
    endpoint = endpoint.substr(at + 3);
  }
  while (endpoint.ends_with('/')) endpoint.pop_back();
  return {scheme, endpoint};
}

arrow::Status StartS3() {
  static std::once_flag once;
  static arrow::Status started;
  std::call_once(once, [] {
    arrow::fs::S3GlobalOptions options = arrow::fs::S3GlobalOptions::Defaults();
    options.log_level = arrow::fs::S3LogLevel::Off;
    started = arrow::fs::InitializeS3(options);
  });
  return started;
}

// Settings of stores are looked at when the catalog was reached by them; what is no number here counts as none.
double Number(const Properties& properties, std::initializer_list<const char*> keys, double otherwise) {
  const std::string text = Get(properties, keys);
  const double value = std::atof(text.c_str());
  return text.empty() || !(value >= 0) ? otherwise : value;
}

/// How often a store is asked again. The SDK's own way (ten times, 25 s in all) is for stores that answer; one that cannot be reached, or is silent, is
/// asked as often as a catalog.
class StoreRetry : public arrow::fs::S3RetryStrategy {
 public:
  explicit StoreRetry(RequestRetry unreachable) : unreachable_(unreachable) {}

  bool ShouldRetry(const AWSErrorDetail& error, int64_t attempted) override {
    if (SaysUnreachable(error.message) || SaysTimedOut(error.message)) return attempted + 1 < unreachable_.attempts;
    return error.should_retry && attempted < kMost;
  }
  int64_t CalculateDelayBeforeNextRetry(const AWSErrorDetail& error, int64_t attempted) override {
    if (SaysUnreachable(error.message) || SaysTimedOut(error.message))
      return static_cast<int64_t>(unreachable_.Wait(static_cast<int>(attempted)) * 1000);
    return int64_t{25} << std::min(attempted, kMost);
  }

 private:
  static constexpr int64_t kMost = 10;
  RequestRetry unreachable_;
};

RequestRetry RetryOf(const Properties& properties) {
  RequestRetry retry;
  retry.attempts = static_cast<int>(Number(properties, {"retry.store-attempts", "retry.attempts"}, retry.attempts));
  retry.first_wait_seconds = Number(properties, {"retry.first-wait-s"}, retry.first_wait_seconds);
  retry.max_wait_seconds = Number(properties, {"retry.max-wait-s"}, retry.max_wait_seconds);
  retry.jitter_seconds = Number(properties, {"retry.jitter-s"}, retry.jitter_seconds);
  return retry;
}

arrow::Result<std::shared_ptr<arrow::fs::FileSystem>> MakeS3(const Properties& properties) {
  ARROW_RETURN_NOT_OK(StartS3());
  const std::string key = Get(properties, {"s3.access-key-id"}), secret = Get(properties, {"s3.secret-access-key"}),
                    session = Get(properties, {"s3.session-token"}), role = Get(properties, {"s3.role-arn"});
  for (const auto& each : {secret, session}) SecretRegistry::Register(each);
  arrow::fs::S3Options options = arrow::fs::S3Options::Defaults();
  if (!key.empty()) {
    options.ConfigureAccessKey(key, secret, session);
  } else if (Flag(properties, "s3.anonymous", false)) {
    options.ConfigureAnonymousCredentials();
  } else if (!role.empty()) {
    options.ConfigureAssumeRoleCredentials(role, Get(properties, {"s3.role-session-name"}));
  } else {
    options.ConfigureDefaultCredentials();
  }
  options.region = Get(properties, {"s3.region", "client.region"});
  if (const std::string endpoint = Get(properties, {"s3.endpoint"}); !endpoint.empty()) {
    std::tie(options.scheme, options.endpoint_override) = SplitEndpoint(endpoint);
    if (options.region.empty()) options.region = "us-east-1";  // a store of one's own asks for some
    const bool path_style =
        Flag(properties, "s3.path-style-access", true) && !Flag(properties, "s3.force-virtual-addressing", false);
    options.force_virtual_addressing = !path_style;
  }
  options.retry_strategy = std::make_shared<StoreRetry>(RetryOf(properties));
  options.connect_timeout = Number(properties, {"s3.connect-timeout"}, kConnectSeconds);
  options.request_timeout = Number(properties, {"s3.request-timeout"}, kSilentSeconds);
  ARROW_ASSIGN_OR_RAISE(auto system, arrow::fs::S3FileSystem::Make(options));
  return system;
}

arrow::Result<std::shared_ptr<arrow::fs::FileSystem>> MakeGcs(const Properties& properties) {
  const std::string token = Get(properties, {"gcs.oauth2.token"}), json = Get(properties, {"gcs.credentials-json"});
  SecretRegistry::Register(token);
  SecretRegistry::Register(json);
  arrow::fs::GcsOptions options = arrow::fs::GcsOptions::Defaults();
  if (!token.empty()) {
    const int64_t expires = std::atoll(Get(properties, {"gcs.oauth2.token-expires-at"}).c_str());
    const auto until = expires > 0 ? std::chrono::system_clock::time_point(std::chrono::milliseconds(expires))
                                   : std::chrono::system_clock::now() + std::chrono::hours(1);
    options = arrow::fs::GcsOptions::FromAccessToken(token, std::chrono::time_point_cast<std::chrono::nanoseconds>(until));
  } else if (!json.empty()) {
    options = arrow::fs::GcsOptions::FromServiceAccountCredentials(json);
  } else if (Flag(properties, "gcs.no-auth", false)) {
    options = arrow::fs::GcsOptions::Anonymous();
  }
  if (const std::string host = Get(properties, {"gcs.service.host", "gcs.endpoint"}); !host.empty())
    std::tie(options.scheme, options.endpoint_override) = SplitEndpoint(host);
  options.retry_limit_seconds = kGoogleSeconds;
  if (const std::string project = Get(properties, {"gcs.project-id"}); !project.empty()) options.project_id = project;
  ARROW_ASSIGN_OR_RAISE(auto system, arrow::fs::GcsFileSystem::Make(options));
  return system;
}

void GiveStore(Properties& properties, const std::string& scheme, const std::string& blobs, const std::string& lake) {
  properties.emplace("adls.blob-storage-scheme", scheme);
  properties.emplace("adls.dfs-storage-scheme", scheme);
  properties.emplace("adls.blob-storage-authority", blobs);
  properties.emplace("adls.dfs-storage-authority", lake);
}

// "DefaultEndpointsProtocol=https;AccountName=…;AccountKey=…" as the properties that its parts stand for; those that are given stay.
arrow::Result<Properties> WithConnectionString(Properties properties) {
  std::map<std::string, std::string> parts;
  for (const auto& part : Split(Get(properties, {"adls.connection-string"}), ';')) {
    const size_t equal = part.find('=');
    if (part.empty()) continue;
    if (equal == std::string::npos) return arrow::Status::Invalid("adls.connection-string is no list of NAME=VALUE");
    parts[part.substr(0, equal)] = part.substr(equal + 1);
  }
  constexpr std::pair<const char*, const char*> kNames[] = {
      {"AccountName", "adls.account-name"}, {"AccountKey", "adls.account-key"}, {"SharedAccessSignature", "adls.sas-token"}};
  for (const auto& [name, property] : kNames)
    if (!parts[name].empty()) properties.emplace(property, parts[name]);
  const std::string& scheme = parts["DefaultEndpointsProtocol"];
  if (const std::string& endpoint = parts["BlobEndpoint"]; !endpoint.empty()) {
    auto [own_scheme, host] = SplitEndpoint(endpoint);
    host = host.substr(0, host.find('/'));  // an account after the host is added again
    if (host.starts_with(parts["AccountName"] + ".")) host = host.substr(parts["AccountName"].size());
    GiveStore(properties, own_scheme, host, host.starts_with(".blob.") ? ".dfs." + host.substr(6) : host);
  } else if (const std::string& suffix = parts["EndpointSuffix"]; !suffix.empty() || !scheme.empty()) {
    const std::string domain = suffix.empty() ? "core.windows.net" : suffix;
    GiveStore(properties, scheme.empty() ? "https" : scheme, ".blob." + domain, ".dfs." + domain);
  }
  return properties;
}

// Of "container@account.dfs.core.windows.net", or the property.
std::string AzureAccount(const LocationParts& parts, const Properties& properties) {
  const size_t at = parts.authority.find('@');
  if (at != std::string::npos) return parts.authority.substr(at + 1, parts.authority.find('.', at) - at - 1);
  return Get(properties, {"adls.account-name"});
}

// Lent tokens are named after the host, or the account, that they are for.
std::string LentSas(const Properties& properties, const std::string& account) {
  const std::string name = "adls.sas-token." + account;
  for (const auto& [key, value] : properties)
    if (key == name || key.starts_with(name + ".")) return value;
  return {};
}

// The client writes a token's signature into addresses again, encoded in its own way.
void RegisterSignature(const std::string& sas) {
  const size_t at = sas.find("sig=");
  if (at == std::string::npos) return;
  const std::string written = sas.substr(at + 4, sas.find('&', at) - at - 4);
  std::string plain;
  for (size_t i = 0; i < written.size(); ++i) {
    const bool coded = written[i] == '%' && i + 2 < written.size();
    plain += coded ? static_cast<char>(std::strtol(written.substr(i + 1, 2).c_str(), nullptr, 16)) : written[i];
    if (coded) i += 2;
  }
  for (const auto& each : {written, plain, UrlEncode(plain)}) SecretRegistry::Register(each);
}

arrow::Result<std::shared_ptr<arrow::fs::FileSystem>> MakeAzure(const LocationParts& parts, const Properties& given) {
  ARROW_ASSIGN_OR_RAISE(const Properties properties, WithConnectionString(given));
  arrow::fs::AzureOptions options;
  options.account_name = AzureAccount(parts, properties);
  const std::string key = Get(properties, {"adls.account-key", "adls.auth.shared-key.account.key"});
  const std::string lent = LentSas(properties, options.account_name), secret = Get(properties, {"adls.client-secret"});
  const std::string sas = lent.empty() ? Get(properties, {"adls.sas-token"}) : lent;
  for (const auto& each : {key, sas, secret}) SecretRegistry::Register(each);
  RegisterSignature(sas);
  if (const std::string authority = Get(properties, {"adls.blob-storage-authority"}); !authority.empty())
    options.blob_storage_authority = authority;
  if (const std::string authority = Get(properties, {"adls.dfs-storage-authority"}); !authority.empty())
    options.dfs_storage_authority = authority;
  if (const std::string scheme = Get(properties, {"adls.blob-storage-scheme"}); !scheme.empty())
    options.blob_storage_scheme = scheme;
  if (const std::string scheme = Get(properties, {"adls.dfs-storage-scheme"}); !scheme.empty())
    options.dfs_storage_scheme = scheme;
  if (!key.empty() && lent.empty()) {
    ARROW_RETURN_NOT_OK(options.ConfigureAccountKeyCredential(key));
  } else if (!sas.empty()) {
    ARROW_RETURN_NOT_OK(options.ConfigureSASCredential(sas.starts_with('?') ? sas : "?" + sas));
  } else if (!secret.empty()) {
    ARROW_RETURN_NOT_OK(options.ConfigureClientSecretCredential(Get(properties, {"adls.tenant-id"}),
                                                                Get(properties, {"adls.client-id"}), secret));
  } else {
    ARROW_RETURN_NOT_OK(options.ConfigureDefaultCredential());
  }
  ARROW_ASSIGN_OR_RAISE(auto system, arrow::fs::AzureFileSystem::Make(options));
  return system;
}

// Where the store of a location is that is asked for a sign of life first; empty: its client gives up in good time by itself.
std::string AddressOf(const LocationParts& parts, const Properties& properties) {
  if (parts.scheme == "gs") {
    const std::string host = EndpointOf(parts, properties);
    if (host.empty()) return "https://storage.googleapis.com";
    const auto [scheme, place] = SplitEndpoint(host);
    return scheme + "://" + place;
  }
  if (parts.scheme != "abfs") return {};
  const auto all = WithConnectionString(properties);
  if (!all.ok()) return {};
  const std::string scheme = Get(*all, {"adls.blob-storage-scheme"}), authority = Get(*all, {"adls.blob-storage-authority"});
  const std::string host = authority.empty() ? ".blob.core.windows.net" : authority;
  return (scheme.empty() ? "https" : scheme) + "://" + (host.starts_with('.') ? AzureAccount(parts, *all) : "") + host;
}

// Google's client asks a quarter of an hour, or by a time alone, whether nobody is there or a request failed; Azure's waits for ever for a silent store.
Status AwaitSignOfLife(const std::string& location, const LocationParts& parts, const Properties& properties) {
  HttpRequest request;
  request.method = "HEAD";
  request.url = AddressOf(parts, properties);
  if (request.url.empty()) return {};
  request.timeout_seconds =
      Number(properties, {parts.scheme == "gs" ? "gcs.connect-timeout" : "adls.connect-timeout"}, kConnectSeconds);
  const RequestRetry retry = RetryOf(properties);
  HttpClient client;
  for (int attempt = 0;; ++attempt) {
    const auto answer = client.Send(request, {});
    if (answer || (answer.error().code() != ErrorCode::kConnection && answer.error().code() != ErrorCode::kTimeout)) return {};
    if (attempt + 1 >= retry.attempts)
      return StoreUnreachable(location, request.url, answer.error().message(), answer.error().code());
    std::this_thread::sleep_for(std::chrono::duration<double>(retry.Wait(attempt)));
  }
}

}  // namespace

std::string EndpointOf(const LocationParts& parts, const Properties& properties) {
  if (parts.scheme == "s3") return Get(properties, {"s3.endpoint"});
  if (parts.scheme == "gs") return Get(properties, {"gcs.service.host", "gcs.endpoint"});
  if (parts.scheme == "abfs") return Get(properties, {"adls.blob-storage-authority", "adls.dfs-storage-authority"});
  return {};
}

void CloseStorage() {
  if (arrow::fs::IsS3Initialized()) (void)arrow::fs::EnsureS3Finalized();
}

Result<std::shared_ptr<arrow::fs::FileSystem>> MakeFileSystem(const std::string& location, const Properties& properties) {
  const LocationParts parts = SplitLocation(location);
  DVT_TRY(AwaitSignOfLife(location, parts, properties));
  arrow::Result<std::shared_ptr<arrow::fs::FileSystem>> made = arrow::Status::Invalid("none");
  if (parts.scheme == "file") {
    made = std::make_shared<arrow::fs::LocalFileSystem>();
  } else if (parts.scheme == "s3") {
    made = MakeS3(properties);
  } else if (parts.scheme == "gs") {
    made = MakeGcs(properties);
  } else if (parts.scheme == "abfs") {
    made = MakeAzure(parts, properties);
  } else {
    return Error(ErrorCode::kUnsupported, fmt::format("files of '{}://{}' cannot be reached", parts.scheme, parts.authority))
        .WithHint("supported are file, s3, gs and abfss locations");
  }
  if (!made.ok()) return StorageError(made.status(), parts.scheme + "://" + parts.authority);
  return *std::move(made);
}

}  // namespace dvt::lake
