#include "dvt/run/context/event_window.h"

#include <gtest/gtest.h>

namespace dvt::run {
namespace {

int64_t At(std::string_view text) { return *ParseMoment(text); }

std::string Texts(const std::vector<EventWindow>& batches) {
  std::string out;
  for (const auto& batch : batches) out += MomentText(batch.start) + " - " + MomentText(batch.end) + "\n";
  return out;
}

TEST(EventWindow, MomentsAreReadInEveryForm) {
  EXPECT_EQ(MomentText(At("2024-02-29")), "2024-02-29 00:00:00");
  EXPECT_EQ(MomentText(At("2024-02-29T10:30")), "2024-02-29 10:30:00");
  EXPECT_EQ(MomentText(At("2024-02-29 10:30:15.25")), "2024-02-29 10:30:15.250000");
  EXPECT_EQ(MomentText(At("2024-02-29 00:30:00+02:00")), "2024-02-28 22:30:00");
  EXPECT_EQ(MomentText(At("1969-12-31T23:59:59Z")), "1969-12-31 23:59:59");
  EXPECT_EQ(IsoMoment(At("2024-01-01 10:00:00-0130")), "2024-01-01T11:30:00+00:00");
  for (const char* wrong : {"", "2024", "2024-02-30", "2024-01-01 25:00", "2024-01-01x", "today", "2024-01-01 10:00:00+x"})
    EXPECT_FALSE(ParseMoment(wrong)) << wrong;
}

TEST(EventWindow, BatchesBeginAtTheirUnit) {
  const int64_t moment = At("2024-03-15 10:20:30");
  EXPECT_EQ(MomentText(BatchBegin(moment, BatchSize::kHour)), "2024-03-15 10:00:00");
  EXPECT_EQ(MomentText(BatchBegin(moment, BatchSize::kYear)), "2024-01-01 00:00:00");
  EXPECT_EQ(MomentText(BatchOffset(moment, BatchSize::kMonth, -3)), "2023-12-01 00:00:00");
  EXPECT_EQ(MomentText(BatchCeiling(moment, BatchSize::kDay)), "2024-03-16 00:00:00");
  EXPECT_EQ(MomentText(BatchCeiling(At("2024-03-15"), BatchSize::kDay)), "2024-03-15 00:00:00");
  EXPECT_EQ(BatchId(BatchBegin(moment, BatchSize::kHour), BatchSize::kHour), "20240315T10");
  EXPECT_EQ(BatchLabel(BatchBegin(moment, BatchSize::kMonth), BatchSize::kMonth), "2024-03");
}

TEST(EventWindow, WhichBatchesRun) {
  BatchRange range;
  range.begin = At("2024-01-30 12:00:00");
  range.now = At("2024-02-02 08:00:00");
  EXPECT_EQ(Texts(BatchesOf(range)),
            "2024-01-30 00:00:00 - 2024-01-31 00:00:00\n2024-01-31 00:00:00 - 2024-02-01 00:00:00\n"
            "2024-02-01 00:00:00 - 2024-02-02 00:00:00\n2024-02-02 00:00:00 - 2024-02-03 00:00:00\n");
  range.incremental = true;
  EXPECT_EQ(Texts(BatchesOf(range)), "2024-02-01 00:00:00 - 2024-02-02 00:00:00\n2024-02-02 00:00:00 - 2024-02-03 00:00:00\n");
  range.lookback = 0;
  EXPECT_EQ(BatchesOf(range).size(), 1u);
  range.given_start = At("2023-12-31 10:00:00");
  range.given_end = At("2024-01-02");
  EXPECT_EQ(Texts(BatchesOf(range)), "2023-12-31 00:00:00 - 2024-01-01 00:00:00\n2024-01-01 00:00:00 - 2024-01-02 00:00:00\n");
  range.size = BatchSize::kMonth;
  EXPECT_EQ(Texts(BatchesOf(range)), "2023-12-01 00:00:00 - 2024-01-01 00:00:00\n2024-01-01 00:00:00 - 2024-02-01 00:00:00\n");
}

TEST(EventWindow, Samples) {
  const int64_t now = At("2024-03-31 10:00:00");
  const auto text = [&](const std::string& sample) { return Texts({*ParseSample(sample, now)}); };
  EXPECT_EQ(text("1 day"), "2024-03-30 10:00:00 - 2024-03-31 10:00:00\n");
  EXPECT_EQ(text("6 Hours"), "2024-03-31 04:00:00 - 2024-03-31 10:00:00\n");
  EXPECT_EQ(text("{start: 2024-01-01, end: '2024-01-05 12:00:00'}"), "2024-01-01 00:00:00 - 2024-01-05 12:00:00\n");
  EXPECT_LT(ParseSample("1 month", now)->start, At("2024-03-01"));
  for (const char* wrong :
       {"", "day", "1 week", "0 days", "-1 day", "{start: 2024-01-01}", "{start: 2024-01-02, end: 2024-01-01}"})
    EXPECT_FALSE(ParseSample(wrong, now)) << wrong;
}

}  // namespace
}  // namespace dvt::run
