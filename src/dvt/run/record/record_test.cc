#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "dvt/base/fs/files.h"
#include "dvt/run/record/recording.h"
#include "dvt/run/record/schema_value.h"
#include "dvt/run/record/tape.h"
#include "dvt/run/transfer/memory_connector.h"

namespace dvt::run {
namespace {

using columnar::DataType;
using columnar::Field;
using columnar::Stream;
using columnar::TypeKind;
using connectors::Connector;
using connectors::ReadPlan;
using connectors::ReadRequest;
using testing::MemoryConnector;

class RecordTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = (std::filesystem::temp_directory_path() / ("dvt_record_" + std::to_string(::getpid()))).string();
    std::filesystem::remove_all(folder_);
    source_ = std::make_shared<MemoryConnector>("crm");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<ExtractTape> Record(const std::string& id = "a") {
    auto tape = RecordTo(folder_, "dvt run", id);
    EXPECT_TRUE(tape) << (tape ? "" : tape.error().ToString());
    return tape ? std::move(*tape) : nullptr;
  }

  static ReadRequest Query(const std::string& sql) {
    ReadRequest request;
    request.sql = sql;
    return request;
  }

  // Rows of the first batches of a partition; -1 reads to the end. The error's code, if it failed.
  static std::pair<int64_t, std::optional<ErrorCode>> Read(Connector& connector, const ReadPlan& plan, int partition,
                                                           int batches = -1) {
    auto scope = connector.BeginRead({});
    EXPECT_TRUE(scope);
    auto stream = connector.Open(plan, partition, *scope, {});
    if (!stream) return {0, stream.error().code()};
    int64_t rows = 0;
    for (int i = 0; batches < 0 || i < batches; ++i) {
      auto batch = stream->Next();
      if (!batch) return {rows, batch.error().code()};
      if (!batch->valid()) break;
      rows += batch->length();
    }
    return {rows, std::nullopt};
  }

  static ReadPlan Plan(Connector& connector, const std::string& sql) {
    auto scope = connector.BeginRead({});
    auto plan = connector.PlanRead(Query(sql), *scope, {});
    EXPECT_TRUE(plan) << (plan ? "" : plan.error().ToString());
    return plan ? *plan : ReadPlan();
  }

  std::shared_ptr<Connector> Replay(bool live = false) {
    auto tape = ReplayFrom(folder_, [live](const std::string&) { return live; });
    EXPECT_TRUE(tape) << (tape ? "" : tape.error().ToString());
    if (!tape) return nullptr;
    tape_ = std::move(*tape);
    return tape_->ForReading(std::make_shared<MemoryConnector>("crm"));
  }

  std::string folder_;
  std::shared_ptr<MemoryConnector> source_;
  std::unique_ptr<ExtractTape> tape_;
};

TEST_F(RecordTest, WhatWasReadComesBack) {
  const auto tape = Record();
  const auto taped = tape->ForReading(source_);
  const ReadPlan plan = Plan(*taped, "select n");
  for (int i = 0; i < source_->partitions; ++i) EXPECT_EQ(Read(*taped, plan, i).first, 1000);
  ASSERT_TRUE(tape->Finish());
  const auto replayed = Replay();
  EXPECT_TRUE(replayed->Has(connectors::Capability::kSource));
  EXPECT_FALSE(replayed->Has(connectors::Capability::kTarget)) << "nothing may lead to the database";
  const ReadPlan again = Plan(*replayed, "select n");
  ASSERT_EQ(again.partitions.size(), 4u);
  EXPECT_EQ(again.fields, plan.fields);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Read(*replayed, again, i).first, 1000);
}

TEST_F(RecordTest, OtherQueriesAreMissing) {
  const auto tape = Record();
  const auto taped = tape->ForReading(source_);
  Read(*taped, Plan(*taped, "select n"), 0);
  ASSERT_TRUE(tape->Finish());
  const auto replayed = Replay();
  const auto plan = replayed->PlanRead(Query("select m"), nullptr, {});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code(), ErrorCode::kNotFound);
  EXPECT_NE(plan.error().message().find("select m"), std::string::npos);
  EXPECT_NE(plan.error().hint().find("--record"), std::string::npos);
}

TEST_F(RecordTest, AFailedReaderLeavesNothing) {
  const auto tape = Record();
  const auto taped = tape->ForReading(source_);
  const ReadPlan plan = Plan(*taped, "select n");
  source_->read_failures = 1;
  EXPECT_TRUE(Read(*taped, plan, 0).second);
  EXPECT_EQ(Read(*taped, plan, 0).first, 1000);
  for (int i = 1; i < 4; ++i) Read(*taped, plan, i);
  ASSERT_TRUE(tape->Finish());
  const auto replayed = Replay();
  EXPECT_EQ(Read(*replayed, Plan(*replayed, "select n"), 0).first, 1000);
  size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) files += entry.path().extension() == ".arrows";
  EXPECT_EQ(files, 4u);
}

// What the engine did not want then, it must not get for nothing later.
TEST_F(RecordTest, WhatWasNotReadIsAnError) {
  const auto tape = Record();
  const auto taped = tape->ForReading(source_);
  const ReadPlan plan = Plan(*taped, "select n");
  const int64_t first = Read(*taped, plan, 0, 1).first;
  EXPECT_GT(first, 0);
  ASSERT_TRUE(tape->Finish());
  const auto replayed = Replay();
  const ReadPlan again = Plan(*replayed, "select n");
  EXPECT_EQ(Read(*replayed, again, 0, 1).first, first);
  EXPECT_EQ(Read(*replayed, again, 0).second, ErrorCode::kNotFound);
  EXPECT_EQ(Read(*replayed, again, 1).second, ErrorCode::kNotFound);
}

TEST_F(RecordTest, DamagedFilesAreSeen) {
  const auto tape = Record();
  const auto taped = tape->ForReading(source_);
  const ReadPlan plan = Plan(*taped, "select n");
  for (int i = 0; i < 4; ++i) Read(*taped, plan, i);
  ASSERT_TRUE(tape->Finish());
  int damaged = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
    if (entry.path().extension() != ".arrows") continue;
    const auto size = std::filesystem::file_size(entry.path());
    if (++damaged == 1) std::filesystem::resize_file(entry.path(), size / 2);
    if (damaged == 2) std::filesystem::resize_file(entry.path(), 0);
    if (damaged == 3) std::filesystem::remove(entry.path());
  }
  const auto replayed = Replay();
  const ReadPlan again = Plan(*replayed, "select n");
  int failed = 0;
  for (int i = 0; i < 4; ++i) failed += Read(*replayed, again, i).second.has_value();
  EXPECT_EQ(failed, 3);
}

TEST_F(RecordTest, AFolderOfOtherThingsIsLeftAlone) {
  std::filesystem::create_directories(folder_);
  ASSERT_TRUE(WriteFileAtomic(JoinPath(folder_, "letters.txt"), "dear all"));
  auto tape = RecordTo(folder_, "dvt run", "a");
  ASSERT_FALSE(tape);
  EXPECT_EQ(tape.error().code(), ErrorCode::kInvalidArgument);
  ASSERT_TRUE(WriteFileAtomic(JoinPath(folder_, "index.json"), "{\"some\": \"site\"}"));
  EXPECT_FALSE(RecordTo(folder_, "dvt run", "a"));
  EXPECT_FALSE(ReplayFrom(folder_, [](const std::string&) { return false; }));
}

TEST_F(RecordTest, ANewRecordingReplacesTheOldOne) {
  for (const char* id : {"a", "b"}) {
    const auto tape = Record(id);
    const auto taped = tape->ForReading(source_);
    const ReadPlan plan = Plan(*taped, std::string("select ") + id);
    for (int i = 0; i < 4; ++i) Read(*taped, plan, i);
    ASSERT_TRUE(tape->Finish());
  }
  const auto replayed = Replay();
  EXPECT_TRUE(replayed->PlanRead(Query("select b"), nullptr, {}));
  EXPECT_FALSE(replayed->PlanRead(Query("select a"), nullptr, {}));
  EXPECT_FALSE(std::filesystem::exists(JoinPath(folder_, "rows_a")));
}

TEST(SchemaValue, TypesComeBackAsTheyWere) {
  columnar::TableInfo info;
  info.name = {"db", "s", "t"};
  info.kind = columnar::RelationKind::kView;
  info.estimated_rows = 12;
  info.indexes = {{"t_pkey", {"a", "b"}, true, true}};
  Field fixed{"a", DataType::String(10, true), false, "char(10)"};
  Field nested{"b", DataType::Struct({{"x", DataType::List(DataType::Decimal(38, 9)), true, ""}}), true, ""};
  Field time{"c", TypeKind::kTimestampTz, true, "timestamptz(3)"};
  time.type.precision = 3;
  info.columns = {fixed, nested, time};
  const auto back = TableFrom(TableValue(info));
  ASSERT_TRUE(back) << back.error().ToString();
  EXPECT_EQ(back->columns, info.columns);
  EXPECT_EQ(back->columns[0].native_type, "char(10)");
  EXPECT_EQ(back->kind, info.kind);
  EXPECT_EQ(back->estimated_rows, info.estimated_rows);
  ASSERT_EQ(back->indexes.size(), 1u);
  EXPECT_EQ(back->indexes[0].columns, info.indexes[0].columns);
  EXPECT_TRUE(back->indexes[0].primary);
  EXPECT_FALSE(FieldsFrom(*ParseJson(R"([{"name": "a", "kind": "colour"}])")));
}

}  // namespace
}  // namespace dvt::run
