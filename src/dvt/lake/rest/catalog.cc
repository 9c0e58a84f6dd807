#include "dvt/lake/rest/catalog.h"

#include "dvt/base/text/text.h"
#include "dvt/lake/iceberg/json_fields.h"
#include "dvt/lake/rest/call_parts_internal.h"
#include "dvt/lake/rest/errors.h"

namespace dvt::lake {

namespace {

constexpr int kPageSize = 500;

Namespace LevelsOf(const Value& json) {
  Namespace levels;
  if (json.is_list())
    for (const auto& level : json.list()) levels.push_back(level.ToText());
  return levels;
}

std::vector<StorageCredential> CredentialsOf(const Value& list) {
  std::vector<StorageCredential> out;
  if (!list.is_list()) return out;
  for (const auto& each : list.list()) out.push_back({OptionalText(each, "prefix"), TextMapOf(each["config"])});
  return out;
}

// "https://host:8181", in small letters.
std::string OriginOf(const std::string& address) {
  return ToLower(address.substr(0, address.find_first_of("/?#", address.find("://") + 3)));
}

}  // namespace

Result<LoadedTable> TableOf(const TableIdentifier& identifier, const CatalogAnswer& answer) {
  LoadedTable table;
  table.identifier = identifier;
  table.metadata_location = OptionalText(answer.body, "metadata-location");
  if (!answer.body["metadata"].is_map()) return NoAnswer(What(identifier), "without its metadata", answer.status);
  auto metadata = MetadataFromJson(answer.body["metadata"]);
  if (!metadata)
    return std::move(metadata).error().Within(fmt::format("in what the catalog answered about {}", identifier.ToString()));
  table.metadata = *std::move(metadata);
  table.config = TextMapOf(answer.body["config"]);
  table.credentials = CredentialsOf(answer.body["storage-credentials"]);
  table.etag = answer.etag;
  return table;
}

Properties LoadedTable::StorageProperties(const Properties& catalog, const std::string& location) const {
  Properties out = catalog;
  for (const auto& [key, value] : config) out[key] = value;
  const StorageCredential* best = nullptr;
  for (const auto& credential : credentials)
    if (location.starts_with(credential.prefix) && (best == nullptr || credential.prefix.size() > best->prefix.size()))
      best = &credential;
  if (best != nullptr)
    for (const auto& [key, value] : best->config) out[key] = value;
  return out;
}

Result<std::shared_ptr<RestCatalog>> RestCatalog::Connect(const CatalogConfig& config, std::stop_token stop) {
  DVT_ASSIGN(auto session, CatalogSession::Open(config, stop));
  return std::shared_ptr<RestCatalog>(new RestCatalog(std::move(session)));
}

std::string RestCatalog::NamespacePath(const Namespace& levels) const {
  std::string joined;
  for (size_t i = 0; i < levels.size(); ++i) joined += (i == 0 ? "" : session_->namespace_separator()) + levels[i];
  return "namespaces/" + UrlEncode(joined);
}

std::string RestCatalog::TablePath(const TableIdentifier& table, const char* kind) const {
  return NamespacePath(table.levels) + "/" + kind + "/" + UrlEncode(table.name);
}

Result<std::vector<Value>> RestCatalog::Pages(CatalogCall call, const char* member, std::stop_token stop) {
  std::vector<Value> out;
  const std::vector<HttpHeader> query = call.query;
  std::string token;
  do {
    call.query = query;
    call.query.push_back({"pageSize", std::to_string(kPageSize)});
    call.query.push_back({"pageToken", token});  // an empty one asks for the first page
    DVT_ASSIGN(const CatalogAnswer answer, session_->Call(call, stop));
    if (answer.body[member].is_list())
      for (const auto& each : answer.body[member].list()) out.push_back(each);
    const std::string next = OptionalText(answer.body, "next-page-token");
    if (next == token) break;
    token = next;
  } while (!token.empty());
  return out;
}

Result<std::vector<Namespace>> RestCatalog::ListNamespaces(const Namespace& parent, std::stop_token stop) {
  CatalogCall call;
  Tell(call, "polaris.list_namespaces", parent);
  call.path = "namespaces";
  call.what = parent.empty() ? "the catalog's namespaces" : What(parent);
  if (!parent.empty()) {
    std::string joined;
    for (size_t i = 0; i < parent.size(); ++i) joined += (i == 0 ? "" : session_->namespace_separator()) + parent[i];
    call.query.push_back({"parent", joined});
  }
  DVT_ASSIGN(const auto items, Pages(call, "namespaces", stop));
  std::vector<Namespace> out;
  for (const auto& item : items) out.push_back(LevelsOf(item));
  return out;
}

Result<Properties> RestCatalog::LoadNamespace(const Namespace& levels, std::stop_token stop) {
  CatalogCall call;
  Tell(call, "polaris.load_namespace", levels);
  call.path = NamespacePath(levels);
  call.what = What(levels);
  DVT_ASSIGN(const CatalogAnswer answer, session_->Call(call, stop));
  return TextMapOf(answer.body["properties"]);
}

Result<bool> RestCatalog::Exists(const char* endpoint, const std::string& path, const std::string& what, std::stop_token stop) {
  CatalogCall call;
  call.operation = "polaris.look_up";
  call.may_be_missing = true;
  call.method = session_->Has(endpoint, false) ? "HEAD" : "GET";
  call.path = path;
  call.what = what;
  auto answer = session_->Call(call, stop);
  if (answer) return true;
  if (answer.error().code() == ErrorCode::kNotFound) return false;
  return std::move(answer).error();
}

Result<bool> RestCatalog::NamespaceExists(const Namespace& levels, std::stop_token stop) {
  return Exists("HEAD /v1/{prefix}/namespaces/{namespace}", NamespacePath(levels), What(levels), stop);
}

Result<std::vector<TableIdentifier>> RestCatalog::ListIdentifiers(const Namespace& levels, const char* kind,
                                                                  std::stop_token stop) {
  CatalogCall call;
  call.operation = fmt::format("iceberg.list_{}", kind);
  call.name_space = NamespaceText(levels);
  call.path = NamespacePath(levels) + "/" + kind;
  call.what = What(levels);
  DVT_ASSIGN(const auto items, Pages(call, "identifiers", stop));
  std::vector<TableIdentifier> out;
  for (const auto& item : items) out.push_back({LevelsOf(item["namespace"]), OptionalText(item, "name")});
  return out;
}

Result<std::vector<TableIdentifier>> RestCatalog::ListTables(const Namespace& levels, std::stop_token stop) {
  return ListIdentifiers(levels, "tables", stop);
}

Result<LoadedTable> RestCatalog::Answered(const TableIdentifier& table, const CatalogCall& call, std::stop_token stop) {
  DVT_ASSIGN(const CatalogAnswer answer, session_->Call(call, stop));
  return TableOf(table, answer);
}

CatalogCall RestCatalog::LoadCall(const TableIdentifier& table) const {
  CatalogCall call;
  Tell(call, "iceberg.load_table", table);
  call.path = TablePath(table);
  call.what = What(table);
  call.delegate = true;
  return call;
}

Result<LoadedTable> RestCatalog::LoadTable(const TableIdentifier& table, std::stop_token stop) {
  return Answered(table, LoadCall(table), stop);
}

Result<bool> RestCatalog::Refresh(LoadedTable& table, std::stop_token stop) {
  CatalogCall call;
  Tell(call, "iceberg.refresh_table", table.identifier);
  call.path = TablePath(table.identifier);
  call.what = What(table.identifier);
  call.delegate = true;
  call.if_none_match = table.etag;
  DVT_ASSIGN(const CatalogAnswer answer, session_->Call(call, stop));
  if (answer.status == 304) return false;
  DVT_ASSIGN(table, TableOf(table.identifier, answer));
  return true;
}

Result<bool> RestCatalog::TableExists(const TableIdentifier& table, std::stop_token stop) {
  return Exists("HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}", TablePath(table), What(table), stop);
}

std::string RestCatalog::CredentialsAddress(const LoadedTable& table) const {
  std::string given;
  const auto take = [&](const Properties& properties) {
    for (const auto* name :
         {"client.refresh-credentials-endpoint", "gcs.oauth2.refresh-credentials-endpoint", "adls.refresh-credentials-endpoint"})
      if (const auto found = properties.find(name); found != properties.end() && given.empty()) given = found->second;
  };
  for (const auto& credential : table.credentials) take(credential.config);
  take(table.config);
  take(properties());
  if (given.empty()) return {};
  const std::string& uri = session_->config().uri;
  if (!given.starts_with("http://") && !given.starts_with("https://")) {
    while (given.starts_with('/')) given.erase(0, 1);
    return uri + "/" + given;
  }
  // The catalog's token goes to its own server only.
  return OriginOf(given) == OriginOf(uri) ? given : std::string();
}

Status RestCatalog::RenewCredentials(LoadedTable& table, std::stop_token stop) {
  const std::string address = CredentialsAddress(table);
  if (!address.empty() || session_->Has("GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials", true)) {
    CatalogCall call;
    Tell(call, "polaris.load_credentials", table.identifier);
    call.path = TablePath(table.identifier) + "/credentials";
    call.address = address;
    call.what = "the storage credentials of " + table.identifier.ToString();
    call.delegate = true;
    call.may_be_missing = true;
    auto answer = session_->Call(call, stop);
    if (answer) {
      table.credentials = CredentialsOf(answer->body["storage-credentials"]);
      return {};
    }
    const ErrorCode code = answer.error().code();
    if (code != ErrorCode::kNotFound && code != ErrorCode::kUnsupported) return std::move(answer).error();
  }
  DVT_ASSIGN(LoadedTable again, LoadTable(table.identifier, stop));
  table.config = std::move(again.config);  // some catalogs lend by the table's settings
  table.credentials = std::move(again.credentials);
  return {};
}

Result<std::vector<TableIdentifier>> RestCatalog::ListViews(const Namespace& levels, std::stop_token stop) {
  return ListIdentifiers(levels, "views", stop);
}

Result<Value> RestCatalog::LoadView(const TableIdentifier& view, std::stop_token stop) {
  CatalogCall call;
  Tell(call, "iceberg.load_view", view);
  call.path = TablePath(view, "views");
  call.what = What(view, "view");
  DVT_ASSIGN(CatalogAnswer answer, session_->Call(call, stop));
  return std::move(answer.body);
}

Result<bool> RestCatalog::ViewExists(const TableIdentifier& view, std::stop_token stop) {
  return Exists("HEAD /v1/{prefix}/namespaces/{namespace}/views/{view}", TablePath(view, "views"), What(view, "view"), stop);
}

}  // namespace dvt::lake
