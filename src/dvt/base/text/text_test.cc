#include "dvt/base/text/text.h"

#include <gtest/gtest.h>

#include <set>

#include "dvt/base/text/secrets.h"
#include "dvt/base/text/value.h"

namespace dvt {
namespace {

TEST(Text, Basics) {
  EXPECT_EQ(TrimView(" \t a b\n"), "a b");
  EXPECT_EQ(TrimView("  "), "");
  EXPECT_EQ(ToUpper("aZé"), "AZé");
  EXPECT_TRUE(EqualsIgnoreCase("AbC", "aBc"));
  EXPECT_EQ(Split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(Join({"a", "b"}, ", "), "a, b");
  EXPECT_EQ(ReplaceAll("aXbX", "X", "YY"), "aYYbYY");
  EXPECT_EQ(ReplaceAll("abc", "", "Y"), "abc");
}

TEST(Text, Nearest) {
  EXPECT_EQ(EditDistance("customers", "custmers"), 1);
  EXPECT_EQ(EditDistance("ab", "ba"), 1);
  EXPECT_EQ(NearestName("custmers", {"orders", "customers"}), "customers");
  EXPECT_EQ(NearestName("Orders", {"ORDERS"}), "ORDERS");
  EXPECT_EQ(NearestName("zebra", {"orders", "customers"}), "");
  EXPECT_EQ(DidYouMean("shcema", {"schema"}), " Did you mean 'schema'?");
}

TEST(Text, HumanNumbers) {
  EXPECT_EQ(HumanCount(987), "987");
  EXPECT_EQ(HumanCount(12'300), "12.3 k");
  EXPECT_EQ(HumanCount(1'500'000), "1.5 M");
  EXPECT_EQ(HumanCount(999'999), "1.0 M");
  EXPECT_EQ(HumanBytes(12'300'000), "12.3 MB");
  EXPECT_EQ(HumanBytes(12), "12 B");
  EXPECT_EQ(HumanSeconds(0.42), "0.42 s");
  EXPECT_EQ(HumanSeconds(65), "1 m 05 s");
  EXPECT_EQ(HumanSeconds(3725), "1 h 02 m 05 s");
}

TEST(Text, Digests) {
  EXPECT_EQ(Md5Hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  std::string uuid = NewUuid();
  ASSERT_EQ(uuid.size(), 36u);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(uuid, NewUuid());
}

TEST(Text, Utf8) {
  EXPECT_TRUE(IsUtf8("aé€😀"));
  EXPECT_FALSE(IsUtf8("\xff"));
  EXPECT_FALSE(IsUtf8("\xc0\x80"));
  EXPECT_FALSE(IsUtf8("\xed\xa0\x80"));
  EXPECT_FALSE(IsUtf8("\xe2\x82"));
}

TEST(Secrets, AreRedacted) {
  SecretRegistry::Clear();
  SecretRegistry::Register("hunter2");
  SecretRegistry::Register("hunter2-long");
  SecretRegistry::Register("ab");
  EXPECT_EQ(SecretRegistry::Redact("x hunter2-long hunter2 ab"), "x ***** ***** ab");
  SecretRegistry::Register("qu\"ote");
  SecretRegistry::Register("null");
  Value document = *ParseJson(R"({"a": ["x qu\"ote", null, 1]})");
  SecretRegistry::RedactAll(document);
  EXPECT_EQ(ToJson(document), R"({"a": ["x *****", null, 1]})");
  SecretRegistry::Clear();
  EXPECT_TRUE(IsSecretVariable("DBT_ENV_SECRET_X"));
  EXPECT_FALSE(IsSecretVariable("DBT_ENV_X"));
  EXPECT_TRUE(IsSecretSetting("Password"));
  EXPECT_TRUE(IsSecretSetting("aws_secret_access_key"));
  EXPECT_FALSE(IsSecretSetting("host"));
}

}  // namespace
}  // namespace dvt
