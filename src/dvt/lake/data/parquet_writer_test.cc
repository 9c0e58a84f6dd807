// Rows of every type, with few and many different values, with and without nulls, through pages of a few rows: Arrow's reader must give them back, and the
// statistics must be those that Arrow's own writer makes.
#include "dvt/lake/data/parquet_writer_arrow.h"

#include <arrow/builder.h>
#include <arrow/io/file.h>
#include <arrow/table.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>
#include <parquet/file_reader.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <random>

#include "dvt/base/text/text.h"
#include "dvt/columnar/parquet/column_strands_arrow.h"
#include "dvt/lake/data/row_scatter_arrow.h"
#include "dvt/lake/data/sample_rows_testing_arrow.h"
#include "dvt/lake/data/types_arrow.h"

namespace dvt::lake {
namespace {

using Values = SampleValues;

std::shared_ptr<arrow::Table> ReadBack(const std::string& path) {
  const auto input = *arrow::io::ReadableFile::Open(path);
  auto reader = *parquet::arrow::OpenFile(input, arrow::default_memory_pool());
  auto table = reader->ReadTable();
  EXPECT_TRUE(table.ok()) << table.status();
  return table.ok() ? *table : nullptr;
}

void ExpectEqual(const Batches& batches, const arrow::Table& found) {
  const auto wanted = *(*arrow::Table::FromRecordBatches(batches))->CombineChunks();
  ASSERT_EQ(wanted->num_rows(), found.num_rows());
  const auto options = arrow::EqualOptions::Defaults().nans_equal(true);
  for (int i = 0; i < wanted->num_columns(); ++i) {
    const auto& field = *wanted->schema()->field(i);
    EXPECT_TRUE(found.schema()->field(i)->type()->Equals(*field.type())) << found.schema()->field(i)->ToString();
    EXPECT_TRUE(wanted->column(i)->Equals(*found.column(i), options)) << field.ToString();
  }
}

std::string Bytes(const std::string& text) {
  std::string out;
  for (const char c : text) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::string StatisticsText(const parquet::ColumnChunkMetaData& chunk) {
  const auto s = chunk.statistics();
  if (s == nullptr) return "none";
  return fmt::format("{} nulls, {}", s->HasNullCount() ? s->null_count() : -1,
                     s->HasMinMax() ? Bytes(s->EncodeMin()) + " to " + Bytes(s->EncodeMax()) : "unbounded");
}

// One row group of Arrow's own, of the same rows.
std::string ArrowsFile(const TestFolder& folder, const Batches& batches) {
  const std::string path = folder.File("arrow.parquet");
  const auto table = *arrow::Table::FromRecordBatches(batches);
  const auto out = *arrow::io::FileOutputStream::Open(path);
  const auto properties = parquet::WriterProperties::Builder().enable_store_decimal_as_integer()->build();
  EXPECT_TRUE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), out, 1 << 30, properties).ok());
  EXPECT_TRUE(out->Close().ok());
  return path;
}

void ExpectStatisticsAsArrows(const std::string& ours, const std::string& arrows) {
  const auto a = parquet::ParquetFileReader::OpenFile(ours)->metadata(),
             b = parquet::ParquetFileReader::OpenFile(arrows)->metadata();
  ASSERT_TRUE(a->schema()->Equals(*b->schema())) << a->schema()->ToString() << b->schema()->ToString();
  for (int i = 0; i < a->num_columns(); ++i) {
    const auto chunk = a->RowGroup(0)->ColumnChunk(i), theirs = b->RowGroup(0)->ColumnChunk(i);
    EXPECT_EQ(chunk->num_values(), theirs->num_values()) << a->schema()->Column(i)->path()->ToDotString();
    EXPECT_EQ(StatisticsText(*chunk), StatisticsText(*theirs)) << a->schema()->Column(i)->path()->ToDotString();
  }
}

// Each page's bounds hold what Arrow's statistics say of its rows, and its rows begin where it says.
void ExpectPageIndex(const std::string& path, const Schema& schema, const arrow::Table& rows, const TestFolder& folder) {
  const auto file = parquet::ParquetFileReader::OpenFile(path);
  const auto index = file->GetPageIndexReader()->RowGroup(0);
  for (int i = 0, leaf = 0; i < rows.num_columns() && schema.fields[static_cast<size_t>(i)].type.is_primitive(); ++i, ++leaf) {
    const auto places = index->GetOffsetIndex(leaf)->page_locations();
    const auto bounds = index->GetColumnIndex(leaf);
    if (bounds == nullptr) continue;  // a page of NaN only has none
    for (size_t page = 0; page < places.size(); page += 7) {
      const int64_t begin = places[page].first_row_index;
      const int64_t end = page + 1 < places.size() ? places[page + 1].first_row_index : rows.num_rows();
      const auto part = *arrow::Table::Make(arrow::schema({rows.schema()->field(i)}), {rows.column(i)->Slice(begin, end - begin)})
                             ->CombineChunksToBatch();
      const auto metadata = parquet::ParquetFileReader::OpenFile(ArrowsFile(folder, {part}))->metadata();
      const auto chunk = metadata->RowGroup(0)->ColumnChunk(0);
      const std::string found = bounds->null_pages()[page] ? fmt::format("{} nulls, unbounded", end - begin)
                                                           : fmt::format("{} nulls, {} to {}", bounds->null_counts()[page],
                                                                         Bytes(bounds->encoded_min_values()[page]),
                                                                         Bytes(bounds->encoded_max_values()[page]));
      EXPECT_EQ(found, StatisticsText(*chunk)) << rows.schema()->field(i)->ToString() << " page " << page;
    }
  }
}

class Written : public testing::TestWithParam<Values> {};

TEST_P(Written, ComesBackAsItWas) {
  const Schema schema = SampleSchema();
  const Batches batches = SampleRows(schema, GetParam(), {1500, 1, 2311, 700});
  ParquetWrite options;
  options.schema = schema;
  options.limits.page_rows = 130;
  const TestFolder folder;
  const auto store = MakeFileStore({});
  for (const int64_t dictionary : {int64_t{2} << 20, int64_t{900}, int64_t{1}}) {
    for (const auto codec : {arrow::Compression::ZSTD, arrow::Compression::UNCOMPRESSED}) {
      options.limits.dictionary_bytes = dictionary;
      options.limits.codec = codec;
      const std::string path = folder.File(fmt::format("{}-{}.parquet", arrow::util::Codec::GetCodecAsString(codec), dictionary));
      auto writer = ParquetWriter::Open(*store, path, options);
      ASSERT_TRUE(writer) << writer.error().ToString();
      ASSERT_TRUE((*writer)->WriteRowGroup(batches));
      const auto file = (*writer)->Finish();
      ASSERT_TRUE(file) << file.error().ToString();
      EXPECT_EQ(file->record_count, 4512);
      EXPECT_EQ(file->file_size, static_cast<int64_t>(std::filesystem::file_size(path)));
      const auto found = ReadBack(path);
      ASSERT_NE(found, nullptr);
      ExpectEqual(batches, *found);
      ExpectStatisticsAsArrows(path, ArrowsFile(folder, batches));
      if (dictionary == 900) ExpectPageIndex(path, schema, *found, folder);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, Written,
                         testing::Values(Values{}, Values{1, 0}, Values{2, 0.5, true}, Values{300, 0, true}, Values{1'000'000, 0},
                                         Values{1'000'000, 0.9}, Values{10, 1}, Values{4000, 0.01}),
                         [](const auto& each) {
                           return fmt::format("{}Values{}Nulls{}", each.param.different, static_cast<int>(each.param.nulls * 100),
                                              each.param.in_runs ? "Runs" : "");
                         });

TEST(ParquetWrite, FollowsCodecsAndTheirLevels) {
  Schema schema;
  schema.fields.push_back({.id = 1, .name = "text", .type = TypeId::kString});
  arrow::StringBuilder texts;
  for (int i = 0; i < 3000; ++i) ASSERT_TRUE(texts.Append(fmt::format("row {} of {}", i, i * i % 700)).ok());
  const Batches batches = {arrow::RecordBatch::Make(ArrowSchemaOf(schema.fields), 3000, {*texts.Finish()})};
  const TestFolder folder;
  const auto store = MakeFileStore({});
  const auto bytes = [&](const char* codec, const char* level) {
    TableMetadata table;
    table.properties = {{"write.parquet.compression-codec", codec}, {"write.parquet.compression-level", level}};
    const auto options = ParquetWrite::Of(table, schema);
    if (!options) return static_cast<int64_t>(-1);
    auto writer = *ParquetWriter::Open(*store, folder.File(fmt::format("{}{}.parquet", codec, level)), *options);
    EXPECT_TRUE(writer->WriteRowGroup(batches)) << codec;
    return (*writer->Finish()).file_size;
  };
  EXPECT_GT(bytes("zstd", "-131072"), bytes("zstd", "-7"));
  EXPECT_GT(bytes("zstd", "-7"), bytes("zstd", "-1"));
  EXPECT_GT(bytes("zstd", "-1"), bytes("zstd", "19"));
  EXPECT_GT(bytes("gzip", "0"), bytes("gzip", "9"));
  EXPECT_GT(bytes("brotli", "0"), bytes("brotli", "11"));
  for (const char* codec : {"snappy", "lz4", "lz4_raw", "uncompressed", "ZSTD"}) EXPECT_GT(bytes(codec, ""), 0) << codec;
  EXPECT_EQ(bytes("snappy", "99"), bytes("snappy", ""));  // it has none
}

TEST(ParquetWrite, RefusesWhatCannotBeUsed) {
  const Schema schema = SampleSchema();
  const auto refused = [&](const Properties& properties) {
    TableMetadata table;
    table.properties = properties;
    const auto options = ParquetWrite::Of(table, schema);
    return options ? std::string("taken") : options.error().message();
  };
  for (const char* level : {"23", "-131073", "abc", "3.5", "9999999999999999999", " 3"})
    EXPECT_EQ(refused({{"write.parquet.compression-level", level}}),
              fmt::format("the table's property 'write.parquet.compression-level' is '{}', not a whole number from -131072 to 22",
                          level));
  EXPECT_EQ(refused({{"write.parquet.compression-codec", "gzip"}, {"write.parquet.compression-level", "10"}}),
            "the table's property 'write.parquet.compression-level' is '10', not a whole number from 0 to 9");
  EXPECT_EQ(refused({{"write.parquet.compression-codec", "bzip2"}}),
            "the table's property 'write.parquet.compression-codec' is 'bzip2', which Parquet does not have");
  EXPECT_EQ(refused({{"write.target-file-size-bytes", "0"}}),
            "the table's property 'write.target-file-size-bytes' is '0', not a whole number from 1 on");
  EXPECT_EQ(refused({{"write.target-file-size-bytes", "5"}, {"write.parquet.page-row-limit", ""}}), "taken");
}

TEST(Strands, WriteWhatOneThreadWrites) {
  const Schema schema = SampleSchema();
  const Batches batches = SampleRows(schema, {}, {900, 900, 900, 900, 900});
  ParquetWrite options;
  options.schema = schema;
  options.row_group_rows = 2000;
  const TestFolder folder;
  const auto store = MakeFileStore({});
  ThreadPool pool(4);
  auto writer = *ParquetWriter::Open(*store, folder.File("a.parquet"), options);
  {
    columnar::ColumnStrands strands(writer->output(), pool);
    for (const auto& batch : batches) ASSERT_TRUE(strands.Write(batch));
    EXPECT_GT(strands.EstimatedBytes(), 0);
    ASSERT_TRUE(strands.Finish());
  }
  const auto file = writer->Finish();
  ASSERT_TRUE(file) << file.error().ToString();
  EXPECT_EQ(file->split_offsets.size(), 3U);
  ExpectEqual(batches, *ReadBack(file->path));
}

TEST(Strands, TellWhatFails) {
  Schema schema;
  schema.fields = {{1, "list", Type::List({2, "element", TypeId::kInt, true})}};
  const auto list = arrow::list(arrow::field("element", arrow::int32()));
  arrow::ListBuilder builder(arrow::default_memory_pool(), std::make_shared<arrow::Int32Builder>(), list);
  ASSERT_TRUE(builder.Append().ok() && builder.value_builder()->AppendNull().ok());
  const auto batch = arrow::RecordBatch::Make(ArrowSchemaOf(schema.fields), 1, {*builder.Finish()});
  ParquetWrite options;
  options.schema = schema;
  const TestFolder folder;
  const auto store = MakeFileStore({});
  ThreadPool pool(2);
  auto writer = *ParquetWriter::Open(*store, folder.File("a.parquet"), options);
  columnar::ColumnStrands strands(writer->output(), pool);
  (void)strands.Write(batch).has_value();
  const auto done = strands.Finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), ErrorCode::kConstraint) << done.error().ToString();
}

// The numbers of one column are any of 2^18, and of the other go up: only the pages of the first get smaller by strides.
TEST(Writer, StridesWherePagesGetSmaller) {
  Schema schema;
  schema.fields = {{1, "any", TypeId::kLong}, {2, "rising", TypeId::kLong}};
  arrow::Int64Builder any, rising;
  uint64_t state = 1;
  for (int64_t i = 0; i < 300'000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    ASSERT_TRUE(any.Append(static_cast<int64_t>(state >> 46)).ok() && rising.Append(i).ok());
  }
  const auto batch = arrow::RecordBatch::Make(ArrowSchemaOf(schema.fields), 300'000, {*any.Finish(), *rising.Finish()});
  for (const char* level : {"1", "3"}) {
    TableMetadata table;
    table.properties = {{"write.parquet.compression-level", level}, {"write.parquet.dict-size-bytes", "0"}};
    const auto options = *ParquetWrite::Of(table, schema);
    const TestFolder folder;
    const auto store = MakeFileStore({});
    auto writer = *ParquetWriter::Open(*store, folder.File("a.parquet"), options);
    ASSERT_TRUE(writer->WriteRowGroup({batch}));
    const auto file = writer->Finish();
    ASSERT_TRUE(file) << file.error().ToString();
    ExpectEqual({batch}, *ReadBack(file->path));
    EXPECT_EQ(options.choices[0]->strides(), std::string(level) == "1");
    EXPECT_FALSE(options.choices[1]->strides());
  }
}

std::shared_ptr<arrow::Array> Widened(const arrow::Array& column) {
  const auto& decimals = static_cast<const arrow::Decimal64Array&>(column);
  const auto& type = static_cast<const arrow::DecimalType&>(*column.type());
  arrow::Decimal128Builder builder(arrow::decimal128(type.precision(), type.scale()));
  for (int64_t i = 0; i < decimals.length(); ++i) {
    const auto added = decimals.IsNull(i) ? builder.AppendNull()
                                          : builder.Append(arrow::Decimal128(arrow::Decimal64(decimals.GetValue(i)).value()));
    EXPECT_TRUE(added.ok());
  }
  return *builder.Finish();
}

ParquetWrite WriteOfPrices(int digits) {
  ParquetWrite options;
  options.schema.fields = {{1, "price", Type::Decimal(digits, 2)}};
  return options;
}

std::shared_ptr<arrow::RecordBatch> OneColumn(const Schema& schema, const std::vector<std::string>& numbers) {
  arrow::Decimal128Builder builder(ArrowSchemaOf(schema.fields)->field(0)->type());
  for (const auto& number : numbers) EXPECT_TRUE(builder.Append(arrow::Decimal128(number)).ok());
  return arrow::RecordBatch::Make(ArrowSchemaOf(schema.fields), static_cast<int64_t>(numbers.size()), {*builder.Finish()});
}

TEST(Scatter, LeavesDecimalsLongIfOneIs) {
  const Schema schema = WriteOfPrices(18).schema;
  for (const auto& [number, is_short] : {std::pair("9223372036854775807", true), std::pair("-9223372036854775808", true),
                                         std::pair("9223372036854775808", false), std::pair("-9223372036854775809", false)}) {
    const RowScatter scatter({OneColumn(schema, {number, "5"}), OneColumn(schema, {"-7"})}, {1, 0, 1}, 2, true);
    const auto column = scatter.Column(0);
    ASSERT_TRUE(column) << column.error().ToString();
    EXPECT_EQ((*column)->type_id(), is_short ? arrow::Type::DECIMAL64 : arrow::Type::DECIMAL128) << number;
    EXPECT_EQ((is_short ? Widened(**column) : *column)->ToString(),
              OneColumn(schema, {"5", number, "-7"})->column(0)->ToString());
  }
}

TEST(Writer, TakesDecimalsOf64Bits) {
  for (const int digits : {9, 18}) {
    const ParquetWrite options = WriteOfPrices(digits);
    const Schema& schema = options.schema;
    const TestFolder folder;
    const auto store = MakeFileStore({});
    const auto wide = OneColumn(schema, {"999999999", "-999999999", "0", "17"});
    const auto narrowed = RowScatter({wide}, {0, 0, 0, 0}, 1, true).Column(0);
    const auto narrow = arrow::RecordBatch::Make(arrow::schema({arrow::field("price", (*narrowed)->type())}), 4, {*narrowed});
    auto writer = *ParquetWriter::Open(*store, folder.File("a.parquet"), options);
    ASSERT_TRUE(writer->WriteRowGroup({narrow, wide}));
    const auto file = writer->Finish();
    ASSERT_TRUE(file) << file.error().ToString();
    ExpectEqual({wide, wide}, *ReadBack(file->path));

    const auto beyond = RowScatter({OneColumn(schema, {"1000000000000000000"})}, {0}, 1, true).Column(0);
    ASSERT_EQ((*beyond)->type_id(), arrow::Type::DECIMAL64);
    auto refusing = *ParquetWriter::Open(*store, folder.File("b.parquet"), options);
    const auto done = refusing->WriteRowGroup(
        {arrow::RecordBatch::Make(arrow::schema({arrow::field("price", (*beyond)->type())}), 1, {*beyond})});
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().message().find("'price' has a value of more than"), std::string::npos) << done.error().message();
  }
}

TEST(Scatter, PutsRowsInTheOrderOfTheirGroups) {
  const Schema schema = SampleSchema();
  for (const auto& [narrow, nulls] : {std::pair(false, 0.0), std::pair(false, 0.2), std::pair(true, 0.0), std::pair(true, 0.2)}) {
    const Batches batches = SampleRows(schema, {500, nulls}, {300, 1, 800});
    const auto all = *(*arrow::Table::FromRecordBatches(batches))->CombineChunksToBatch();
    std::vector<uint32_t> groups;
    std::vector<Batches> pieces(7);
    for (int64_t row = 0; row < all->num_rows(); ++row) {
      groups.push_back(static_cast<uint32_t>(row * row % 11 % 7));
      pieces[groups.back()].push_back(all->Slice(row, 1));
    }
    Batches wanted;
    for (const auto& group : pieces) wanted.insert(wanted.end(), group.begin(), group.end());
    const RowScatter scatter(batches, groups, pieces.size(), narrow);
    EXPECT_EQ(scatter.begins()[1], pieces[0].size());
    EXPECT_EQ(scatter.begins()[7], groups.size());
    arrow::ArrayVector columns;
    for (int i = 0; i < all->num_columns(); ++i) {
      auto column = scatter.Column(i);
      ASSERT_TRUE(column) << column.error().ToString();
      ASSERT_TRUE((*column)->ValidateFull().ok());
      const auto& type = *all->schema()->field(i)->type();
      const bool is_short =
          type.id() == arrow::Type::DECIMAL128 && static_cast<const arrow::DecimalType&>(type).precision() <= 18;
      EXPECT_EQ((*column)->type_id() == arrow::Type::DECIMAL64, narrow && is_short) << type.ToString();
      columns.push_back(narrow && is_short ? Widened(**column) : *std::move(column));
    }
    ExpectEqual(wanted, *arrow::Table::Make(all->schema(), columns));
  }
}

TEST(Writer, RefusesDecimalsThatDoNotFit) {
  for (const int digits : {9, 18, 20}) {
    const ParquetWrite options = WriteOfPrices(digits);
    const Schema& schema = options.schema;
    const TestFolder folder;
    const auto store = MakeFileStore({});
    for (const char* number : {"1000000000000000000000", "-1000000000000000000000", "1000000000"}) {
      const arrow::Decimal128 value(number);
      auto writer = *ParquetWriter::Open(*store, folder.File("a.parquet"), options);
      const auto done = writer->WriteRowGroup({OneColumn(schema, {number})});
      EXPECT_EQ(done.has_value(), value.FitsInPrecision(digits)) << number << " in " << digits;
      const std::string told = done ? "" : done.error().message();
      EXPECT_EQ(told.find("'price' has a value of more than") != std::string::npos, !done.has_value()) << told;
    }
  }
}

}  // namespace
}  // namespace dvt::lake
