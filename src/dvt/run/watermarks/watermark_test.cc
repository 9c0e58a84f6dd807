#include "dvt/run/watermarks/watermark.h"

#include <gtest/gtest.h>

namespace dvt::run {
namespace {

void ExpectBefore(MarkKind kind, std::string_view less, std::string_view more) {
  EXPECT_EQ(CompareMarks(kind, less, more), -1) << less << " < " << more;
  EXPECT_EQ(CompareMarks(kind, more, less), 1) << more << " > " << less;
  EXPECT_EQ(CompareMarks(kind, less, less), 0) << less;
}

TEST(WatermarkTest, NumbersByTheirValue) {
  ExpectBefore(MarkKind::kNumber, "9", "10");
  ExpectBefore(MarkKind::kNumber, "-10", "-9");
  ExpectBefore(MarkKind::kNumber, "-1", "0");
  ExpectBefore(MarkKind::kNumber, "0.05", "0.1");
  ExpectBefore(MarkKind::kNumber, "1.49", "1.5");
  ExpectBefore(MarkKind::kNumber, "-1.5", "-1.49");
  ExpectBefore(MarkKind::kNumber, "9223372036854775807", "18446744073709551615");
  ExpectBefore(MarkKind::kNumber, "99999999999999999999999999999999999998", "99999999999999999999999999999999999999");
  EXPECT_EQ(CompareMarks(MarkKind::kNumber, "1.50", "1.5"), 0);
  EXPECT_EQ(CompareMarks(MarkKind::kNumber, "007", "7.0"), 0);
  EXPECT_EQ(CompareMarks(MarkKind::kNumber, "-0", "0"), 0);
}

TEST(WatermarkTest, TimesByTheirTexts) {
  ExpectBefore(MarkKind::kDate, "1999-12-31", "2000-01-01");
  ExpectBefore(MarkKind::kTimestamp, "2024-01-01 00:00:00", "2024-01-01 00:00:00.5");
  ExpectBefore(MarkKind::kTimestamp, "2024-01-01 00:00:00.25", "2024-01-01 00:00:00.5");
  ExpectBefore(MarkKind::kTimestampTz, "2024-01-01 00:00:00+00", "2024-01-01 00:00:00.000001+00");
  ExpectBefore(MarkKind::kText, "Z", "a");
  ExpectBefore(MarkKind::kText, "z", "\xc3\xa4");
}

TEST(WatermarkTest, NamesOfKinds) {
  for (const auto kind : {MarkKind::kNumber, MarkKind::kDate, MarkKind::kTimestamp, MarkKind::kTimestampTz, MarkKind::kText})
    EXPECT_EQ(MarkKindNamed(MarkKindName(kind)), kind);
  EXPECT_EQ(MarkKindNamed("double"), std::nullopt);
}

// Whatever is asked later, a run keeps to the value that it had first.
TEST(WatermarkTest, AskedOnce) {
  AskedMarks asked;
  const AskedMarks::Key key{"crm", {"", "public", "t"}, "id"};
  EXPECT_FALSE(asked.Find(key).has_value());
  EXPECT_EQ(asked.Keep(key, "5"), "5");
  EXPECT_EQ(asked.Keep(key, "6"), "5");
  ASSERT_TRUE(asked.Find(key).has_value());
  EXPECT_EQ(**asked.Find(key), "5");
  const AskedMarks::Key empty{"crm", {"", "public", "t"}, "at"};
  asked.Keep(empty, std::nullopt);
  ASSERT_TRUE(asked.Find(empty).has_value());
  EXPECT_FALSE(asked.Find(empty)->has_value());
}

}  // namespace
}  // namespace dvt::run
