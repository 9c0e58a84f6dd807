#include "dvt/connectors/files/connector.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/connectors/files/file_format.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::connectors {

namespace {

using columnar::RelationInfo;
using columnar::RelationName;
using files::FileFormat;

// All reads of a model see the files as they are: nothing to hold.
class FilesScope : public ReadScope {
 public:
  std::string Describe() const override { return "files as they are while being read"; }
};

// Writes beside the final file; Commit renames.
class FilesSink : public Sink {
 public:
  FilesSink(std::string final_path, std::string written_path, std::unique_ptr<files::FileWriter> writer)
      : final_path_(std::move(final_path)), written_path_(std::move(written_path)), writer_(std::move(writer)) {}
  ~FilesSink() override { Abort(); }

  Status Write(const ArrowArray& batch, std::stop_token stop) override {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
    rows_ += batch.length;
    return writer_->Write(batch);
  }
  Status Take(columnar::Array batch, std::stop_token stop) override {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
    rows_ += batch.length();
    return writer_->Take(std::move(batch));
  }

  Result<int64_t> Commit(std::stop_token) override {
    DVT_TRY(writer_->Close());
    writer_.reset();
    std::error_code error;
    std::filesystem::rename(written_path_, final_path_, error);
    if (error) return Error(ErrorCode::kIo, "cannot rename the written file: " + error.message()).At({final_path_, 0, 0});
    written_path_.clear();
    return rows_;
  }

  void Abort() noexcept override {
    if (written_path_.empty()) return;
    writer_.reset();
    ::unlink(written_path_.c_str());
    written_path_.clear();
  }

 private:
  std::string final_path_;
  std::string written_path_;
  std::unique_ptr<files::FileWriter> writer_;
  int64_t rows_ = 0;
};

struct Located {
  std::string path;
  FileFormat format;
};

class FilesConnector : public Connector {
 public:
  FilesConnector(ConnectionConfig config, std::string root, FileFormat written, char delimiter,
                 files::FileCompression compression)
      : config_(std::move(config)), root_(std::move(root)), written_(written), delimiter_(delimiter), compression_(compression) {}

  const ConnectionConfig& config() const override { return config_; }
  uint32_t capabilities() const override {
    return static_cast<uint32_t>(Capability::kSource) | static_cast<uint32_t>(Capability::kTarget) |
           static_cast<uint32_t>(Capability::kPartitionedRead);
  }
  const sql::Dialect& dialect() const override { return *sql::FindDialect("duckdb"); }
  std::string default_database() const override { return ""; }
  std::string default_schema() const override { return ""; }
  int max_identifier() const override { return 200; }
  Result<std::string> TextOrder(std::stop_token) override { return std::string("bytes"); }
  std::string identity() const override { return "files:" + root_; }

  Result<std::string> Test(std::stop_token) override {
    if (!IsFolder(root_)) {
      return Error(ErrorCode::kNotFound, fmt::format("there is no folder '{}'", root_))
          .WithHint("correct `path` of connection '" + config_.name + "'");
    }
    return std::string("a folder of files");
  }

  Result<std::vector<std::string>> ListSchemas(std::stop_token) override {
    std::vector<std::string> schemas;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(root_, error)) {
      if (entry.is_directory()) schemas.push_back(entry.path().filename().string());
    }
    std::sort(schemas.begin(), schemas.end());
    return schemas;
  }

  Result<std::vector<RelationInfo>> ListRelations(const std::string& schema, std::stop_token) override {
    std::vector<RelationInfo> relations;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(JoinPath(root_, schema), error)) {
      const std::string file = entry.path().filename().string();
      if (!entry.is_regular_file() || !files::FormatOf(file) || file[0] == '.') continue;
      relations.push_back({{"", schema, entry.path().stem().string()}, columnar::RelationKind::kFile});
    }
    return relations;
  }

  Result<columnar::TableInfo> Describe(const RelationName& relation, std::stop_token stop) override {
    DVT_ASSIGN(const Located file, Locate(relation, stop));
    DVT_ASSIGN(auto facts, files::Inspect(file.path, file.format, DelimiterOf(file.path)));
    columnar::TableInfo info;
    info.name = relation;
    info.kind = columnar::RelationKind::kFile;
    info.columns = std::move(facts.fields);
    info.estimated_rows = facts.rows;
    info.estimated_bytes = facts.bytes;
    return info;
  }

  Result<columnar::Fields> DescribeQuery(const std::string&, std::stop_token) override { return NoSql(); }

  Result<std::shared_ptr<ReadScope>> BeginRead(std::stop_token) override {
    return std::shared_ptr<ReadScope>(std::make_shared<FilesScope>());
  }

  Result<ReadPlan> PlanRead(const ReadRequest& request, const std::shared_ptr<ReadScope>&, std::stop_token stop) override {
    if (!request.relation || !request.where.empty()) return NoSql();
    DVT_ASSIGN(const Located file, Locate(*request.relation, stop));
    DVT_ASSIGN(const auto facts, files::Inspect(file.path, file.format, DelimiterOf(file.path)));
    ReadPlan plan;
    plan.options = request.options;
    plan.method = "file scan";
    plan.repeatable = true;
    plan.estimated_rows = facts.rows;
    auto fields = PlainColumns(*this, request.select_list, facts.fields, "the file");
    if (!fields) return std::move(fields).error().At({file.path, 1, 0});
    plan.fields = *std::move(fields);
    SplitRowGroups(file, facts, plan);
    return plan;
  }

  Result<columnar::Stream> Open(const ReadPlan& plan, int partition, const std::shared_ptr<ReadScope>&,
                                std::stop_token stop) override {
    // A partition's private spelling: "first_group,groups,path".
    const std::string& spec = plan.partitions[static_cast<size_t>(partition)].sql;
    int first = 0, groups = 0, used = 0;
    if (std::sscanf(spec.c_str(), "%d,%d,%n", &first, &groups, &used) != 2)
      return Error(ErrorCode::kInternal, "bad partition of a file scan");
    const std::string path = spec.substr(static_cast<size_t>(used));
    std::vector<std::string> columns;
    for (const auto& field : plan.fields) columns.push_back(field.name);
    DVT_ASSIGN(auto stream,
               files::OpenFile(path, *files::FormatOf(path), DelimiterOf(path), columns, first, groups, plan.options.batch_rows));
    auto held = std::make_shared<columnar::Stream>(std::move(stream));
    return columnar::MakeStream(plan.fields, [held, stop, path]() -> Result<columnar::Array> {
      if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
      auto batch = held->Next();
      if (!batch) {
        return Error(ErrorCode::kData, batch.error().message())
            .At({path, 0, 0})
            .WithHint(
                "Column types come from the first megabytes of a CSV or JSON file; a later value that does not fit is refused. "
                "Correct the value, or convert the file to Parquet.");
      }
      return batch;
    });
  }

  Result<std::unique_ptr<Session>> OpenSession(std::stop_token) override { return NoSql(); }

  Result<std::unique_ptr<Sink>> OpenSink(const SinkRequest& request, std::stop_token) override {
    const std::string& name = request.relation.name;
    const FileFormat format = files::FormatOf(name).value_or(written_);
    const std::string folder = JoinPath(root_, request.relation.schema);
    DVT_TRY(MakeFolders(folder));
    const std::string final_path = JoinPath(folder, files::FormatOf(name) ? name : name + std::string(files::EndingOf(format)));
    static std::atomic<int> counter{0};
    RemoveLitter(folder, name);
    const std::string written = JoinPath(folder, fmt::format("{}{}_{}", TemporaryStem(name), ::getpid(), counter++));
    DVT_ASSIGN(auto writer, files::MakeFileWriter(written, format, DelimiterOf(final_path), request.fields, compression_));
    return std::unique_ptr<Sink>(std::make_unique<FilesSink>(final_path, written, std::move(writer)));
  }

  Result<std::string> TypeName(const columnar::DataType& type, std::string*) const override { return type.ToString(); }
  std::string Quote(std::string_view identifier) const override { return sql::QuoteIdentifier(dialect(), identifier); }
  std::string QuoteRelation(const RelationName& relation) const override {
    return (relation.schema.empty() ? "" : Quote(relation.schema) + ".") + Quote(relation.name);
  }

 private:
  Error NoSql() const {
    return Error(ErrorCode::kUnsupported, fmt::format("connection '{}' is a folder of files and runs no SQL", config_.name))
        .WithHint("the engine runs it: name the file as a source");
  }

  // A name that tells which file is being written and by which machine; the process follows.
  static std::string TemporaryStem(const std::string& name) {
    char host[256] = "";
    ::gethostname(host, sizeof(host) - 1);
    return fmt::format(".{}__dvt_tmp_{}_", name, host);
  }

  // What processes of this machine left behind that were killed while writing this file.
  static void RemoveLitter(const std::string& folder, const std::string& name) {
    const std::string stem = TemporaryStem(name);
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      const std::string file = entry.path().filename().string();
      if (!file.starts_with(stem)) continue;
      const long pid = std::strtol(file.c_str() + stem.size(), nullptr, 10);
      if (pid > 0 && ::kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH) ::unlink(entry.path().c_str());
    }
  }

  char DelimiterOf(const std::string& path) const { return EndsWithTsv(path) ? '\t' : delimiter_; }
  static bool EndsWithTsv(const std::string& path) {
    return path.size() > 4 && EqualsIgnoreCase(std::string_view(path).substr(path.size() - 4), ".tsv");
  }

  // Exact file name first, then the name with each known ending.
  Result<Located> Locate(const RelationName& relation, std::stop_token stop) {
    const std::string folder = JoinPath(root_, relation.schema);
    const std::string exact = JoinPath(folder, relation.name);
    if (const auto format = files::FormatOf(relation.name); format && FileExists(exact)) return Located{exact, *format};
    for (const char* ending : {".parquet", ".csv", ".tsv", ".jsonl", ".ndjson", ".json"}) {
      if (FileExists(exact + ending)) return Located{exact + ending, *files::FormatOf(std::string("x") + ending)};
    }
    std::vector<std::string> names;
    DVT_ASSIGN(const auto relations, ListRelations(relation.schema, stop));
    for (const auto& info : relations) names.push_back(info.name.name);
    return Error(ErrorCode::kNotFound, fmt::format("there is no file '{}' (csv, tsv, jsonl, json or parquet) in '{}'.{}",
                                                   relation.name, folder, DidYouMean(relation.name, names)));
  }

  static void SplitRowGroups(const Located& file, const files::FileFacts& facts, ReadPlan& plan) {
    if (file.format != FileFormat::kParquet || facts.row_groups <= 1) {
      plan.partitions.push_back({fmt::format("0,{},{}", facts.row_groups, file.path), "whole file", facts.rows});
      plan.partitioned_by = "none: one file";
      return;
    }
    const int count = std::min(facts.row_groups, PartitionCount(facts.rows, plan.options));
    for (int i = 0; i < count; ++i) {
      const int first = facts.row_groups * i / count, last = facts.row_groups * (i + 1) / count;
      plan.partitions.push_back({fmt::format("{},{},{}", first, last - first, file.path),
                                 fmt::format("row groups {}–{}", first, last - 1), std::nullopt});
    }
    plan.partitioned_by = "row groups";
    plan.parallel = std::min(count, 2);
  }

  const ConnectionConfig config_;
  const std::string root_;
  const FileFormat written_;
  const char delimiter_;
  const files::FileCompression compression_;
};

}  // namespace

std::vector<std::string> FilesSettings() { return {"path", "format", "delimiter", "compression", "schema"}; }

Result<std::shared_ptr<Connector>> MakeFilesConnector(const ConnectionConfig& config) {
  const Value& path = config.settings["path"];
  auto place = [&](const Value& value) { return Place{config.file, value.mark().line, value.mark().column}; };
  if (!path.is_string() || path.as_string().empty()) {
    return Error(ErrorCode::kConfig, fmt::format("connection '{}' (files) needs `path`, a folder", config.name))
        .At(place(config.settings));
  }
  FileFormat format = FileFormat::kParquet;
  if (const Value& given = config.settings["format"]; !given.is_null()) {
    const auto known = files::FormatOf("x." + given.ToText());
    if (!known)
      return Error(ErrorCode::kConfig, fmt::format("format '{}' is unknown", given.ToText()))
          .At(place(given))
          .WithHint("use parquet, csv or jsonl");
    format = *known;
  }
  const Value& delimiter = config.settings["delimiter"];
  if (!delimiter.is_null() && delimiter.ToText().size() != 1) {
    return Error(ErrorCode::kConfig, "delimiter must be one character").At(place(delimiter));
  }
  const Value& codec = config.settings["compression"];
  const auto compression = codec.is_null() ? files::FileCompression::kZstd : files::CompressionOf(codec.ToText());
  if (!compression) {
    return Error(ErrorCode::kConfig, fmt::format("compression '{}' is unknown", codec.ToText()))
        .At(place(codec))
        .WithHint("use zstd, none, snappy, gzip or lz4: it is that of Parquet files");
  }
  return std::shared_ptr<Connector>(std::make_shared<FilesConnector>(config, JoinPath(config.base_folder, path.as_string()),
                                                                     format, delimiter.is_null() ? ',' : delimiter.ToText()[0],
                                                                     *compression));
}

}  // namespace dvt::connectors
