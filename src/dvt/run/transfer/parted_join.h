#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/columnar/ipc/spill.h"
#include "dvt/engine/api/engine.h"
#include "dvt/plan/fragment/fragment.h"

namespace dvt::run {

/// Parts of an input's rows by the hash of a key: rows of equal keys are in one part, those without a key together.
struct Dealing {
  size_t key = 0;    ///< column of the input
  std::string name;  ///< of the parts, as inputs
};

/// The rows of an input, dealt to parts, by one key or by several at once. Each part is one file (Arrow IPC, lz4) without a name. Deal once,
/// then take each part once. Deal reads on several threads; else one thread.
class DealtInput {
 public:
  /// Of the input's columns parts have the first `kept`; those behind are keys only.
  DealtInput(engine::Input input, size_t kept, std::vector<Dealing> dealings, int parts, std::string spill_folder);
  /// Reads the whole input. A full disk is kDisk.
  Status Deal(std::stop_token stop);
  /// The rows of a part of one dealing, as an input; they are gone when they were read.
  engine::Input Part(size_t dealing, int part);
  /// As such a part, but without rows.
  engine::Input Shape(size_t dealing) const;
  int64_t RowsOf(size_t dealing, int part) const { return hands_[dealing][static_cast<size_t>(part)]->count; }

 private:
  struct Hand {
    std::mutex mutex;
    std::optional<columnar::BatchBuilder> rows;
    std::shared_ptr<columnar::SpillFile> file;
    int64_t count = 0;
  };
  using Hands = std::vector<std::unique_ptr<Hand>>;
  Status DealBatch(const ArrowArray& batch);
  Status DealRows(const std::vector<columnar::ColumnView>& columns, int64_t rows, size_t key, Hands& hands);
  /// Under the hand's mutex.
  Status Spill(Hand& hand);

  engine::Input input_;
  const columnar::Fields fields_;  // of the parts
  const std::vector<Dealing> dealings_;
  const std::string spill_folder_;
  const size_t most_bytes_;   // that a part holds before they go to its file
  std::vector<Hands> hands_;  // of each dealing
};

/// Runs a transform of which a join is worked off in parts: both inputs of the join are dealt by their keys, then part after part is
/// joined, by the engine if it does more than to compare columns; the engine works off what is left. So memory holds one part of the smaller side, however large the inputs are. Keys that
/// turn out to be of types whose equal values may have different hashes are not dealt: the transform then runs as a whole.
/// `inputs` are all of the transform's; `fields` what it gives.
Result<columnar::Stream> RunInParts(engine::Engine& engine, const plan::TransformFragment& transform,
                                    std::vector<engine::Input> inputs, columnar::Fields fields, const std::string& spill_folder,
                                    std::stop_token stop);

}  // namespace dvt::run
