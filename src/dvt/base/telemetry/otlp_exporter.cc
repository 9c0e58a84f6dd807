#include "dvt/base/telemetry/otlp_exporter.h"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "dvt/base/net/http_client.h"
#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"

namespace dvt {

namespace {

constexpr size_t kMostWaiting = 2048;
constexpr size_t kMostAtOnce = 512;
constexpr auto kPause = std::chrono::seconds(1);

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::string(TrimView(value)) : std::string();
}

std::string Decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// "a=b,c=d", values percent-encoded (W3C Baggage).
std::vector<HttpHeader> Pairs(const std::string& text) {
  std::vector<HttpHeader> out;
  for (size_t at = 0; at < text.size();) {
    const size_t comma = std::min(text.find(',', at), text.size());
    const std::string_view pair = std::string_view(text).substr(at, comma - at);
    if (const size_t equal = pair.find('='); equal != std::string_view::npos)
      out.push_back({std::string(TrimView(pair.substr(0, equal))), Decoded(TrimView(pair.substr(equal + 1)))});
    at = comma + 1;
  }
  return out;
}

/// What the environment says; addresses are empty for what is not sent.
struct Settings {
  std::string traces, logs;
  std::vector<HttpHeader> headers;
  double timeout_seconds = 10;
  std::string ca_bundle;
  Value resource = Value::MakeMap();

  bool wanted() const { return !traces.empty() || !logs.empty(); }
};

std::string Address(const char* own, const char* switched, const std::string& base, const char* path) {
  if (Variable(switched) == "none") return {};
  if (const std::string given = Variable(own); !given.empty()) return given;
  if (base.empty()) return {};
  return (base.ends_with('/') ? base.substr(0, base.size() - 1) : base) + path;
}

Settings ReadSettings() {
  Settings out;
  if (ToLower(Variable("OTEL_SDK_DISABLED")) == "true") return out;
  const std::string base = Variable("OTEL_EXPORTER_OTLP_ENDPOINT");
  out.traces = Address("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER", base, "/v1/traces");
  out.logs = Address("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "OTEL_LOGS_EXPORTER", base, "/v1/logs");
  if (!out.wanted()) return out;
  out.headers = Pairs(Variable("OTEL_EXPORTER_OTLP_HEADERS"));
  for (const auto& header : out.headers) SecretRegistry::Register(header.value);
  double milliseconds = 0;
  const std::string timeout = Variable("OTEL_EXPORTER_OTLP_TIMEOUT");
  if (std::from_chars(timeout.data(), timeout.data() + timeout.size(), milliseconds).ec == std::errc() && milliseconds > 0)
    out.timeout_seconds = milliseconds / 1000;
  out.ca_bundle = Variable("OTEL_EXPORTER_OTLP_CERTIFICATE");
  out.resource.Set("service.name", "dvt");
  for (const auto& [key, value] : Pairs(Variable("OTEL_RESOURCE_ATTRIBUTES"))) out.resource.Set(key, value);
  if (const std::string name = Variable("OTEL_SERVICE_NAME"); !name.empty()) out.resource.Set("service.name", name);
  return out;
}

const Settings& TheSettings() {
  static const Settings settings = ReadSettings();
  return settings;
}

/// The thread that sends. Lives until the program ends; what waits then is lost unless Flush was called.
class Sender {
 public:
  Sender() : thread_([this](std::stop_token stop) { Run(stop); }) {}

  void Take(const FinishedSpan& span) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() >= kMostWaiting) return;
      waiting_.push_back(span);
      if (waiting_.size() < kMostAtOnce) return;
    }
    changed_.notify_all();
  }

  void Flush() {
    std::unique_lock lock(mutex_);
    hurry_ = true;
    changed_.notify_all();
    const auto patience = std::chrono::duration<double>(2 * TheSettings().timeout_seconds);
    changed_.wait_for(lock, patience, [&] { return waiting_.empty() && !sending_; });
    hurry_ = false;
  }

 private:
  void Run(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      changed_.wait_for(lock, stop, kPause, [&] { return (hurry_ && !waiting_.empty()) || waiting_.size() >= kMostAtOnce; });
      if (waiting_.empty() || stop.stop_requested()) continue;
      std::vector<FinishedSpan> spans;
      spans.swap(waiting_);
      sending_ = true;
      lock.unlock();
      Send(spans, stop);
      lock.lock();
      sending_ = false;
      changed_.notify_all();
    }
  }

  void Send(const std::vector<FinishedSpan>& spans, std::stop_token stop) {
    const Settings& settings = TheSettings();
    if (!settings.traces.empty()) Post(settings.traces, OtlpTraces(spans, settings.resource), stop);
    if (!settings.logs.empty()) Post(settings.logs, OtlpLogs(spans, settings.resource), stop);
  }

  // Whatever the collector says, the spans are gone: telemetry never holds up or fails what it tells of.
  void Post(const std::string& url, Value body, std::stop_token stop) {
    HttpRequest request;
    request.method = "POST";
    request.url = url;
    request.headers = TheSettings().headers;
    request.headers.push_back({"Content-Type", "application/json"});
    SecretRegistry::RedactAll(body);
    request.body = ToJson(body);
    request.timeout_seconds = TheSettings().timeout_seconds;
    request.ca_bundle = TheSettings().ca_bundle;
    static_cast<void>(client_.Send(request, stop));
  }

  HttpClient client_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<FinishedSpan> waiting_;
  bool hurry_ = false, sending_ = false;
  std::jthread thread_;  // last: it uses the others
};

// Made with the first span, so that a program without telemetry has no thread of it.
std::mutex sender_mutex;
std::unique_ptr<Sender> sender;

}  // namespace

bool OtlpExporter::Wanted() { return TheSettings().wanted(); }

void OtlpExporter::Take(const FinishedSpan& span) {
  if (!Wanted()) return;
  const std::lock_guard lock(sender_mutex);
  if (sender == nullptr) sender = std::make_unique<Sender>();
  sender->Take(span);
}

// Whoever ends a span meanwhile does not wait for the collector.
void OtlpExporter::Flush() {
  Sender* there = nullptr;
  {
    const std::lock_guard lock(sender_mutex);
    there = sender.get();
  }
  if (there != nullptr) there->Flush();
}

}  // namespace dvt
