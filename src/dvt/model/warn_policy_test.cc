#include "dvt/model/warn_policy.h"

#include <gtest/gtest.h>

namespace dvt::model {
namespace {

using Treatment = WarnPolicy::Treatment;

Result<WarnPolicy> Policy(const std::string& yaml) {
  return WarnPolicy::FromValue(*ParseYaml(yaml, "t"), "--warn-error-options");
}

TEST(WarnPolicy, DecidesByName) {
  EXPECT_EQ(WarnPolicy().Of("NothingToDo"), Treatment::kWarn);
  EXPECT_EQ(WarnPolicy::EveryWarningFails().Of("NothingToDo"), Treatment::kFail);
  const auto policy = Policy("{error: all, warn: [NothingToDo], silence: [DVT003]}");
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->Of("NothingToDo"), Treatment::kWarn);
  EXPECT_EQ(policy->Of("DVT003"), Treatment::kSilence);
  EXPECT_EQ(policy->Of("DVT004"), Treatment::kFail);
  EXPECT_FALSE(policy->every_warning_fails());
}

TEST(WarnPolicy, TakesOldNamesAndGroups) {
  const auto policy = Policy("{include: [Deprecations], exclude: [NothingToDo]}");
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->Of("ConfigLogPathDeprecation"), Treatment::kFail);
  EXPECT_EQ(policy->Of("NothingToDo"), Treatment::kWarn);
  EXPECT_EQ(ToJson(policy->ToValue()), R"({"error": ["Deprecations"], "warn": ["NothingToDo"], "silence": []})");
}

TEST(WarnPolicy, RefusesWhatItDoesNotKnow) {
  EXPECT_NE(Policy("{error: [NothingTodo]}").error().message().find("Did you mean 'NothingToDo'?"), std::string::npos);
  EXPECT_FALSE(Policy("{errors: all}"));
  EXPECT_FALSE(Policy("{error: all, include: all}"));
  EXPECT_FALSE(Policy("[all]"));
}

}  // namespace
}  // namespace dvt::model
