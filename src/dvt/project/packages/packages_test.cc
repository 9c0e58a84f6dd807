#include <gtest/gtest.h>

#include "dvt/project/packages/version_range.h"

namespace dvt::project {

TEST(VersionTest, Precedence) {
  const char* ordered[] = {"0.9.9",      "1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta",
                           "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
                           "1.0.0",      "1.2",          "1.10.0"};
  for (size_t i = 0; i + 1 < std::size(ordered); ++i) {
    EXPECT_TRUE(*Version::Parse(ordered[i]) < *Version::Parse(ordered[i + 1])) << ordered[i];
    EXPECT_FALSE(*Version::Parse(ordered[i + 1]) < *Version::Parse(ordered[i])) << ordered[i];
  }
  EXPECT_TRUE(*Version::Parse("v1.2.3+build") == *Version::Parse("1.2.3"));
  for (const char* wrong : {"", "1.x", "1.2.3.4", "a.b.c", "1.2.3-"}) EXPECT_FALSE(Version::Parse(wrong)) << wrong;
}

TEST(VersionTest, Ranges) {
  VersionRange range;
  ASSERT_TRUE(range.Add(">=1.0.0,<2.0.0"));
  ASSERT_TRUE(range.Add(" > 1.1.0 "));
  EXPECT_TRUE(range.Allows(*Version::Parse("1.1.1")));
  EXPECT_FALSE(range.Allows(*Version::Parse("1.1.0")));
  EXPECT_FALSE(range.Allows(*Version::Parse("2.0.0")));
  EXPECT_FALSE(range.exact());
  VersionRange one;
  ASSERT_TRUE(one.Add("1.2.0-rc1"));
  EXPECT_TRUE(one.exact());
  EXPECT_TRUE(one.Allows(*Version::Parse("1.2.0-rc1")));
  for (const char* wrong : {"~>1.0", "1.x", ">="}) EXPECT_FALSE(VersionRange().Add(wrong)) << wrong;
}

}  // namespace dvt::project
