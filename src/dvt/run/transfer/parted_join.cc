#include "dvt/run/transfer/parted_join.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dvt/base/text/text.h"
#include "dvt/columnar/c_abi/copy_rows.h"
#include "dvt/columnar/hash/key_parts.h"
#include "dvt/run/transfer/parallel_stream.h"
#include "dvt/run/transfer/pump.h"

namespace dvt::run {

using columnar::Array;
using columnar::Stream;

namespace {

constexpr size_t kDealtBytes = size_t{4} << 20;  // of all parts of an input, before they are written
constexpr size_t kLeastBytes = size_t{16} << 10;
constexpr size_t kMostBytes = size_t{512} << 10;
constexpr size_t kReadAheadBytes = size_t{1} << 20;  // of a part: its file is there already

/// Rows of a batch by part, in their order: those of part p are order[begin[p]] to order[begin[p + 1] - 1].
struct Dealt {
  std::vector<uint32_t> begin;
  std::vector<uint32_t> order;
};

Dealt DealRows(const std::vector<uint64_t>& hashes, size_t parts) {
  Dealt out;
  out.begin.assign(parts + 1, 0);
  out.order.resize(hashes.size());
  for (const uint64_t hash : hashes) ++out.begin[hash % parts + 1];
  for (size_t part = 0; part < parts; ++part) out.begin[part + 1] += out.begin[part];
  std::vector<uint32_t> next(out.begin.begin(), out.begin.end() - 1);
  for (size_t row = 0; row < hashes.size(); ++row) out.order[next[hashes[row] % parts]++] = static_cast<uint32_t>(row);
  return out;
}

/// The two dealt sides of a join, and what is done with them.
class PartedRows {
 public:
  PartedRows(engine::Engine& engine, const plan::PartedJoin& join, engine::Input left, engine::Input right, std::string folder)
      : engine_(engine),
        join_(join),
        left_(std::move(left), join.left.column, join.count, folder),
        right_(std::move(right), join.right.column, join.count, std::move(folder)) {}

  Result<columnar::Fields> Describe() { return engine_.Describe(join_.join_sql, {left_.input(), right_.input()}); }

  /// Parts in their order, by one thread.
  Result<Stream> Open(int part, std::stop_token stop) {
    if (part == 0) {
      DVT_TRY(left_.Deal(stop));
      DVT_TRY(right_.Deal(stop));
    }
    std::vector<engine::Input> inputs;
    inputs.push_back(left_.Part(part));
    inputs.push_back(right_.Part(part));
    return engine_.Run(join_.join_sql, std::move(inputs), std::move(stop));
  }

  int64_t expected_rows() const {
    return std::max(left_.input().estimated_rows.value_or(0), right_.input().estimated_rows.value_or(0));
  }

 private:
  engine::Engine& engine_;
  const plan::PartedJoin& join_;
  DealtInput left_, right_;
};

Result<engine::Input> TakeOut(std::vector<engine::Input>& inputs, const std::string& name) {
  const auto found = std::find_if(inputs.begin(), inputs.end(), [&](const engine::Input& input) { return input.name == name; });
  if (found == inputs.end()) return Error(ErrorCode::kInternal, fmt::format("a join in parts reads no input {}", name));
  engine::Input out = std::move(*found);
  inputs.erase(found);
  return out;
}

}  // namespace

DealtInput::DealtInput(engine::Input input, const std::string& key, int parts, std::string spill_folder)
    : input_(std::move(input)),
      spill_folder_(std::move(spill_folder)),
      most_bytes_(std::clamp(kDealtBytes / static_cast<size_t>(parts), kLeastBytes, kMostBytes)) {
  for (size_t i = 0; i < input_.fields.size(); ++i) {
    if (EqualsIgnoreCase(input_.fields[i].name, key)) key_ = i;
  }
  for (int i = 0; i < parts; ++i) hands_.push_back(std::make_unique<Hand>());
}

Status DealtInput::Deal(std::stop_token stop) {
  DVT_TRY(RunWorkers(input_.partitions, std::max(1, input_.parallel), stop, [&](int partition, std::stop_token worker) -> Status {
    DVT_ASSIGN(Stream stream, input_.open(partition, worker));
    for (;;) {
      if (worker.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
      DVT_ASSIGN(const Array batch, stream.Next());
      if (!batch.valid()) return {};
      DVT_TRY(DealBatch(batch.get()));
    }
  }));
  for (const auto& hand : hands_) {
    if (hand->file == nullptr) continue;
    if (hand->rows && hand->rows->rows() > 0) DVT_TRY(Spill(*hand));
    hand->rows.reset();
    DVT_TRY(hand->file->FinishWriting());
  }
  return {};
}

Status DealtInput::DealBatch(const ArrowArray& batch) {
  const auto columns = columnar::BatchColumns(batch, input_.fields);
  std::vector<uint64_t> hashes;
  columnar::HashKeys(columns[key_], batch.length, hashes);
  const Dealt dealt = DealRows(hashes, hands_.size());
  for (size_t part = 0; part < hands_.size(); ++part) {
    const uint32_t begin = dealt.begin[part], end = dealt.begin[part + 1];
    if (begin == end) continue;
    Hand& hand = *hands_[part];
    std::lock_guard lock(hand.mutex);
    if (!hand.rows) hand.rows.emplace(input_.fields);
    for (size_t i = 0; i < columns.size(); ++i) {
      columnar::ColumnBuilder& builder = hand.rows->column(static_cast<int>(i));
      for (uint32_t row = begin; row < end; ++row) columnar::AppendCopy(builder, columns[i], dealt.order[row]);
    }
    hand.count += end - begin;
    if (hand.rows->bytes() >= most_bytes_) DVT_TRY(Spill(hand));
  }
  return {};
}

Status DealtInput::Spill(Hand& hand) {
  if (hand.file == nullptr) {
    DVT_ASSIGN(hand.file, columnar::OpenSpillFile(spill_folder_, input_.fields));
  }
  return hand.file->Write(hand.rows->Finish());
}

engine::Input DealtInput::Part(int part) {
  Hand& hand = *hands_[static_cast<size_t>(part)];
  engine::Input out;
  out.name = input_.name;
  out.fields = input_.fields;
  out.estimated_rows = hand.count;
  out.read_ahead_bytes = kReadAheadBytes;
  out.open = [&hand, fields = input_.fields](int, std::stop_token) -> Result<Stream> {
    if (hand.file != nullptr) {
      return columnar::MakeStream(fields, [file = std::exchange(hand.file, nullptr)]() -> Result<Array> { return file->Next(); });
    }
    std::vector<Array> rows;
    if (hand.rows && hand.rows->rows() > 0) rows.push_back(hand.rows->Finish());
    return columnar::MakeStream(fields, std::move(rows));
  };
  return out;
}

Result<Stream> RunInParts(engine::Engine& engine, const plan::PartedJoin& join, std::vector<engine::Input> inputs,
                          columnar::Fields fields, const std::string& spill_folder, std::stop_token stop) {
  DVT_ASSIGN(engine::Input left, TakeOut(inputs, join.left.input));
  DVT_ASSIGN(engine::Input right, TakeOut(inputs, join.right.input));
  auto rows = std::make_shared<PartedRows>(engine, join, std::move(left), std::move(right), spill_folder);
  const auto open = [rows](int part, std::stop_token worker) { return rows->Open(part, std::move(worker)); };
  if (join.rest_sql.empty()) return ReadTogether(std::move(fields), join.count, 1, 0, open, std::move(stop));
  engine::Input joined;
  joined.name = join.name;
  DVT_ASSIGN(joined.fields, rows->Describe());
  joined.partitions = join.count;
  joined.estimated_rows = rows->expected_rows();
  joined.read_ahead_bytes = kReadAheadBytes;
  joined.open = open;
  inputs.push_back(std::move(joined));
  return engine.Run(join.rest_sql, std::move(inputs), std::move(stop));
}

}  // namespace dvt::run
