// Every wait ends soon after a stop request, here and on the server.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "dvt/connectors/mysql/test_server.h"

namespace dvt::connectors::mysql {
namespace {

using Clock = std::chrono::steady_clock;

class MySqlCancel : public ServerTest {};

TEST_F(MySqlCancel, CancelStopsWaitingAndTheServer) {
  for (const char* sql :
       {"SELECT SLEEP(30)", "SELECT count(*) FROM seq_1_to_1000000 a, seq_1_to_1000000 b WHERE a.seq + b.seq = 3"}) {
    auto session = connector_->OpenSession({});
    ASSERT_TRUE(session.has_value());
    std::stop_source source;
    std::thread stopper([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      source.request_stop();
    });
    const auto begin = Clock::now();
    Result<columnar::Stream> stream = (*session)->Query(sql, source.get_token());
    ErrorCode code = ErrorCode::kInternal;
    if (stream) {
      auto batch = stream->Next();
      if (!batch) code = batch.error().code();
    } else {
      code = stream.error().code();
    }
    stopper.join();
    EXPECT_EQ(code, ErrorCode::kCancelled) << sql;
    EXPECT_LT(Clock::now() - begin, std::chrono::milliseconds(1200));
    EXPECT_TRUE((*session)->Rollback().has_value());
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(
      Rows("SELECT count(*) FROM information_schema.processlist WHERE info LIKE '%SLEEP(30)%' AND id <> connection_id()")[0][0],
      "0");
}

TEST_F(MySqlCancel, CancelWhileConnecting) {
  // An address that swallows packets: a listening socket that never answers is enough, the greeting never comes.
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(::listen(listener, 4), 0);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  auto silent = Make({{"port", static_cast<int64_t>(ntohs(address.sin_port))}, {"connect_timeout", 0.5}});
  auto begin = Clock::now();
  auto timed_out = silent->Test({});
  ASSERT_FALSE(timed_out.has_value());
  EXPECT_EQ(timed_out.error().code(), ErrorCode::kTimeout);
  EXPECT_LT(Clock::now() - begin, std::chrono::milliseconds(1000));
  silent = Make({{"port", static_cast<int64_t>(ntohs(address.sin_port))}});
  std::stop_source source;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    source.request_stop();
  });
  begin = Clock::now();
  auto cancelled = silent->Test(source.get_token());
  ASSERT_FALSE(cancelled.has_value());
  EXPECT_EQ(cancelled.error().code(), ErrorCode::kCancelled);
  EXPECT_LT(Clock::now() - begin, std::chrono::milliseconds(600));
  ::close(listener);
}

}  // namespace
}  // namespace dvt::connectors::mysql
