#include "dvt/run/transfer/parted_join.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/columnar/c_abi/copy_rows.h"
#include "dvt/columnar/hash/key_parts.h"
#include "dvt/columnar/join/hash_join.h"
#include "dvt/columnar/types/key_types.h"
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
struct Sorted {
  std::vector<uint32_t> begin;
  std::vector<uint32_t> order;
};

Sorted SortRows(const std::vector<uint64_t>& hashes, size_t parts) {
  Sorted out;
  out.begin.assign(parts + 1, 0);
  out.order.resize(hashes.size());
  for (const uint64_t hash : hashes) ++out.begin[hash % parts + 1];
  for (size_t part = 0; part < parts; ++part) out.begin[part + 1] += out.begin[part];
  std::vector<uint32_t> next(out.begin.begin(), out.begin.end() - 1);
  for (size_t row = 0; row < hashes.size(); ++row) out.order[next[hashes[row] % parts]++] = static_cast<uint32_t>(row);
  return out;
}

/// An input with its keys: which of its columns they are, and how many the transform knows of.
struct KeyedInput {
  engine::Input input;
  size_t kept = 0;
  std::vector<size_t> keys;  // of the sides, in their order

  const columnar::DataType& TypeOfKey(size_t side) const { return input.fields[keys[side]].type; }
};

// Keys that are expressions are computed by the engine, as the join does it, and become columns behind the others.
Result<KeyedInput> WithKeys(engine::Engine& engine, engine::Input input, const std::vector<const plan::PartedSide*>& sides) {
  KeyedInput out;
  out.kept = input.fields.size();
  std::string expressions;
  size_t computed = 0;
  for (const plan::PartedSide* side : sides) {
    if (!side->column.empty()) {
      const auto found = std::find_if(input.fields.begin(), input.fields.end(),
                                      [&](const columnar::Field& field) { return EqualsIgnoreCase(field.name, side->column); });
      if (found == input.fields.end())
        return Error(ErrorCode::kInternal, fmt::format("a join in parts finds no column {} in {}", side->column, input.name));
      out.keys.push_back(static_cast<size_t>(found - input.fields.begin()));
      continue;
    }
    out.keys.push_back(out.kept + computed++);
    expressions += fmt::format(", TRY({}) AS dvt_key{}", side->key, computed);
  }
  if (computed == 0) {
    out.input = std::move(input);
    return out;
  }
  const std::string sql = fmt::format("SELECT *{} FROM \"{}\"", expressions, ReplaceAll(input.name, "\"", "\"\""));
  DVT_ASSIGN(out.input.fields, engine.Describe(sql, {input}));
  out.input.name = input.name;
  out.input.estimated_rows = input.estimated_rows;
  out.input.open = [&engine, sql, input = std::move(input)](int, std::stop_token stop) -> Result<Stream> {
    return engine.Run(sql, {input}, std::move(stop));
  };
  return out;
}

Result<engine::Input> TakeOut(std::vector<engine::Input>& inputs, const std::string& name) {
  const auto found = std::find_if(inputs.begin(), inputs.end(), [&](const engine::Input& input) { return input.name == name; });
  if (found == inputs.end()) return Error(ErrorCode::kInternal, fmt::format("a join in parts reads no input {}", name));
  engine::Input out = std::move(*found);
  inputs.erase(found);
  return out;
}

std::optional<size_t> ColumnAt(const columnar::Fields& fields, const std::string& name) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return EqualsIgnoreCase(field.name, name); });
  if (found == fields.end()) return std::nullopt;
  return static_cast<size_t>(found - fields.begin());
}

// Values of both types lie in memory alike and mean the same; lengths of texts and the like may differ.
bool LieAlike(const columnar::DataType& a, const columnar::DataType& b) {
  if (a.kind != b.kind || !a.children.empty() || !b.children.empty()) return a == b;
  return columnar::ArrowFormat(a) == columnar::ArrowFormat(b) && (a.kind != columnar::TypeKind::kDecimal || a.scale == b.scale);
}

/// A join that is done here, and what it gives.
struct PlainShape {
  columnar::JoinShape shape;
  columnar::Fields fields;
};

// Nothing if keys cannot be compared here.
std::optional<PlainShape> ShapeOf(const plan::PartedJoin::Plain& plain, const columnar::Fields& left,
                                  const columnar::Fields& right) {
  PlainShape out;
  out.shape.kind = plain.kind;
  for (const auto& keys : plain.keys) {
    const auto a = ColumnAt(left, keys.left), b = ColumnAt(right, keys.right);
    if (!a || !b || !columnar::HashAlike(left[*a].type, right[*b].type)) return std::nullopt;
    out.shape.keys.emplace_back(*a, *b);
  }
  for (const auto& column : plain.columns) {
    const columnar::Fields& fields = column.right ? right : left;
    const auto at = ColumnAt(fields, column.column);
    if (!at) return std::nullopt;
    out.shape.columns.push_back({column.right, *at});
    out.fields.push_back({column.name, fields[*at].type, true, fields[*at].native_type});
  }
  return out;
}

/// The dealt sides of a join, and what is done with them.
class PartedRows {
 public:
  PartedRows(engine::Engine& engine, const plan::PartedJoin& join, std::vector<KeyedInput> inputs, const std::string& folder)
      : engine_(engine), join_(join) {
    for (const KeyedInput& each : inputs) {
      expected_rows_ = std::max(expected_rows_, each.input.estimated_rows.value_or(0));
    }
    TakeInputs(std::move(inputs), folder);
    if (join.plain) plain_ = ShapeOf(*join.plain, dealt_.front()->Shape(0).fields, dealt_.back()->Shape(last()).fields);
  }

  /// The columns of the joined rows.
  Result<columnar::Fields> Describe() {
    if (plain_) return plain_->fields;
    return engine_.Describe(join_.join_sql, {dealt_.front()->Shape(0), dealt_.back()->Shape(last())});
  }

  /// The joined rows are to have these columns, as the engine describes them: it joins if values lie otherwise in those of the inputs.
  void Expect(const columnar::Fields& fields) {
    if (!plain_) return;
    const bool alike = std::equal(fields.begin(), fields.end(), plain_->fields.begin(), plain_->fields.end(),
                                  [](const columnar::Field& a, const columnar::Field& b) { return LieAlike(a.type, b.type); });
    if (alike) {
      plain_->fields = fields;
    } else {
      plain_.reset();
    }
  }

  /// Parts in their order, by one thread.
  Result<Stream> Open(int part, std::stop_token stop) {
    if (part == 0) {
      for (const auto& dealt : dealt_) DVT_TRY(dealt->Deal(stop));
    }
    engine::Input left = dealt_.front()->Part(0, part), right = dealt_.back()->Part(last(), part);
    if (plain_) {
      const bool hold_right = dealt_.back()->RowsOf(last(), part) <= dealt_.front()->RowsOf(0, part);
      DVT_ASSIGN(Stream left_rows, left.open(0, stop));
      DVT_ASSIGN(Stream right_rows, right.open(0, stop));
      return columnar::JoinByHash(plain_->shape, {std::move(left_rows), std::move(left.fields)},
                                  {std::move(right_rows), std::move(right.fields)}, hold_right, plain_->fields, std::move(stop));
    }
    std::vector<engine::Input> inputs;
    inputs.push_back(std::move(left));
    inputs.push_back(std::move(right));
    return engine_.Run(join_.join_sql, std::move(inputs), std::move(stop));
  }

  int64_t expected_rows() const { return expected_rows_; }

 private:
  void TakeInputs(std::vector<KeyedInput> inputs, const std::string& folder) {
    if (inputs.size() == 1) {
      std::vector<Dealing> both = {{inputs[0].keys[0], join_.left.name}, {inputs[0].keys[1], join_.right.name}};
      dealt_.push_back(
          std::make_unique<DealtInput>(std::move(inputs[0].input), inputs[0].kept, std::move(both), join_.count, folder));
      return;
    }
    const plan::PartedSide* sides[] = {&join_.left, &join_.right};
    for (size_t i = 0; i < inputs.size(); ++i) {
      dealt_.push_back(std::make_unique<DealtInput>(std::move(inputs[i].input), inputs[i].kept,
                                                    std::vector<Dealing>{{inputs[i].keys[0], sides[i]->name}}, join_.count,
                                                    folder));
    }
  }

  size_t last() const { return dealt_.size() == 1 ? 1 : 0; }

  engine::Engine& engine_;
  const plan::PartedJoin& join_;
  std::vector<std::unique_ptr<DealtInput>> dealt_;  // one, or one a side
  std::optional<PlainShape> plain_;                 // of a join that is done here
  int64_t expected_rows_ = 0;
};

// Both inputs of the join, or the one that is both sides, taken out of `inputs`.
Result<std::vector<KeyedInput>> TakeSides(engine::Engine& engine, const plan::PartedJoin& join,
                                          std::vector<engine::Input>& inputs) {
  std::vector<KeyedInput> out;
  DVT_ASSIGN(engine::Input left, TakeOut(inputs, join.left.input));
  if (join.left.input == join.right.input) {
    DVT_ASSIGN(KeyedInput both, WithKeys(engine, std::move(left), {&join.left, &join.right}));
    out.push_back(std::move(both));
    return out;
  }
  DVT_ASSIGN(engine::Input right, TakeOut(inputs, join.right.input));
  DVT_ASSIGN(KeyedInput first, WithKeys(engine, std::move(left), {&join.left}));
  DVT_ASSIGN(KeyedInput second, WithKeys(engine, std::move(right), {&join.right}));
  out.push_back(std::move(first));
  out.push_back(std::move(second));
  return out;
}

}  // namespace

DealtInput::DealtInput(engine::Input input, size_t kept, std::vector<Dealing> dealings, int parts, std::string spill_folder)
    : input_(std::move(input)),
      fields_(input_.fields.begin(), input_.fields.begin() + static_cast<std::ptrdiff_t>(kept)),
      dealings_(std::move(dealings)),
      spill_folder_(std::move(spill_folder)),
      most_bytes_(std::clamp(kDealtBytes / static_cast<size_t>(parts), kLeastBytes, kMostBytes)),
      hands_(dealings_.size()) {
  for (Hands& hands : hands_) {
    for (int i = 0; i < parts; ++i) hands.push_back(std::make_unique<Hand>());
  }
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
  for (const Hands& hands : hands_) {
    for (const auto& hand : hands) {
      if (hand->file == nullptr) continue;
      if (hand->rows && hand->rows->rows() > 0) DVT_TRY(Spill(*hand));
      hand->rows.reset();
      DVT_TRY(hand->file->FinishWriting());
    }
  }
  return {};
}

Status DealtInput::DealBatch(const ArrowArray& batch) {
  const auto columns = columnar::BatchColumns(batch, input_.fields);
  for (size_t i = 0; i < dealings_.size(); ++i) DVT_TRY(DealRows(columns, batch.length, dealings_[i].key, hands_[i]));
  return {};
}

Status DealtInput::DealRows(const std::vector<columnar::ColumnView>& columns, int64_t rows, size_t key, Hands& hands) {
  std::vector<uint64_t> hashes;
  columnar::HashKeys(columns[key], rows, hashes);
  const Sorted sorted = SortRows(hashes, hands.size());
  for (size_t part = 0; part < hands.size(); ++part) {
    const uint32_t begin = sorted.begin[part], end = sorted.begin[part + 1];
    if (begin == end) continue;
    Hand& hand = *hands[part];
    std::lock_guard lock(hand.mutex);
    if (!hand.rows) hand.rows.emplace(fields_);
    for (size_t i = 0; i < fields_.size(); ++i) {
      columnar::ColumnBuilder& builder = hand.rows->column(static_cast<int>(i));
      for (uint32_t row = begin; row < end; ++row) columnar::AppendCopy(builder, columns[i], sorted.order[row]);
    }
    hand.count += end - begin;
    if (hand.rows->bytes() >= most_bytes_) DVT_TRY(Spill(hand));
  }
  return {};
}

Status DealtInput::Spill(Hand& hand) {
  if (hand.file == nullptr) {
    DVT_ASSIGN(hand.file, columnar::OpenSpillFile(spill_folder_, fields_));
  }
  return hand.file->Write(hand.rows->Finish());
}

engine::Input DealtInput::Shape(size_t dealing) const {
  engine::Input out;
  out.name = dealings_[dealing].name;
  out.fields = fields_;
  out.read_ahead_bytes = kReadAheadBytes;
  return out;
}

engine::Input DealtInput::Part(size_t dealing, int part) {
  Hand& hand = *hands_[dealing][static_cast<size_t>(part)];
  engine::Input out = Shape(dealing);
  out.estimated_rows = hand.count;
  out.open = [&hand, fields = fields_](int, std::stop_token) -> Result<Stream> {
    if (hand.file != nullptr) {
      return columnar::MakeStream(fields, [file = std::exchange(hand.file, nullptr)]() -> Result<Array> { return file->Next(); });
    }
    std::vector<Array> rows;
    if (hand.rows && hand.rows->rows() > 0) rows.push_back(hand.rows->Finish());
    return columnar::MakeStream(fields, std::move(rows));
  };
  return out;
}

Result<Stream> RunInParts(engine::Engine& engine, const plan::TransformFragment& transform, std::vector<engine::Input> inputs,
                          columnar::Fields fields, const std::string& spill_folder, std::stop_token stop) {
  const plan::PartedJoin& join = *transform.parts;
  std::vector<engine::Input> others = inputs;
  DVT_ASSIGN(auto sides, TakeSides(engine, join, others));
  if (!columnar::HashAlike(sides.front().TypeOfKey(0), sides.back().TypeOfKey(sides.size() == 1 ? 1 : 0)))
    return engine.Run(transform.sql, std::move(inputs), std::move(stop));
  inputs.clear();
  auto rows = std::make_shared<PartedRows>(engine, join, std::move(sides), spill_folder);
  const auto open = [rows](int part, std::stop_token worker) { return rows->Open(part, std::move(worker)); };
  if (join.rest_sql.empty()) {
    rows->Expect(fields);
    return ReadTogether(std::move(fields), join.count, 1, 0, open, std::move(stop));
  }
  engine::Input joined;
  joined.name = join.name;
  DVT_ASSIGN(joined.fields, rows->Describe());
  joined.partitions = join.count;
  joined.estimated_rows = rows->expected_rows();
  joined.read_ahead_bytes = kReadAheadBytes;
  joined.open = open;
  others.push_back(std::move(joined));
  return engine.Run(join.rest_sql, std::move(others), std::move(stop));
}

}  // namespace dvt::run
