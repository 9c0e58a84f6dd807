#include "dvt/columnar/c_abi/block_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <thread>

#include "dvt/columnar/c_abi/batch_builder.h"

namespace dvt::columnar {
namespace {

constexpr size_t kKeep = 1 << 20;

TEST(BlockPool, GivesAlignedRoomOfEverySize) {
  BlockPool pool(kKeep);
  for (size_t bytes : {0, 1, 64, 8127, 8128, 8129, 40'000, 85'000, 1 << 20, 5'000'000}) {
    uint8_t* block = pool.Take(bytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % 64, 0u) << bytes;
    EXPECT_GE(BlockPool::RoomOf(block), bytes);
    EXPECT_LE(BlockPool::RoomOf(block), bytes + bytes / 7 + (8 << 10)) << bytes;
    std::memset(block, 0xA5, BlockPool::RoomOf(block));
    pool.Give(block);
  }
  pool.Give(nullptr);
  EXPECT_LE(pool.held_bytes(), kKeep);
  EXPECT_EQ(pool.held_bytes(), pool.kept_bytes());
}

TEST(BlockPool, HandsOnWhatWasFreedByAnotherThread) {
  BlockPool pool(kKeep);
  uint8_t* block = pool.Take(85'000);
  std::jthread([&] { pool.Give(block); }).join();
  EXPECT_GT(pool.kept_bytes(), 85'000u);
  EXPECT_EQ(pool.Take(84'000), block);  // of the same size in pages
  EXPECT_EQ(pool.kept_bytes(), 0u);
  pool.Give(block);
}

TEST(BlockPool, WhatWasKeptLongestMakesRoom) {
  BlockPool pool(kKeep);
  std::vector<uint8_t*> old, fresh;
  for (int i = 0; i < 9; ++i) old.push_back(pool.Take(100'000));
  for (auto* block : old) pool.Give(block);
  for (int i = 0; i < 4; ++i) fresh.push_back(pool.Take(200'000));
  for (auto* block : fresh) pool.Give(block);
  EXPECT_LE(pool.kept_bytes(), kKeep);
  const size_t held = pool.held_bytes();
  for (int i = 0; i < 4; ++i) fresh[static_cast<size_t>(i)] = pool.Take(200'000);
  EXPECT_EQ(pool.held_bytes(), held);  // all four were kept
  for (auto* block : fresh) pool.Give(block);
}

// Bursts of batches of varying widths, as a sink that stops now and then makes them: nothing adds up.
TEST(BlockPool, BurstsLeaveNothingBehind) {
  BlockPool pool(kKeep);
  std::deque<uint8_t*> waiting;
  size_t most_after_one = 0, most = 0;
  for (int burst = 0; burst < 200; ++burst) {
    for (int i = 0; i < 100; ++i)
      waiting.push_back(pool.Take(static_cast<size_t>(40'000 + (i * 7919 + burst * 104'729) % 130'000)));
    most = std::max(most, pool.held_bytes());
    if (burst == 0) most_after_one = most;
    for (; !waiting.empty(); waiting.pop_front()) pool.Give(waiting.front());
    EXPECT_LE(pool.held_bytes(), kKeep);
  }
  EXPECT_LE(most, most_after_one + kKeep + most_after_one / 10);
}

// The buffers of batches are of the process's pool, and go back to it.
TEST(BlockPool, ServesBatches) {
  auto batch = [](int rows) {
    BatchBuilder builder({{"a", TypeKind::kInt64, true, {}}, {"b", TypeKind::kString, true, {}}});
    for (int i = 0; i < rows; ++i) {
      builder.column(0).AppendFixed<int64_t>(i);
      builder.column(1).AppendBytes("a text that is not short");
    }
    return builder.Finish();
  };
  const size_t before = BatchBlocks().held_bytes() - BatchBlocks().kept_bytes();
  {
    const Array first = batch(10'000);
    EXPECT_GT(BatchBlocks().held_bytes() - BatchBlocks().kept_bytes(), before + 300'000);
  }
  EXPECT_EQ(BatchBlocks().held_bytes() - BatchBlocks().kept_bytes(), before);
  EXPECT_GT(BatchBlocks().kept_bytes(), 300'000u);
}

}  // namespace
}  // namespace dvt::columnar
