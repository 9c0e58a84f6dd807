#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/columnar/ipc/spill.h"
#include "dvt/engine/api/engine.h"
#include "dvt/plan/fragment/fragment.h"

namespace dvt::run {

/// The rows of an input, dealt to parts by the hash of a key: rows of equal keys are in one part, those without a key together. Each part
/// is one file (Arrow IPC, lz4) without a name. Deal once, then take each part once. Deal reads on several threads; else one thread.
class DealtInput {
 public:
  DealtInput(engine::Input input, const std::string& key, int parts, std::string spill_folder);
  /// Reads the whole input. A full disk is kDisk.
  Status Deal(std::stop_token stop);
  /// The rows of a part, as an input of the same name; they are gone when they were read.
  engine::Input Part(int part);
  const engine::Input& input() const { return input_; }

 private:
  struct Hand {
    std::mutex mutex;
    std::optional<columnar::BatchBuilder> rows;
    std::shared_ptr<columnar::SpillFile> file;
    int64_t count = 0;
  };
  Status DealBatch(const ArrowArray& batch);
  /// Under the hand's mutex.
  Status Spill(Hand& hand);

  engine::Input input_;
  size_t key_ = 0;
  const std::string spill_folder_;
  const size_t most_bytes_;  // that a part holds before they go to its file
  std::vector<std::unique_ptr<Hand>> hands_;
};

/// Runs a transform of which a join is worked off in parts: both inputs of the join are dealt by their keys, then part after part is
/// joined, while the engine works off what is left. So memory holds one part of the smaller side, however large the inputs are.
/// `inputs` are all of the transform's; `fields` what it gives.
Result<columnar::Stream> RunInParts(engine::Engine& engine, const plan::PartedJoin& join, std::vector<engine::Input> inputs,
                                    columnar::Fields fields, const std::string& spill_folder, std::stop_token stop);

}  // namespace dvt::run
