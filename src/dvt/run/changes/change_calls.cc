#include "dvt/run/changes/change_calls.h"

#include <fmt/format.h>

namespace dvt::run {

using tmpl::Object;

bool IsChangeCall(std::string_view name) {
  return name == "finds_changes" || name == "find_changes" || name == "found_changes" || name == "take_deleted_keys";
}

Result<Object> CallChangeFinder(ChangeFinder* finder, std::string_view name, const tmpl::Arguments& arguments,
                                std::stop_token stop) {
  if (name == "finds_changes") return Object(finder != nullptr);
  if (finder == nullptr)
    return Error(ErrorCode::kInvalidArgument, fmt::format("adapter.{} is only for models with change_detection", name));
  if (name == "take_deleted_keys") {
    finder->TakeDeletedKeys();
    return Object();
  }
  if (name == "find_changes") {
    DVT_ASSIGN(const auto bound, arguments.Bind("find_changes", {{"whole", Object(false)}}));
    DVT_TRY(finder->Find(bound[0].Truth(), stop));
  }
  const FoundChanges& found = finder->found();
  tmpl::ObjectList key;
  for (const auto& column : found.key) key.push_back(Object(column));
  return Object::MakeDict({{"whole", Object(found.whole)},
                           {"inserted", Object(found.counts.inserted)},
                           {"changed", Object(found.counts.changed)},
                           {"deleted", Object(found.counts.deleted)},
                           {"unchanged", Object(found.counts.unchanged)},
                           {"key", Object::List(std::move(key))}});
}

}  // namespace dvt::run
