#include <string>

#include "dvt/base/text/text.h"
#include "dvt/project/load/loader_internal.h"
#include "dvt/project/load/yaml_check.h"

namespace dvt::project {
namespace {

struct DocsBlock {
  std::string name;
  std::string text;
};

/// The next `{% … %}` tag from `from`: its words and its ends. False when there is none.
bool NextTag(const std::string& text, size_t from, size_t& begin, size_t& end, std::string& words) {
  begin = text.find("{%", from);
  if (begin == std::string::npos) return false;
  end = text.find("%}", begin);
  if (end == std::string::npos) return false;
  std::string_view inner(text.data() + begin + 2, end - begin - 2);
  if (!inner.empty() && inner.front() == '-') inner.remove_prefix(1);
  if (!inner.empty() && inner.back() == '-') inner.remove_suffix(1);
  words = TrimView(inner);
  end += 2;
  return true;
}

std::vector<DocsBlock> DocsBlocks(const SourceFile& file, Diagnostics& diagnostics) {
  std::vector<DocsBlock> blocks;
  size_t at = 0, begin = 0, end = 0;
  std::string words;
  while (NextTag(file.text, at, begin, end, words)) {
    at = end;
    if (words.rfind("docs ", 0) != 0) continue;
    DocsBlock block{std::string(TrimView(std::string_view(words).substr(5))), {}};
    size_t body = end;
    bool closed = false;
    while (!closed && NextTag(file.text, at, begin, end, words)) {
      at = end;
      closed = words == "enddocs";
    }
    if (!closed) {
      int line = 1 + static_cast<int>(std::count(file.text.begin(), file.text.begin() + static_cast<std::ptrdiff_t>(body), '\n'));
      diagnostics.Fail("The docs block '" + block.name + "' is never closed", {file.original_path, line, 0},
                       "end it with {% enddocs %}");
      return blocks;
    }
    block.text = TrimView(std::string_view(file.text).substr(body, begin - body));
    blocks.push_back(std::move(block));
  }
  return blocks;
}

/// Reads `doc('name')` or `doc("package", "name")` at the whole of `text`; empty if it is anything else.
std::vector<std::string> DocArguments(std::string_view text) {
  text = TrimView(text);
  if (text.rfind("doc", 0) != 0) return {};
  text = TrimView(text.substr(3));
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') return {};
  std::vector<std::string> names;
  for (const auto& part : Split(text.substr(1, text.size() - 2), ',')) {
    std::string_view name = TrimView(part);
    if (name.size() < 2 || (name.front() != '\'' && name.front() != '"') || name.back() != name.front()) return {};
    names.emplace_back(name.substr(1, name.size() - 2));
  }
  return names.size() <= 2 ? names : std::vector<std::string>();
}

}  // namespace

void Loader::LoadDocs() {
  for (const auto& package : packages_) {
    for (const auto& file : package->files) {
      if (file.kind != FileKind::kDocs) continue;
      for (auto& block : DocsBlocks(file, manifest_.diagnostics)) {
        std::string id = "doc." + package->config.name + "." + block.name;
        if (const Value* other = manifest_.docs.Find(id)) {
          manifest_.diagnostics.Fail("Two docs blocks are named '" + block.name +
                                         "': " + (*other)["original_file_path"].as_string() + " and " + file.original_path,
                                     {file.original_path, 0, 0});
          continue;
        }
        Value doc = Value::MakeMap();
        doc.Set("name", block.name);
        doc.Set("resource_type", "doc");
        doc.Set("package_name", package->config.name);
        doc.Set("path", file.path);
        doc.Set("original_file_path", file.original_path);
        doc.Set("unique_id", id);
        doc.Set("block_contents", std::move(block.text));
        manifest_.docs.map().push_back({id, std::move(doc), {}});
      }
    }
  }
}

std::string Loader::Describe(const std::string& text, const std::string& package, const Place& place) {
  if (text.find("{{") == std::string::npos && text.find("{%") == std::string::npos) return text;
  std::string out;
  size_t at = 0;
  for (size_t open = text.find("{{"); open != std::string::npos; open = text.find("{{", at)) {
    size_t close = text.find("}}", open);
    if (close == std::string::npos) break;
    auto names = DocArguments(std::string_view(text).substr(open + 2, close - open - 2));
    if (names.empty()) {
      out.append(text, at, close + 2 - at);
      at = close + 2;
      continue;
    }
    const Value* doc = nullptr;
    if (names.size() == 2) {
      doc = manifest_.docs.Find("doc." + names[0] + "." + names[1]);
    } else {
      doc = manifest_.docs.Find("doc." + package + "." + names[0]);
      for (size_t i = 0; !doc && i < packages_.size(); ++i)
        doc = manifest_.docs.Find("doc." + packages_[i]->config.name + "." + names[0]);
    }
    out.append(text, at, open - at);
    at = close + 2;
    if (doc) {
      out += (*doc)["block_contents"].as_string();
      continue;
    }
    std::vector<std::string> known;
    for (const auto& entry : manifest_.docs.map()) known.push_back(entry.value["name"].as_string());
    manifest_.diagnostics.Fail("The docs block '" + names.back() + "' was not found." + DidYouMean(names.back(), known), place,
                               "docs blocks are read from .md files in the resource folders");
  }
  out.append(text, at);
  Value rendered(out);
  rendered.set_mark({place.line, place.column});
  if (Status status = RenderTree(rendered, {}, PackageOf(package)->scope, frontend_, place.file); !status) {
    manifest_.diagnostics.Fail(status.error());
    return out;
  }
  return rendered.ToText();
}

void Loader::DescribeAll() {
  auto columns = [&](std::vector<model::ColumnProperties>& list, const std::string& package, const std::string& file) {
    for (auto& column : list) column.description = Describe(column.description, package, PlaceOf(file, column.mark));
  };
  for (auto* nodes : {&manifest_.nodes, &manifest_.disabled}) {
    for (auto& [id, node] : *nodes) {
      std::string file =
          node.patch_path.substr(node.patch_path.find("://") == std::string::npos ? 0 : node.patch_path.find("://") + 3);
      node.description = Describe(node.description, node.package, PlaceOf(file, node.patch.mark()));
      columns(node.columns, node.package, file);
    }
  }
  for (auto& [id, test] : manifest_.unit_tests) test.description = Describe(test.description, test.package, test.place);
  for (auto& [id, source] : manifest_.sources) {
    source.description = Describe(source.description, source.package, source.place);
    source.source_description = Describe(source.source_description, source.package, source.place);
    columns(source.columns, source.package, source.place.file);
  }
  for (auto& [id, macro] : manifest_.macros) macro.description = Describe(macro.description, macro.package, macro.place);
}

}  // namespace dvt::project
