// Batches as messages: they come back as they were, and their heads are FlatBuffers of Arrow's Message.
#include "dvt/columnar/ipc/batch_messages.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "dvt/columnar/c_abi/copy_rows.h"
#include "dvt/columnar/c_abi/row_texts.h"
#include "dvt/columnar/ipc/spill.h"

namespace dvt::columnar {
namespace {

Fields AllFields() {
  const auto field = [](const char* name, DataType type) { return Field{name, std::move(type), true, {}}; };
  return {field("i8", TypeKind::kInt8),
          field("u16", TypeKind::kUInt16),
          field("i32", TypeKind::kInt32),
          field("i64", TypeKind::kInt64),
          field("f64", TypeKind::kFloat64),
          field("flag", TypeKind::kBool),
          field("dec", DataType::Decimal(15, 2)),
          field("wide", DataType::Decimal(60, 3)),
          field("text", TypeKind::kString),
          field("bytes", TypeKind::kBinary),
          field("json", TypeKind::kJson),
          field("day", TypeKind::kDate),
          field("at", TypeKind::kTimestampTz),
          field("uuid", TypeKind::kUuid),
          field("span", TypeKind::kInterval),
          field("nothing", TypeKind::kNull),
          field("list", DataType::List(TypeKind::kString)),
          field("both", DataType::Struct({field("a", TypeKind::kInt32), field("b", DataType::List(TypeKind::kInt64))}))};
}

void AppendRandom(ColumnBuilder& builder, std::mt19937& random) {
  const DataType& type = builder.type();
  if (type.kind == TypeKind::kNull || random() % 5 == 0) return builder.AppendNull();
  const uint64_t number = random();
  switch (type.kind) {
    case TypeKind::kBool: return builder.AppendBool(number % 2 == 0);
    case TypeKind::kDecimal: {
      uint8_t bytes[32] = {static_cast<uint8_t>(number), static_cast<uint8_t>(number >> 8)};
      return ArrowDecimal(type).bits == 128 ? builder.AppendDecimal(static_cast<Int128>(number))
                                            : builder.AppendDecimal256(bytes);
    }
    case TypeKind::kString:
    case TypeKind::kJson:
    case TypeKind::kBinary: return builder.AppendBytes(std::string(number % 40, static_cast<char>('a' + number % 20)));
    case TypeKind::kUuid: {
      const uint8_t bytes[16] = {static_cast<uint8_t>(number), 2, 3};
      return builder.AppendUuid(bytes);
    }
    case TypeKind::kInterval: return builder.AppendInterval(1, static_cast<int32_t>(number), 3);
    case TypeKind::kList:
      for (uint64_t i = 0; i < number % 3; ++i) AppendRandom(builder.child(0), random);
      return builder.AppendNested();
    case TypeKind::kStruct:
      AppendRandom(builder.child(0), random);
      AppendRandom(builder.child(1), random);
      return builder.AppendNested();
    default: break;
  }
  switch (FixedWidth(type)) {
    case 1: return builder.AppendFixed(static_cast<uint8_t>(number));
    case 2: return builder.AppendFixed(static_cast<uint16_t>(number));
    case 4: return builder.AppendFixed(static_cast<uint32_t>(number % 20000));
    default: return builder.AppendFixed(number);
  }
}

Array RandomBatch(const Fields& fields, int rows, unsigned seed) {
  std::mt19937 random(seed);
  BatchBuilder builder(fields);
  for (int row = 0; row < rows; ++row) {
    for (int i = 0; i < builder.columns(); ++i) AppendRandom(builder.column(i), random);
  }
  return builder.Finish();
}

Result<Array> ThereAndBack(const ArrowArray& batch, const Fields& fields) {
  const BatchMessages messages(fields);
  GrowBuffer bytes;
  DVT_TRY(messages.Encode(batch, bytes));
  const size_t body = BatchMessages::BodyBytes(bytes.data());
  EXPECT_EQ(messages.head_bytes() + body, bytes.size());
  return messages.Decode(bytes.data(), bytes.data() + messages.head_bytes(), body);
}

TEST(BatchMessages, BatchesComeBackAsTheyWere) {
  const Fields fields = AllFields();
  for (const int rows : {0, 1, 7, 8, 9, 5000}) {
    const Array batch = RandomBatch(fields, rows, static_cast<unsigned>(rows));
    const auto back = ThereAndBack(batch.get(), fields);
    ASSERT_TRUE(back) << back.error().ToString();
    EXPECT_EQ(RowTexts(back->get(), fields), RowTexts(batch.get(), fields)) << rows;
  }
}

TEST(BatchMessages, SlicesAreWrittenAsWhatTheyShow) {
  const Fields fields = AllFields();
  Array batch = RandomBatch(fields, 300, 3);
  const auto all = RowTexts(batch.get(), fields);
  ArrowArray raw = batch.Take();
  raw.offset = 13;
  raw.length = 200;
  batch = Array(raw);
  const auto back = ThereAndBack(batch.get(), fields);
  ASSERT_TRUE(back) << back.error().ToString();
  EXPECT_EQ(RowTexts(back->get(), fields), std::vector<std::string>(all.begin() + 13, all.begin() + 213));
}

TEST(BatchMessages, DamageIsNoticed) {
  const Fields fields = {{"n", TypeKind::kInt64, true, {}}};
  const Array batch = RandomBatch(fields, 4000, 1);
  const BatchMessages messages(fields);
  GrowBuffer bytes;
  ASSERT_TRUE(messages.Encode(batch.get(), bytes));
  const size_t head = messages.head_bytes();
  EXPECT_FALSE(messages.Decode(bytes.data(), bytes.data() + head, bytes.size() - head - 64));
}

/// A table of a FlatBuffer, by its vtable.
struct Table {
  const uint8_t* flat;
  size_t at;
  template <class T>
  static T Get(const uint8_t* from) {
    T value;
    std::memcpy(&value, from, sizeof(T));
    return value;
  }
  size_t Field(size_t slot) const {  // where it lies, 0 if it has its default
    const size_t vtable = at - static_cast<size_t>(Get<int32_t>(flat + at));
    if (4 + slot * 2 >= Get<uint16_t>(flat + vtable)) return 0;
    const auto offset = Get<uint16_t>(flat + vtable + 4 + slot * 2);
    return offset == 0 ? 0 : at + offset;
  }
  template <class T>
  T Value(size_t slot) const {
    return Get<T>(flat + Field(slot));
  }
  size_t Reference(size_t slot) const { return Field(slot) + Get<uint32_t>(flat + Field(slot)); }
};

TEST(BatchMessages, HeadsAreMessagesOfTheFormat) {
  const Fields fields = {{"n", TypeKind::kInt64, true, {}}, {"t", TypeKind::kString, true, {}}};
  const Array batch = RandomBatch(fields, 1000, 5);
  GrowBuffer bytes;
  const BatchMessages messages(fields);
  ASSERT_TRUE(messages.Encode(batch.get(), bytes));
  EXPECT_EQ(Table::Get<uint32_t>(bytes.data()), 0xFFFFFFFFu);
  EXPECT_EQ(Table::Get<int32_t>(bytes.data() + 4) % 8, 0);
  const uint8_t* flat = bytes.data() + 8;
  const Table message{flat, Table::Get<uint32_t>(flat)};
  EXPECT_EQ(message.Value<int16_t>(0), 4) << "version 5";
  EXPECT_EQ(message.Value<uint8_t>(1), 3) << "a RecordBatch";
  EXPECT_EQ(message.Value<int64_t>(3), static_cast<int64_t>(bytes.size() - messages.head_bytes()));
  const Table record{flat, message.Reference(2)};
  EXPECT_EQ(record.Value<int64_t>(0), 1000);
  const size_t nodes = record.Reference(1), buffers = record.Reference(2);
  EXPECT_EQ(Table::Get<uint32_t>(flat + nodes), 2u);
  EXPECT_EQ((nodes + 4) % 8, 0u);
  EXPECT_EQ(Table::Get<int64_t>(flat + nodes + 4), 1000);
  EXPECT_EQ(Table::Get<int64_t>(flat + nodes + 4 + 8), batch.get().children[0]->null_count);
  EXPECT_EQ(Table::Get<uint32_t>(flat + buffers), 5u);
  EXPECT_EQ((buffers + 4) % 8, 0u);
  const Table compression{flat, record.Reference(3)};
  EXPECT_EQ(compression.Field(0), 0u) << "LZ4 frames are the default";
  int64_t end = 0;
  for (size_t i = 0; i < 5; ++i) {
    const auto offset = Table::Get<int64_t>(flat + buffers + 4 + i * 16),
               length = Table::Get<int64_t>(flat + buffers + 12 + i * 16);
    EXPECT_EQ(offset % 8, 0);
    EXPECT_GE(offset, end);
    end = offset + length;
    const uint8_t* body = bytes.data() + messages.head_bytes() + offset;
    if (length > 0 && Table::Get<int64_t>(body) >= 0) {
      EXPECT_EQ(Table::Get<uint32_t>(body + 8), 0x184D2204u) << "the mark of an LZ4 frame";
    }
  }
}

TEST(SpillFile, ReadersSeeWhatWasWrittenSoFar) {
  const Fields fields = AllFields();
  const std::string folder = testing::TempDir() + "dvt_spill_file";
  auto file = OpenSpillFile(folder, fields);
  ASSERT_TRUE(file) << file.error().ToString();
  ASSERT_TRUE((*file)->Write(RandomBatch(fields, 100, 1)));
  auto reader = (*file)->OpenReader();
  ASSERT_TRUE(reader) << reader.error().ToString();
  const auto kept = (*file)->WriteAndKeep(RandomBatch(fields, 50, 2));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->length(), 50);
  ASSERT_TRUE((*file)->FinishWriting());
  for (SpillFile* one : {file->get(), reader->get()}) {
    for (const int rows : {100, 50}) {
      const auto batch = one->Next();
      ASSERT_TRUE(batch) << batch.error().ToString();
      EXPECT_EQ(RowTexts(batch->get(), fields), RowTexts(RandomBatch(fields, rows, rows == 100 ? 1 : 2).get(), fields));
    }
    EXPECT_FALSE(one->Next()->valid());
  }
  EXPECT_GT((*file)->bytes(), 0);
  EXPECT_TRUE(std::filesystem::is_empty(folder)) << "it has no name";
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace dvt::columnar
