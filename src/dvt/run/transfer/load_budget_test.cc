#include "dvt/run/transfer/load_budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace dvt::run {
namespace {

Value Map(std::initializer_list<std::pair<const char*, Value>> entries) {
  Value map = Value::MakeMap();
  for (const auto& [key, value] : entries) map.Set(key, value);
  return map;
}

Result<std::shared_ptr<LoadBudget>> BudgetOf(Value budget) {
  connectors::ConnectionConfig config;
  config.name = "crm";
  config.file = "profiles.yml";
  config.settings = Map({{"load_budget", std::move(budget)}});
  return LoadBudget::Of(config);
}

TEST(LoadBudget, ReadsItsLimits) {
  const auto budget = BudgetOf(Map({{"max_connections", 5},
                                    {"rows_per_second", 1000},
                                    {"bytes_per_second", "20MB"},
                                    {"max_bytes", "1.5 GiB"},
                                    {"hours", "22:00-06:30"},
                                    {"outside_hours", "fail"}}));
  ASSERT_TRUE(budget) << budget.error().ToString();
  const auto& limits = (*budget)->limits();
  EXPECT_EQ(limits.max_connections, 5);
  EXPECT_EQ(limits.rows_per_second, 1000);
  EXPECT_EQ(limits.bytes_per_second, 20e6);
  EXPECT_EQ(limits.max_bytes, 1'610'612'736);
  ASSERT_EQ(limits.hours.size(), 1U);
  EXPECT_EQ(limits.hours[0].begin, 22 * 60);
  EXPECT_EQ(limits.hours[0].end, 6 * 60 + 30);
  EXPECT_TRUE(limits.fail_outside_hours);
}

TEST(LoadBudget, WrongLimitsAreToldWithTheirConnection) {
  const std::pair<Value, const char*> cases[] = {
      {Map({{"max_connections", 3}}), "from 4 on"},
      {Map({{"rows_per_second", 0}}), "above 0"},
      {Map({{"max_bytes", "much"}}), "number of bytes"},
      {Map({{"hours", "at night"}}), "22:00-06:00"},
      {Map({{"hours", "22:00-25:00"}}), "22:00-06:00"},
      {Map({{"outside_hours", "sleep"}}), "wait or fail"},
      {Map({{"hours", Value::MakeList()}}), "empty list"},
      {Map({{"time_zone", "Mars/Olympus"}}), "a zone that this machine knows"},
      {Map({{"max_conections", 4}}), "max_connections"},
      {Value("fast"), "a map"},
  };
  for (const auto& [budget, told] : cases) {
    const auto read = BudgetOf(budget);
    ASSERT_FALSE(read) << told;
    EXPECT_EQ(read.error().code(), ErrorCode::kConfig);
    EXPECT_NE(read.error().ToString().find(told), std::string::npos) << read.error().ToString();
    EXPECT_NE(read.error().ToString().find("'crm'"), std::string::npos);
  }
}

TEST(LoadBudget, ReadersAreSharedAndGivenBack) {
  LoadBudget::Limits limits;
  limits.max_connections = 7;
  LoadBudget budget("crm", limits);
  auto first = budget.Reserve(2, 4, {});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->count(), 4);
  std::atomic<bool> granted{false};
  std::jthread second([&] {
    auto readers = budget.Reserve(3, 9, {});
    ASSERT_TRUE(readers);
    EXPECT_EQ(readers->count(), 5);
    granted = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(granted);
  *first = LoadBudget::Readers();
  second.join();
  EXPECT_TRUE(granted);
  const auto never = budget.Reserve(6, 6, {});
  ASSERT_FALSE(never);
  EXPECT_NE(never.error().ToString().find("max_connections: 8"), std::string::npos) << never.error().ToString();
}

TEST(LoadBudget, WaitingForReadersEndsWithAStop) {
  LoadBudget::Limits limits;
  limits.max_connections = 3;
  LoadBudget budget("crm", limits);
  const auto all = budget.Reserve(1, 1, {});
  std::stop_source stopper;
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    stopper.request_stop();
  });
  const auto waited = budget.Reserve(1, 1, stopper.get_token());
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code(), ErrorCode::kCancelled);
}

TEST(LoadBudget, RatesHoldForAllReadersTogether) {
  LoadBudget::Limits limits;
  limits.rows_per_second = 10'000;
  LoadBudget budget("crm", limits);
  const auto begin = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 3; ++i) {
      readers.emplace_back([&] {
        for (int batch = 0; batch < 10; ++batch) EXPECT_TRUE(budget.Spend(100, 1, {}));
      });
    }
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  EXPECT_GE(seconds, 0.3);  // 3,000 rows
  EXPECT_LT(seconds, 2);
}

TEST(LoadBudget, BytesOfTheWholeRun) {
  LoadBudget::Limits limits;
  limits.max_bytes = 1000;
  LoadBudget budget("crm", limits);
  EXPECT_TRUE(budget.Spend(1, 1000, {}));
  const auto more = budget.Spend(1, 1, {});
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code(), ErrorCode::kConfig);  // repeating cannot help
}

TEST(LoadBudget, HoursAreWaitedForOrFail) {
  LoadBudget::Limits limits;
  limits.hours = {{22 * 60, 6 * 60}};
  std::atomic<int> minute{21 * 60 + 59};
  std::string told;
  LoadBudget waits("crm", limits, [&]() -> int { return minute; });
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    minute = 22 * 60;
  });
  EXPECT_TRUE(waits.WaitForHours({}, [&](const std::string& text) { told = text; }));
  EXPECT_NE(told.find("22:00-06:00 (it is 21:59)"), std::string::npos) << told;
  minute = 5 * 60 + 59;
  EXPECT_TRUE(waits.WaitForHours({}, nullptr));
  limits.fail_outside_hours = true;
  LoadBudget fails("crm", limits, [] { return 12 * 60; });
  EXPECT_FALSE(fails.WaitForHours({}, nullptr));
}

}  // namespace
}  // namespace dvt::run
