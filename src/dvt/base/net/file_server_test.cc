#include "dvt/base/net/file_server.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "dvt/base/net/http.h"

namespace dvt {
namespace {

class FileServer : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_ / "inner");
    std::ofstream(folder_ / "inner" / "index.html") << "<p>here</p>";
    std::ofstream(folder_ / "secret.txt") << "outside";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("dvt-file-server-" + std::to_string(::getpid()));
};

TEST_F(FileServer, ServesUntilItIsStopped) {
  std::stop_source stop;
  std::promise<std::string> address;
  Status ended;
  std::thread serving([&] {
    ended = ServeFolder((folder_ / "inner").string(), "127.0.0.1", 0, [&](const std::string& at) { address.set_value(at); },
                        stop.get_token());
  });
  const std::string at = address.get_future().get();
  Result<std::string> body = HttpGet(at + "/index.html", {});
  for (int i = 0; !body && i < 50; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    body = HttpGet(at + "/index.html", {});
  }
  ASSERT_TRUE(body) << body.error().ToString();
  EXPECT_EQ(*body, "<p>here</p>");
  EXPECT_FALSE(HttpGet(at + "/nothing", {}));
  EXPECT_FALSE(HttpGet(at + "/..%2fsecret.txt", {}));
  stop.request_stop();
  serving.join();
  EXPECT_TRUE(ended);
}

TEST_F(FileServer, StopsThoughItNeverListened) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(ServeFolder(
      folder_.string(), "127.0.0.1", 0, [](const std::string&) {}, stop.get_token()));
}

TEST_F(FileServer, TellsThatItCannotListen) {
  const auto served = ServeFolder(folder_.string(), "192.0.2.1", 0, [](const std::string&) {}, {});  // an address of nobody
  ASSERT_FALSE(served);
  EXPECT_EQ(served.error().code(), ErrorCode::kConnection);
}

}  // namespace
}  // namespace dvt
