#include <gtest/gtest.h>

#include "dvt/connectors/api/row_hasher.h"

namespace dvt::connectors {
namespace {

using columnar::TypeKind;

std::string Literal(const columnar::DataType& type, std::string_view text) {
  return type.is_integer() ? std::string(text) : "'" + std::string(text) + "'";
}

std::string Of(const std::vector<HashedColumn>& key, const std::vector<std::string>& keys, KeyRows rows = KeyRows::kList) {
  return KeyListPredicate(key, keys, &Literal, rows);
}

const HashedColumn kId = {"t.id", {"id", TypeKind::kInt64, true, {}}};
const HashedColumn kCode = {"t.code", {"code", TypeKind::kString, true, {}}};

TEST(KeyPredicate, NeighboursBecomeRanges) {
  EXPECT_EQ(Of({kId}, {"10", "11", "12", "13", "5", "7"}), "(t.id BETWEEN 10 AND 13 OR t.id IN (5, 7))");
  EXPECT_EQ(Of({kId}, {"-1", "0", "1", "2"}), "(t.id BETWEEN -1 AND 2)");
  EXPECT_EQ(Of({kId}, {"9223372036854775807"}), "(t.id IN (9223372036854775807))");
}

TEST(KeyPredicate, ManyRangesStayShallow) {
  std::vector<std::string> keys;
  for (int run = 0; run < 1000; ++run) {
    for (int i = 0; i < 5; ++i) keys.push_back(std::to_string(run * 10 + i));
  }
  const std::string text = Of({kId}, keys);
  size_t ranges = 0;
  for (size_t at = text.find("BETWEEN"); at != std::string::npos; at = text.find("BETWEEN", at + 1)) ++ranges;
  EXPECT_EQ(ranges, 200u);
}

TEST(KeyPredicate, TextsAndSeveralColumns) {
  EXPECT_EQ(Of({kCode}, {"a~|b", "~~N"}), "t.code IN ('a|b', '~N')");
  EXPECT_EQ(Of({kId, kCode}, {"1|x", "2|"}), "(t.id, t.code) IN ((1, 'x'), (2, ''))");
  EXPECT_EQ(Of({kId, kCode}, {"1|x"}, KeyRows::kValues), "(t.id, t.code) IN (VALUES (1, 'x'))");
  EXPECT_EQ(Of({kId, kCode}, {"1|x", "2|y"}, KeyRows::kAlternatives),
            "((t.id = 1 AND t.code = 'x') OR (t.id = 2 AND t.code = 'y'))");
}

}  // namespace
}  // namespace dvt::connectors
