#include <gtest/gtest.h>

#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/columnar/duckdb/error_map.h"
#include "dvt/columnar/duckdb/result_stream.h"
#include "dvt/columnar/duckdb/types.h"
#include "dvt/columnar/duckdb/write_vector.h"

namespace dvt::columnar::duckdb {
namespace {

std::shared_ptr<Connection> MakeConnection() { return Connection::Open(Database::Open("", {}).value()).value(); }

struct Rows {
  Fields fields;
  std::vector<Array> batches;
  std::vector<std::string> notes;
  std::string Text(int column, int64_t row) const {
    for (const Array& batch : batches) {
      if (row < batch.length()) {
        const ColumnView view = BatchColumns(batch.get(), fields)[static_cast<size_t>(column)];
        if (view.IsNull(row)) return "NULL";
        std::string text;
        AppendText(text, view, row);
        return text;
      }
      row -= batch.length();
    }
    return "no such row";
  }
  int64_t count() const {
    int64_t rows = 0;
    for (const Array& batch : batches) rows += batch.length();
    return rows;
  }
};

Result<Rows> Query(const std::string& sql, StreamOptions options = {}) {
  auto connection = MakeConnection();
  DVT_ASSIGN(PreparedQuery query, PrepareQuery(*connection, sql));
  Rows rows;
  rows.fields = query.fields;
  rows.notes = query.notes;
  DVT_ASSIGN(Stream stream, RunStreaming(connection, std::move(query), std::move(options)));
  for (;;) {
    DVT_ASSIGN(Array batch, stream.Next());
    if (!batch.valid()) return rows;
    rows.batches.push_back(std::move(batch));
  }
}

struct TypeCase {
  const char* sql;
  const char* type;
  const char* text;
};

class ReadTypes : public testing::TestWithParam<TypeCase> {};

TEST_P(ReadTypes, ValueAndType) {
  auto rows = Query(std::string("SELECT x FROM (VALUES (") + GetParam().sql + "), (NULL)) t(x)");
  ASSERT_TRUE(rows) << rows.error().ToString();
  EXPECT_EQ(rows->fields[0].type.ToString(), GetParam().type);
  EXPECT_EQ(rows->Text(0, 0), GetParam().text);
  EXPECT_EQ(rows->Text(0, 1), "NULL");
}

INSTANTIATE_TEST_SUITE_P(
    All, ReadTypes,
    testing::Values(
        TypeCase{"true", "boolean", "true"}, TypeCase{"(-128)::TINYINT", "int8", "-128"}, TypeCase{"1::SMALLINT", "int16", "1"},
        TypeCase{"1::INTEGER", "int32", "1"}, TypeCase{"9223372036854775807", "int64", "9223372036854775807"},
        TypeCase{"18446744073709551615::UBIGINT", "uint64", "18446744073709551615"}, TypeCase{"1.5::FLOAT", "float32", "1.5"},
        TypeCase{"1.5::DOUBLE", "float64", "1.5"}, TypeCase{"1.25::DECIMAL(4,2)", "decimal(4,2)", "1.25"},
        TypeCase{"(-12345.67)::DECIMAL(9,2)", "decimal(9,2)", "-12345.67"},
        TypeCase{"1234567890123.45::DECIMAL(18,2)", "decimal(18,2)", "1234567890123.45"},
        TypeCase{"'99999999999999999999999999999999999999'::DECIMAL(38,0)", "decimal(38,0)",
                 "99999999999999999999999999999999999999"},
        TypeCase{"(-170141183460469231)::HUGEINT", "decimal(38,0)", "-170141183460469231"}, TypeCase{"'abc'", "text", "abc"},
        TypeCase{"'abcdefghijklmnopqrstuvwxyz'", "text", "abcdefghijklmnopqrstuvwxyz"},
        TypeCase{"'\\x00\\xFF'::BLOB", "binary", "\\x00ff"}, TypeCase{"DATE '2024-02-29'", "date", "2024-02-29"},
        TypeCase{"TIME '13:04:05.5'", "time", "13:04:05.5"},
        TypeCase{"TIMESTAMP '2024-02-29 13:04:05.000001'", "timestamp", "2024-02-29 13:04:05.000001"},
        TypeCase{"'1969-12-31 23:59:59.999999999'::TIMESTAMP_NS", "timestamp", "1969-12-31 23:59:59.999999"},
        TypeCase{"'2024-01-02 03:04:05.678'::TIMESTAMP_MS", "timestamp", "2024-01-02 03:04:05.678"},
        TypeCase{"'12345678-9abc-def0-1234-56789abcdef0'::UUID", "uuid", "12345678-9abc-def0-1234-56789abcdef0"},
        TypeCase{"'{\"a\": 1}'::JSON", "json", "{\"a\": 1}"}, TypeCase{"'happy'::ENUM('sad', 'happy')", "text", "happy"},
        TypeCase{"'0101'::BIT", "text", "0101"}, TypeCase{"'13:04:05+02'::TIMETZ", "text", "13:04:05+02"},
        TypeCase{"'123456789012345678901234567890123456789012'::BIGNUM", "text", "123456789012345678901234567890123456789012"},
        TypeCase{"MAP {'a': 1}", "json", "{\"a\":1}"}, TypeCase{"union_value(k := 5)", "text", "5"}));

TEST(ReadChunk, NestedValues) {
  auto rows = Query(
      "SELECT [i, i + 1, NULL] AS l, {'a': i, 'b': [i::VARCHAR]} AS s, [[i], []] AS ll, [1, 2]::INTEGER[2] AS arr, "
      "['x']::ENUM('x', 'y')[] AS el FROM range(5000) t(i)");
  ASSERT_TRUE(rows) << rows.error().ToString();
  EXPECT_EQ(rows->count(), 5000);
  EXPECT_EQ(rows->fields[0].type, DataType::List(TypeKind::kInt64));
  EXPECT_EQ(rows->fields[3].type, DataType::List(TypeKind::kInt32));
  EXPECT_EQ(rows->fields[4].type, DataType::List(TypeKind::kString));
  EXPECT_EQ(rows->Text(0, 4321), "[4321, 4322, null]");
  EXPECT_NE(rows->Text(1, 4999).find("4999"), std::string::npos);
}

TEST(ReadChunk, LongHugeintIsAnError) {
  auto rows = Query("SELECT 170141183460469231731687303715884105727::HUGEINT AS big");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code(), ErrorCode::kData);
  EXPECT_NE(rows.error().ToString().find("big"), std::string::npos);
}

TEST(ReadChunk, OrderSurvivesTheCastQuery) {
  auto rows = Query("SELECT i, MAP {'k': i} AS m FROM range(100000) t(i) ORDER BY i DESC;");
  ASSERT_TRUE(rows) << rows.error().ToString();
  EXPECT_EQ(rows->Text(0, 0), "99999");
  EXPECT_EQ(rows->Text(1, 99999), "{\"k\":0}");
  ASSERT_EQ(rows->notes.size(), 1u);
}

TEST(ReadChunk, NullsInAnyPosition) {
  auto rows = Query(
      "SELECT CASE WHEN i % 3 = 0 OR i > 9000 THEN i END AS a, CASE WHEN i > 4000 AND i % 7 = 0 THEN 'text number ' || i "
      "END AS b, i % 2 = 0 AS c FROM range(10000) t(i) ORDER BY i");
  ASSERT_TRUE(rows) << rows.error().ToString();
  for (int64_t i = 0; i < 10000; ++i) {
    ASSERT_EQ(rows->Text(0, i), i % 3 == 0 || i > 9000 ? std::to_string(i) : "NULL");
    ASSERT_EQ(rows->Text(1, i), i > 4000 && i % 7 == 0 ? "text number " + std::to_string(i) : "NULL");
    ASSERT_EQ(rows->Text(2, i), i % 2 == 0 ? "true" : "false");
  }
}

TEST(ErrorMap, CodesByKind) {
  EXPECT_EQ(Query("SELEC 1").error().code(), ErrorCode::kSyntax);
  EXPECT_EQ(Query("SELECT * FROM nothing").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(Query("SELECT nope FROM range(3) t(i)").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(Query("SELECT CAST(i::VARCHAR || 'x' AS INTEGER) FROM range(3) t(i)").error().code(), ErrorCode::kData);
}

// What goes into vectors comes out of them, from slices at any offset.
TEST(WriteVector, RoundTrip) {
  Fields fields;
  const auto add = [&](const char* name, DataType type) {
    Field field;
    field.name = name;
    field.type = std::move(type);
    fields.push_back(field);
  };
  add("b", TypeKind::kBool);
  add("i", TypeKind::kInt32);
  add("d4", DataType::Decimal(4, 2));
  add("d9", DataType::Decimal(9, 2));
  add("d18", DataType::Decimal(18, 2));
  add("d38", DataType::Decimal(38, 2));
  add("d60", DataType::Decimal(60, 2));
  add("s", DataType::String());
  add("u", TypeKind::kUuid);
  add("v", TypeKind::kInterval);
  add("l", DataType::List(DataType::String()));
  BatchBuilder builder(fields);
  constexpr int64_t kRows = 5000;
  for (int64_t i = 0; i < kRows; ++i) {
    if (i % 11 == 3) {
      for (int c = 0; c < builder.columns(); ++c) builder.column(c).AppendNull();
      continue;
    }
    builder.column(0).AppendBool(i % 3 == 0);
    builder.column(1).AppendFixed(static_cast<int32_t>(i));
    for (int c = 2; c < 6; ++c) builder.column(c).AppendDecimal(i % 5000 - 2500);
    uint8_t wide[32];
    const int64_t small = i - 2500;
    std::memset(wide, small < 0 ? 0xff : 0, sizeof wide);
    std::memcpy(wide, &small, 8);
    builder.column(6).AppendDecimal256(wide);
    builder.column(7).AppendBytes(std::string(static_cast<size_t>(i % 30), 'x') + std::to_string(i));
    uint8_t uuid[16];
    for (int k = 0; k < 16; ++k) uuid[k] = static_cast<uint8_t>(i * 7 + k * 31);
    builder.column(8).AppendUuid(uuid);
    builder.column(9).AppendInterval(static_cast<int32_t>(i), -3, i * 1000);
    for (int64_t k = 0; k < i % 4; ++k) builder.column(10).child(0).AppendBytes("element number " + std::to_string(k));
    builder.column(10).AppendNested();
  }
  const Array batch = builder.Finish();

  std::vector<OwnedType> owners;
  std::vector<duckdb_logical_type> types;
  Fields back;
  for (const Field& field : fields) {
    owners.push_back(LogicalTypeOf(field.type));
    types.push_back(owners.back().get());
    back.push_back(field);
    back.back().type = MapType(types.back()).type;
  }
  ChunkReader reader(types, back);
  Chunk chunk(duckdb_create_data_chunk(types.data(), types.size()));
  for (int64_t first = 0; first < kRows;) {
    const int64_t count = std::min<int64_t>(first % 2 == 0 ? 777 : 2048, kRows - first);
    duckdb_data_chunk_reset(chunk.get());
    const auto filled = FillChunk(batch.get(), fields, first, count, chunk.get());
    ASSERT_TRUE(filled) << filled.error().ToString();
    ASSERT_TRUE(reader.Append(chunk.get()));
    first += count;
  }
  const Array copy = reader.Finish();
  ASSERT_EQ(copy.length(), kRows);
  const auto before = BatchColumns(batch.get(), fields), after = BatchColumns(copy.get(), back);
  for (size_t c = 0; c < fields.size(); ++c) {
    for (int64_t i = 0; i < kRows; ++i) {
      ASSERT_EQ(before[c].IsNull(i), after[c].IsNull(i)) << fields[c].name << " row " << i;
      if (before[c].IsNull(i)) continue;
      std::string expected, actual;
      AppendText(expected, before[c], i);
      AppendText(actual, after[c], i);
      ASSERT_EQ(expected, actual) << fields[c].name << " row " << i;
    }
  }
}

}  // namespace
}  // namespace dvt::columnar::duckdb
