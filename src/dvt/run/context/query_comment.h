#pragma once

#include "dvt/run/context/compiler.h"
#include "dvt/run/context/node_adapter.h"
#include "dvt/run/context/run_context.h"

namespace dvt::run {

/// What `query-comment` of dbt_project.yml puts to every statement of a node: its template, rendered. Nothing where the project says
/// nothing. An error if it cannot be rendered, or would end the comment.
Result<QueryComment> QueryCommentOf(const RunContext& run, const Compiler& compiler, const model::Node& node,
                                    NodeAdapter& adapter);

/// Whether it can be rendered for what belongs to no node, before anything runs.
Status CheckQueryComment(RunContext& run, const Compiler& compiler, std::stop_token stop);

}  // namespace dvt::run
