#pragma once

#include <memory>
#include <string>

#include "dvt/run/context/node_adapter.h"
#include "dvt/run/materialize/seed_file.h"
#include "dvt/run/transfer/transfer.h"

namespace dvt::run {

/// Moves the rows of a direct or federated plan. The plan must outlive it.
class PlanMover : public RowMover {
 public:
  static Result<std::unique_ptr<PlanMover>> Make(const plan::ModelPlan& plan, TransferContext context,
                                                 const connectors::Connector& target, NodeProgress& progress,
                                                 std::stop_token stop);
  const columnar::Fields& fields() const override { return fields_; }
  Result<int64_t> Load(connectors::Connector& target, const columnar::RelationName& relation, std::stop_token stop) override;
  Status Restart(std::stop_token stop) override;
  std::vector<std::string> load_notes() const override { return transfer_->load_notes(); }
  Transfer& transfer() { return *transfer_; }
  const plan::ModelPlan& plan() const { return plan_; }

 private:
  PlanMover(const plan::ModelPlan& plan, TransferContext context, NodeProgress& progress)
      : plan_(plan), context_(std::move(context)), progress_(progress) {}
  const plan::ModelPlan& plan_;
  TransferContext context_;
  NodeProgress& progress_;
  std::unique_ptr<Transfer> transfer_;
  columnar::Fields fields_;
};

/// Loads a seed's rows.
class SeedMover : public RowMover {
 public:
  SeedMover(SeedFile seed, columnar::Fields fields, NodeProgress& progress)
      : seed_(std::move(seed)), fields_(std::move(fields)), progress_(progress) {}
  /// For targets with stored tables.
  void SetWrite(connectors::TableWrite write) { write_ = std::move(write); }
  const columnar::Fields& fields() const override { return fields_; }
  Result<int64_t> Load(connectors::Connector& target, const columnar::RelationName& relation, std::stop_token stop) override;
  Status Restart(std::stop_token) override {
    progress_.load.Reset();
    return {};
  }
  std::vector<std::string> load_notes() const override { return notes_.all(); }
  Result<columnar::Stream> Rows() const override { return SeedStream(seed_, fields_); }

 private:
  SeedFile seed_;
  columnar::Fields fields_;
  NodeProgress& progress_;
  std::optional<connectors::TableWrite> write_;
  SinkNotes notes_;
};

}  // namespace dvt::run
