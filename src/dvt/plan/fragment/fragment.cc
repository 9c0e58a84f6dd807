#include "dvt/plan/fragment/fragment.h"

namespace dvt::plan {

std::string_view WayName(Way way) {
  switch (way) {
    case Way::kPushdown: return "pushdown";
    case Way::kDirect: return "direct";
    case Way::kFederated: return "federated";
  }
  return "unknown";
}

}  // namespace dvt::plan
