#include "dvt/cli/ui/run_lines.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "dvt/cli/ui/display.h"

namespace dvt::cli {
namespace {

int64_t SecondsAgo(int seconds) {
  const auto then = std::chrono::steady_clock::now() - std::chrono::seconds(seconds);
  return std::chrono::duration_cast<std::chrono::nanoseconds>(then.time_since_epoch()).count();
}

// A quarter of the rows came in ten seconds.
void Quarter(run::FlowCounter& flow) {
  flow.connection = "crm";
  flow.name = "public.orders";
  flow.estimated_rows = 4'000'000;
  flow.partitions = 8;
  flow.Begin();
  flow.first_nanos = SecondsAgo(10);
  flow.rows = 1'000'000;
  flow.bytes = 50'000'000;
}

TEST(RunLines, TellsRateAndTimeLeft) {
  run::FlowCounter flow;
  Quarter(flow);
  const FlowState state = StateOf(flow);
  EXPECT_NEAR(state.fraction, 0.25, 1e-9);
  EXPECT_NEAR(state.bytes_per_second, 5e6, 1e5);
  ASSERT_TRUE(state.seconds_left);
  EXPECT_NEAR(*state.seconds_left, 30, 1);
  const std::string line = FlowLine(flow);
  EXPECT_NE(line.find("crm · public.orders"), std::string::npos) << line;
  EXPECT_NE(line.find("25 %"), std::string::npos) << line;
  EXPECT_NE(line.find("5.0 MB/s"), std::string::npos) << line;
  EXPECT_NE(line.find("left"), std::string::npos) << line;
}

TEST(RunLines, AReadThatIsDoneKeepsItsRate) {
  run::FlowCounter flow;
  Quarter(flow);
  flow.first_nanos = SecondsAgo(100);
  flow.last_nanos = SecondsAgo(90);
  flow.partitions_done = 8;
  const FlowState state = StateOf(flow);
  EXPECT_TRUE(state.done);
  EXPECT_EQ(state.fraction, 1);
  EXPECT_FALSE(state.seconds_left);
  EXPECT_NEAR(state.bytes_per_second, 5e6, 1e5);
  EXPECT_NE(FlowLine(flow).find("done"), std::string::npos);
}

TEST(RunLines, WithoutAnEstimatePartitionsCount) {
  run::FlowCounter flow;
  Quarter(flow);
  flow.estimated_rows.reset();
  flow.partitions_done = 4;
  EXPECT_NEAR(StateOf(flow).fraction, 0.5, 1e-9);
  ASSERT_TRUE(StateOf(flow).seconds_left);
  EXPECT_NEAR(*StateOf(flow).seconds_left, 10, 1);
}

TEST(RunLines, WhatDidNotBeginWaits) {
  run::NodeProgress progress;
  auto& first = progress.extracts.emplace_back();
  Quarter(first);
  progress.extracts.emplace_back().connection = "shop";
  progress.load.rows = 17;
  EXPECT_EQ(ProgressText(progress), "compile");
  progress.transferring = true;
  const std::string text = ProgressText(progress);
  EXPECT_TRUE(text.starts_with("17 rows loaded; crm 25 %, 1.0 M rows, 50.0 MB")) << text;
  EXPECT_TRUE(text.ends_with("; shop waiting")) << text;
}

TEST(RunLines, LongNamesKeepTheColumnsStraight) {
  run::FlowCounter flow;
  Quarter(flow);
  const std::string before = FlowLine(flow);
  flow.name = "größte_tabelle_der_welt_mit_einem_sehr_langen_namen";
  EXPECT_EQ(TerminalColumns(FlowLine(flow)), TerminalColumns(before));
}

TEST(Display, TellsPlainLinesOfLongNodes) {
  DisplayOptions options;
  options.line_every = std::chrono::milliseconds(1);
  model::Node node;
  node.name = node.alias = "sales";
  node.schema = "main";
  run::NodeProgress progress;
  Quarter(progress.extracts.emplace_back());
  progress.transferring = true;
  testing::internal::CaptureStdout();
  {
    const auto display = MakeDisplay(options);
    display->NodeStarted(node, 1, 2, progress);
    std::this_thread::sleep_for(std::chrono::milliseconds(350));
    display->NodeFinished(node, 1, 2, {});
  }
  const std::string out = testing::internal::GetCapturedStdout();
  EXPECT_NE(out.find("1 of 2 RUNNING"), std::string::npos) << out;
  EXPECT_NE(out.find("crm 25 %, 1.0 M rows, 50.0 MB"), std::string::npos) << out;
  EXPECT_EQ(out.find('\x1b'), std::string::npos) << out;
}

TEST(Display, DrawsALineForEachSource) {
  DisplayOptions options;
  options.live = true;
  model::Node node;
  node.name = node.alias = "sales";
  run::NodeProgress progress;
  Quarter(progress.extracts.emplace_back());
  progress.extracts.emplace_back().connection = "shop";
  progress.transferring = true;
  testing::internal::CaptureStdout();
  {
    const auto display = MakeDisplay(options);
    display->NodeStarted(node, 1, 1, progress);
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    display->NodeFinished(node, 1, 1, {});
  }
  const std::string out = testing::internal::GetCapturedStdout();
  EXPECT_NE(out.find("crm · public.orders"), std::string::npos) << out;
  EXPECT_NE(out.find("waiting"), std::string::npos) << out;
  // Every line that was drawn was erased.
  size_t drawn = 0, erased = 0;
  for (size_t at = 0; (at = out.find(" RUN ", at)) != std::string::npos; ++at) drawn += 3;
  for (size_t at = 0; (at = out.find("\x1b[1A\x1b[2K", at)) != std::string::npos; ++at) ++erased;
  EXPECT_EQ(drawn, erased) << out;
}

}  // namespace
}  // namespace dvt::cli
