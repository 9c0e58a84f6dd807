#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "dvt/base/text/text.h"
#include "dvt/lake/table/new_files_internal.h"

namespace dvt::lake {

namespace {

std::string DataFolder(const TableMetadata& table) {
  std::string folder = table.Property("write.data.path", table.location + "/data");
  while (folder.ends_with('/')) folder.pop_back();
  return folder;
}

}  // namespace

NewFiles::NewFiles(const Table& table, ParquetWrite options, PartitionSpec spec, int sort_order_id)
    : store_(table.shared_store()),
      options_(std::move(options)),
      spec_(std::move(spec)),
      sort_order_id_(sort_order_id),
      folder_(DataFolder(table.metadata())),
      run_(NewUuid()) {}

Result<std::unique_ptr<ParquetWriter>> NewFiles::Open(const PartitionValues& values) {
  const std::string partition = spec_.is_unpartitioned() ? std::string() : PartitionPath(spec_, options_.schema, values) + "/";
  std::string location;
  {
    const std::lock_guard lock(mutex_);
    location = fmt::format("{}/{}{:05}-{}.parquet", folder_, partition, begun_.size(), run_);
    begun_.push_back(location);
  }
  return ParquetWriter::Open(*store_, location, options_);
}

Status NewFiles::Close(ParquetWriter& writer, const PartitionValues& values) {
  DVT_ASSIGN(DataFile file, writer.Finish());
  file.spec_id = spec_.id;
  file.partition = values;
  file.sort_order_id = sort_order_id_;
  const std::lock_guard lock(mutex_);
  files_.push_back(std::move(file));
  return {};
}

std::vector<DataFile> NewFiles::Take() {
  const std::lock_guard lock(mutex_);
  std::map<std::string, size_t> order;
  for (size_t i = 0; i < begun_.size(); ++i) order[begun_[i]] = i;
  std::sort(files_.begin(), files_.end(), [&](const DataFile& a, const DataFile& b) { return order[a.path] < order[b.path]; });
  return std::exchange(files_, {});
}

void NewFiles::Remove() {
  const std::lock_guard lock(mutex_);
  (void)store_->Remove(begun_).has_value();  // what stays is an orphan, which maintenance finds
  begun_.clear();
  files_.clear();
}

}  // namespace dvt::lake
