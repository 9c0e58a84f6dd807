// What the hooks of a node read and call is part of what the node depends on.
#include "dvt/base/text/text.h"
#include "dvt/project/load/loader_internal.h"

namespace dvt::project {

void Loader::HookCalls(Draft& draft) {
  model::Node& node = draft.node;
  for (const char* key : {"pre-hook", "post-hook"}) {
    const Value& hooks = node.config[key];
    if (!hooks.is_list()) continue;
    for (const auto& hook : hooks.list()) {
      const std::string text = hook.is_map() ? hook["sql"].ToText() : hook.ToText();
      if (text.find("{{") == std::string::npos && text.find("{%") == std::string::npos) continue;
      auto calls = frontend_.ExtractModel(node.package, text, node.place);
      if (!calls) {
        draft.findings.Fail(std::move(calls).error().Within("in a " + std::string(key) + " of '" + node.name + "'"));
        continue;
      }
      AddHookCalls(draft, *calls, key);
    }
  }
}

void Loader::AddHookCalls(Draft& draft, const ModelCalls& calls, const std::string& key) {
  model::Node& node = draft.node;
  if (node.type == model::ResourceType::kSeed && (!calls.refs.empty() || !calls.sources.empty())) {
    draft.findings.Fail("Seeds cannot depend on other nodes: a " + key + " of seed '" + node.name + "' calls " +
                            (calls.refs.empty() ? "source()" : "ref('" + calls.refs.front().name + "')"),
                        node.place, "write the relation's name, or put the statement into a model's hook");
    return;
  }
  node.refs.insert(node.refs.end(), calls.refs.begin(), calls.refs.end());
  node.sources.insert(node.sources.end(), calls.sources.begin(), calls.sources.end());
  node.depends_on_macros.insert(node.depends_on_macros.end(), calls.macros.begin(), calls.macros.end());
}

/// config(pre_hook=…) beside config('pre-hook'=…): which one is meant cannot be told.
void Loader::CheckHookNames(Draft& draft) {
  for (const auto& call : draft.calls.configs) {
    for (const auto& [dashed, underscored] : {std::pair{"pre-hook", "pre_hook"}, std::pair{"post-hook", "post_hook"}}) {
      if (!call.kwargs.Find(dashed) || !call.kwargs.Find(underscored)) continue;
      draft.findings.Fail(std::string("config() has '") + dashed + "' and '" + underscored + "', two names of one key",
                          call.place, "keep one of them");
    }
  }
}

}  // namespace dvt::project
