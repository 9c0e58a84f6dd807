#include "dvt/lake/data/page_header.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace dvt::lake {
namespace {

using Bytes = std::vector<uint8_t>;
using Kind = PageHeader::Kind;

// A data page of version 1: 100 bytes of 300, checksum, 50 values, PLAIN, levels RLE, statistics with a text.
const Bytes kData = {0x15, 0x00, 0x15, 0xD8, 0x04, 0x15, 0xC8, 0x01, 0x15, 0x02, 0x1C, 0x15, 0x64, 0x15,
                     0x00, 0x15, 0x06, 0x15, 0x06, 0x1C, 0x18, 0x03, 'a',  'b',  'c',  0x00, 0x00, 0x00};
// A dictionary: 10 bytes of 12, 3 values, PLAIN, sorted.
const Bytes kDictionary = {0x15, 0x04, 0x15, 0x18, 0x15, 0x14, 0x4C, 0x15, 0x06, 0x15, 0x00, 0x11, 0x00, 0x00};
// A data page of version 2: 7 values of which 2 are null, 7 rows, RLE_DICTIONARY, 4 bytes of levels and none, not compressed.
const Bytes kDataV2 = {0x15, 0x06, 0x15, 0x28, 0x15, 0x28, 0x5C, 0x15, 0x0E, 0x15, 0x04,
                       0x15, 0x0E, 0x15, 0x10, 0x15, 0x08, 0x15, 0x00, 0x12, 0x00, 0x00};

HeaderRead Read(const Bytes& bytes, PageHeader& header, size_t& length) { return ReadPageHeader(bytes, header, length); }

TEST(PageHeader, OfEveryKind) {
  PageHeader header;
  size_t length = 0;
  ASSERT_EQ(Read(kData, header, length), HeaderRead::kWhole);
  EXPECT_EQ(length, kData.size());
  EXPECT_EQ(header.kind, Kind::kData);
  EXPECT_EQ(header.uncompressed_bytes, 300);
  EXPECT_EQ(header.compressed_bytes, 100);
  EXPECT_EQ(header.values, 50);
  EXPECT_EQ(header.encoding, 0);
  EXPECT_EQ(header.definition_encoding, 3);

  ASSERT_EQ(Read(kDictionary, header, length), HeaderRead::kWhole);
  EXPECT_EQ(header.kind, Kind::kDictionary);
  EXPECT_EQ(header.values, 3);
  EXPECT_TRUE(header.is_sorted);

  ASSERT_EQ(Read(kDataV2, header, length), HeaderRead::kWhole);
  EXPECT_EQ(header.kind, Kind::kDataV2);
  EXPECT_EQ(header.values, 7);
  EXPECT_EQ(header.nulls, 2);
  EXPECT_EQ(header.encoding, 8);
  EXPECT_EQ(header.definition_bytes, 4);
  EXPECT_FALSE(header.is_compressed);
}

TEST(PageHeader, MoreBytesAreAskedForWhereItIsCutOff) {
  for (const auto& whole : {kData, kDictionary, kDataV2})
    for (size_t size = 0; size < whole.size(); ++size) {
      PageHeader header;
      size_t length = 0;
      EXPECT_EQ(Read(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)), header, length),
                HeaderRead::kCutOff)
          << size;
    }
}

TEST(PageHeader, FieldsOfLaterVersionsArePassedOver) {
  // Before the stop: a list of three texts, a map of ints to bools, a double, a struct in a struct, and an i64 with its id in full.
  Bytes bytes(kDictionary.begin(), kDictionary.end() - 1);
  const Bytes later = {0x29, 0x38, 0x01, 'x', 0x00, 0x01, 'y',  0x1B, 0x02, 0x51, 0x02, 0x01, 0x04, 0x02, 0x17, 1,   2,
                       3,    4,    5,    6,   7,    8,    0x1C, 0x1C, 0x11, 0x00, 0x00, 0x06, 0xC8, 0x01, 0x02, 0x00};
  bytes.insert(bytes.end(), later.begin(), later.end());
  PageHeader header;
  size_t length = 0;
  ASSERT_EQ(Read(bytes, header, length), HeaderRead::kWhole);
  EXPECT_EQ(length, bytes.size());
  EXPECT_EQ(header.values, 3);
}

TEST(PageHeader, WhatIsNoHeaderIsRefused) {
  const std::vector<Bytes> corrupt = {
      {0x00},                                                  // nothing at all
      {0x15, 0x00, 0x15, 0x01, 0x15, 0x02, 0x00},              // a negative size
      {0x15, 0x00, 0x15, 0xD8, 0x04, 0x15, 0xC8, 0x01, 0x00},  // no data page's header
      {0x18, 0x01, 'a', 0x00},                                 // a text as the kind
      {0x15, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F},        // more than 32 bits
      {0x1D},                                                  // an unknown type
      Bytes(40, 0x1C),                                         // structs without end
  };
  for (const auto& bytes : corrupt) {
    PageHeader header;
    size_t length = 0;
    EXPECT_EQ(Read(bytes, header, length), HeaderRead::kCorrupt);
  }
  Bytes levels = kDataV2;
  levels[16] = 0x7E;  // longer than the page
  PageHeader header;
  size_t length = 0;
  EXPECT_EQ(Read(levels, header, length), HeaderRead::kCorrupt);
}

TEST(PageHeader, AnyBytesAreReadToAnEnd) {
  std::mt19937 random(5);
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes = i % 2 == 0 ? kData : Bytes(random() % 64);
    for (size_t k = 0; k < (i % 2 == 0 ? 2 : bytes.size()); ++k) bytes[random() % bytes.size()] = static_cast<uint8_t>(random());
    PageHeader header;
    size_t length = 0;
    const bool whole = Read(bytes, header, length) == HeaderRead::kWhole;
    EXPECT_TRUE(!whole || length <= bytes.size());
  }
}

}  // namespace
}  // namespace dvt::lake
