// Joins that are worked off in parts give the rows that they give as a whole.
#include "dvt/run/transfer/parted_join.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <random>

#include "dvt/columnar/c_abi/row_texts.h"

namespace dvt::run {
namespace {

using columnar::Array;
using columnar::Fields;
using columnar::TypeKind;

constexpr int kPartitions = 3;

class PartedJoinTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = (std::filesystem::temp_directory_path() / ("dvt_parted_join_" + std::to_string(::getpid()))).string();
    engine::ComputeConfig config;
    config.threads = 2;
    config.temp_directory = folder_;
    engine_ = *engine::MakeDuckDbEngine(config);
  }
  void TearDown() override {
    engine_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// Rows of two columns, k (some NULL, many equal) and v; the same for the same seed.
  static engine::Input Rows(const std::string& name, columnar::DataType key, int rows, unsigned seed) {
    engine::Input input;
    input.name = name;
    input.fields = {{"k", key, true, {}}, {"v", TypeKind::kInt64, true, {}}};
    input.partitions = kPartitions;
    input.parallel = 2;
    input.estimated_rows = rows;
    input.open = [fields = input.fields, rows, seed](int partition, std::stop_token) -> Result<columnar::Stream> {
      std::mt19937 random(seed + static_cast<unsigned>(partition));
      columnar::BatchBuilder builder(fields);
      for (int i = 0; i < rows / kPartitions; ++i) {
        const auto key = static_cast<int64_t>(random() % static_cast<unsigned>(rows)) - rows / 4;
        if (random() % 20 == 0) {
          builder.column(0).AppendNull();
        } else if (fields[0].type.kind == TypeKind::kInt32) {
          builder.column(0).AppendFixed(static_cast<int32_t>(key));
        } else if (fields[0].type.kind == TypeKind::kInt64) {
          builder.column(0).AppendFixed(key);
        } else {
          builder.column(0).AppendBytes("ключ " + std::to_string(key));
        }
        builder.column(1).AppendFixed(static_cast<int64_t>(i));
      }
      std::vector<Array> batches;
      batches.push_back(builder.Finish());
      return columnar::MakeStream(fields, std::move(batches));
    };
    return input;
  }

  static std::vector<std::string> Texts(Result<columnar::Stream> rows) {
    std::vector<std::string> out;
    if (!rows) return {rows.error().ToString()};
    const Fields fields = *rows->GetFields();
    for (;;) {
      auto batch = rows->Next();
      if (!batch) return {batch.error().ToString()};
      if (!batch->valid()) break;
      for (std::string& row : columnar::RowTexts(batch->get(), fields)) out.push_back(std::move(row));
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  std::vector<engine::Input> Inputs(columnar::DataType left, columnar::DataType right, int rows) const {
    std::vector<engine::Input> out;
    out.push_back(Rows("l", left, rows, 1));
    out.push_back(Rows("r", right, rows / 2, 2));
    return out;
  }

  static plan::TransformFragment Join(int parts, const std::string& join, const std::string& whole, std::string rest = {}) {
    plan::PartedSide left{"l", "k", {}, "l"}, right{"r", "k", {}, "r"};
    return {"", whole, plan::PartedJoin{parts, left, right, join, "joined", std::move(rest)}};
  }
  static plan::TransformFragment Join(int parts, const std::string& join) { return Join(parts, join, join); }

  void ExpectEqual(const plan::TransformFragment& transform, const std::function<std::vector<engine::Input>()>& inputs,
                   size_t at_least = 1) {
    const auto whole = Texts(engine_->Run(transform.sql, inputs(), {}));
    EXPECT_GE(whole.size(), at_least) << transform.sql;
    EXPECT_EQ(Texts(RunInParts(*engine_, transform, inputs(), *engine_->Describe(transform.sql, inputs()), folder_, {})), whole)
        << transform.sql;
  }

  std::string folder_;
  std::unique_ptr<engine::Engine> engine_;
};

TEST_F(PartedJoinTest, EveryKindOfJoinEqualsTheWhole) {
  for (const char* kind : {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"}) {
    const std::string sql =
        std::string("SELECT l.k AS a, l.v AS b, r.k AS c, r.v AS d FROM l ") + kind + " r ON l.k = r.k AND r.v >= 0";
    for (const auto& [left, right] :
         {std::pair{TypeKind::kInt64, TypeKind::kInt32}, std::pair{TypeKind::kString, TypeKind::kString}}) {
      for (const int rows : {0, 30, 9000}) {
        const auto whole = Texts(engine_->Run(sql, Inputs(left, right, rows), {}));
        for (const int parts : {2, 19}) {
          const Fields fields = *engine_->Describe(sql, Inputs(left, right, rows));
          EXPECT_EQ(Texts(RunInParts(*engine_, Join(parts, sql), Inputs(left, right, rows), fields, folder_, {})), whole)
              << kind << " " << rows << " rows, " << parts << " parts";
        }
      }
    }
  }
}

TEST_F(PartedJoinTest, WhatIsLeftReadsTheJoinAndOtherInputs) {
  const std::string tail = " GROUP BY ALL ORDER BY 1";
  const std::string whole =
      "SELECT o.v % 5 AS g, count(*) AS n, sum(r.v) AS s FROM l JOIN r ON l.k = r.k JOIN o ON o.k = l.v" + tail;
  const plan::TransformFragment join =
      Join(5, "SELECT l.v AS c1, r.v AS c2 FROM l JOIN r ON l.k = r.k", whole,
           "SELECT o.v % 5 AS g, count(*) AS n, sum(joined.c2) AS s FROM joined JOIN o ON o.k = joined.c1" + tail);
  ExpectEqual(
      join,
      [&] {
        auto out = Inputs(TypeKind::kInt64, TypeKind::kInt64, 20'000);
        out.push_back(Rows("o", TypeKind::kInt64, 500, 3));
        return out;
      },
      2);
}

TEST_F(PartedJoinTest, KeysMayBeExpressions) {
  const std::string texts = "SELECT l.v, r.v FROM l FULL JOIN r ON lower(l.k) = r.k || 'x'";
  plan::TransformFragment join = Join(7, texts);
  join.parts->left = {"l", {}, "lower(k) || ''", "l"};
  join.parts->right = {"r", {}, "k || 'x'", "r"};
  ExpectEqual(
      join, [&] { return Inputs(TypeKind::kString, TypeKind::kString, 5000); }, 7000);

  const std::string numbers = "SELECT l.k, l.v, r.v FROM l JOIN r ON l.k % 100 = CAST(r.k AS DOUBLE)";
  join = Join(7, numbers);
  join.parts->left = {"l", {}, "CASE WHEN k % 100 = 0 THEN '0' ELSE CAST(CAST(k % 100 AS DOUBLE) AS VARCHAR) END", "l"};
  join.parts->right = {"r", {}, "CASE WHEN k = 0 THEN '0' ELSE CAST(CAST(k AS DOUBLE) AS VARCHAR) END", "r"};
  ExpectEqual(
      join, [&] { return Inputs(TypeKind::kInt64, TypeKind::kInt32, 5000); }, 100);
}

TEST_F(PartedJoinTest, RowsOfWhichTheKeyFailsCountAsHavingNone) {
  plan::TransformFragment join = Join(5, "SELECT l.v FROM l LEFT JOIN r ON TRY_CAST(l.k AS INTEGER) = r.k");
  join.parts->left = {"l", {}, "CAST(k AS INTEGER)", "l"};  // no text of these is a number
  ExpectEqual(
      join, [&] { return Inputs(TypeKind::kString, TypeKind::kInt32, 900); }, 900);
}

TEST_F(PartedJoinTest, KeysWhoseTypesHashOtherwiseAreNotDealt) {
  plan::TransformFragment join = Join(5, "SELECT nothing", "SELECT l.v, r.v FROM l JOIN r ON l.k = r.k");
  join.parts->right = {"r", {}, "CAST(k AS DOUBLE)", "r"};
  ExpectEqual(
      join, [&] { return Inputs(TypeKind::kInt64, TypeKind::kInt64, 900); }, 100);
}

TEST_F(PartedJoinTest, OneInputMayBeBothSides) {
  const auto inputs = [&] {
    std::vector<engine::Input> out;
    out.push_back(Rows("l", TypeKind::kInt64, 6000, 1));
    return out;
  };
  for (const char* right : {"k", "v"}) {
    const std::string on = std::string(" ON a.k = b.") + right;
    plan::TransformFragment join = Join(7, "SELECT a.v, b.k FROM l AS a LEFT JOIN \"l again\" AS b" + on,
                                        "SELECT a.v, b.k FROM l AS a LEFT JOIN l AS b" + on);
    join.parts->right = {"l", right, {}, "l again"};
    ExpectEqual(join, inputs, 6000);
  }
}

TEST_F(PartedJoinTest, AFailingReadEndsIt) {
  auto inputs = Inputs(TypeKind::kInt64, TypeKind::kInt64, 3000);
  inputs[1].open = [](int, std::stop_token) -> Result<columnar::Stream> {
    return Error(ErrorCode::kConnection, "the source is gone");
  };
  const std::string sql = "SELECT l.v FROM l JOIN r ON l.k = r.k";
  const Fields fields = {{"v", TypeKind::kInt64, true, {}}};
  const auto rows = Texts(RunInParts(*engine_, Join(3, sql), std::move(inputs), fields, folder_, {}));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_NE(rows[0].find("the source is gone"), std::string::npos) << rows[0];
}

TEST_F(PartedJoinTest, StoppingEndsDealing) {
  std::stop_source stop;
  auto inputs = Inputs(TypeKind::kInt64, TypeKind::kInt64, 3000);
  inputs[0].open = [&stop, fields = inputs[0].fields](int, std::stop_token) -> Result<columnar::Stream> {
    return columnar::MakeStream(fields, [&stop, fields]() -> Result<Array> {  // rows without an end
      columnar::BatchBuilder builder(fields);
      builder.column(0).AppendFixed(int64_t{1});
      builder.column(1).AppendFixed(int64_t{1});
      stop.request_stop();
      return builder.Finish();
    });
  };
  const std::string sql = "SELECT l.v FROM l JOIN r ON l.k = r.k";
  auto rows =
      RunInParts(*engine_, Join(3, sql), std::move(inputs), {{"v", TypeKind::kInt64, true, {}}}, folder_, stop.get_token());
  ASSERT_TRUE(rows.has_value());
  const auto batch = rows->Next();
  ASSERT_FALSE(batch.has_value());
  EXPECT_EQ(batch.error().code(), ErrorCode::kCancelled);
}

}  // namespace
}  // namespace dvt::run
