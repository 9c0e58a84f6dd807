#include "dvt/run/transfer/shared_extracts.h"

#include <algorithm>

namespace dvt::run {

void SharedExtracts::Plan(std::vector<plan::SharedScan> scans) {
  for (auto& scan : scans) extracts_.push_back(std::make_shared<SharedExtract>(std::move(scan), memory_));
}

std::shared_ptr<SharedExtract> SharedExtracts::Find(const std::string& node_id, const plan::ExtractFragment& extract) const {
  for (const auto& shared : extracts_) {
    if (shared->Wants(node_id, extract)) return shared;
  }
  return nullptr;
}

void SharedExtracts::Leave(const std::string& node_id) const {
  for (const auto& shared : extracts_) shared->Leave(node_id);
}

void SharedExtracts::Report(model::RunResults& results) const {
  for (const auto& shared : extracts_) {
    std::string begun_by;
    auto stats = shared->Stats(&begun_by);
    if (!stats) continue;
    int64_t fed = 0;
    model::NodeResult* owner = nullptr;
    for (auto& result : results.results) {
      if (result.unique_id == begun_by) owner = &result;
      if (std::find(stats->shared_by.begin(), stats->shared_by.end(), result.unique_id) == stats->shared_by.end()) continue;
      for (const auto& transfer : result.transfers) {
        if (transfer.role == "shared" && transfer.connection == stats->connection && transfer.name == stats->name &&
            transfer.read_by == begun_by) {
          fed += transfer.rows;
        }
      }
    }
    stats->rows_saved = std::max<int64_t>(0, fed - stats->rows);
    if (owner != nullptr) owner->transfers.insert(owner->transfers.begin(), std::move(*stats));
  }
}

}  // namespace dvt::run
