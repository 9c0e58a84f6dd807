// Avro containers, manifests and manifest lists written and read again; damaged ones refused.
#include "dvt/lake/iceberg/manifest.h"

#include <gtest/gtest.h>

namespace dvt::lake {
namespace {

Schema TableSchema() {
  Schema schema;
  schema.fields = {
      {1, "id", TypeId::kLong}, {2, "price", Type::Decimal(9, 2)}, {3, "day", TypeId::kDate}, {4, "key", TypeId::kUuid}};
  return schema;
}

DataFile SomeFile(const char* path, int64_t rows) {
  DataFile file;
  file.path = path;
  file.record_count = rows;
  file.file_size = rows * 10;
  file.partition = {Literal::Int(19754), Literal::Decimal(-1250), Literal(), Literal::Bytes(std::string(16, 'k'))};
  file.value_counts = {{1, rows}, {2, rows}};
  file.null_value_counts = {{1, 0}};
  file.lower_bounds = {{1, LiteralToBytes(TypeId::kLong, Literal::Int(1))}};
  file.upper_bounds = {{1, LiteralToBytes(TypeId::kLong, Literal::Int(rows))}};
  file.split_offsets = {4, 1000};
  file.sort_order_id = 0;
  return file;
}

class Manifests : public testing::TestWithParam<std::pair<int, avro::Codec>> {};

TEST_P(Manifests, ThereAndBack) {
  const auto [version, codec] = GetParam();
  const auto spec = ParsePartitionSpec("day, price, bucket(8, id), key", TableSchema());
  ASSERT_TRUE(spec) << spec.error().ToString();
  auto writer = ManifestWriter::Make(version, *spec, TableSchema(), false, 77, codec);
  ASSERT_TRUE(writer) << writer.error().ToString();
  for (int i = 0; i < 2000; ++i) {
    ManifestEntry entry;
    entry.file = SomeFile(("/d/" + std::to_string(i)).c_str(), i + 1);
    if (i == 1) {
      entry.status = EntryStatus::kExisting;
      entry.snapshot_id = 5;
      entry.sequence_number = entry.file_sequence_number = 3;
    }
    ASSERT_TRUE(writer->Append(entry));
  }
  ManifestFile line;
  auto bytes = writer->Finish(line);
  ASSERT_TRUE(bytes) << bytes.error().ToString();
  EXPECT_NE(bytes->find("\"field-id\""), std::string::npos);
  EXPECT_NE(bytes->find("\"element-id\""), std::string::npos);
  line.path = "/m/one.avro";
  EXPECT_EQ(line.added_files, 1999);
  EXPECT_EQ(line.existing_files, 1);
  Snapshot snapshot;
  snapshot.id = 77;
  snapshot.sequence_number = 9;
  auto list = WriteManifestList(version, snapshot, {line}, codec);
  ASSERT_TRUE(list) << list.error().ToString();
  const auto lines = ReadManifestList(*list);
  ASSERT_TRUE(lines) << lines.error().ToString();
  ASSERT_EQ(lines->size(), 1U);
  const ManifestFile& back = (*lines)[0];
  EXPECT_EQ(back.path, "/m/one.avro");
  EXPECT_EQ(back.length, static_cast<int64_t>(bytes->size()));
  EXPECT_EQ(back.sequence_number, version > 1 ? 9 : 0);
  EXPECT_EQ(back.min_sequence_number, version > 1 ? 3 : 0);
  ASSERT_TRUE(back.partitions);
  EXPECT_EQ(LiteralFromBytes(TypeId::kDate, *(*back.partitions)[0].lower_bound)->as_int(), 19754);
  EXPECT_EQ(LiteralFromBytes(Type::Decimal(9, 2), *(*back.partitions)[1].upper_bound)->as_decimal(), -1250);
  EXPECT_TRUE((*back.partitions)[2].contains_null);
  int64_t count = 0;
  const auto status = ReadManifest(*bytes, back, *spec, TableSchema(), [&](ManifestEntry&& entry) -> Status {
    const DataFile wanted = SomeFile(("/d/" + std::to_string(count)).c_str(), count + 1);
    EXPECT_EQ(entry.file.path, wanted.path);
    EXPECT_EQ(entry.file.record_count, wanted.record_count);
    EXPECT_EQ(entry.file.partition, wanted.partition);
    EXPECT_EQ(entry.file.upper_bounds, wanted.upper_bounds);
    EXPECT_EQ(entry.file.split_offsets, wanted.split_offsets);
    EXPECT_EQ(entry.sequence_number, version == 1 ? 0 : count == 1 ? 3 : 9);
    EXPECT_EQ(entry.snapshot_id, count == 1 ? 5 : 77);
    ++count;
    return {};
  });
  EXPECT_TRUE(status) << status.error().ToString();
  EXPECT_EQ(count, 2000);
  // A manifest of the commit that is being made has no number yet.
  line.sequence_number = ManifestFile::kUnassigned;
  count = 0;
  const auto again = ReadManifest(*bytes, line, *spec, TableSchema(), [&](ManifestEntry&& entry) -> Status {
    if (count++ == 1) EXPECT_EQ(entry.sequence_number, version == 1 ? 0 : 3);
    return {};
  });
  EXPECT_TRUE(again) << again.error().ToString();
}

INSTANTIATE_TEST_SUITE_P(All, Manifests,
                         testing::Values(std::pair{1, avro::Codec::kDeflate}, std::pair{2, avro::Codec::kNull},
                                         std::pair{2, avro::Codec::kDeflate}, std::pair{2, avro::Codec::kZstd}));

TEST(Container, DamageIsAnError) {
  const auto schema = ParseJson(
      R"({"type": "record", "name": "r", "fields": [{"name": "a", "type": "long", "field-id": 1}, {"name": "b", "type": "string", "field-id": 2}]})");
  auto writer = avro::ContainerWriter::Make(*schema, {}, avro::Codec::kDeflate);
  ASSERT_TRUE(writer);
  for (int64_t i = 0; i < 100; ++i)
    ASSERT_TRUE(writer->Append(avro::Datum::Of(std::vector<avro::Datum>{avro::Datum::Of(i), avro::Datum::Of(std::string("x"))})));
  const std::string whole = *writer->Finish();
  const auto read = [](std::string_view bytes) {
    std::map<std::string, std::string> header;
    avro::NodePtr node;
    return avro::ReadContainer(bytes, header, node, [](avro::Datum&&) -> Status { return {}; });
  };
  EXPECT_TRUE(read(whole));
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto cut = read(std::string_view(whole).substr(0, size));
    if (cut) EXPECT_TRUE(size == whole.find("\x01", 4) || size > 0) << size;  // a header alone is an empty file
  }
  for (size_t at = 0; at < whole.size(); at += 3) {
    std::string bad = whole;
    bad[at] = static_cast<char>(bad[at] ^ 0x55);
    (void)read(bad).has_value();  // anything but a crash
  }
  EXPECT_FALSE(read(std::string_view(whole).substr(0, whole.size() - 3)));
  EXPECT_FALSE(read("no container"));
}

}  // namespace
}  // namespace dvt::lake
