#include "dvt/run/transfer/partition_store.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/columnar/ipc/spill.h"

namespace dvt::run {

using columnar::Array;
using columnar::Stream;
using connectors::ReadPlan;

namespace {

// Writes what passes; a file that did not become whole is removed.
class KeptFile {
 public:
  KeptFile(std::string path, std::string beside, std::unique_ptr<columnar::SpillFile> file)
      : path_(std::move(path)), beside_(std::move(beside)), file_(std::move(file)) {}
  ~KeptFile() {
    if (!whole_) ::unlink(beside_.c_str());
  }
  Result<Array> Write(Array batch) { return file_->WriteAndKeep(std::move(batch)); }
  Status Finish() {
    DVT_TRY(file_->FinishWriting());
    if (std::rename(beside_.c_str(), path_.c_str()) != 0) return Error(ErrorCode::kIo, "cannot rename " + beside_);
    whole_ = true;
    return {};
  }

 private:
  std::string path_, beside_;
  std::unique_ptr<columnar::SpillFile> file_;
  bool whole_ = false;
};

}  // namespace

std::shared_ptr<PartitionStore> PartitionStore::At(const std::string& folder, const connectors::Connector& connector,
                                                   const connectors::SourceMoment& moment) {
  if (moment.state.empty() || !moment.exact) return nullptr;
  const std::string of_connection = Md5Hex(connector.identity()).substr(0, 8) + "-";
  const std::string name = of_connection + Md5Hex(moment.state);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string other = entry.path().filename().string();
    if (other != name && other.starts_with(of_connection)) std::filesystem::remove_all(entry.path(), error);
  }
  return std::shared_ptr<PartitionStore>(new PartitionStore(JoinPath(folder, name)));
}

std::string PartitionStore::PathOf(const ReadPlan& plan, int partition) const {
  std::string what = plan.partitions[static_cast<size_t>(partition)].sql;
  for (const auto& field : plan.fields) what += "\n" + field.name + " " + field.type.ToString();
  return JoinPath(folder_, Md5Hex(what) + ".arrows");
}

Result<std::optional<Stream>> PartitionStore::Find(const ReadPlan& plan, int partition) const {
  const std::string path = PathOf(plan, partition);
  if (!FileExists(path)) return std::optional<Stream>();
  auto opened = columnar::OpenBatchFile(path, plan.fields);
  if (!opened) {  // of another program's making, or cut off: it is read again
    ::unlink(path.c_str());
    return std::optional<Stream>();
  }
  auto file = std::shared_ptr<columnar::SpillFile>(std::move(*opened));
  return std::optional(columnar::MakeStream(plan.fields, [file] { return file->Next(); }));
}

Result<Stream> PartitionStore::Keep(const ReadPlan& plan, int partition, Stream stream) const {
  const std::string path = PathOf(plan, partition);
  const std::string beside = path + "." + std::to_string(::getpid()) + "." + NewUuid();
  DVT_ASSIGN(auto file, columnar::CreateBatchFile(beside, plan.fields));
  auto kept = std::make_shared<KeptFile>(path, beside, std::move(file));
  auto held = std::make_shared<Stream>(std::move(stream));
  return columnar::MakeStream(plan.fields, [kept, held]() -> Result<Array> {
    DVT_ASSIGN(auto batch, held->Next());
    if (batch.valid()) return kept->Write(std::move(batch));
    DVT_TRY(kept->Finish());
    return batch;
  });
}

void PartitionStore::Clear(const std::string& folder) {
  std::error_code error;
  std::filesystem::remove_all(folder, error);
}

}  // namespace dvt::run
