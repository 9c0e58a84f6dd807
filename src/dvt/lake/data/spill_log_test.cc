#include <arrow/table.h>
#include <gtest/gtest.h>

#include <thread>

#include "dvt/lake/data/sample_rows_testing_arrow.h"
#include "dvt/lake/data/spill_log_arrow.h"

namespace dvt::lake {
namespace {

Schema FlatSchema() {
  Schema schema = SampleSchema();
  std::erase_if(schema.fields, [](const NestedField& field) { return field.type.is_nested(); });
  return schema;
}

void ExpectKept(const Batches& batches, SpillLog& log) {
  std::vector<SpillLog::Segment> segments;
  for (const auto& batch : batches) {
    auto segment = log.Keep(*batch);
    ASSERT_TRUE(segment) << segment.error().ToString();
    segments.push_back(*std::move(segment));
  }
  for (size_t i = 0; i < batches.size(); ++i) {
    const auto read = log.Read(segments[i]);
    ASSERT_TRUE(read) << read.error().ToString();
    ASSERT_TRUE((*read)->ValidateFull().ok());
    EXPECT_TRUE((*read)->Equals(*batches[i], /*check_metadata=*/true, arrow::EqualOptions::Defaults().nans_equal(true)));
  }
  for (const auto& segment : segments) log.Release(segment);
}

TEST(SpillLog, GivesBackWhatItKept) {
  for (const Schema& schema : {FlatSchema(), SampleSchema()}) {
    for (const double nulls : {0.0, 0.2, 1.0}) {
      SpillLog log;
      ExpectKept(SampleRows(schema, {500, nulls}, {300, 1, 0, 77, 5000}), log);
      EXPECT_EQ(log.bytes(), 0);
    }
  }
}

TEST(SpillLog, KeepsMoreColumnsThanOneCallWrites) {
  arrow::FieldVector fields;
  arrow::ArrayVector columns;
  const auto texts = SampleRows(FlatSchema(), {500, 0.1}, {50}).front();
  for (int i = 0; i < 500; ++i) {
    const int from = i % texts->num_columns();
    fields.push_back(texts->schema()->field(from)->WithName("c" + std::to_string(i)));
    columns.push_back(texts->column(from));
  }
  SpillLog log;
  ExpectKept({arrow::RecordBatch::Make(arrow::schema(fields), 50, columns)}, log);
}

TEST(SpillLog, ServesManyThreads) {
  SpillLog log;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] { ExpectKept(SampleRows(FlatSchema(), {500, 0.1}, {300, 20, 700, 1000}), log); });
  }
  EXPECT_EQ(log.bytes(), 0);
}

TEST(SpillLog, SaysThatTheTemporaryFolderIsMissing) {
  const std::string before = std::getenv("TMPDIR") == nullptr ? "" : std::getenv("TMPDIR");
  ::setenv("TMPDIR", "/nowhere", 1);
  SpillLog log;
  const auto kept = log.Keep(*SampleRows(FlatSchema(), {500, 0.1}, {5}).front());
  before.empty() ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", before.c_str(), 1);
  ASSERT_FALSE(kept);
  EXPECT_NE(kept.error().ToString().find("TMPDIR"), std::string::npos) << kept.error().ToString();
}

}  // namespace
}  // namespace dvt::lake
