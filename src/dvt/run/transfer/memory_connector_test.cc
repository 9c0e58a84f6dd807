#include "dvt/run/transfer/memory_connector.h"

namespace dvt::run::testing {

Result<columnar::Stream> MemoryConnector::Open(const connectors::ReadPlan& plan, int partition,
                                               const std::shared_ptr<connectors::ReadScope>&, std::stop_token stop) {
  int expected = read_failures;
  while (expected > 0 && !read_failures.compare_exchange_weak(expected, expected - 1)) {}
  const bool breaks = expected > 0;
  ++opened;
  if (lost_moments > 0 && lost_moments-- > 0) return Error(ErrorCode::kStartOver, "the snapshot is gone");
  auto next = std::make_shared<int64_t>(0);
  return columnar::MakeStream(plan.fields, [this, all = plan.fields, next, partition, breaks, stop]() -> Result<columnar::Array> {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
    if (breaks && *next >= rows_per_partition / 2) return Error(ErrorCode::kConnection, "connection reset");
    if (*next >= rows_per_partition) return columnar::Array();
    columnar::BatchBuilder builder(all);
    for (int i = 0; i < 100 && *next < rows_per_partition; ++i) {
      const int64_t value = partition * rows_per_partition + (*next)++;
      builder.column(0).AppendFixed<int64_t>(value);
      if (builder.columns() > 1) builder.column(1).AppendFixed<int64_t>(mark(value));
    }
    return builder.Finish();
  });
}

namespace {

class MemorySink : public connectors::Sink {
 public:
  explicit MemorySink(MemoryConnector& owner) : owner_(owner) { ++owner_.open_sinks; }
  ~MemorySink() override {
    if (!done_) Abort();
    --owner_.open_sinks;
  }
  Status Write(const ArrowArray& batch, std::stop_token) override {
    int expected = owner_.write_failures;
    while (expected > 0 && !owner_.write_failures.compare_exchange_weak(expected, expected - 1)) {}
    if (expected > 0) return Error(ErrorCode::kConnection, "broken pipe");
    const auto fields = MemoryConnector::fields();
    const auto columns = columnar::BatchColumns(batch, fields);
    for (int64_t i = 0; i < batch.length; ++i) values_.push_back(columns[0].Fixed<int64_t>(i));
    return {};
  }
  Result<int64_t> Commit(std::stop_token) override {
    done_ = true;
    ++owner_.commits;
    if (owner_.commit_failures > 0) {
      --owner_.commit_failures;
      return Error(ErrorCode::kConnection, "lost while committing");
    }
    std::lock_guard lock(owner_.mutex);
    owner_.committed.insert(owner_.committed.end(), values_.begin(), values_.end());
    return static_cast<int64_t>(values_.size());
  }
  void Abort() noexcept override {
    done_ = true;
    ++owner_.aborted;
  }

 private:
  MemoryConnector& owner_;
  std::vector<int64_t> values_;
  bool done_ = false;
};

}  // namespace

Result<std::unique_ptr<connectors::Sink>> MemoryConnector::OpenSink(const connectors::SinkRequest&, std::stop_token) {
  return std::unique_ptr<connectors::Sink>(std::make_unique<MemorySink>(*this));
}

}  // namespace dvt::run::testing
