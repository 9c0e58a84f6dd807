#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <filesystem>
#include <mutex>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/columnar/ipc/spill.h"
#include "dvt/run/record/recording.h"
#include "dvt/run/record/tape.h"
#include "dvt/run/record/wrapped_connector.h"

namespace dvt::run {

using columnar::Array;
using columnar::Stream;
using connectors::Connector;
using connectors::ReadPlan;

namespace {

constexpr char kMark = '\x1f';  // between a take's number and a partition's own query
constexpr const char* kRowsFolder = "rows_";

/// What is being recorded. Thread-safe.
class Takes {
 public:
  Takes(std::string folder, std::string command, const std::string& id)
      : folder_(std::move(folder)), command_(std::move(command)), rows_folder_(kRowsFolder + id) {}

  void Know(Connector& connector) {
    std::lock_guard lock(mutex_);
    auto& known = recording_.connections[connector.config().name];
    known.type = connector.config().type;
    known.identity = connector.identity().empty() ? "" : Md5Hex(connector.identity());
  }

  void KeepTextOrder(const std::string& connection, const std::string& order) {
    std::lock_guard lock(mutex_);
    recording_.connections[connection].text_order = order;
  }

  void KeepLetterCase(const std::string& connection, const std::vector<columnar::RelationName>& relations,
                      sql::LetterCase known) {
    std::lock_guard lock(mutex_);
    recording_.connections[connection].letter_cases[LetterCaseKey(relations)] = known;
  }

  void KeepRelation(const std::string& connection, const columnar::RelationName& asked, const columnar::TableInfo& info) {
    std::lock_guard lock(mutex_);
    recording_.relations[{connection, asked}] = info;
  }

  size_t Begin(RecordedExtract extract) {
    std::lock_guard lock(mutex_);
    takes_.push_back(std::move(extract));
    return takes_.size() - 1;
  }

  // A new file for a reader of this partition; an earlier one of it, whose reader failed, is left aside.
  std::string FileOf(size_t take, size_t partition) {
    const int attempt = files_++;
    return fmt::format("{}/{:04}_{}_{}.arrows", rows_folder_, take + 1, partition, attempt);
  }

  void End(size_t take, size_t partition, RecordedPartition recorded) {
    std::lock_guard lock(mutex_);
    auto& place = takes_[take].partitions[partition];
    recorded.description = place.description;
    // What was read to its end stays; what was left early gives way.
    if (place.complete && !recorded.complete) return Drop(recorded.file);
    if (!place.file.empty()) Drop(place.file);
    place = std::move(recorded);
  }

  void Drop(const std::string& file) {
    std::error_code gone_already;
    std::filesystem::remove(JoinPath(folder_, file), gone_already);
  }

  const std::string& folder() const { return folder_; }
  Result<std::string> Finish();

 private:
  std::vector<const RecordedExtract*> BestTakes();
  void ClearOlder();

  const std::string folder_;
  const std::string command_;
  const std::string rows_folder_;
  std::mutex mutex_;
  Recording recording_;
  std::vector<RecordedExtract> takes_;
  std::atomic<int> files_{0};
};

/// Hands a partition's batches on and writes them.
class RecordedStream : public columnar::BatchSource {
 public:
  RecordedStream(std::shared_ptr<Takes> takes, size_t take, size_t partition, columnar::Fields fields, Stream stream)
      : takes_(std::move(takes)), take_(take), partition_(partition), fields_(std::move(fields)), stream_(std::move(stream)) {}
  // A reader that wants no more leaves what it got.
  ~RecordedStream() override {
    if (file_ == nullptr || state_ == State::kEnded) return;
    if (state_ == State::kReading && file_->FinishWriting()) {
      takes_->End(take_, partition_, recorded_);
    } else {
      takes_->Drop(recorded_.file);
    }
  }

  const columnar::Fields& fields() const override { return fields_; }

  Result<Array> Next() override {
    auto batch = ReadAndWrite();
    if (!batch) state_ = State::kFailed;  // this reader's rows are worth nothing: they are read again, or the run fails
    return batch;
  }

 private:
  Result<Array> ReadAndWrite() {
    if (file_ == nullptr) {
      recorded_.file = takes_->FileOf(take_, partition_);
      DVT_ASSIGN(file_, columnar::CreateBatchFile(JoinPath(takes_->folder(), recorded_.file), fields_));
    }
    DVT_ASSIGN(Array batch, stream_.Next());
    if (batch.valid()) {
      recorded_.rows += batch.length();
      return file_->WriteAndKeep(std::move(batch));
    }
    if (state_ == State::kReading) {
      DVT_TRY(file_->FinishWriting());
      state_ = State::kEnded;
      recorded_.complete = true;
      takes_->End(take_, partition_, recorded_);
    }
    return batch;
  }

  std::shared_ptr<Takes> takes_;
  const size_t take_;
  const size_t partition_;
  columnar::Fields fields_;
  Stream stream_;
  std::unique_ptr<columnar::SpillFile> file_;
  RecordedPartition recorded_;
  enum class State { kReading, kEnded, kFailed } state_ = State::kReading;
};

class RecordingConnector : public WrappedConnector {
 public:
  RecordingConnector(std::shared_ptr<Connector> real, std::shared_ptr<Takes> takes)
      : WrappedConnector(std::move(real)), takes_(std::move(takes)) {
    takes_->Know(this->real());
  }

  Result<std::string> TextOrder(std::stop_token stop) override {
    DVT_ASSIGN(auto order, real().TextOrder(stop));
    takes_->KeepTextOrder(config().name, order);
    return order;
  }

  Result<sql::LetterCase> LetterCaseOf(const std::vector<columnar::RelationName>& relations, std::stop_token stop) override {
    DVT_ASSIGN(const auto known, real().LetterCaseOf(relations, stop));
    takes_->KeepLetterCase(config().name, relations, known);
    return known;
  }

  Result<columnar::TableInfo> Describe(const columnar::RelationName& relation, std::stop_token stop) override {
    DVT_ASSIGN(auto info, real().Describe(relation, stop));
    takes_->KeepRelation(config().name, relation, info);
    return info;
  }

  Result<ReadPlan> PlanRead(const connectors::ReadRequest& request, const std::shared_ptr<connectors::ReadScope>& scope,
                            std::stop_token stop) override {
    DVT_ASSIGN(ReadPlan plan, real().PlanRead(request, scope, stop));
    RecordedExtract extract;
    extract.connection = config().name;
    extract.sql = WholeQuery(real(), request);
    extract.method = plan.method;
    extract.fields = plan.fields;
    extract.estimated_rows = plan.estimated_rows;
    extract.parallel = plan.parallel;
    for (const auto& partition : plan.partitions) extract.partitions.push_back({"", partition.description, 0, false});
    const size_t take = takes_->Begin(std::move(extract));
    for (auto& partition : plan.partitions) partition.sql = std::to_string(take) + kMark + partition.sql;
    plan.raw_format.clear();  // rows that nobody decodes cannot be kept
    return plan;
  }

  Result<Stream> Open(const ReadPlan& plan, int partition, const std::shared_ptr<connectors::ReadScope>& scope,
                      std::stop_token stop) override {
    ReadPlan own = plan;
    std::string& sql = own.partitions[static_cast<size_t>(partition)].sql;
    const size_t mark = sql.find(kMark);
    if (mark == std::string::npos) return real().Open(plan, partition, scope, stop);
    const auto take = static_cast<size_t>(std::stoull(sql.substr(0, mark)));
    sql.erase(0, mark + 1);
    DVT_ASSIGN(Stream stream, real().Open(own, partition, scope, stop));
    return Stream(std::make_unique<RecordedStream>(takes_, take, static_cast<size_t>(partition), plan.fields, std::move(stream)));
  }

 private:
  std::shared_ptr<Takes> takes_;
};

// Of each query the newest take that was read furthest; the others' files go.
std::vector<const RecordedExtract*> Takes::BestTakes() {
  const auto read = [](const RecordedExtract& take) {
    return std::count_if(take.partitions.begin(), take.partitions.end(), [](const auto& p) { return p.complete; }) * 2 +
           std::any_of(take.partitions.begin(), take.partitions.end(), [](const auto& p) { return !p.file.empty(); });
  };
  std::map<std::pair<std::string, std::string>, const RecordedExtract*> best;
  for (const auto& take : takes_) {
    if (read(take) == 0) continue;  // planned, but nobody followed the plan
    auto& place = best[{take.connection, take.sql}];
    const RecordedExtract* loser = place == nullptr ? nullptr : read(take) >= read(*place) ? place : &take;
    if (loser != &take) place = &take;
    if (loser == nullptr) continue;
    for (const auto& partition : loser->partitions) {
      if (!partition.file.empty()) Drop(partition.file);
    }
  }
  std::vector<const RecordedExtract*> chosen;
  for (const auto& entry : best) chosen.push_back(entry.second);
  return chosen;
}

// Rows of the recording that this one replaces.
void Takes::ClearOlder() {
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, failure)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kRowsFolder) && name != rows_folder_) std::filesystem::remove_all(entry.path(), failure);
  }
}

Result<std::string> Takes::Finish() {
  std::lock_guard lock(mutex_);
  recording_.command = command_;
  int64_t rows = 0;
  for (const RecordedExtract* take : BestTakes()) {
    rows += take->rows();
    recording_.extracts.push_back(*take);
  }
  recording_.recorded_at = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  DVT_TRY(MakeFolders(folder_));
  DVT_TRY(WriteRecording(folder_, recording_));
  ClearOlder();
  if (recording_.extracts.empty())
    return std::string("Nothing to record: no model read from another connection than its target's. The recording is empty: ") +
           folder_;
  return fmt::format("Recorded {} extract{} ({} rows): {}", recording_.extracts.size(),
                     recording_.extracts.size() == 1 ? "" : "s", HumanCount(static_cast<double>(rows)), folder_);
}

class RecordingTape : public ExtractTape {
 public:
  explicit RecordingTape(std::shared_ptr<Takes> takes) : takes_(std::move(takes)) {}
  std::shared_ptr<Connector> ForReading(std::shared_ptr<Connector> connector) override {
    return std::make_shared<RecordingConnector>(std::move(connector), takes_);
  }
  Result<std::string> Finish() override { return takes_->Finish(); }

 private:
  std::shared_ptr<Takes> takes_;
};

}  // namespace

std::string WholeQuery(const Connector& connector, const connectors::ReadRequest& request) {
  return request.relation ? connectors::SelectText(connector, request) : request.sql;
}

Result<std::unique_ptr<ExtractTape>> RecordTo(const std::string& folder, std::string command, const std::string& id) {
  std::error_code failure;
  const bool there = std::filesystem::exists(folder, failure);
  if (there && !IsFolder(folder)) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("--record: {} is no folder", folder)).WithHint("name a folder");
  }
  if (there && !std::filesystem::is_empty(folder, failure) && !FileExists(JoinPath(folder, kRecordingIndex))) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("--record: {} holds other things than a recording", folder))
        .WithHint("name a new folder, an empty one, or one that an earlier --record wrote");
  }
  if (there && FileExists(JoinPath(folder, kRecordingIndex))) {
    if (auto earlier = ReadRecording(folder); !earlier && earlier.error().code() == ErrorCode::kData) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("--record: {} holds an {} that is none of a recording", folder, kRecordingIndex))
          .WithHint("name a new folder, an empty one, or one that an earlier --record wrote");
    }
  }
  // Told before the run, not after it.
  auto made = MakeFolders(folder);
  if (!made) return std::move(made).error().WithHint("--record: name a folder that can be made");
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("--record: nothing may be written into {}", folder))
        .WithHint("name another folder, or give yourself the right to write there");
  }
  return std::unique_ptr<ExtractTape>(std::make_unique<RecordingTape>(std::make_shared<Takes>(folder, std::move(command), id)));
}

}  // namespace dvt::run
