#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"

namespace dvt {

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<HttpHeader> headers;
  std::string body;            ///< sent if not empty, or if the method is POST, PUT or PATCH
  double timeout_seconds = 0;  ///< of the whole exchange; 0: only silence of a minute ends it
  std::string ca_bundle;       ///< file of trusted certificates; empty: the system's
  double grace_seconds = 0;    ///< after a stop the answer to a request that has left is awaited so long
  bool once = false;           ///< sent at most once; otherwise again if an idle connection turns out to be closed
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;

  /// The first header of a name (any case), or nullptr.
  const std::string* Find(std::string_view name) const;
};

/// Sends HTTP requests (libcurl) and keeps connections open between them. Redirects are not followed: a catalog's token must not travel.
/// Proxies are the environment's. Thread-safe; any status is a response, not an error.
class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// kConnection, kTimeout, kConfig (the address or the certificates), kCancelled after a stop (and the grace of a request that
  /// has left). Errors name the PlainUrl.
  Result<HttpResponse> Send(const HttpRequest& request, std::stop_token stop);

 private:
  struct Pool;
  std::unique_ptr<Pool> pool_;
};

/// True for an error of Send (whatever became of its text) after which it is certain that nothing was done: no byte of the request had left.
bool WasNeverSent(const Error& error);
/// True for an error of Send after a stop that came when the request had left: it may have been done.
bool WasStoppedUnderWay(const Error& error);
/// Whether nobody could be asked, be it a place behind the one that answered (a store behind its catalog).
bool IsUnreachable(const Error& error);
/// Makes it an error of such a place behind; `code` is what its client calls it.
Error UnreachableBehind(Error error, const std::string& code);

/// An address as it may be told: without its query and without a name and password before the host.
std::string PlainUrl(const std::string& url);

/// `text` with everything but letters, digits and -._~ as %XX.
std::string UrlEncode(std::string_view text);

}  // namespace dvt
