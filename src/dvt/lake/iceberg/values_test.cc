// Values, transforms, partitions and schemas against what the table spec says (appendix B for hashes, appendix D for bytes).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "dvt/base/fs/files.h"
#include "dvt/lake/iceberg/column_change.h"
#include "dvt/lake/iceberg/metadata.h"

namespace dvt::lake {
namespace {

Literal Read(const Type& type, const char* text) {
  auto value = ParseLiteral(type, text);
  EXPECT_TRUE(value) << text;
  return value ? *value : Literal();
}

TEST(Transform, HashesAreThoseOfTheSpec) {
  EXPECT_EQ(BucketHash(TypeId::kInt, Literal::Int(34)), 2017239379);
  EXPECT_EQ(BucketHash(TypeId::kLong, Literal::Int(34)), 2017239379);
  EXPECT_EQ(BucketHash(Type::Decimal(9, 2), Literal::Decimal(1420)), -500754589);
  EXPECT_EQ(BucketHash(TypeId::kDate, Read(TypeId::kDate, "2017-11-16")), -653330422);
  EXPECT_EQ(BucketHash(TypeId::kTime, Read(TypeId::kTime, "22:31:08")), -662762989);
  EXPECT_EQ(BucketHash(TypeId::kTimestamp, Read(TypeId::kTimestamp, "2017-11-16T22:31:08")), -2047944441);
  EXPECT_EQ(BucketHash(TypeId::kTimestamp, Read(TypeId::kTimestamp, "2017-11-16T22:31:08.000001")), -1207196810);
  EXPECT_EQ(BucketHash(TypeId::kTimestampTz, Read(TypeId::kTimestampTz, "2017-11-16T14:31:08-08:00")), -2047944441);
  EXPECT_EQ(BucketHash(TypeId::kTimestampNs, Read(TypeId::kTimestampNs, "2017-11-16T22:31:08.000001001")), -1207196810);
  EXPECT_EQ(BucketHash(TypeId::kString, Literal::Bytes("iceberg")), 1210000089);
  EXPECT_EQ(BucketHash(TypeId::kUuid, Read(TypeId::kUuid, "f79c3e09-677c-4bbd-a479-3f349cb785e7")), 1488055340);
  EXPECT_EQ(BucketHash(Type::Fixed(4), Literal::Bytes(std::string("\0\1\2\3", 4))), -188683207);
  EXPECT_EQ(BucketHash(TypeId::kBinary, Literal::Bytes(std::string("\0\1\2\3", 4))), -188683207);
}

struct TransformCase {
  const char* transform;
  Type type;
  const char* value;
  const char* text;
};

TEST(Transform, ValuesAndFolderNames) {
  const TransformCase cases[] = {
      {"year", TypeId::kDate, "1969-12-31", "1969"},
      {"year", TypeId::kTimestamp, "2017-12-01 10:22:01", "2017"},
      {"month", TypeId::kDate, "1969-12-31", "1969-12"},
      {"month", TypeId::kTimestampTz, "2017-12-01T10:22:01Z", "2017-12"},
      {"day", TypeId::kTimestamp, "1969-12-31 23:59:59.999999", "1969-12-31"},
      {"hour", TypeId::kTimestamp, "1969-12-31 23:00", "1969-12-31-23"},
      {"hour", TypeId::kTimestamp, "2017-12-01 10:22:01", "2017-12-01-10"},
      {"truncate[10]", TypeId::kInt, "-1", "-10"},
      {"truncate[10]", TypeId::kLong, "19", "10"},
      {"truncate[50]", Type::Decimal(9, 2), "10.65", "10.50"},
      {"truncate[3]", TypeId::kString, "iceberg", "ice"},
      {"truncate[2]", TypeId::kString, "täglich", "tä"},
      {"bucket[16]", TypeId::kLong, "34", "3"},
      {"identity", TypeId::kString, "a b", "a b"},
      {"void", TypeId::kInt, "3", "null"},
  };
  for (const auto& each : cases) {
    const Transform transform = Transform::Parse(each.transform);
    EXPECT_EQ(transform.ToString(), each.transform);
    EXPECT_TRUE(transform.Takes(each.type)) << each.transform;
    EXPECT_EQ(transform.ToText(each.type, transform.Apply(each.type, Read(each.type, each.value))), each.text)
        << each.transform << " " << each.value;
  }
  EXPECT_FALSE(Transform::Parse("hour").Takes(TypeId::kDate));
  EXPECT_FALSE(Transform::Parse("bucket[4]").Takes(TypeId::kDouble));
  EXPECT_EQ(Transform::Parse("zorder").kind(), TransformKind::kUnknown);
  EXPECT_EQ(Transform::Parse("zorder").ToString(), "zorder");
}

TEST(Literal, BytesThereAndBack) {
  const std::pair<Type, const char*> cases[] = {
      {TypeId::kBoolean, "true"},
      {TypeId::kInt, "-5"},
      {TypeId::kLong, "9223372036854775807"},
      {TypeId::kFloat, "1.5"},
      {TypeId::kDouble, "-0.1"},
      {Type::Decimal(38, 10), "-1234567890123456789.0123456789"},
      {TypeId::kDate, "0001-01-01"},
      {TypeId::kTime, "23:59:59.999999"},
      {TypeId::kTimestamp, "9999-12-31T23:59:59.999999"},
      {TypeId::kString, "täglich"},
      {TypeId::kUuid, "f79c3e09-677c-4bbd-a479-3f349cb785e7"},
      {TypeId::kBinary, "00ff10"},
  };
  for (const auto& [type, text] : cases) {
    const Literal value = Read(type, text);
    const auto back = LiteralFromBytes(type, LiteralToBytes(type, value));
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(LiteralText(type, *back), text);
    const auto json = LiteralFromJson(type, LiteralToJson(type, value));
    ASSERT_TRUE(json) << text;
    EXPECT_EQ(CompareLiterals(*json, value), 0) << text;
  }
  EXPECT_EQ(LiteralToBytes(Type::Decimal(9, 2), Literal::Decimal(-129)), std::string("\xff\x7f", 2));
  EXPECT_EQ(LiteralToBytes(Type::Decimal(9, 2), Literal::Decimal(127)), "\x7f");
  EXPECT_FALSE(ParseLiteral(TypeId::kInt, "2147483648"));
  EXPECT_FALSE(ParseLiteral(Type::Decimal(4, 2), "123.45"));
  EXPECT_FALSE(ParseLiteral(TypeId::kDate, "2023-02-29"));
  EXPECT_FALSE(ParseLiteral(TypeId::kTimestamp, "2023-02-01T00:00:00Z"));
  // Promoted columns still have the old, shorter bounds.
  EXPECT_EQ(LiteralFromBytes(TypeId::kLong, std::string("\5\0\0\0", 4))->as_int(), 5);
  EXPECT_FALSE(LiteralFromBytes(TypeId::kInt, "abc"));
}

Schema Events() {
  Schema schema;
  schema.fields = {{1, "id", TypeId::kLong, true},
                   {2, "ts", TypeId::kTimestamp},
                   {3, "Region", TypeId::kString},
                   {4, "point", Type::Struct({{5, "x", TypeId::kInt}, {6, "y", TypeId::kInt}})}};
  return schema;
}

TEST(Partition, ReadsWhatPeopleWrite) {
  const auto spec = ParsePartitionSpec("day(ts), bucket(16, id), truncate(region, 4), months(ts), point.x", Events());
  ASSERT_TRUE(spec) << spec.error().ToString();
  std::string text;
  for (const auto& field : spec->fields)
    text += fmt::format("{}={}:{} ", field.name, field.transform.ToString(), field.source_id);
  EXPECT_EQ(text, "ts_day=day:2 id_bucket=bucket[16]:1 Region_trunc=truncate[4]:3 ts_month=month:2 point.x=identity:5 ");
  EXPECT_EQ(ParsePartitionSpec("day(regio)", Events()).error().message(),
            "the table has no column 'regio'. Did you mean 'Region'?");
  EXPECT_EQ(ParsePartitionSpec("hour(id)", Events()).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(ParsePartitionSpec("bucket(id)", Events()).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(PartitionPath(*ParsePartitionSpec("region, day(ts)", Events()), Events(), {Literal::Bytes("a/b c"), Literal()}),
            "Region=a%2Fb+c/ts_day=null");
  const auto order = ParseSortOrder("region desc, ts nulls last", Events());
  ASSERT_TRUE(order);
  EXPECT_TRUE(order->fields[0].descending && order->fields[0].nulls_last && !order->fields[1].descending &&
              order->fields[1].nulls_last);
}

TEST(Evolution, AddsWidensAndRefuses) {
  const std::vector<NestedField> incoming = {
      {0, "ID", TypeId::kLong, true},
      {0, "note", TypeId::kString, true},
      {0, "point", Type::Struct({{0, "x", TypeId::kLong}, {0, "z", Type::List({0, "element", TypeId::kDouble})}})}};
  const auto evolved = UnionByName(Events(), incoming, 6);
  ASSERT_TRUE(evolved) << evolved.error().ToString();
  EXPECT_TRUE(evolved->changed);
  EXPECT_EQ(evolved->last_column_id, 9);
  EXPECT_EQ(evolved->schema.Find("point")->type.ToString(), "struct<x: long, y: int, z: list<double>>");
  EXPECT_EQ(evolved->schema.Find("note")->id, 7);
  EXPECT_FALSE(evolved->schema.Find("note")->required);
  EXPECT_TRUE(evolved->schema.Find("id")->required);
  const auto refused = UnionByName(Events(), {{0, "region", TypeId::kInt}}, 6);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "the column 'region' is string in the table and int in the data");
  EXPECT_EQ(refused.error().code(), ErrorCode::kType);
  EXPECT_FALSE(CheckFitsSchema(Events(), {{0, "note", TypeId::kString}}));
  EXPECT_TRUE(CheckFitsSchema(Events(), {{0, "id", TypeId::kInt, true}}));
}

// A change, and the schema that comes of it or what the error says.
struct ChangeCase {
  ColumnChange::Kind kind;
  const char* column;
  const char* to;
  const char* expected;
};

TEST(Evolution, ChangesColumnsWhenAsked) {
  using Kind = ColumnChange::Kind;
  Schema table;
  table.fields = {{1, "id", TypeId::kInt, true},
                  {2, "place", Type::Struct({{5, "city", TypeId::kString}, {6, "zip", TypeId::kInt}})},
                  {3, "tags", Type::List({7, "element", TypeId::kString})},
                  {4, "by", Type::Map({8, "key", TypeId::kString, true}, {9, "value", TypeId::kFloat})}};
  table.identifier_ids = {1};
  const ChangeCase cases[] = {
      {Kind::kAdd, "place.street", "string", "id, place, place.city, place.zip, place.street 10, tags, by"},
      {Kind::kAdd, "place", "string", "a column 'place' already"},
      {Kind::kAdd, "tags.x", "string", "no struct"},
      {Kind::kRename, "place.zip", "code", "id, place, place.city, place.code 6, tags, by"},
      {Kind::kRename, "tags.element", "x", "no name of its own"},
      {Kind::kRename, "plaec", "x", "Did you mean 'place'?"},
      {Kind::kDrop, "place.city", "", "id, place, place.zip, tags, by"},
      {Kind::kDrop, "id", "", "needed for the table's key"},
      {Kind::kDrop, "by.value", "", "cannot be dropped alone"},
      {Kind::kRetype, "by.value", "double", "id, place, place.city, place.zip, tags, by"},
      {Kind::kRetype, "by.key", "string", "the key of a map"},
      {Kind::kRetype, "id", "string", "is int and cannot become string"},
      {Kind::kOptional, "id", "", "is of the table's key"},
      {Kind::kOptional, "by.key", "", "the key of a map"},
  };
  for (const auto& each : cases) {
    EvolvedSchema out{table, 9, false};
    const Status done = ApplyColumnChange({each.kind, each.column, each.to, {}}, {{1, "key"}}, out);
    std::string text = done ? "" : done.error().message();
    for (const auto& field : out.schema.fields) {
      if (!done) break;
      text += (text.empty() ? "" : ", ") + field.name;
      if (field.type.id != TypeId::kStruct) continue;
      for (const auto& inner : field.type.fields)
        text += ", " + field.name + "." + inner.name +
                (table.PathOf(inner.id) == out.schema.PathOf(inner.id) ? "" : fmt::format(" {}", inner.id));
    }
    EXPECT_TRUE(done ? text == each.expected && out.changed : text.find(each.expected) != std::string::npos)
        << each.column << " " << each.to << ": " << text;
  }
}

TEST(Metadata, ReadsTheFirstVersionAndSaysWhatIsMissing) {
  const char* text = R"json({"format-version": 1, "location": "/t", "last-column-id": 2, "last-updated-ms": 5,
    "schema": {"type": "struct", "fields": [{"id": 1, "name": "a", "required": true, "type": "int"},
                                             {"id": 2, "name": "b", "required": false, "type": "decimal(9, 2)"}]
}
, "partition-spec" : [ {"name" : "a", "transform" : "identity", "source-id" : 1} ],
                     "properties" : {"x" : "y"},
                                    "current-snapshot-id" : -1
})json";
  auto table = ParseMetadata(text);
  ASSERT_TRUE(table) << table.error().ToString();
  EXPECT_EQ(table->schema().fields[1].type.ToString(), "decimal(9, 2)");
  EXPECT_EQ(table->spec().fields[0].field_id, 1000);
  EXPECT_EQ(table->last_partition_id, 1000);
  EXPECT_EQ(table->current_snapshot(), nullptr);
  const auto again = MetadataFromJson(MetadataToJson(*table));
  ASSERT_TRUE(again);
  EXPECT_EQ(MetadataToJson(*again), MetadataToJson(*table));
  EXPECT_EQ(ParseMetadata(R"({"format-version": 4})").error().code(), ErrorCode::kUnsupported);
  EXPECT_EQ(ParseMetadata(R"({"format-version": 2})").error().message(), "'location' is missing in the table's metadata");
}

// Members that say nothing, and those that only some writers leave out.
Value Essence(const Value& json) {
  if (json.is_list()) {
    Value out = Value::MakeList();
    for (const auto& each : json.list()) out.Push(Essence(each));
    return out;
  }
  if (!json.is_map()) return json;
  Value out = Value::MakeMap();
  for (const auto& entry : json.map()) {
    const bool empty = entry.value.is_null() || (entry.value.is_list() && entry.value.list().empty()) ||
                       (entry.value.is_map() && entry.value.map().empty());
    if (!empty && entry.key != "source-ids") out.Set(entry.key, Essence(entry.value));
  }
  return out;
}

TEST(Metadata, OfOtherWritersComesBackAsItWas) {
  for (const auto* name : {"metadata_v2", "metadata_v2_pyiceberg", "metadata_v1_pyiceberg"}) {
    const auto text = ReadFile(std::string("tests/lake/") + name + ".json");
    ASSERT_TRUE(text) << name;
    const auto table = ParseMetadata(*text);
    ASSERT_TRUE(table) << name << ": " << table.error().ToString();
    EXPECT_EQ(ToJson(Essence(MetadataToJson(*table)), 1),
              ToJson(Essence(MetadataToJson(*MetadataFromJson(MetadataToJson(*table)))), 1))
        << name;
    const Value ours = Essence(MetadataToJson(*table)), theirs = Essence(*ParseJson(*text));
    for (const auto& entry : theirs.map())
      EXPECT_TRUE(ours[entry.key] == entry.value) << name << ": " << entry.key << "\n"
                                                  << ToJson(ours[entry.key]) << "\n"
                                                  << ToJson(entry.value);
  }
}

}  // namespace
}  // namespace dvt::lake
