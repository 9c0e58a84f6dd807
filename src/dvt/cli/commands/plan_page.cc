#include "dvt/cli/commands/plan_page.h"

#include <fmt/format.h>

#include <set>

#include "dvt/artifacts/manifest/manifest_file.h"
#include "dvt/artifacts/run_results/run_results_file.h"
#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/cli/version.h"

namespace dvt::cli {

namespace {

using artifacts::PlannedModel;
using artifacts::PlanThing;

/// The planned models and what they read, through ephemeral models.
class ThingCollector {
 public:
  ThingCollector(const model::Manifest& manifest, const std::vector<PlannedModel>& models) : manifest_(manifest) {
    for (const auto& model : models) AddModel(model);
  }

  std::vector<PlanThing> Take() { return std::move(things_); }

 private:
  void AddModel(const PlannedModel& model) {
    const model::Node& node = manifest_.nodes.at(model.unique_id);
    PlanThing thing{node.unique_id, "model", node.name, ConnectionOf(node.connection), Under(model), {}};
    std::set<std::string> seen;
    for (const auto& id : node.depends_on_nodes) AddParent(id, seen, thing);
    Replace(std::move(thing));
  }

  std::string ConnectionOf(const std::string& own) const { return own.empty() ? manifest_.target : own; }

  static std::string Under(const PlannedModel& model) {
    if (!model.plan.is_map()) return "no plan";
    const std::string way = model.plan["way"].ToText();
    return fmt::format("{} · {}", way, model.plan["load"]["connection"].ToText());
  }

  void AddParent(const std::string& id, std::set<std::string>& seen, PlanThing& child) {
    if (!seen.insert(id).second) return;
    if (const auto source = manifest_.sources.find(id); source != manifest_.sources.end()) {
      const auto& s = source->second;
      AddUnlessKnown({id, "source", s.source_name + "." + s.name, ConnectionOf(s.connection), "", {}});
      child.parents.push_back(id);
      return;
    }
    const auto found = manifest_.nodes.find(id);
    if (found == manifest_.nodes.end()) return;
    const model::Node& node = found->second;
    if (node.is_ephemeral()) {
      for (const auto& above : node.depends_on_nodes) AddParent(above, seen, child);
      return;
    }
    AddUnlessKnown({id, std::string(model::ResourceTypeName(node.type)), node.name, ConnectionOf(node.connection), "", {}});
    child.parents.push_back(id);
  }

  void AddUnlessKnown(PlanThing thing) {
    if (places_.try_emplace(thing.unique_id, things_.size()).second) things_.push_back(std::move(thing));
  }

  void Replace(PlanThing thing) {
    const auto [place, fresh] = places_.try_emplace(thing.unique_id, things_.size());
    if (fresh) {
      things_.push_back(std::move(thing));
    } else {
      things_[place->second] = std::move(thing);
    }
  }

  const model::Manifest& manifest_;
  std::vector<PlanThing> things_;
  std::map<std::string, size_t> places_;
};

}  // namespace

Result<std::string> PlanPagePath(const Workspace& w, const Options& options) {
  std::string path = options.html.empty() ? JoinPath(w.run.target_folder, "plan.html") : AbsolutePath(options.html);
  if (IsFolder(path)) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("--html: {} is a folder", path))
        .WithHint("name a file, such as " + JoinPath(path, "plan.html"));
  }
  return path;
}

Status WritePlanPage(const Workspace& w, std::vector<PlannedModel> models, const std::string& path) {
  artifacts::PlanPage page;
  page.project = w.manifest.project.name;
  page.target = w.manifest.target;
  page.version = kDvtVersion;
  page.generated_at = artifacts::UtcTimestamp();
  for (const auto& name : w.connections->Names()) page.connections[name] = w.catalog->TypeOf(name);
  page.things = ThingCollector(w.manifest, models).Take();
  page.models = std::move(models);
  DVT_ASSIGN(page.last_run, artifacts::ReadRunResults(w.run.target_folder));
  return WriteFileAtomic(path, artifacts::PlanHtml(page));
}

}  // namespace dvt::cli
