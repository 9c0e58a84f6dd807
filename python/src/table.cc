#include "table.h"

#include <mutex>

#include "catalog.h"
#include "dvt/base/text/secrets.h"
#include "dvt/lake/table/layout_change.h"
#include "dvt/lake/table/maintenance.h"
#include "dvt/lake/table/row_change.h"
#include "dvt/lake/table/stream.h"
#include "rows.h"
#include "stoppable.h"

namespace dvt::python {

namespace {

using lake::Properties;

/// A loaded table. Its calls from several threads wait for each other.
class PyTable {
 public:
  explicit PyTable(lake::Table table) : table_(std::move(table)) {}

  /// Runs work(table, stop) without the GIL, one at a time.
  template <class Work>
  auto Run(Work work) {
    return RunStoppable([&](std::stop_token stop) {
      const std::lock_guard lock(mutex_);
      return work(table_, stop);
    });
  }

 private:
  std::mutex mutex_;
  lake::Table table_;
};

std::unique_ptr<PyTable> Held(lake::Table table) { return std::make_unique<PyTable>(std::move(table)); }

std::unique_ptr<PyTable> CreateTable(Catalog& catalog, const std::string& name, const nb::object& capsule,
                                     const std::string& partition_by, const std::string& sort_by,
                                     const std::vector<std::string>& keys, const std::string& location,
                                     const Properties& properties, bool if_missing) {
  columnar::Stream rows = StreamOf(capsule);
  return Held(RunStoppable([&](std::stop_token stop) -> Result<lake::Table> {
    DVT_ASSIGN(const auto identifier, lake::TableIdentifier::Parse(name));
    lake::NewTable what;
    DVT_ASSIGN(what.schema, lake::SchemaOfStream(rows));
    DVT_TRY(lake::SetKey(what.schema, keys));
    DVT_ASSIGN(what.spec, lake::ParsePartitionSpec(partition_by, what.schema));
    DVT_ASSIGN(what.order, lake::ParseSortOrder(sort_by, what.schema));
    what.location = location;
    what.properties = properties;
    auto loaded = if_missing ? catalog.rest->CreateTableIfMissing(identifier, what, stop)
                             : catalog.rest->CreateTable(identifier, what, stop);
    if (!loaded) return std::move(loaded).error();
    return lake::Table::Of(catalog.rest, *std::move(loaded));
  }));
}

std::unique_ptr<PyTable> LoadTable(Catalog& catalog, const std::string& name) {
  return Held(RunStoppable([&](std::stop_token stop) -> Result<lake::Table> {
    DVT_ASSIGN(const auto identifier, lake::TableIdentifier::Parse(name));
    return lake::Table::Load(catalog.rest, identifier, stop);
  }));
}

std::unique_ptr<PyTable> RegisterTable(Catalog& catalog, const std::string& name, const std::string& metadata_location) {
  return Held(RunStoppable([&](std::stop_token stop) -> Result<lake::Table> {
    DVT_ASSIGN(const auto identifier, lake::TableIdentifier::Parse(name));
    DVT_ASSIGN(auto loaded, catalog.rest->RegisterTable(identifier, metadata_location, stop));
    return lake::Table::Of(catalog.rest, std::move(loaded));
  }));
}

std::unique_ptr<PyTable> OpenMetadata(const std::string& location, const Properties& storage) {
  return Held(RunStoppable([&](std::stop_token) { return lake::Table::FromMetadata(location, storage); }));
}

nb::object Metadata(PyTable& self) {
  Value json = self.Run([](lake::Table& table, std::stop_token) -> Result<Value> {
    Value all = lake::MetadataToJson(table.metadata());
    all.Set("identifier", table.identifier().ToString());
    all.Set("metadata-location", table.metadata_location());
    return all;
  });
  SecretRegistry::RedactAll(json);
  return ToPython(json);
}

nb::object SchemaOut(PyTable& self) {
  return SchemaCapsule(
      self.Run([](lake::Table& table, std::stop_token) { return lake::ExportColumns(table.metadata().schema()); }));
}

/// What a scan reads, as the package's Scan holds it.
struct ScanArguments {
  std::vector<std::string> columns;
  std::string where;
  std::optional<int64_t> snapshot_id, timestamp_ms;
  std::string ref;
  int64_t limit = -1;
  int threads = 0;
  int64_t batch_rows = 1 << 16;

  Result<lake::ScanOptions> Options() const {
    lake::ScanOptions options;
    options.columns = columns;
    if (!where.empty()) {
      DVT_ASSIGN(options.filter, lake::Filter::Parse(where));
    }
    options.snapshot_id = snapshot_id;
    options.timestamp_ms = timestamp_ms;
    options.ref = ref;
    options.limit = limit;
    options.threads = threads;
    options.batch_rows = batch_rows;
    return options;
  }
};

std::unique_ptr<Rows> Scan(PyTable& self, const ScanArguments& arguments) {
  return std::make_unique<Rows>(self.Run([&](lake::Table& table, std::stop_token stop) -> Result<columnar::Stream> {
    DVT_ASSIGN(const auto options, arguments.Options());
    DVT_ASSIGN(auto plan, table.Plan(options, stop));
    // The rows are read after this call, so its stop does not reach them: whoever reads closes the stream.
    return table.Read(std::move(plan), options, {});
  }));
}

Result<Value> FilesJson(const lake::Table& table, const lake::ScanPlan& plan) {
  Value json = Value::MakeMap();
  json.Set("manifests", plan.manifests);
  json.Set("manifests_skipped", plan.manifests_skipped);
  json.Set("files_skipped", plan.files_skipped);
  json.Set("snapshot_id", plan.snapshot_id ? Value(*plan.snapshot_id) : Value());
  Value& files = json.Set("files", Value::MakeList());
  for (const auto& task : plan.tasks) {
    const lake::PartitionSpec* spec = table.metadata().FindSpec(task.file.spec_id);
    Value file = Value::MakeMap();
    file.Set("path", task.file.path);
    file.Set("partition", spec != nullptr ? lake::PartitionPath(*spec, plan.schema, task.file.partition) : std::string());
    file.Set("rows", task.file.record_count);
    file.Set("bytes", task.file.file_size);
    file.Set("delete_files", static_cast<int64_t>(task.deletes.size()));
    files.Push(std::move(file));
  }
  return json;
}

nb::object Files(PyTable& self, const ScanArguments& arguments) {
  return ToPython(self.Run([&](lake::Table& table, std::stop_token stop) -> Result<Value> {
    DVT_ASSIGN(const auto options, arguments.Options());
    DVT_ASSIGN(const auto plan, table.Plan(options, stop));
    return FilesJson(table, plan);
  }));
}

nb::object OutcomeOut(const lake::WriteOutcome& outcome) {
  Value json = Value::MakeMap();
  json.Set("rows", outcome.rows);
  json.Set("rows_removed", outcome.rows_removed);
  json.Set("files", outcome.files);
  json.Set("bytes", outcome.bytes);
  json.Set("snapshot_id", outcome.snapshot_id ? Value(*outcome.snapshot_id) : Value());
  return ToPython(json);
}

struct WriteArguments {
  bool evolve_schema = true;
  std::string branch = "main";
  bool create_branch = false;
  Properties summary;

  lake::AppendOptions Options() const {
    lake::AppendOptions options;
    options.evolve_schema = evolve_schema;
    options.branch = branch;
    options.create_branch = create_branch;
    options.summary = summary;
    return options;
  }
};

nb::object Append(PyTable& self, const nb::object& capsule, const WriteArguments& arguments) {
  columnar::Stream rows = StreamOf(capsule);
  return OutcomeOut(self.Run(
      [&](lake::Table& table, std::stop_token stop) { return lake::Append(table, std::move(rows), arguments.Options(), stop); }));
}

nb::object Replace(PyTable& self, const nb::object& capsule, const WriteArguments& arguments, lake::Replaces what,
                   const std::string& where, const std::vector<std::string>& keys) {
  columnar::Stream rows = StreamOf(capsule);
  return OutcomeOut(self.Run([&](lake::Table& table, std::stop_token stop) -> Result<lake::WriteOutcome> {
    lake::ReplaceOptions options;
    options.append = arguments.Options();
    options.what = what;
    options.keys = keys;
    if (!where.empty()) {
      DVT_ASSIGN(options.filter, lake::Filter::Parse(where));
    }
    return lake::Replace(table, std::move(rows), options, stop);
  }));
}

nb::object Delete(PyTable& self, const std::string& where, const WriteArguments& arguments) {
  return OutcomeOut(self.Run([&](lake::Table& table, std::stop_token stop) -> Result<lake::WriteOutcome> {
    DVT_ASSIGN(const auto filter, lake::Filter::Parse(where));
    return lake::Delete(table, filter, arguments.Options(), stop);
  }));
}

nb::object CleanOut(const lake::CleanOutcome& outcome) {
  Value json = Value::MakeMap();
  json.Set("snapshots", outcome.snapshots);
  Value& files = json.Set("files", Value::MakeList());
  for (const auto& file : outcome.files) files.Push(file);
  return ToPython(json);
}

nb::object Expire(PyTable& self, int64_t older_than_ms, int keep_last) {
  return CleanOut(self.Run([&](lake::Table& table, std::stop_token stop) {
    lake::ExpireOptions options;
    options.older_than_ms = older_than_ms;
    options.keep_last = keep_last;
    return lake::ExpireSnapshots(table, options, stop);
  }));
}

nb::object Orphans(PyTable& self, int64_t older_than_ms, bool dry) {
  return CleanOut(
      self.Run([&](lake::Table& table, std::stop_token stop) { return lake::RemoveOrphans(table, older_than_ms, dry, stop); }));
}

nb::object Compact(PyTable& self, const std::string& branch) {
  return OutcomeOut(self.Run([&](lake::Table& table, std::stop_token stop) { return lake::Compact(table, branch, stop); }));
}

nb::object RewriteManifests(PyTable& self, const std::optional<int64_t>& target_bytes, bool dry, const std::string& branch) {
  const auto outcome = self.Run([&](lake::Table& table, std::stop_token stop) {
    lake::RewriteManifestsOptions options;
    options.target_bytes = target_bytes;
    options.dry = dry;
    options.branch = branch;
    return lake::RewriteManifests(table, options, stop);
  });
  Value json = Value::MakeMap();
  json.Set("created", outcome.created);
  json.Set("replaced", outcome.replaced);
  json.Set("kept", outcome.kept);
  json.Set("entries", outcome.entries);
  json.Set("snapshot_id", outcome.snapshot_id ? Value(*outcome.snapshot_id) : Value());
  return ToPython(json);
}

void Refresh(PyTable& self) {
  self.Run([](lake::Table& table, std::stop_token stop) { return table.Refresh(stop); });
}

void RollBack(PyTable& self, int64_t snapshot_id) {
  self.Run([&](lake::Table& table, std::stop_token stop) { return lake::RollBack(table, snapshot_id, stop); });
}

void SetRef(PyTable& self, const std::string& name, bool branch, int64_t snapshot_id) {
  self.Run([&](lake::Table& table, std::stop_token stop) { return lake::SetRef(table, name, branch, snapshot_id, stop); });
}

void RemoveRef(PyTable& self, const std::string& name) {
  self.Run([&](lake::Table& table, std::stop_token stop) { return lake::RemoveRef(table, name, stop); });
}

void SetProperties(PyTable& self, const Properties& updates, const std::vector<std::string>& removals) {
  self.Run([&](lake::Table& table, std::stop_token stop) { return lake::SetProperties(table, updates, removals, stop); });
}

void ChangeColumns(PyTable& self, const std::vector<lake::ColumnChange>& changes) {
  self.Run([&](lake::Table& table, std::stop_token stop) { return lake::ChangeColumns(table, changes, stop); });
}

void ChangeLayout(PyTable& self, const std::optional<std::string>& partition_by, const std::optional<std::string>& sort_by) {
  self.Run([&](lake::Table& table, std::stop_token stop) { return lake::ChangeLayout(table, partition_by, sort_by, stop); });
}

void BindColumnChanges(nb::module_& module) {
  using Kind = lake::ColumnChange::Kind;
  nb::enum_<Kind>(module, "ColumnChangeKind")
      .value("ADD", Kind::kAdd)
      .value("RENAME", Kind::kRename)
      .value("DROP", Kind::kDrop)
      .value("RETYPE", Kind::kRetype)
      .value("OPTIONAL", Kind::kOptional)
      .value("DESCRIBE", Kind::kDescribe);
  nb::class_<lake::ColumnChange>(module, "ColumnChange")
      .def(
          "__init__",
          [](lake::ColumnChange* self, Kind kind, std::string column, std::string to, std::string doc) {
            new (self) lake::ColumnChange{kind, std::move(column), std::move(to), std::move(doc)};
          },
          nb::arg("kind"), nb::arg("column"), nb::arg("to") = "", nb::arg("doc") = "");
}

void BindArguments(nb::module_& module) {
  nb::class_<ScanArguments>(module, "ScanArguments")
      .def(nb::init<>())
      .def_rw("columns", &ScanArguments::columns)
      .def_rw("where", &ScanArguments::where)
      .def_rw("snapshot_id", &ScanArguments::snapshot_id, nb::arg().none())
      .def_rw("timestamp_ms", &ScanArguments::timestamp_ms, nb::arg().none())
      .def_rw("ref", &ScanArguments::ref)
      .def_rw("limit", &ScanArguments::limit)
      .def_rw("threads", &ScanArguments::threads)
      .def_rw("batch_rows", &ScanArguments::batch_rows);
  nb::class_<WriteArguments>(module, "WriteArguments")
      .def(nb::init<>())
      .def_rw("evolve_schema", &WriteArguments::evolve_schema)
      .def_rw("branch", &WriteArguments::branch)
      .def_rw("create_branch", &WriteArguments::create_branch)
      .def_rw("summary", &WriteArguments::summary);
  nb::enum_<lake::Replaces>(module, "Replaces")
      .value("WHOLE", lake::Replaces::kWhole)
      .value("FILTERED", lake::Replaces::kFiltered)
      .value("PARTITIONS", lake::Replaces::kPartitions)
      .value("KEYS", lake::Replaces::kKeys);
}

}  // namespace

void BindTable(nb::module_& module) {
  BindArguments(module);
  BindColumnChanges(module);
  nb::class_<PyTable>(module, "Table")
      .def("metadata", &Metadata)
      .def("schema", &SchemaOut)
      .def("refresh", &Refresh)
      .def("scan", &Scan)
      .def("files", &Files)
      .def("append", &Append)
      .def("replace", &Replace)
      .def("delete", &Delete)
      .def("expire_snapshots", &Expire)
      .def("remove_orphans", &Orphans)
      .def("compact", &Compact, nb::arg())
      .def("rewrite_manifests", &RewriteManifests, nb::arg().none(), nb::arg(), nb::arg())
      .def("rollback", &RollBack)
      .def("set_ref", &SetRef)
      .def("remove_ref", &RemoveRef)
      .def("set_properties", &SetProperties)
      .def("change_columns", &ChangeColumns)
      .def("change_layout", &ChangeLayout, nb::arg().none(), nb::arg().none());
  module.def("create_table", &CreateTable);
  module.def("load_table", &LoadTable);
  module.def("register_table", &RegisterTable);
  module.def("open_metadata", &OpenMetadata);
}

}  // namespace dvt::python
