#include "dvt/base/net/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>
#include <mutex>

namespace dvt {

namespace {

size_t Append(char* bytes, size_t size, size_t count, void* to) {
  static_cast<std::string*>(to)->append(bytes, size * count);
  return size * count;
}

int Stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

}  // namespace

Result<std::string> HttpGet(const std::string& address, std::stop_token stop) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const std::unique_ptr<CURL, void (*)(CURL*)> handle(curl_easy_init(), &curl_easy_cleanup);
  if (handle == nullptr) return Error(ErrorCode::kInternal, "libcurl cannot be used");
  std::string body;
  char reason[CURL_ERROR_SIZE] = {};
  curl_easy_setopt(handle.get(), CURLOPT_URL, address.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle.get(), CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle.get(), CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_MAXREDIRS, 10L);
  curl_easy_setopt(handle.get(), CURLOPT_CONNECTTIMEOUT, 30L);
  curl_easy_setopt(handle.get(), CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_LOW_SPEED_TIME, 60L);
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_USERAGENT, "dvt");
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, reason);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &Append);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &body);
  curl_easy_setopt(handle.get(), CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle.get(), CURLOPT_XFERINFOFUNCTION, &Stopped);
  curl_easy_setopt(handle.get(), CURLOPT_XFERINFODATA, &stop);
  const CURLcode done = curl_easy_perform(handle.get());
  if (stop.stop_requested()) return Error(ErrorCode::kCancelled, fmt::format("{} was cancelled", address));
  if (done != CURLE_OK) {
    return Error(ErrorCode::kConnection,
                 fmt::format("cannot get {}: {}", address, reason[0] != '\0' ? reason : curl_easy_strerror(done)));
  }
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status == 404) return Error(ErrorCode::kNotFound, fmt::format("{} does not exist (404)", address));
  if (status != 200) return Error(ErrorCode::kConnection, fmt::format("{} answered {}", address, status));
  return body;
}

}  // namespace dvt
