#include "dvt/base/net/file_server.h"

#include <fmt/format.h>
#include <httplib.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace dvt {

Status ServeFolder(const std::string& folder, const std::string& host, int port,
                   const std::function<void(const std::string& address)>& started, std::stop_token stop) {
  httplib::Server server;
  if (!server.set_mount_point("/", folder)) return Error(ErrorCode::kNotFound, "there is no folder " + folder);
  const int bound = port == 0 ? server.bind_to_any_port(host) : server.bind_to_port(host, port) ? port : -1;
  if (bound < 0) {
    return Error(ErrorCode::kConnection, fmt::format("cannot listen on {}:{}", host, port))
        .WithHint("another program may have that port; choose another one with --port");
  }
  started(fmt::format("http://{}:{}", host, bound));
  std::atomic<bool> ended = false, served = false;
  std::thread listening([&] {
    served = server.listen_after_bind();
    ended = true;
  });
  {
    // A stop that comes before the server listens would be lost.
    const std::stop_callback stopping(stop, [&] {
      while (!server.is_running() && !ended) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      server.stop();
    });
    listening.join();
  }
  if (!served && !stop.stop_requested())
    return Error(ErrorCode::kConnection, fmt::format("serving {}:{} ended unexpectedly", host, bound));
  return {};
}

}  // namespace dvt
