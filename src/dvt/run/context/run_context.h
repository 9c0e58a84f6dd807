#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>

#include "dvt/base/text/value.h"
#include "dvt/model/previous_state.h"
#include "dvt/model/project.h"
#include "dvt/model/warn_policy.h"
#include "dvt/run/context/connections.h"
#include "dvt/run/context/event_window.h"
#include "dvt/run/context/relation_cache.h"
#include "dvt/run/observer.h"
#include "dvt/run/transfer/key_condition.h"
#include "dvt/run/transfer/shared_extracts.h"
#include "dvt/run/transfer/source_moments.h"
#include "dvt/run/watermarks/watermark.h"
#include "dvt/template/dbt/context.h"
#include "dvt/template/dbt/graph_additions.h"

namespace dvt::run {

/// What the command line decided for one run.
struct RunOptions {
  std::string command;  ///< "run", "build", …: `flags.WHICH`
  bool full_refresh = false;
  bool fail_fast = false;
  model::WarnPolicy warn_policy;
  bool print = true;                        ///< print() of macros is printed
  Value flags;                              ///< every flag by its name in lower case: `flags` of templates
  bool defer = false;                       ///< what is not selected and not there is read where the earlier run built it
  bool favor_state = false;                 ///< … even if it is there
  int threads = 0;                          ///< 0: the profile's
  std::string compute;                      ///< --compute
  bool empty = false;                       ///< --empty: refs and sources without rows
  std::optional<EventWindow> sample;        ///< --sample: refs and sources with an event_time only within it
  std::optional<int64_t> event_time_start;  ///< of microbatch models, microseconds since the epoch, UTC
  std::optional<int64_t> event_time_end;
  Value cli_vars;
  Value arguments = Value::MakeMap();  ///< for run_results.json
};

/// What every node of a run shares. Built once; the members synchronise themselves.
struct RunContext {
  model::Manifest* manifest = nullptr;
  std::shared_ptr<const tmpl::MacroCatalog> macros;
  Connections* connections = nullptr;
  RelationCache relations;
  SourceMoments moments;
  KeyTableRefusals key_refusals;
  SharedExtracts shared;
  AskedMarks asked_marks;
  std::mutex watermark_table_mutex;  ///< held while the table of watermarks is looked for and made
  Observer* observer = nullptr;
  std::shared_ptr<tmpl::GraphAdditions> graph_additions = std::make_shared<tmpl::GraphAdditions>();
  const model::PreviousState* previous = nullptr;           ///< --state
  std::set<std::string> selected;                           ///< unique ids of this run
  std::map<std::string, std::vector<EventWindow>> batches;  ///< of microbatch models that run again only what failed
  std::map<std::string, Value> batches_done;                ///< of the same models: pairs of times that were built before
  RunOptions options;
  std::string invocation_id;
  double started = 0;         ///< seconds since the epoch, UTC
  std::string target_folder;  ///< absolute; artifacts, compiled SQL, spill files

  std::atomic<int> unfinished_nodes = 0;  ///< of a run or build, those that are running too

  /// Suffix of tables being built by this run: "__dvt_tmp_" and eight characters of the invocation id.
  std::string TemporarySuffix() const { return "__dvt_tmp_" + invocation_id.substr(0, 8); }
  /// A message that many nodes have in common: told the first time only. Thread-safe.
  void TellOnce(Severity severity, const std::string& text) {
    {
      std::lock_guard lock(told_mutex_);
      if (!told_.insert(text).second) return;
    }
    observer->Message(severity, text);
  }

 private:
  std::mutex told_mutex_;
  std::set<std::string> told_;
};

}  // namespace dvt::run
