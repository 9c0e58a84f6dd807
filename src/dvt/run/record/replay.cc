#include <fmt/format.h>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/columnar/ipc/spill.h"
#include "dvt/run/record/recording.h"
#include "dvt/run/record/tape.h"
#include "dvt/run/record/wrapped_connector.h"

namespace dvt::run {

using columnar::Array;
using columnar::RelationName;
using columnar::Stream;
using connectors::Connector;
using connectors::ReadPlan;
using connectors::ReadScope;

namespace {

constexpr std::string_view kMark = "\x1freplay ";  // before the place of a partition in the recording

/// A recording that is being replayed; read-only.
struct Replayed {
  std::string folder;
  Recording recording;
  std::function<bool(const std::string&)> is_live;

  Error Missing(const std::string& what) const {
    return Error(ErrorCode::kNotFound, fmt::format("the recording in {} {}", folder, what))
        .WithHint("record it again from the databases, with --record " + folder + " and the same selection and target");
  }
};

class RecordedMoment : public ReadScope {
 public:
  explicit RecordedMoment(std::string when) : when_(std::move(when)) {}
  std::string Describe() const override { return "recorded at " + when_; }

 private:
  std::string when_;
};

class ReplayingConnector : public WrappedConnector {
 public:
  ReplayingConnector(std::shared_ptr<Connector> real, std::shared_ptr<const Replayed> tape)
      : WrappedConnector(std::move(real)), tape_(std::move(tape)) {}

  // Of a source that nobody reaches: what planning asks for. All else would lead to the database, with moments that are not its own.
  uint32_t capabilities() const override {
    using connectors::Capability;
    if (live()) return WrappedConnector::capabilities();
    uint32_t known = 0;
    for (const auto each : {Capability::kSource, Capability::kSql, Capability::kViews, Capability::kSchemas,
                            Capability::kPartitionedRead, Capability::kSnapshotRead, Capability::kFilters})
      known |= static_cast<uint32_t>(each);
    return WrappedConnector::capabilities() & known;
  }

  // Of a source that nobody reaches: the one it had. It may need a host that the profile does not even name here.
  std::string identity() const override {
    if (live()) return WrappedConnector::identity();
    const auto known = tape_->recording.connections.find(config().name);
    return known == tape_->recording.connections.end() || known->second.identity.empty() ? ""
                                                                                         : "recorded " + known->second.identity;
  }

  Result<std::string> TextOrder(std::stop_token stop) override {
    if (live()) return real().TextOrder(stop);
    const auto known = tape_->recording.connections.find(config().name);
    if (known == tape_->recording.connections.end() || !known->second.text_order) return std::string();
    return *known->second.text_order;
  }

  Result<sql::LetterCase> LetterCaseOf(const std::vector<RelationName>& relations, std::stop_token stop) override {
    if (live()) return real().LetterCaseOf(relations, stop);
    const auto known = tape_->recording.connections.find(config().name);
    if (known == tape_->recording.connections.end()) return sql::LetterCase::kOwn;
    const auto found = known->second.letter_cases.find(LetterCaseKey(relations));
    return found == known->second.letter_cases.end() ? sql::LetterCase::kOwn : found->second;
  }

  Result<columnar::TableInfo> Describe(const RelationName& relation, std::stop_token stop) override {
    DVT_TRY(CheckType());
    if (live()) {
      auto there = real().Describe(relation, stop);
      if (there || there.error().code() != ErrorCode::kNotFound) return there;
      const auto recorded = tape_->recording.relations.find({config().name, relation});
      if (recorded == tape_->recording.relations.end()) return there;
      return recorded->second;
    }
    const auto recorded = tape_->recording.relations.find({config().name, relation});
    if (recorded != tape_->recording.relations.end()) return recorded->second;
    return tape_->Missing(fmt::format("knows nothing of {} on connection '{}'", relation.ToString(), config().name));
  }

  Result<std::shared_ptr<ReadScope>> BeginRead(std::stop_token stop) override {
    if (live()) return real().BeginRead(stop);
    return std::shared_ptr<ReadScope>(std::make_shared<RecordedMoment>(tape_->recording.recorded_at));
  }

  Result<std::shared_ptr<ReadScope>> BeginReadAt(const std::shared_ptr<ReadScope>& moment, std::stop_token stop) override {
    return live() ? real().BeginReadAt(moment, stop) : Result<std::shared_ptr<ReadScope>>(moment);
  }

  Result<ReadPlan> PlanRead(const connectors::ReadRequest& request, const std::shared_ptr<ReadScope>& scope,
                            std::stop_token stop) override {
    if (live()) {
      auto there = real().PlanRead(request, scope, stop);
      if (there || there.error().code() != ErrorCode::kNotFound) return there;
    }
    const std::string sql = WholeQuery(real(), request);
    const RecordedExtract* extract = tape_->recording.Find(config().name, sql);
    if (extract == nullptr) return NoSuchExtract(sql);
    ReadPlan plan;
    plan.fields = extract->fields;
    plan.parallel = extract->parallel;
    plan.estimated_rows = extract->estimated_rows;
    plan.method = "replay of " + extract->method;
    plan.partitioned_by = "as it was recorded";
    plan.repeatable = true;
    plan.options = request.options;
    const auto number = static_cast<size_t>(extract - tape_->recording.extracts.data());
    for (size_t i = 0; i < extract->partitions.size(); ++i) {
      const auto& partition = extract->partitions[i];
      plan.partitions.push_back({fmt::format("{}{} {}", kMark, number, i), partition.description, partition.rows});
    }
    return plan;
  }

  Result<Stream> Open(const ReadPlan& plan, int partition, const std::shared_ptr<ReadScope>& scope,
                      std::stop_token stop) override {
    const std::string& place = plan.partitions[static_cast<size_t>(partition)].sql;
    if (!place.starts_with(kMark)) return real().Open(plan, partition, scope, stop);
    const auto numbers = Split(place.substr(kMark.size()), ' ');
    const auto& extract = tape_->recording.extracts[std::stoul(numbers[0])];
    const auto& recorded = extract.partitions[std::stoul(numbers[1])];
    if (recorded.file.empty()) return NotRead(recorded);
    DVT_ASSIGN(auto opened, columnar::OpenBatchFile(JoinPath(tape_->folder, recorded.file), extract.fields));
    auto file = std::shared_ptr<columnar::SpillFile>(std::move(opened));
    return columnar::MakeStream(extract.fields, [this, tape = tape_, &recorded, file, stop]() -> Result<Array> {
      if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
      DVT_ASSIGN(Array batch, file->Next());
      if (!batch.valid() && !recorded.complete) return NotRead(recorded);
      return batch;
    });
  }

  Result<std::unique_ptr<connectors::Session>> OpenSession(std::stop_token stop) override {
    if (live()) return real().OpenSession(stop);
    return Unreachable("a session");
  }
  Result<columnar::Fields> DescribeQuery(const std::string& sql, std::stop_token stop) override {
    if (live()) return real().DescribeQuery(sql, stop);
    return Unreachable("a query's columns");
  }
  Result<std::vector<columnar::RelationInfo>> ListRelations(const std::string& schema, std::stop_token stop) override {
    if (live()) return real().ListRelations(schema, stop);
    return Unreachable("a list of relations");
  }
  Result<std::unique_ptr<connectors::RawStream>> OpenRaw(const ReadPlan& plan, int partition,
                                                         const std::shared_ptr<ReadScope>& scope, std::stop_token stop) override {
    if (live()) return real().OpenRaw(plan, partition, scope, stop);
    return Unreachable("raw rows");
  }

 private:
  bool live() const { return tape_->is_live(config().name); }

  Status CheckType() const {
    const auto known = tape_->recording.connections.find(config().name);
    if (live() || known == tape_->recording.connections.end() || known->second.type == config().type) return {};
    return Error(ErrorCode::kConfig, fmt::format("connection '{}' was recorded as {}, and has type {} in the profile",
                                                 config().name, known->second.type, config().type))
        .At({config().file, config().settings.mark().line, config().settings.mark().column})
        .WithHint("give it type: " + known->second.type + "; nothing else of it is needed for --replay");
  }

  // Says what is different, where there is something like it.
  Error NoSuchExtract(const std::string& sql) const {
    return tape_->Missing(
        fmt::format("has no extract of connection '{}' with this query (the model, its sources or its settings have "
                    "changed since):\n{}",
                    config().name, sql));
  }

  Error NotRead(const RecordedPartition& partition) const {
    return tape_->Missing(fmt::format("ends here: of connection '{}', {}, nobody wanted more than {} rows then", config().name,
                                      partition.description, partition.rows));
  }

  Error Unreachable(const char* what) const {
    return Error(ErrorCode::kUnsupported, fmt::format("connection '{}' is replayed from {}: {} would need the database",
                                                      config().name, tape_->folder, what))
        .WithHint("leave --replay out, or the template call that asks that database");
  }

  std::shared_ptr<const Replayed> tape_;
};

class ReplayingTape : public ExtractTape {
 public:
  explicit ReplayingTape(std::shared_ptr<const Replayed> tape) : tape_(std::move(tape)) {}
  std::shared_ptr<Connector> ForReading(std::shared_ptr<Connector> connector) override {
    return std::make_shared<ReplayingConnector>(std::move(connector), tape_);
  }
  Result<std::string> Finish() override { return std::string(); }

 private:
  std::shared_ptr<const Replayed> tape_;
};

}  // namespace

Result<std::unique_ptr<ExtractTape>> ReplayFrom(const std::string& folder, std::function<bool(const std::string&)> is_live) {
  auto tape = std::make_shared<Replayed>();
  tape->folder = folder;
  tape->is_live = std::move(is_live);
  DVT_ASSIGN(tape->recording, ReadRecording(folder));
  return std::unique_ptr<ExtractTape>(std::make_unique<ReplayingTape>(std::move(tape)));
}

}  // namespace dvt::run
