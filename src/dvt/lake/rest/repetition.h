#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "dvt/base/net/http_client.h"
#include "dvt/lake/rest/config.h"

namespace dvt::lake {

/// The seconds that a Retry-After header asks to wait: a number, or an HTTP date seen from `now`; 0 if it is neither or has passed.
double RetryAfterSeconds(std::string_view header, std::chrono::system_clock::time_point now);

/// The same of an answer's header; 0 for none.
double SecondsAsked(const HttpResponse& response);

/// A duration of ISO 8601 in days and smaller units: "PT30M", "P1DT12H", "PT1.5S".
std::optional<std::chrono::duration<double>> ParseIsoDuration(std::string_view text);

/// A new Idempotency-Key: an RFC 9562 UUID of version 7, which begins with the time.
std::string NewRequestKey();

/// Tells of a pause: the operation that is active on this thread (as its event iceberg.retry) and `config.on_retry`.
void TellRetry(const CatalogConfig& config, const RetryNotice& notice);

}  // namespace dvt::lake
