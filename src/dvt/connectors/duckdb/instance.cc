#include "dvt/connectors/duckdb/instance.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <mutex>

#include "dvt/base/fs/files.h"
#include "dvt/connectors/duckdb/row_hasher.h"

namespace dvt::connectors::duckdb {
namespace {

struct Instance {
  std::weak_ptr<duck::Database> database;
  bool read_only = false;
};

/// Open instances by path. Never destroyed: databases may be closed by late static destructors.
struct Instances {
  std::mutex mutex;
  std::map<std::string, Instance> by_key;
};
Instances& AllInstances() {
  static auto* instances = new Instances();
  return *instances;
}

Error ExplainOpen(Error error, const Settings& settings) {
  const std::string folder = std::filesystem::path(settings.path).parent_path().string();
  const std::string& text = error.message();
  const auto has = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  if (has("Could not set lock"))
    return Error(ErrorCode::kTimeout, "another process has the DuckDB file open: " + text)
        .WithHint("close that program; or, if both only read, set read_only: true here and there");
  if (!settings.path.empty() && !IsFolder(folder))
    return Error(ErrorCode::kNotFound, fmt::format("the folder of the DuckDB file {} does not exist", settings.path))
        .WithHint("make it: mkdir -p '" + folder + "'");
  if (settings.read_only && !FileExists(settings.path))
    return Error(ErrorCode::kNotFound, fmt::format("the DuckDB file {} does not exist", settings.path))
        .WithHint("a read_only connection makes no file; correct the path, or leave read_only out once");
  if (has("not a valid DuckDB database file"))
    return std::move(error).WithHint("the path names another kind of file; use type: sqlite or type: files for those");
  if (error.code() == ErrorCode::kPermission)
    return std::move(error).WithHint("give this user the right to write the file, or set read_only: true");
  return error;
}

}  // namespace

Result<std::shared_ptr<duck::Database>> SharedDatabase(const Settings& settings, const std::string& connection_name) {
  if (settings.path.empty() && settings.read_only)
    return Error(ErrorCode::kConfig, "an in-memory DuckDB database cannot be read_only").WithHint("give it a path");
  Instances& instances = AllInstances();
  const std::string key = settings.path.empty() ? ":memory:" + connection_name : settings.path;
  std::lock_guard lock(instances.mutex);
  Instance& instance = instances.by_key[key];
  if (auto open = instance.database.lock()) {
    if (instance.read_only && !settings.read_only)
      return Error(ErrorCode::kPermission, fmt::format("the DuckDB file {} is already open read only in this run", settings.path))
          .WithHint("set read_only alike on all connections of this file");
    return open;
  }
  std::map<std::string, std::string> options = {
      {"autoinstall_known_extensions", "false"}, {"autoload_known_extensions", "false"}, {"allow_community_extensions", "false"}};
  if (settings.read_only) options["access_mode"] = "READ_ONLY";
  if (settings.threads > 0) options["threads"] = std::to_string(settings.threads);
  auto database = duck::Database::Open(settings.path, options);
  if (!database) return ExplainOpen(std::move(database).error(), settings);
  DVT_TRY(RegisterHashFunctions(*database));
  // Closing takes the lock too, so that nobody opens the file while it is being closed.
  std::shared_ptr<duck::Database> owner = std::move(database).value();
  std::shared_ptr<duck::Database> shared(owner.get(), [owner](duck::Database*) mutable {
    std::lock_guard closing(AllInstances().mutex);
    owner.reset();
  });
  owner.reset();
  instance = {shared, settings.read_only};
  return shared;
}

// Extensions that come with DuckDB are loaded; others are fetched once, if that is allowed.
static Status LoadExtensions(duck::Connection& connection, const Settings& settings, std::stop_token stop) {
  for (const Extension& extension : settings.extensions) {
    const std::string load = "LOAD " + duck::QuoteName(extension.name);
    if (connection.Run(load, stop)) continue;
    std::string install = "INSTALL " + duck::QuoteName(extension.name);
    if (!extension.repository.empty()) {
      const bool known = extension.repository.find_first_of(":/.") == std::string::npos;
      install += " FROM " + (known ? duck::QuoteName(extension.repository) : duck::QuoteText(extension.repository));
    }
    auto installed = connection.Run(install, stop);
    if (installed) installed = connection.Run(load, stop);
    if (!installed)
      return Error(ErrorCode::kConfig,
                   fmt::format("the DuckDB extension '{}' cannot be loaded: {}", extension.name, installed.error().message()))
          .WithHint("without a way to its repository, install it once by hand, or leave it out of `extensions`");
  }
  return {};
}

Result<std::shared_ptr<duck::Connection>> Connect(const std::shared_ptr<duck::Database>& database, const Settings& settings,
                                                  std::stop_token stop) {
  DVT_ASSIGN(auto connection, duck::Connection::Open(database));
  DVT_TRY(connection->Run("SET TimeZone = 'UTC'", stop));
  DVT_TRY(LoadExtensions(*connection, settings, stop));
  for (const auto& [name, value] : settings.options) {
    auto set = connection->Run(fmt::format("SET {} = {}", duck::QuoteName(name), duck::QuoteText(value)), stop);
    if (!set) return Error(ErrorCode::kConfig, set.error().message()).Within("while setting " + name);
  }
  for (const Attachment& attachment : settings.attach) {
    std::string options;
    if (!attachment.type.empty()) options = "TYPE " + duck::QuoteName(attachment.type);
    if (attachment.read_only) options += options.empty() ? "READ_ONLY" : ", READ_ONLY";
    DVT_TRY(connection->Run(fmt::format("ATTACH IF NOT EXISTS {} AS {}{}", duck::QuoteText(attachment.path),
                                        duck::QuoteName(attachment.alias), options.empty() ? "" : " (" + options + ")"),
                            stop));
  }
  if (!settings.attach.empty()) DVT_TRY(connection->Run("USE " + duck::QuoteName(settings.database), stop));
  return connection;
}

}  // namespace dvt::connectors::duckdb
