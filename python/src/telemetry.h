#pragma once

#include "convert.h"
#include "dvt/base/telemetry/span.h"
#include "dvt/lake/rest/config.h"

namespace dvt::python {

/// Where the caller's spans are: the current one of Python's OpenTelemetry, if that is used. The GIL must be held.
TraceParent ContextOfPython();

/// Gives dvt.observability the spans that have ended, for its log and for Python's OpenTelemetry. The GIL must be held, no exception pending.
void HandOnSpans();

/// Tells dvt.observability that a request or commit is about to be asked again, without secrets; from any thread, which must not hold the GIL.
void TellRetry(const lake::RetryNotice& notice);

void BindTelemetry(nb::module_& module);

}  // namespace dvt::python
