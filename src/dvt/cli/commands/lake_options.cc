#include "dvt/cli/commands/lake_options.h"

#include <CLI/CLI.hpp>

#include "dvt/cli/options.h"

namespace dvt::cli {

namespace {

class LakeVerbs {
 public:
  LakeVerbs(CLI::App* lake, Options& options) : lake_(lake), options_(options), o_(options.lake) {}

  void Add() {
    Verb(lake_, "catalog", "What the catalog is and can do");
    AddNamespaces();
    AddTables();
    AddColumns();
    AddViews();
    AddRows();
    AddUpkeep();
  }

 private:
  CLI::App* Verb(CLI::App* above, const char* name, const char* about) {
    CLI::App* verb = above->add_subcommand(name, about);
    const std::string full = above == lake_ ? name : above->get_name() + " " + name;
    verb->callback([this, full] {
      options_.command = "lake";
      o_.verb = full;
    });
    verb->add_option("--uri", o_.uri, "Address of the catalog's REST API (else DVT_LAKE_URI)");
    verb->add_option("--warehouse", o_.warehouse, "Warehouse or catalog name (else DVT_LAKE_WAREHOUSE)");
    verb->add_option("--property", o_.properties,
                     "Setting of the catalog or the storage, NAME=VALUE; secrets better in DVT_LAKE_CREDENTIAL, DVT_LAKE_TOKEN");
    return verb;
  }

  CLI::App* Group(const char* name, const char* about) {
    CLI::App* group = lake_->add_subcommand(name, about);
    group->require_subcommand(1);
    return group;
  }

  void Output(CLI::App* verb) { verb->add_option("--output", o_.output, "text or json")->check(CLI::IsMember({"text", "json"})); }

  void AddNamespaces() {
    CLI::App* group = Group("namespace", "Namespaces of the catalog");
    CLI::App* list = Verb(group, "list", "Namespaces, of the top or below one");
    list->add_option("name", o_.name, "Namespace, levels divided by dots");
    Output(list);
    CLI::App* create = Verb(group, "create", "Make a namespace");
    create->add_option("name", o_.name, "Namespace")->required();
    create->add_option("--set", o_.settings, "Property, NAME=VALUE");
    create->add_flag("--if-missing", o_.if_missing, "It may be there already");
    CLI::App* show = Verb(group, "show", "Properties of a namespace");
    show->add_option("name", o_.name, "Namespace")->required();
    Output(show);
    CLI::App* set = Verb(group, "set", "Change properties of a namespace");
    set->add_option("name", o_.name, "Namespace")->required();
    set->add_option("--set", o_.settings, "Property, NAME=VALUE");
    set->add_option("--unset", o_.removals, "Property to remove");
    Verb(group, "drop", "Remove an empty namespace")->add_option("name", o_.name, "Namespace")->required();
  }

  void AddTables() {
    CLI::App* group = Group("table", "Tables of the catalog");
    CLI::App* list = Verb(group, "list", "Tables of a namespace");
    list->add_option("name", o_.name, "Namespace")->required();
    Output(list);
    CLI::App* create = Verb(group, "create", "Make a table with the columns of a file");
    create->add_option("name", o_.name, "namespace.table")->required();
    create->add_option("--like", o_.like, "Parquet or Arrow file whose columns it gets")->required();
    create->add_option("--location", o_.location, "Where it lies (default: the catalog chooses)");
    create->add_option("--set", o_.settings, "Property, NAME=VALUE");
    create->add_flag("--if-missing", o_.if_missing, "It may be there already");
    create->add_option("--key", o_.keys, "Columns of the rows' key, never null")->delimiter(',');
    Shape(create);
    CLI::App* layout = Verb(group, "layout", "Change how rows written from now on are partitioned and sorted");
    layout->add_option("name", o_.name, "namespace.table")->required();
    Shape(layout);
    layout->add_flag("--unpartitioned", o_.unpartitioned, "No partitions any more");
    layout->add_flag("--unsorted", o_.unsorted, "No order any more");
    CLI::App* show = Verb(group, "show", "Columns, partitions, properties and snapshots of a table");
    show->add_option("name", o_.name, "namespace.table")->required();
    Output(show);
    CLI::App* drop = Verb(group, "drop", "Remove a table");
    drop->add_option("name", o_.name, "namespace.table")->required();
    drop->add_flag("--purge", o_.purge, "Its files too");
    CLI::App* set = Verb(group, "set", "Change properties of a table");
    set->add_option("name", o_.name, "namespace.table")->required();
    set->add_option("--set", o_.settings, "Property, NAME=VALUE");
    set->add_option("--unset", o_.removals, "Property to remove");
    CLI::App* rename = Verb(group, "rename", "Give a table another name");
    rename->add_option("name", o_.name, "namespace.table")->required();
    rename->add_option("to", o_.other, "namespace.table")->required();
    CLI::App* enroll = Verb(group, "register", "Make a table of a metadata file");
    enroll->add_option("name", o_.name, "namespace.table")->required();
    enroll->add_option("location", o_.other, "Of the metadata.json")->required();
  }

  void AddColumns() {
    CLI::App* group = Group("column", "Columns of a table; members of structs by dotted names");
    const auto verb = [&](const char* name, const char* about) {
      CLI::App* each = Verb(group, name, about);
      each->add_option("name", o_.name, "namespace.table")->required();
      each->add_option("column", o_.column, "The column")->required();
      return each;
    };
    CLI::App* add = verb("add", "Add a column, which is null in all rows that there are");
    add->add_option("type", o_.other, "Such as long, string, decimal(9, 2), timestamptz")->required();
    add->add_option("--doc", o_.doc, "Its description");
    verb("rename", "Give a column another name; its values stay")->add_option("to", o_.other, "The new name")->required();
    verb("drop", "Remove a column from the table");
    CLI::App* set = verb("set", "Change a column's type, nullability or description");
    set->add_option("--type", o_.other, "A wider one: int to long, float to double, decimals with more digits");
    set->add_flag("--nullable", o_.nullable, "It may be null");
    set->add_option_function<std::string>(
        "--doc", [this](const std::string& text) { o_.new_doc = text; }, "Its description");
  }

  void AddViews() {
    CLI::App* group = Group("view", "Views of the catalog");
    CLI::App* list = Verb(group, "list", "Views of a namespace");
    list->add_option("name", o_.name, "Namespace")->required();
    Output(list);
    CLI::App* show = Verb(group, "show", "Columns and SQL of a view");
    show->add_option("name", o_.name, "namespace.view")->required();
    Output(show);
    CLI::App* rename = Verb(group, "rename", "Give a view another name");
    rename->add_option("name", o_.name, "namespace.view")->required();
    rename->add_option("to", o_.other, "namespace.view")->required();
    Verb(group, "drop", "Remove a view")->add_option("name", o_.name, "namespace.view")->required();
  }

  void Shape(CLI::App* verb) {
    verb->add_option("--partition-by", o_.partition_by, "Such as 'day(ts), bucket(16, id), region'");
    verb->add_option("--sort-by", o_.sort_by, "Such as 'region, ts desc'");
  }

  void Moment(CLI::App* verb) {
    verb->add_option("--snapshot", o_.snapshot, "Id of the snapshot to read");
    verb->add_option("--as-of", o_.as_of, "The table as it was at this moment, such as '2024-01-31 12:00'");
    verb->add_option("--ref", o_.ref, "Branch or tag to read");
    verb->add_option("--where", o_.where, "Only rows for which this SQL condition is true");
  }

  void Branch(CLI::App* verb) {
    verb->add_option("--branch", o_.branch, "Branch to write to");
    verb->add_flag("--create-branch", o_.create_branch, "Make the branch from main if it is missing");
  }

  void AddRows() {
    CLI::App* scan = Verb(lake_, "scan", "Read rows of a table");
    scan->add_option("name", o_.name, "namespace.table, or the location of a metadata.json")->required();
    scan->add_option("--columns", o_.columns, "Only these")->delimiter(',');
    scan->add_option("--limit", o_.limit, "At most so many rows")->check(CLI::NonNegativeNumber);
    scan->add_option("--threads", o_.threads, "Row groups read at a time");
    scan->add_option("--file", o_.file, "Write the rows here: .parquet, or an Arrow stream ('-': standard output)");
    Moment(scan);
    Output(scan);
    CLI::App* files = Verb(lake_, "files", "The files that a scan would read");
    files->add_option("name", o_.name, "namespace.table, or the location of a metadata.json")->required();
    Moment(files);
    Output(files);
    CLI::App* history = Verb(lake_, "history", "Snapshots of a table");
    history->add_option("name", o_.name, "namespace.table, or the location of a metadata.json")->required();
    Output(history);
    CLI::App* append = Writer("append", "Add rows of a file to a table");
    append->add_flag("--create", o_.create, "Make the table if it is missing");
    Shape(append);
    CLI::App* overwrite = Writer("overwrite", "Put the rows of a file in the place of others");
    overwrite->add_option("--where", o_.where, "Of those for which this SQL condition is true (default: of all)");
    overwrite->add_flag("--partitions", o_.partitions, "Of those in the partitions that the new rows fall into");
    Writer("upsert", "Add rows of a file, in the place of those with the same key")
        ->add_option("--key", o_.keys, "Columns of the key (default: the table's identifier columns)")
        ->delimiter(',');
    CLI::App* remove = Verb(lake_, "delete", "Remove rows of a table");
    remove->add_option("name", o_.name, "namespace.table")->required();
    remove->add_option("--where", o_.where, "SQL condition that is true for them")->required();
    Branch(remove);
    Output(remove);
  }

  void AddUpkeep() {
    CLI::App* expire = Verb(lake_, "expire", "Remove old snapshots and the files that only they use");
    expire->add_option("name", o_.name, "namespace.table")->required();
    expire->add_option("--older-than", o_.older_than, "Snapshots made before this moment (default: five days ago)");
    expire->add_option("--keep-last", o_.keep_last, "So many of each branch stay")->check(CLI::PositiveNumber);
    Output(expire);
    CLI::App* orphans = Verb(lake_, "orphans", "Remove files of a table's folder that it does not refer to");
    orphans->add_option("name", o_.name, "namespace.table")->required();
    orphans->add_option("--older-than", o_.older_than, "Files written before this moment (default: three days ago)");
    orphans->add_flag("--dry-run", o_.dry_run, "Only list them");
    Output(orphans);
    CLI::App* compact = Verb(lake_, "compact", "Write small files, and those with deleted rows, again as larger ones");
    compact->add_option("name", o_.name, "namespace.table")->required();
    compact->add_option("--branch", o_.branch, "Branch whose files they are");
    Output(compact);
    CLI::App* manifests =
        Verb(lake_, "rewrite-manifests", "Write a table's manifests again as few ones in the order of its partitions");
    manifests->add_option("name", o_.name, "namespace.table")->required();
    manifests->add_option("--branch", o_.branch, "Branch whose manifests they are");
    manifests
        ->add_option("--target-size", o_.target_size,
                     "Bytes of a manifest (default: the table's commit.manifest.target-size-bytes)")
        ->check(CLI::PositiveNumber);
    manifests->add_flag("--dry-run", o_.dry_run, "Only count them");
    Output(manifests);
    CLI::App* rollback = Verb(lake_, "rollback", "Make an older snapshot the current one");
    rollback->add_option("name", o_.name, "namespace.table")->required();
    rollback->add_option("--snapshot", o_.snapshot, "Its id")->required();
    CLI::App* group = Group("ref", "Branches and tags of a table");
    CLI::App* set = Verb(group, "set", "Make or move a branch or a tag");
    set->add_option("name", o_.name, "namespace.table")->required();
    set->add_option("ref", o_.ref, "Its name")->required();
    set->add_option("--snapshot", o_.snapshot, "Snapshot id (default: the current one)");
    set->add_flag("--tag", o_.tag, "A tag, not a branch");
    CLI::App* drop = Verb(group, "drop", "Remove a branch or a tag");
    drop->add_option("name", o_.name, "namespace.table")->required();
    drop->add_option("ref", o_.ref, "Its name")->required();
  }

  CLI::App* Writer(const char* name, const char* about) {
    CLI::App* verb = Verb(lake_, name, about);
    verb->add_option("name", o_.name, "namespace.table")->required();
    verb->add_option("rows", o_.other, "Parquet or Arrow file; '-': an Arrow stream on standard input")->required();
    verb->add_flag("--no-evolution", o_.no_evolution, "Columns that the table does not have are an error");
    Branch(verb);
    Output(verb);
    return verb;
  }

  CLI::App* lake_;
  Options& options_;
  LakeOptions& o_;
};

}  // namespace

void AddLakeCommand(CLI::App& app, Options& options) {
  CLI::App* lake = app.add_subcommand("lake", "Iceberg tables and their catalogs; no project needed");
  lake->require_subcommand(1);
  // The verbs' callbacks outlive this call.
  static std::vector<std::unique_ptr<LakeVerbs>> alive;
  alive.push_back(std::make_unique<LakeVerbs>(lake, options));
  alive.back()->Add();
}

}  // namespace dvt::cli
