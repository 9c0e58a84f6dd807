// dvt extract: a table, its hashes or its changes, to a file or the terminal.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <tuple>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/workspace.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/connectors/files/file_format.h"
#include "dvt/run/tasks/extract.h"

namespace dvt::cli {

namespace {

namespace files = connectors::files;

// A file written beside its place and renamed at the end.
class FileOutput {
 public:
  explicit FileOutput(std::string path) : path_(std::move(path)), beside_(fmt::format("{}.tmp{}", path_, ::getpid())) {}
  ~FileOutput() {
    writer_.reset();
    if (!finished_) ::unlink(beside_.c_str());
  }

  Status Begin(const columnar::Fields& fields) {
    const auto format = files::FormatOf(path_);
    if (!format) {
      return Error(ErrorCode::kInvalidArgument, fmt::format("the format of '{}' is unknown", path_))
          .WithHint("use a name that ends in .parquet, .csv, .tsv or .jsonl");
    }
    DVT_ASSIGN(writer_, files::MakeFileWriter(beside_, *format, path_.ends_with(".tsv") ? '\t' : ',', fields));
    return {};
  }
  Status Write(const columnar::Array& batch) { return writer_->Write(batch.get()); }
  Status Finish() {
    DVT_TRY(writer_->Close());
    writer_.reset();
    if (::rename(beside_.c_str(), path_.c_str()) != 0) return Error(ErrorCode::kIo, path_ + " cannot be written");
    finished_ = true;
    return {};
  }

 private:
  std::string path_;
  std::string beside_;
  std::unique_ptr<files::FileWriter> writer_;
  bool finished_ = false;
};

// CSV on standard output.
class TerminalOutput {
 public:
  Status Begin(const columnar::Fields& fields) {
    fields_ = fields;
    std::string line;
    for (const auto& field : fields_) {
      if (!line.empty()) line += ',';
      AppendCell(line, field.name);
    }
    return Put(line + "\n");
  }
  Status Write(const columnar::Array& batch) {
    const auto columns = columnar::BatchColumns(batch.get(), fields_);
    std::string lines, cell;
    for (int64_t row = 0; row < batch.length(); ++row) {
      for (size_t i = 0; i < columns.size(); ++i) {
        if (i > 0) lines += ',';
        if (columns[i].IsNull(row)) continue;
        cell.clear();
        columnar::AppendText(cell, columns[i], row);
        AppendCell(lines, cell);
      }
      lines += '\n';
    }
    return Put(lines);
  }
  Status Finish() { return std::fflush(stdout) == 0 ? Status() : Failed(); }

 private:
  // An empty text is quoted: nothing at all means NULL.
  static void AppendCell(std::string& out, const std::string& text) {
    if (!text.empty() && text.find_first_of("\",\r\n") == std::string::npos) {
      out += text;
      return;
    }
    out += '"';
    for (const char c : text) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  static Error Failed() { return Error(ErrorCode::kIo, "standard output was closed"); }
  static Status Put(const std::string& text) {
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? Status() : Failed();
  }
  columnar::Fields fields_;
};

template <class Output>
run::ExtractOutput Bound(Output& output) {
  return {[&output](const columnar::Fields& fields) { return output.Begin(fields); },
          [&output](const columnar::Array& batch) { return output.Write(batch); }, [&output] { return output.Finish(); }};
}

std::string Summary(const run::ExtractRequest& request, const run::ExtractReport& report, const std::string& path) {
  std::string text =
      fmt::format("{} row{} of {} in {}", report.rows, report.rows == 1 ? "" : "s", request.relation.ToString(), path);
  const auto& counts = report.counts;
  if (request.kind == run::ExtractKind::kChanges)
    text += fmt::format(": {} inserted, {} changed, {} deleted, {} unchanged", counts.inserted, counts.changed, counts.deleted,
                        counts.unchanged);
  if (request.kind != run::ExtractKind::kRows)
    text += report.hashed_by.empty() ? "; hashed by the source" : "; hashed here: " + report.hashed_by;
  return text;
}

}  // namespace

Result<int> ExtractCommand(const Options& options, std::stop_token stop) {
  run::ExtractRequest request;
  DVT_ASSIGN(const auto name, run::ParseExtractName(options.table));
  std::tie(request.connection, request.relation) = name;
  request.kind = options.hashes    ? run::ExtractKind::kHashes
                 : options.changes ? run::ExtractKind::kChanges
                                   : run::ExtractKind::kRows;
  if (options.full_refresh && !options.changes)
    return Error(ErrorCode::kInvalidArgument, "--full-refresh goes with --changes").WithHint("leave it out");
  request.key = options.key;
  request.columns = options.columns;
  request.full_refresh = options.full_refresh;
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  Workspace& w = *workspace;
  request.context = w.runner->MakeTransferContext(model::Node());
  if (options.output.empty()) {
    // Standard output is for the rows.
    request.context.message = [](Severity, const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); };
    TerminalOutput output;
    DVT_TRY(run::RunExtract(w.run, request, Bound(output), stop));
    return 0;
  }
  FileOutput output(options.output);
  DVT_ASSIGN(const auto report, run::RunExtract(w.run, request, Bound(output), stop));
  PrintLine(options, Summary(request, report, options.output));
  return 0;
}

}  // namespace dvt::cli
