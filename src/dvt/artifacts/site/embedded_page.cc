#include "dvt/artifacts/site/embedded_page.h"

#include "dvt/base/text/secrets.h"

namespace dvt::artifacts {

std::string PageWithData(std::string_view page, const Value& data) {
  constexpr std::string_view kPlace = "/*@data*/";
  const std::string json = SecretRegistry::Redact(ToJson(data));
  std::string inside;
  inside.reserve(json.size());
  for (const char c : json) {
    if (c == '<')
      inside += "\\u003c";
    else
      inside += c;
  }
  std::string whole(page);
  whole.replace(whole.find(kPlace), kPlace.size(), inside);
  return whole;
}

}  // namespace dvt::artifacts
