#include "dvt/base/net/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <chrono>
#include <mutex>
#include <optional>

#include "dvt/base/text/text.h"

namespace dvt {

namespace {

// Vendor codes.
constexpr const char* kNeverSent = "unreachable";
constexpr const char* kStoppedUnderWay = "stopped under way";

using Handle = std::unique_ptr<CURL, void (*)(CURL*)>;
using HeaderList = std::unique_ptr<curl_slist, void (*)(curl_slist*)>;

size_t TakeBody(char* bytes, size_t size, size_t count, void* to) {
  static_cast<std::string*>(to)->append(bytes, size * count);
  return size * count;
}

size_t TakeHeader(char* bytes, size_t size, size_t count, void* to) {
  const std::string_view line(bytes, size * count);
  auto* headers = static_cast<std::vector<HttpHeader>*>(to);
  if (line.starts_with("HTTP/")) headers->clear();  // of an interim response
  if (const size_t colon = line.find(':'); colon != std::string_view::npos)
    headers->push_back({std::string(TrimView(line.substr(0, colon))), std::string(TrimView(line.substr(colon + 1)))});
  return size * count;
}

long SentBytes(CURL* handle) {
  long sent = 0;
  curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &sent);
  return sent;
}

// When an exchange ends after a stop. libcurl asks at least once a second.
struct Patience {
  std::stop_token stop;
  std::chrono::duration<double> grace;
  CURL* handle = nullptr;
  std::optional<std::chrono::steady_clock::time_point> stopped_at = std::nullopt;

  bool IsOver() {
    if (!stop.stop_requested()) return false;
    if (SentBytes(handle) == 0) return true;
    const auto now = std::chrono::steady_clock::now();
    if (!stopped_at) stopped_at = now;
    return now - *stopped_at >= grace;
  }
};

int IsOver(void* patience, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Patience*>(patience)->IsOver() ? 1 : 0;
}

ErrorCode CodeOf(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return ErrorCode::kTimeout;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return ErrorCode::kConfig;
    default: return ErrorCode::kConnection;
  }
}

Error FailureOf(const HttpRequest& request, CURLcode done, const char* reason, bool sent) {
  const std::string place = PlainUrl(request.url);
  if (done == CURLE_ABORTED_BY_CALLBACK)
    return Error(ErrorCode::kCancelled, fmt::format("{} {} was cancelled", request.method, place))
        .WithVendorCode(sent ? kStoppedUnderWay : "");
  Error error(CodeOf(done),
              fmt::format("{} {} failed: {}", request.method, place, reason[0] != '\0' ? reason : curl_easy_strerror(done)));
  return sent || error.code() == ErrorCode::kConfig ? std::move(error) : std::move(error).WithVendorCode(kNeverSent);
}

HeaderList MakeHeaders(const HttpRequest& request) {
  curl_slist* list = nullptr;
  for (const auto& header : request.headers) list = curl_slist_append(list, (header.name + ": " + header.value).c_str());
  list = curl_slist_append(list, "Expect:");  // a body is sent at once
  return {list, &curl_slist_free_all};
}

void SetBody(CURL* handle, const HttpRequest& request) {
  const bool carries = !request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (request.method == "HEAD") curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  if (carries) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
  }
  if (request.method != "GET" && request.method != "HEAD")
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void SetLimits(CURL* handle, const HttpRequest& request) {
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, 30L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, 60L);
  if (request.timeout_seconds > 0)
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout_seconds * 1000));
  if (!request.ca_bundle.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, request.ca_bundle.c_str());
  if (request.once) curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);  // on a new connection nothing is sent again
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "dvt");
}

}  // namespace

const std::string* HttpResponse::Find(std::string_view name) const {
  for (const auto& header : headers)
    if (EqualsIgnoreCase(header.name, name)) return &header.value;
  return nullptr;
}

// Handles that wait for the next request; each keeps its connections.
struct HttpClient::Pool {
  std::mutex mutex;
  std::vector<Handle> idle;

  Handle Get() {
    const std::lock_guard lock(mutex);
    if (idle.empty()) return {curl_easy_init(), &curl_easy_cleanup};
    Handle handle = std::move(idle.back());
    idle.pop_back();
    return handle;
  }
  void Put(Handle handle) {
    curl_easy_reset(handle.get());
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(handle));
  }
};

HttpClient::HttpClient() : pool_(std::make_unique<Pool>()) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::Send(const HttpRequest& request, std::stop_token stop) {
  Handle handle = pool_->Get();
  if (handle == nullptr) return Error(ErrorCode::kInternal, "libcurl cannot be used");
  const HeaderList headers = MakeHeaders(request);
  HttpResponse response;
  char reason[CURL_ERROR_SIZE] = {};
  curl_easy_setopt(handle.get(), CURLOPT_URL, request.url.c_str());
  SetLimits(handle.get(), request);
  SetBody(handle.get(), request);
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, reason);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &TakeBody);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &response.body);
  curl_easy_setopt(handle.get(), CURLOPT_HEADERFUNCTION, &TakeHeader);
  curl_easy_setopt(handle.get(), CURLOPT_HEADERDATA, &response.headers);
  curl_easy_setopt(handle.get(), CURLOPT_NOPROGRESS, 0L);
  Patience patience{stop, std::chrono::duration<double>(request.grace_seconds), handle.get()};
  curl_easy_setopt(handle.get(), CURLOPT_XFERINFOFUNCTION, &IsOver);
  curl_easy_setopt(handle.get(), CURLOPT_XFERINFODATA, &patience);
  const CURLcode done = curl_easy_perform(handle.get());
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if (done != CURLE_OK) return FailureOf(request, done, reason, SentBytes(handle.get()) > 0);
  response.status = static_cast<int>(status);
  pool_->Put(std::move(handle));
  return response;
}

bool WasNeverSent(const Error& error) { return error.vendor_code() == kNeverSent; }
bool WasStoppedUnderWay(const Error& error) { return error.vendor_code() == kStoppedUnderWay; }
bool IsUnreachable(const Error& error) { return error.vendor_code().ends_with(kNeverSent); }
Error UnreachableBehind(Error error, const std::string& code) {
  return std::move(error).WithVendorCode(code + ", " + kNeverSent);
}

std::string PlainUrl(const std::string& url) {
  std::string plain = url.substr(0, url.find('?'));
  const size_t scheme = plain.find("://");
  const size_t host = scheme == std::string::npos ? 0 : scheme + 3;
  const size_t at = plain.rfind('@', plain.find('/', host));
  if (at != std::string::npos && at >= host) plain.erase(host, at + 1 - host);
  return plain;
}

std::string UrlEncode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace dvt
