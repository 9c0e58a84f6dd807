#include "dvt/lake/rest/repetition.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace dvt::lake {
namespace {

TEST(Repetition, RetryAfterIsSecondsOrADate) {
  const auto now = std::chrono::sys_days(std::chrono::year{1994} / 11 / 6) + std::chrono::hours(8) + std::chrono::minutes(49);
  const struct {
    const char* header;
    double seconds;
  } kCases[] = {{"7", 7},
                {"0.5", 0.5},
                {"-3", 0},
                {"Sun, 06 Nov 1994 08:49:37 GMT", 37},
                {"Mon, 07 Nov 1994 08:49:00 GMT", 86400},
                {"Sun, 06 Nov 1994 08:00:00 GMT", 0},
                {"Sun, 31 Feb 1994 08:49:37 GMT", 0},
                {"Sun, 06 Nov 1994 08:49:37 CET", 0},
                {"soon", 0},
                {"", 0}};
  for (const auto& each : kCases) EXPECT_DOUBLE_EQ(RetryAfterSeconds(each.header, now), each.seconds) << each.header;
}

TEST(Repetition, DurationsOfIso8601) {
  const struct {
    const char* text;
    double seconds;
  } kCases[] = {{"PT30M", 1800}, {"P1DT12H", 129600}, {"PT1.5S", 1.5}, {"P2W", 1209600}, {"30M", -1},
                {"PT", -1},      {"P1Y", -1},         {"PT5", -1},     {"", -1}};
  for (const auto& each : kCases) {
    const auto found = ParseIsoDuration(each.text);
    EXPECT_DOUBLE_EQ(found ? found->count() : -1, each.seconds) << each.text;
  }
}

TEST(Repetition, KeysAreUuidsThatBeginWithTheTime) {
  const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  std::set<std::string> keys;
  for (int i = 0; i < 1000; ++i) {
    const std::string key = NewRequestKey();
    EXPECT_TRUE(std::regex_match(key, form)) << key;
    keys.insert(key);
  }
  EXPECT_EQ(keys.size(), 1000U);
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  const std::string newest = NewRequestKey();
  EXPECT_LE(std::stoll(newest.substr(0, 8) + newest.substr(9, 4), nullptr, 16) - now, 1000);
}

}  // namespace
}  // namespace dvt::lake
