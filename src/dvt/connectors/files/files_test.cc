#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "dvt/base/fs/files.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/connectors/files/connector.h"
#include "dvt/connectors/files/file_format.h"

namespace dvt::connectors {
namespace {

using columnar::TypeKind;

class FilesTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("dvt_files_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    ConnectionConfig config;
    config.name = "lake";
    config.type = "files";
    config.settings.Set("path", folder_.string());
    config.settings.Set("format", GetParam());
    auto made = MakeFilesConnector(config);
    ASSERT_TRUE(made.has_value()) << made.error().ToString();
    connector_ = *made;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  columnar::Fields fields_ = {{"id", TypeKind::kInt64, true, {}},
                              {"name", TypeKind::kString, true, {}},
                              {"price", TypeKind::kFloat64, true, {}},
                              {"ok", TypeKind::kBool, true, {}}};
  std::filesystem::path folder_;
  std::shared_ptr<Connector> connector_;

  void WriteRows(int64_t rows) {
    auto sink = connector_->OpenSink({{"", "sub", "t"}, fields_, "", true, 60}, {});
    ASSERT_TRUE(sink.has_value()) << sink.error().ToString();
    columnar::BatchBuilder builder(fields_);
    for (int64_t i = 0; i < rows; ++i) {
      builder.column(0).AppendFixed(i);
      if (i % 3 == 0)
        builder.column(1).AppendNull();
      else
        builder.column(1).AppendBytes("a \"quoted\", é\nline " + std::to_string(i));
      builder.column(2).AppendFixed(static_cast<double>(i) + 0.5);
      builder.column(3).AppendBool(i % 2 == 0);
    }
    auto batch = builder.Finish();
    ASSERT_TRUE((*sink)->Write(batch.get(), {}).has_value());
    EXPECT_TRUE(connector_->ListRelations("sub", {})->empty());  // nothing visible before the commit
    auto committed = (*sink)->Commit({});
    ASSERT_TRUE(committed.has_value()) << committed.error().ToString();
    EXPECT_EQ(*committed, rows);
  }
};

TEST(ParquetCompression, EverySettingWritesWhatItSays) {
  const auto folder = std::filesystem::temp_directory_path() / ("dvt_codec_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const columnar::Fields fields = {{"s", TypeKind::kString, true, {}}};
  std::map<std::string, uintmax_t> sizes;
  for (const char* codec : {"none", "snappy", "lz4", "gzip", "zstd"}) {
    ConnectionConfig config;
    config.name = "lake";
    config.type = "files";
    config.settings.Set("path", folder.string());
    config.settings.Set("compression", codec);
    auto connector = MakeFilesConnector(config);
    ASSERT_TRUE(connector.has_value()) << connector.error().ToString();
    auto sink = (*connector)->OpenSink({{"", "", codec}, fields, "", true, 60}, {});
    ASSERT_TRUE(sink.has_value()) << sink.error().ToString();
    columnar::BatchBuilder builder(fields);
    for (int i = 0; i < 20'000; ++i) builder.column(0).AppendBytes("a text that comes again, number " + std::to_string(i * 7919));
    auto batch = builder.Finish();
    ASSERT_TRUE((*sink)->Write(batch.get(), {}).has_value());
    ASSERT_TRUE((*sink)->Commit({}).has_value());
    sizes[codec] = std::filesystem::file_size(folder / (std::string(codec) + ".parquet"));
  }
  for (const char* codec : {"snappy", "lz4", "gzip", "zstd"}) EXPECT_LT(sizes[codec], sizes["none"] * 3 / 4) << codec;
  EXPECT_LT(sizes["gzip"], sizes["snappy"]);
  ConnectionConfig wrong;
  wrong.settings.Set("path", folder.string());
  wrong.settings.Set("compression", "lzma");
  EXPECT_FALSE(MakeFilesConnector(wrong).has_value());
  std::filesystem::remove_all(folder);
}

// Wide rows end a row group by their bytes (128 MB), long before its rows; columns that repeat and columns that do not read back alike.
TEST(ParquetRowGroups, EndByBytes) {
  const auto folder = std::filesystem::temp_directory_path() / ("dvt_groups_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  ConnectionConfig config;
  config.name = "lake";
  config.type = "files";
  config.settings.Set("path", folder.string());
  config.settings.Set("compression", "none");
  auto connector = MakeFilesConnector(config);
  ASSERT_TRUE(connector.has_value()) << connector.error().ToString();
  const columnar::Fields fields = {
      {"id", TypeKind::kInt64, true, {}}, {"kind", TypeKind::kString, true, {}}, {"text", TypeKind::kString, true, {}}};
  auto sink = (*connector)->OpenSink({{"", "", "wide"}, fields, "", true, 60}, {});
  ASSERT_TRUE(sink.has_value()) << sink.error().ToString();
  constexpr int64_t kBatches = 5, kRows = 40'000;
  const std::string filler(1'000, 'x');
  columnar::BatchBuilder builder(fields);
  for (int64_t i = 0; i < kBatches * kRows; ++i) {
    builder.column(0).AppendFixed(i);
    builder.column(1).AppendBytes(i % 2 == 0 ? "even" : "odd");
    builder.column(2).AppendBytes(std::to_string(i) + filler);
    if (builder.rows() < kRows) continue;
    auto batch = builder.Finish();
    ASSERT_TRUE((*sink)->Write(batch.get(), {}).has_value());
  }
  ASSERT_TRUE((*sink)->Commit({}).has_value());
  ReadRequest request;
  request.relation = columnar::RelationName{"", "", "wide"};
  auto plan = (*connector)->PlanRead(request, nullptr, {});
  ASSERT_TRUE(plan.has_value()) << plan.error().ToString();
  auto facts = files::Inspect((folder / "wide.parquet").string(), files::FileFormat::kParquet, ',');
  ASSERT_TRUE(facts.has_value()) << facts.error().ToString();
  EXPECT_EQ(facts->row_groups, 2);  // of three batches, and of two
  int64_t rows = 0;
  for (int p = 0; p < static_cast<int>(plan->partitions.size()); ++p) {
    auto stream = (*connector)->Open(*plan, p, nullptr, {});
    ASSERT_TRUE(stream.has_value()) << stream.error().ToString();
    for (;;) {
      auto batch = stream->Next();
      ASSERT_TRUE(batch.has_value()) << batch.error().ToString();
      if (!batch->valid()) break;
      const auto columns = columnar::BatchColumns(batch->get(), plan->fields);
      for (int64_t i = 0; i < batch->length(); ++i, ++rows) {
        ASSERT_EQ(columns[0].Integer(i), rows);
        ASSERT_EQ(columns[1].Text(i), rows % 2 == 0 ? "even" : "odd");
        ASSERT_EQ(columns[2].Text(i), std::to_string(rows) + filler);
      }
    }
  }
  EXPECT_EQ(rows, kBatches * kRows);
  std::filesystem::remove_all(folder);
}

TEST_P(FilesTest, WritesAndReadsBackEveryRow) {
  WriteRows(1000);
  auto info = connector_->Describe({"", "sub", "t"}, {});
  ASSERT_TRUE(info.has_value()) << info.error().ToString();
  EXPECT_EQ(info->columns.size(), 4u);
  ReadRequest request;
  request.relation = columnar::RelationName{"", "sub", "t"};
  request.select_list = {"\"name\"", "id"};
  auto plan = connector_->PlanRead(request, nullptr, {});
  ASSERT_TRUE(plan.has_value()) << plan.error().ToString();
  int64_t rows = 0, nulls = 0;
  for (int p = 0; p < static_cast<int>(plan->partitions.size()); ++p) {
    auto stream = connector_->Open(*plan, p, nullptr, {});
    ASSERT_TRUE(stream.has_value()) << stream.error().ToString();
    for (;;) {
      auto batch = stream->Next();
      ASSERT_TRUE(batch.has_value()) << batch.error().ToString();
      if (!batch->valid()) break;
      const auto columns = columnar::BatchColumns(batch->get(), plan->fields);
      for (int64_t i = 0; i < batch->length(); ++i) {
        EXPECT_EQ(columns[1].Integer(i), rows + i);
        nulls += columns[0].IsNull(i);
        if (!columns[0].IsNull(i)) EXPECT_EQ(columns[0].Text(i), "a \"quoted\", é\nline " + std::to_string(rows + i));
      }
      rows += batch->length();
    }
  }
  EXPECT_EQ(rows, 1000);
  EXPECT_EQ(nulls, 334);
}

TEST_P(FilesTest, AbortLeavesNothing) {
  {
    auto sink = connector_->OpenSink({{"", "", "gone"}, fields_, "", true, 60}, {});
    ASSERT_TRUE(sink.has_value());
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_P(FilesTest, MissingFileNamesTheNearest) {
  WriteRows(1);
  auto info = connector_->Describe({"", "sub", "tt"}, {});
  ASSERT_FALSE(info.has_value());
  EXPECT_EQ(info.error().code(), ErrorCode::kNotFound);
}

INSTANTIATE_TEST_SUITE_P(Formats, FilesTest, ::testing::Values("csv", "jsonl", "parquet"));

}  // namespace
}  // namespace dvt::connectors
