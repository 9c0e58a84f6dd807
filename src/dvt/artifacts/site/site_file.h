#pragma once

#include <string>

#include "dvt/artifacts/manifest/manifest_file.h"
#include "dvt/model/documentation.h"
#include "dvt/model/results.h"

namespace dvt::artifacts {

/// What the page says of itself.
struct SiteTitle {
  std::string version;  ///< of dvt
  std::string generated_at;
};

/// index.html: the whole documentation as one page that loads nothing from elsewhere and can be opened as a file. Secrets are masked;
/// nodes whose `docs.show` is false are left out.
std::string SiteHtml(const model::Manifest& manifest, const model::Catalog& catalog, const model::Documentation& documentation,
                     const SiteTitle& title);
/// Writes it atomically to `<target folder>/index.html`.
Status WriteSite(const std::string& folder, const model::Manifest& manifest, const model::Catalog& catalog,
                 const model::Documentation& documentation, const SiteTitle& title);

}  // namespace dvt::artifacts
