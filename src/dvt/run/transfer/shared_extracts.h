#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dvt/model/results.h"
#include "dvt/run/transfer/shared_extract.h"

namespace dvt::run {

/// The extracts that several models of a run read from one scan. Thread-safe after Plan.
class SharedExtracts {
 public:
  /// Before the first model runs.
  void Plan(std::vector<plan::SharedScan> scans);
  /// The one that feeds this extract of the model; null: the model reads by itself.
  std::shared_ptr<SharedExtract> Find(const std::string& node_id, const plan::ExtractFragment& extract) const;
  /// The model has ended, or will not run.
  void Leave(const std::string& node_id) const;
  /// When all models have ended: what the scans moved, each in the result of the model that began it.
  void Report(model::RunResults& results) const;

 private:
  SharedMemory memory_;
  std::vector<std::shared_ptr<SharedExtract>> extracts_;
};

}  // namespace dvt::run
