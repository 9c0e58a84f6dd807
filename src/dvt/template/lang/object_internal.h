#pragma once

#include <string>

#include "dvt/template/lang/object.h"

namespace dvt::tmpl {

struct Object::SetBox {
  Dict members;
};

/// A dict key as json.dumps writes it.
std::string JsonKey(const Object& key);

}  // namespace dvt::tmpl
