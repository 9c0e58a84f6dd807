#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/lake/iceberg/metadata.h"
#include "dvt/lake/rest/identifier.h"
#include "dvt/lake/rest/session.h"

namespace dvt::lake {

/// Credentials that the catalog lends for the locations below `prefix`.
struct StorageCredential {
  std::string prefix;
  Properties config;
};

/// What a catalog answers about a table.
struct LoadedTable {
  TableIdentifier identifier;
  std::string metadata_location;
  TableMetadata metadata;
  Properties config;  ///< the table's own settings, credentials included
  std::vector<StorageCredential> credentials;
  std::string etag;

  /// The settings for the storage of `location`: the catalog's properties, the table's config, the credential of the longest prefix.
  Properties StorageProperties(const Properties& catalog, const std::string& location) const;
};

/// What a new table is to be. Ids of the schema are given out anew by the catalog.
struct NewTable {
  Schema schema;
  PartitionSpec spec;
  SortOrder order;
  std::string location;  ///< empty: the catalog chooses
  Properties properties;
  bool staged = false;  ///< only prepared: the first commit makes it
};

/// A client of one Iceberg REST catalog. Thread-safe. Lists come whole, page by page. A change whose answer is lost (a cut connection, a timeout, a
/// 5xx) is not repeated on a guess: by its key, or by what was there before and is there now, it is found out whether it was done. kStartOver if it
/// stayed unknown. Other errors: see LakeErrorKind.
class RestCatalog {
 public:
  static Result<std::shared_ptr<RestCatalog>> Connect(const CatalogConfig& config, std::stop_token stop);

  Result<std::vector<Namespace>> ListNamespaces(const Namespace& parent, std::stop_token stop);
  Status CreateNamespace(const Namespace& levels, const Properties& properties, std::stop_token stop);
  /// False if it was there already.
  Result<bool> CreateNamespaceIfMissing(const Namespace& levels, const Properties& properties, std::stop_token stop);
  Result<Properties> LoadNamespace(const Namespace& levels, std::stop_token stop);
  Result<bool> NamespaceExists(const Namespace& levels, std::stop_token stop);
  Status UpdateNamespace(const Namespace& levels, const Properties& updates, const std::vector<std::string>& removals,
                         std::stop_token stop);
  Status DropNamespace(const Namespace& levels, std::stop_token stop);

  Result<std::vector<TableIdentifier>> ListTables(const Namespace& levels, std::stop_token stop);
  Result<LoadedTable> CreateTable(const TableIdentifier& table, const NewTable& what, std::stop_token stop);
  /// The table as it is, or a new one.
  Result<LoadedTable> CreateTableIfMissing(const TableIdentifier& table, const NewTable& what, std::stop_token stop);
  Result<LoadedTable> LoadTable(const TableIdentifier& table, std::stop_token stop);
  /// Loads again if the catalog has something newer (ETag); false if not.
  Result<bool> Refresh(LoadedTable& table, std::stop_token stop);
  Result<bool> TableExists(const TableIdentifier& table, std::stop_token stop);
  Status DropTable(const TableIdentifier& table, bool purge, std::stop_token stop);
  Status RenameTable(const TableIdentifier& from, const TableIdentifier& to, std::stop_token stop);
  Result<LoadedTable> RegisterTable(const TableIdentifier& table, const std::string& metadata_location, std::stop_token stop);
  /// One commit. kDeadlock if a requirement does not hold any more, kStartOver if the outcome is unknown; repeated here only with a key.
  Result<LoadedTable> Commit(const TableIdentifier& table, const Value& requirements, const Value& updates, std::stop_token stop);
  /// Fresh credentials for a loaded table: from the address that came with them (client.refresh-credentials-endpoint and the like; below the catalog's
  /// uri, or whole if it is of the catalog's own server), else by the endpoint for that or, where the catalog has none, by what loading it again gives.
  Status RenewCredentials(LoadedTable& table, std::stop_token stop);

  Result<std::vector<TableIdentifier>> ListViews(const Namespace& levels, std::stop_token stop);
  Result<Value> LoadView(const TableIdentifier& view, std::stop_token stop);
  Result<bool> ViewExists(const TableIdentifier& view, std::stop_token stop);
  Status DropView(const TableIdentifier& view, std::stop_token stop);
  Status RenameView(const TableIdentifier& from, const TableIdentifier& to, std::stop_token stop);

  const Properties& properties() const { return session_->properties(); }
  const CatalogConfig& config() const { return session_->config(); }

 private:
  explicit RestCatalog(std::unique_ptr<CatalogSession> session) : session_(std::move(session)) {}

  std::string NamespacePath(const Namespace& levels) const;
  std::string TablePath(const TableIdentifier& table, const char* kind = "tables") const;
  Result<std::vector<TableIdentifier>> ListIdentifiers(const Namespace& levels, const char* kind, std::stop_token stop);
  Result<std::vector<Value>> Pages(CatalogCall call, const char* member, std::stop_token stop);
  Result<bool> Exists(const char* endpoint, const std::string& path, const std::string& what, std::stop_token stop);
  std::string CredentialsAddress(const LoadedTable& table) const;
  CatalogCall LoadCall(const TableIdentifier& table) const;
  Result<LoadedTable> Answered(const TableIdentifier& table, const CatalogCall& call, std::stop_token stop);
  Status MakeNamespace(const Namespace& levels, const Properties& properties, std::optional<bool> existed, std::stop_token stop);
  Result<LoadedTable> MakeTable(const TableIdentifier& table, const NewTable& what, std::optional<bool> existed,
                                std::stop_token stop);
  Result<std::string> UuidOf(const char* kind, const TableIdentifier& identifier, std::stop_token stop);
  Status Drop(const char* kind, const TableIdentifier& identifier, std::vector<HttpHeader> query, std::stop_token stop);
  Status Rename(const char* kind, const TableIdentifier& from, const TableIdentifier& to, std::stop_token stop);

  std::unique_ptr<CatalogSession> session_;
};

}  // namespace dvt::lake
