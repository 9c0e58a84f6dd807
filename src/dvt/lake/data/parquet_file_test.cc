// Rows of every type in files of Arrow's writer, in every encoding and compression it knows: they must come back as they were, a few at a time, and a file
// that was damaged must be refused or read, never crash.
#include <arrow/compute/cast.h>
#include <arrow/io/file.h>
#include <arrow/table.h>
#include <arrow/util/compression.h>
#include <arrow/util/thread_pool.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>

#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <random>

#include "dvt/lake/data/parquet_file_arrow.h"
#include "dvt/lake/data/sample_rows_testing_arrow.h"
#include "dvt/lake/data/types_arrow.h"

namespace dvt::lake {
namespace {

using Properties = parquet::WriterProperties::Builder;

struct Kind {
  const char* name;
  std::function<void(Properties&)> set;
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

void WriteFile(const std::string& path, const std::shared_ptr<arrow::Table>& table, const Kind& kind, int64_t group_rows = 1600) {
  const auto out = *arrow::io::FileOutputStream::Open(path);
  Properties properties;
  properties.data_pagesize(700)->write_batch_size(64);
  kind.set(properties);
  ASSERT_TRUE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), out, group_rows, properties.build()).ok());
  ASSERT_TRUE(out->Close().ok());
}

// The file's rows, so many at a time; an error if it cannot be read.
Result<std::shared_ptr<arrow::Table>> ReadRows(const std::string& path, const std::vector<NestedField>& fields,
                                               int64_t batch_rows, bool one_thread) {
  const auto store = MakeFileStore({});
  ParquetRead read;
  read.fields = fields;
  read.one_thread = one_thread;
  DVT_ASSIGN(const auto file, ParquetFile::Open(*store, path, -1, read));
  Batches batches;
  for (int group = 0; group < file->row_groups(); ++group) {
    DVT_ASSIGN(const auto reader, file->OpenRowGroup(group, batch_rows));
    while (true) {
      DVT_ASSIGN(auto batch, reader->Next());
      if (batch == nullptr) break;
      if (!batch->Validate().ok()) return Error(ErrorCode::kInternal, batch->Validate().ToString());
      EXPECT_LE(batch->num_rows(), batch_rows);
      batches.push_back(std::move(batch));
    }
  }
  return *arrow::Table::FromRecordBatches(ArrowSchemaOf(fields), batches);
}

void ExpectSame(const arrow::Table& wanted, const arrow::Table& found) {
  ASSERT_EQ(wanted.num_rows(), found.num_rows());
  ASSERT_TRUE(found.ValidateFull().ok()) << found.ValidateFull();
  for (int i = 0; i < wanted.num_columns(); ++i) {
    EXPECT_TRUE(wanted.column(i)->type()->Equals(*found.column(i)->type())) << wanted.schema()->field(i)->ToString();
    EXPECT_TRUE(wanted.column(i)->Equals(*found.column(i), arrow::EqualOptions::Defaults().nans_equal(true)))
        << wanted.schema()->field(i)->ToString();
  }
}

class Read : public testing::TestWithParam<Kind> {};

TEST_P(Read, ComesBackAsItWasWritten) {
  const Schema schema = SampleSchema();
  const TestFolder folder;
  int number = 0;
  for (const auto& values : {SampleValues{}, SampleValues{1'000'000, 0}, SampleValues{1'000'000, 0.6},
                             SampleValues{3, 0.01, true}, SampleValues{5, 1}}) {
    const auto table = *arrow::Table::FromRecordBatches(SampleRows(schema, values, {1500, 1, 811, 300}));
    const std::string path = folder.File(std::to_string(++number));
    WriteFile(path, table, GetParam());
    for (const int64_t batch_rows : {97, 333, 100'000}) {
      const auto found = ReadRows(path, schema.fields, batch_rows, batch_rows == 333);
      ASSERT_TRUE(found) << found.error().ToString();
      ExpectSame(*table, **found);
    }
  }
}

TEST_P(Read, DamagedFilesAreRefusedOrRead) {
  const Schema schema = SampleSchema();
  const TestFolder folder;
  const std::string path = folder.File("whole"), damaged = folder.File("damaged");
  WriteFile(path, *arrow::Table::FromRecordBatches(SampleRows(schema, {}, {300})), GetParam());
  std::ifstream in(path, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  std::mt19937 random(11);
  int refused = 0;
  for (int i = 0; i < 60; ++i) {
    std::string bytes = whole;
    for (int k = 0; k < 1 + i % 20; ++k) bytes[4 + random() % (bytes.size() / 2)] = static_cast<char>(random());
    std::ofstream(damaged, std::ios::binary) << bytes;
    const auto found = ReadRows(damaged, schema.fields, 250, i % 2 == 0);
    if (found) continue;
    ++refused;
    EXPECT_NE(found.error().message().find("damaged"), std::string::npos) << found.error().ToString();
  }
  EXPECT_GT(refused, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Files, Read,
    testing::Values(
        Kind{"Plain", [](Properties& p) { p.disable_dictionary(); }}, Kind{"Dictionary", [](Properties&) {}},
        Kind{"DictionaryThenPlain",
             [](Properties& p) { p.dictionary_pagesize_limit(600)->compression(parquet::Compression::ZSTD); }},
        Kind{"DecimalsAsIntegers",
             [](Properties& p) { p.enable_store_decimal_as_integer()->compression(parquet::Compression::SNAPPY); }},
        Kind{"Zstd", [](Properties& p) { p.compression(parquet::Compression::ZSTD); }},
        Kind{"Gzip", [](Properties& p) { p.compression(parquet::Compression::GZIP); }},
        Kind{"Lz4", [](Properties& p) { p.compression(parquet::Compression::LZ4); }},
        Kind{"V2Zstd",
             [](Properties& p) {
               p.data_page_version(parquet::ParquetDataPageVersion::V2)->compression(parquet::Compression::ZSTD);
             }},
        Kind{"V2Uncompressed", [](Properties& p) { p.data_page_version(parquet::ParquetDataPageVersion::V2); }},
        Kind{
            "Deltas",
            [](Properties& p) {
              p.disable_dictionary()->compression(parquet::Compression::ZSTD);
              for (const char* each : {"r2", "o3", "r4", "o5"}) p.encoding(each, parquet::Encoding::DELTA_BINARY_PACKED);
              p.encoding("r24", parquet::Encoding::DELTA_BYTE_ARRAY)->encoding("o25", parquet::Encoding::DELTA_LENGTH_BYTE_ARRAY);
              p.encoding("r8", parquet::Encoding::BYTE_STREAM_SPLIT)->encoding("o9", parquet::Encoding::BYTE_STREAM_SPLIT);
            }}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(ReadOf, PromotedTypes) {
  const TestFolder folder;
  std::vector<NestedField> narrow = {
      {1, "a", TypeId::kInt}, {2, "b", TypeId::kFloat}, {3, "c", Type::Decimal(9, 2)}, {4, "d", TypeId::kInt, true}};
  const auto table = *arrow::Table::FromRecordBatches(SampleRows({0, narrow, {}}, {}, {800}));
  WriteFile(folder.File("a"), table, {"", [](Properties& p) { p.enable_store_decimal_as_integer(); }});
  std::vector<NestedField> wide = narrow;
  wide[0].type = wide[3].type = TypeId::kLong;
  wide[1].type = TypeId::kDouble;
  wide[2].type = Type::Decimal(20, 2);
  const auto found = ReadRows(folder.File("a"), wide, 111, false);
  ASSERT_TRUE(found) << found.error().ToString();
  for (int i = 0; i < table->num_columns(); ++i) {
    const auto cast = *arrow::compute::Cast(table->column(i), (*found)->column(i)->type());
    EXPECT_TRUE(cast.chunked_array()->Equals(*(*found)->column(i), arrow::EqualOptions::Defaults().nans_equal(true))) << i;
  }
}

TEST(ReadOf, AFewColumnsAndNone) {
  const Schema schema = SampleSchema();
  const TestFolder folder;
  const auto table = *arrow::Table::FromRecordBatches(SampleRows(schema, {}, {2500}));
  WriteFile(folder.File("a"), table, {"", [](Properties&) {}});
  const auto list =
      std::find_if(schema.fields.begin(), schema.fields.end(), [](const auto& field) { return field.name == "list"; });
  for (const std::vector<NestedField>& fields : {std::vector<NestedField>{},
                                                 {*list},
                                                 {schema.fields[25]},
                                                 {schema.fields[25], *list, schema.fields[2]},
                                                 {{999, "new", TypeId::kString}}}) {
    const auto found = ReadRows(folder.File("a"), fields, 700, false);
    ASSERT_TRUE(found) << found.error().ToString();
    EXPECT_EQ((*found)->num_rows(), fields.empty() ? (*found)->num_rows() : 2500);
    for (const auto& field : fields) {
      const auto wanted = table->GetColumnByName(field.name), column = (*found)->GetColumnByName(field.name);
      EXPECT_TRUE(wanted == nullptr ? column->null_count() == 2500 : wanted->Equals(*column)) << field.name;
    }
  }
}

TEST(ReadOf, AFileWithoutRows) {
  const Schema schema = SampleSchema();
  const TestFolder folder;
  const auto table = *arrow::Table::FromRecordBatches(SampleRows(schema, {}, {0}));
  WriteFile(folder.File("a"), table, {"", [](Properties&) {}});
  const auto found = ReadRows(folder.File("a"), schema.fields, 700, false);
  ASSERT_TRUE(found) << found.error().ToString();
  EXPECT_EQ((*found)->num_rows(), 0);
}

// Readers that are given up, one after the other, while others read for them.
TEST(ReadOf, RowsNobodyWantsAnyMore) {
  const Schema schema = SampleSchema();
  const TestFolder folder;
  WriteFile(folder.File("a"), *arrow::Table::FromRecordBatches(SampleRows(schema, {}, {4000})), {"", [](Properties&) {}}, 4000);
  const auto store = MakeFileStore({});
  ParquetRead read;
  read.fields = schema.fields;
  const auto file = *ParquetFile::Open(*store, folder.File("a"), -1, read);
  for (int i = 0; i < 200; ++i) {
    const auto reader = *file->OpenRowGroup(0, 100);
    for (int k = 0; k < i % 4; ++k) ASSERT_TRUE(reader->Next());
  }
}

// Whoever takes the rows may do so on the pool's own threads.
TEST(ReadOf, RowsWhileThePoolHasNoThreadToSpare) {
  const Schema schema = SampleSchema();
  const TestFolder folder;
  const auto table = *arrow::Table::FromRecordBatches(SampleRows(schema, {}, {3000}));
  WriteFile(folder.File("a"), table, {"", [](Properties&) {}});
  std::vector<NestedField> fields;
  for (const auto& field : schema.fields)
    if (field.type.id == TypeId::kLong || field.type.id == TypeId::kString) fields.push_back(field);
  std::promise<void> end;
  const auto ended = end.get_future().share();
  auto* pool = arrow::internal::GetCpuThreadPool();
  std::vector<arrow::Future<>> busy;
  for (int i = 0; i < pool->GetCapacity(); ++i) busy.push_back(*pool->Submit([ended] { ended.wait(); }));
  const auto found = ReadRows(folder.File("a"), fields, 100, false);
  end.set_value();
  for (const auto& each : busy) each.Wait();
  ASSERT_TRUE(found) << found.error().ToString();
  for (const auto& field : fields)
    EXPECT_TRUE(table->GetColumnByName(field.name)->Equals(*(*found)->GetColumnByName(field.name)));
}

}  // namespace
}  // namespace dvt::lake
