#pragma once

#include <stop_token>
#include <string_view>

#include "dvt/run/changes/change_finder.h"
#include "dvt/template/lang/object.h"

namespace dvt::run {

/// Whether a method of `adapter` is one of change detection.
bool IsChangeCall(std::string_view name);

/// adapter.finds_changes(): whether the model's rows are compared with those of the run before (`finder` is there).
/// adapter.find_changes(whole), adapter.found_changes(): {whole, inserted, changed, deleted, unchanged, key}.
/// adapter.take_deleted_keys(): the next transfer brings the keys of the rows that are gone.
Result<tmpl::Object> CallChangeFinder(ChangeFinder* finder, std::string_view name, const tmpl::Arguments& arguments,
                                      std::stop_token stop);

}  // namespace dvt::run
