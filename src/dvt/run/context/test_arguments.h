#pragma once

#include "dvt/base/result/result.h"
#include "dvt/model/fwd.h"
#include "dvt/template/fwd.h"

namespace dvt::run {

/// Puts the arguments of a generic test into `context` as `_dbt_generic_test_kwargs`: texts are rendered, to values where they are one
/// expression. Nothing for other nodes.
Status SetTestArguments(const model::Node& node, tmpl::Context& context);

}  // namespace dvt::run
